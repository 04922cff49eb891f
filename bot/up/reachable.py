"""Whether the servers somebody configured answer, so that a start fails with one clear line instead of a trace."""

from __future__ import annotations

from urllib.parse import urlsplit

from psycopg import OperationalError
from redis import Redis, RedisError

from bot.settings import Settings
from storage.preflight import pooled

_SECONDS = 5


def unreachable(settings: Settings) -> str | None:
    """The first configured server that does not answer, as a line naming its variable and no secret; None when all do."""
    if settings.database_url:
        try:
            if pool := pooled(settings.database_url):
                return f"DATABASE_URL: {pool}"
        except OperationalError as error:
            return _line("DATABASE_URL", "Postgres", settings.database_url, str(error))
    if settings.redis_url:
        redis = Redis.from_url(settings.redis_url, socket_connect_timeout=_SECONDS, socket_timeout=_SECONDS)
        try:
            redis.ping()
        except RedisError as error:
            return _line("REDIS_URL", "Redis", settings.redis_url, str(error))
        finally:
            redis.close()
    return None


def _line(variable: str, server: str, url: str, reason: str) -> str:
    place = urlsplit(url)
    where = f"{place.hostname}:{place.port}" if place.port else place.hostname or place.path
    why = reason.strip().splitlines()[0].rpartition(": ")[2].rstrip(".")
    return f"{variable}: {server} does not answer at {where} ({why})"

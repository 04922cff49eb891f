"""Servers for one command: those that are configured or running already, else embedded ones for as long as it takes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from bot.settings import Settings, SettingsError

if TYPE_CHECKING:
    from bot.clock import Clock
    from bot.services import Services
    from storage.database import Database


@contextmanager
def with_servers(settings: Settings) -> Iterator[Settings]:
    """Settings whose database_url and redis_url lead somewhere, with the newest schema. Raises EmbeddedError."""
    if settings.database_url and settings.redis_url:
        yield settings
        return
    from storage.embedded import EmbeddedServers, HomeLock
    from storage.migrations import migrate

    lock = HomeLock(settings.flux_home)
    needs = {"postgres": not settings.database_url, "valkey": not settings.redis_url}
    try:
        with EmbeddedServers(settings.flux_home, **needs) as servers:
            found = {name.lower(): url for name, url in servers.urls.items()}
            complete = settings.model_copy(update=found)
            migrate(complete.database_url)
            yield complete
    finally:
        lock.release()


@contextmanager
def with_database_alone(settings: Settings, *, stopped: bool = False) -> Iterator[str]:
    """The URL of the database just as it stands: not migrated, and without a Redis.

    `stopped`: nothing else of this installation may run meanwhile. Raises EmbeddedError, DatabaseError.
    """
    from storage.embedded import EmbeddedServers, HomeLock
    from storage.preflight import DatabaseError, pooled

    if settings.database_url and (pool := pooled(settings.database_url)):
        raise DatabaseError(f"DATABASE_URL: {pool}")
    if settings.database_url and not stopped:
        yield settings.database_url
        return
    lock = HomeLock(settings.flux_home)
    try:
        if settings.database_url:
            yield settings.database_url
            return
        with EmbeddedServers(settings.flux_home, valkey=False) as servers:
            yield servers.urls["DATABASE_URL"]
    finally:
        lock.release()


@contextmanager
def with_database(settings: Settings) -> Iterator[tuple[Database, Clock]]:
    """The database and the installation's clock: enough for commands that only read and write rows."""
    from redis import Redis

    from bot.clock import build_clock
    from storage.database import Database

    with with_servers(settings) as complete:
        database = Database(complete.database_url, statement_timeout=complete.statement_timeout)
        try:
            yield database, build_clock(complete.app_env, Redis.from_url(complete.redis_url))
        finally:
            database.dispose()


@contextmanager
def with_services(settings: Settings) -> Iterator[Services]:
    from bot.services import build

    with with_servers(settings) as complete:
        services = build(complete)
        try:
            yield services
        finally:
            services.database.dispose()


def require_servers(settings: Settings) -> Settings:
    """For processes that make no sense alone. Raises SettingsError."""
    missing = [name for name in ("database_url", "redis_url") if not getattr(settings, name)]
    if missing:
        names = " and ".join(name.upper() for name in missing)
        raise SettingsError(f"{names} not set and no `flux up` is running in {settings.flux_home}")
    from storage.preflight import pooled_by_name

    if pool := pooled_by_name(settings.database_url):
        raise SettingsError(f"DATABASE_URL: {pool}")
    return settings

"""Servers that are away for a moment: how that shows, and doing the same again once they are back."""

from __future__ import annotations

import time
from collections.abc import Callable

import structlog
from redis import ConnectionError as RedisConnectionError
from redis import RedisError
from redis import TimeoutError as RedisTimeoutError
from sqlalchemy.exc import OperationalError

log = structlog.get_logger()

SERVER_ERRORS = (OperationalError, RedisError)
# Postgres going down or coming up, and too many connections; without a state the connection itself broke. Whatever else
# is "operational", such as a statement that took too long, is about the statement.
_AWAY = ("08", "57P01", "57P02", "57P03", "53300")
_FIRST = 0.2  # seconds
_LONGEST = 1.0


def server_away(error: Exception) -> str | None:
    """Which server this error says is away, "postgres" or "redis"; None when it says something else."""
    if isinstance(error, RedisConnectionError | RedisTimeoutError):
        return "redis"
    if isinstance(error, OperationalError):
        state = getattr(error.orig, "sqlstate", None)
        return "postgres" if state is None or state.startswith(_AWAY) else None
    return None


def wait_out(act: Callable[[], None], seconds: float, gives_up: Callable[[], bool]) -> None:
    """Do it, and again while a server is away, for at most so long; it must be harmless to repeat.

    Raises what `act` raised when that is something else, when it takes too long, or once `gives_up` says so.
    """
    end, pause, told = time.monotonic() + seconds, _FIRST, False
    while True:
        try:
            return act()
        except SERVER_ERRORS as error:
            server = server_away(error)
            if server is None or gives_up() or time.monotonic() + pause > end:
                raise
            if not told:
                log.warning("waiting_for_server", server=server)
            told = True
        time.sleep(pause)
        pause = min(pause * 2, _LONGEST)

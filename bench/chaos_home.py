"""The installation under attack: the real processes over a home of their own, found by kind, killed, frozen and replaced.

    python -m bench.chaos_home PROCFILE

runs what `flux up` runs, with the processes of that Procfile.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import psycopg
import requests
from redis import Redis

from bench.seed import as_service, plain
from bot.settings import Settings, SettingsError
from bot.up.supervisor import StartError, Supervisor
from storage.embedded import EmbeddedError
from storage.processes import command_line

PROJECT = Path(__file__).resolve().parent.parent
KINDS = (
    "worker",  # the parent of two lines
    "worker line",
    "scheduler",
    "web",  # gunicorn's master
    "web worker",
    "telegram",
    "postgres",
    "postgres backend",
    "valkey",
    "supervisor",
)
_PATIENCE = 90.0  # seconds until a start must have ended
# What each kind's command line holds, and whose child it is; the first that fits counts.
_MARKS = (
    ("worker", "flux worker", "supervisor"),
    ("scheduler", "flux scheduler", "supervisor"),
    ("telegram", "flux telegram", "supervisor"),
    ("web", "gunicorn", "supervisor"),
    ("postgres", "postgres", "supervisor"),
    ("valkey", "valkey", "supervisor"),
    ("valkey", "redis-server", "supervisor"),
    ("worker line", "", "worker"),
    ("web worker", "", "web"),
    ("postgres backend", " flux ", "postgres"),
)


class Installation:
    """`flux up` over one home, with as many of each process as `procfile` says; `env` holds its settings."""

    def __init__(self, home: Path, env: Mapping[str, str], procfile: Path | None = None) -> None:
        self.home = home
        own = {"DATABASE_URL": "", "REDIS_URL": "", "FLUX_HOME": str(home), "PYTHONUNBUFFERED": "1"}
        self._env = dict(os.environ) | own | dict(env)
        self._argv = ["-m", "bench.chaos_home", str(procfile)] if procfile else ["-m", "bot", "up"]
        self._log = home.with_suffix(".out")
        self._state = home / "running.json"
        self._child: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start and wait until Postgres answers behind the published address. Raises SystemExit."""
        before = self._state_written()
        with self._log.open("ab") as log:
            self._child = subprocess.Popen(
                [sys.executable, *self._argv], cwd=PROJECT, env=self._env, stdout=log, stderr=log
            )
        end = time.monotonic() + _PATIENCE
        while not (self._state_written() > before and self._migrated()):
            if self._child.poll() is not None or time.monotonic() > end:
                raise SystemExit(f"the installation does not start, see {self._log}")
            time.sleep(0.05)

    def wait_until_ready(self) -> None:
        """Until worker and scheduler have shown a sign of life too. Raises SystemExit."""
        end = time.monotonic() + _PATIENCE
        while self.readiness() != "ready":
            if time.monotonic() > end:
                raise SystemExit(f"the installation does not get ready, see {self._log}")
            time.sleep(0.2)

    def readiness(self) -> str:
        """What /readyz says; "down" when nobody is there."""
        try:
            return str(requests.get(f"{self.base}/readyz", timeout=5).json()["status"])
        except (requests.RequestException, ValueError, KeyError):
            return "down"

    def stop(self) -> None:
        """As Ctrl-C does; whatever does not end by itself is killed by its number."""
        if self._child is None:
            return
        there = [pid for pids in self.processes().values() for pid in pids]
        for pid in there:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)
        self._child.send_signal(signal.SIGINT)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._child.wait(20)
        self._child.kill()
        self._child.wait()
        for pid in there:
            if command_line(pid) and _parent(pid) == 1:
                os.kill(pid, signal.SIGKILL)

    @property
    def published(self) -> dict[str, str]:
        """The addresses of what runs here: DATABASE_URL, REDIS_URL, PORT."""
        try:
            found: dict[str, str] = json.loads(self._state.read_text())
        except (OSError, ValueError):
            return {}
        return found

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.published.get('PORT', '1')}"

    def connect(self) -> psycopg.Connection:
        """A connection that sees every row. Raises psycopg.OperationalError; SystemExit when there is no installation any more."""
        if self._child is None or self._child.poll() is not None:
            last = self._log.read_text(errors="replace").strip().rpartition("\n")[2]
            raise SystemExit(f"the installation has ended by itself: {last}")
        url = plain(self.published.get("DATABASE_URL", "postgresql://127.0.0.1:1/none"))
        connection = psycopg.connect(url, autocommit=True, connect_timeout=3)
        as_service(connection)
        return connection

    def redis(self) -> Redis:
        return Redis.from_url(self.published["REDIS_URL"], socket_timeout=5)

    def processes(self) -> dict[str, list[int]]:
        """Kind -> process ids, as the kernel knows them now."""
        found: dict[str, list[int]] = {kind: [] for kind in KINDS}
        if self._child is None or self._child.poll() is not None:
            return found
        self._sort(self._child.pid, "supervisor", found)
        return found

    def kill(self, kind: str, pid: int) -> None:
        """SIGKILL; the supervisor alone has nobody who starts it again, so that is done here, as a person would."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
        if kind == "supervisor" and self._child is not None:
            self._child.wait()
            self.start()

    def _sort(self, pid: int, kind: str, found: dict[str, list[int]]) -> None:
        found[kind].append(pid)
        for child in _children(pid):
            words = command_line(child)
            below = (name for name, mark, parent in _MARKS if parent == kind and mark in words)
            if words and (name := next(below, None)):
                self._sort(child, name, found)

    def _state_written(self) -> int:
        try:
            return self._state.stat().st_mtime_ns
        except OSError:
            return 0

    def _migrated(self) -> bool:
        try:
            with self.connect() as connection:
                return connection.execute("select to_regclass('tasks')").fetchone() != (None,)
        except (psycopg.Error, KeyError):
            return False


def _children(pid: int) -> list[int]:
    try:
        return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def _parent(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    except (OSError, ValueError, IndexError):
        return 0


def write_procfile(path: Path, copies: Mapping[str, int]) -> Path:
    """The product's own Procfile with several of some processes: worker -> worker, worker2."""
    lines = []
    for line in (PROJECT / "Procfile").read_text().splitlines():
        name, _, command = line.partition(": ")
        numbers = ["", *map(str, range(2, copies.get(name, 1) + 1))]
        lines += [f"{name}{number}: {command}" for number in numbers]
    path.write_text("\n".join(lines) + "\n")
    return path


def supervise(argv: Sequence[str]) -> int:
    """One installation over another Procfile."""
    try:
        return Supervisor(Settings(), lambda line: print(line, flush=True), Path(argv[0])).run()
    except (StartError, EmbeddedError, SettingsError) as error:
        print(f"flux: {error}", flush=True)
        return 1


if __name__ == "__main__":
    sys.exit(supervise(sys.argv[1:]))

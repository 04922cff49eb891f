"""Stalls: one process after the other of a running installation is frozen (SIGSTOP), and it is watched who notices, and when.

    python -m bench.stalls [--only chat telegram]

Target (F15): within 60 s /readyz names it, /metrics shows it and the log says so; afterwards it is replaced without a
hand. Takes more than a minute a process: the real patience is measured, not a shortened one.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from redis import Redis
from rq import Worker

from bench.figures import Figure, at_most, table
from reminders.wakeups import BELLS
from storage.embedded import published
from tests.fakes.telegram_server import TOKEN, FakeTelegram

TARGET = 60.0
REPLACED = 90.0  # seconds until it gives signs of life again
_PORT = 18120
_PATIENCE = 150.0
_LOOK = 0.25
_SIGNS = ("readyz", "metric", "log")
_PROJECT = Path(__file__).resolve().parent.parent


class Installation:
    """`flux up` with everything it runs, over a home of its own."""

    def __init__(self, home: Path, telegram_url: str) -> None:
        self.home = home
        env = {"FLUX_HOME": str(home), "PORT": str(_PORT), "DATABASE_URL": "", "REDIS_URL": ""}
        env |= {"TELEGRAM_BOT_TOKEN": TOKEN, "TELEGRAM_API_BASE_URL": telegram_url}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "bot", "up"],
            cwd=_PROJECT,
            env=os.environ | env,
            stdout=subprocess.DEVNULL,
        )

    def get(self, path: str) -> str:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{_PORT}/{path}", timeout=5) as answer:
                return str(answer.read().decode())
        except urllib.error.HTTPError as error:
            return error.read().decode()
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            return ""

    def well(self, process: str) -> bool:
        checks: dict[str, Any] = json.loads(self.get("readyz") or "{}").get("checks", {})
        return bool(checks.get(process, {}).get("ok"))

    def signs(self, process: str, before: int) -> dict[str, bool]:
        """Where it shows that this process has fallen silent; `before`: what was said of it when it was frozen."""
        return {
            "readyz": not self.well(process),
            "metric": f'flux_check_ok{{check="{process}"}} 0.0' in self.get("metrics"),
            "log": self.said(process) > before,
        }

    def said(self, process: str) -> int:
        logs = "".join(log.read_text(errors="replace") for log in (self.home / "logs").glob("*.log"))
        lines = [line for line in logs.splitlines() if '"process_silent"' in line]
        return sum(f'"process": "{process}"' in line for line in lines)

    def find(self, process: str) -> int:
        """Its pid. The lines of a worker are forks that only RQ can tell apart, by the queue they prefer."""
        if process in ("ladder", "chat"):
            lines = Worker.all(Redis.from_url(published(self.home)["REDIS_URL"]))
            first = {"ladder": BELLS}.get(process, process)
            return next(int(one.pid or 0) for one in lines if one.queue_names()[0] == first)
        return next(pid for pid in _children(self.process.pid) if process in _command(pid))


def _children(pid: int) -> list[int]:
    return list(map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split()))


def _command(pid: int) -> list[str]:
    return Path(f"/proc/{pid}/cmdline").read_bytes().decode().split("\0")


@contextmanager
def running() -> Iterator[Installation]:
    with tempfile.TemporaryDirectory(prefix="flux-stalls-") as home, FakeTelegram() as telegram:
        installation = Installation(Path(home), telegram.url)
        try:
            yield installation
        finally:
            installation.process.send_signal(signal.SIGTERM)
            installation.process.wait(30)


def wait(happened: Callable[[], bool], what: str) -> float:
    """Seconds until it has."""
    begun = time.monotonic()
    while not happened():
        if time.monotonic() - begun > _PATIENCE:
            raise SystemExit(f"never happened: {what}")
        time.sleep(_LOOK)
    return time.monotonic() - begun


def freeze(installation: Installation, process: str) -> list[Figure]:
    """Stop it and look until all have noticed, and until another one has taken its place."""
    before, seen = installation.said(process), dict[str, float]()
    begun = time.monotonic()
    os.kill(installation.find(process), signal.SIGSTOP)

    def all_noticed() -> bool:
        for sign, there in installation.signs(process, before).items():
            if there:
                seen.setdefault(sign, time.monotonic() - begun)
        return len(seen) == len(_SIGNS)

    wait(all_noticed, f"everybody notices that {process} is frozen")
    wait(lambda: installation.well(process), f"another {process}")
    replaced = time.monotonic() - begun
    return [
        *(at_most(f"F15 {process} frozen -> {sign}", seen[sign], TARGET) for sign in _SIGNS),
        at_most(f"F15 {process} frozen -> replaced", replaced, REPLACED),
    ]


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.stalls", description=__doc__.partition("\n")[0])
    names = ("scheduler", "ladder", "chat", "telegram")
    parser.add_argument("--only", choices=names, nargs="+", default=("scheduler", "ladder"))
    given = parser.parse_args()
    figures: list[Figure] = []
    with running() as installation:
        for process in names:
            wait(lambda process=process: installation.well(process), f"the start of {process}")  # type: ignore[misc]  # bound at once
        for process in given.only:
            figures += freeze(installation, process)
            print(f"  {process} done", flush=True)
    print(table(figures))
    return 0 if all(one.ok is not False for one in figures) else 1


if __name__ == "__main__":
    sys.exit(main())

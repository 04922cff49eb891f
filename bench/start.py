"""How long a warm start takes until a page is ready, and how much memory the idle installation holds."""

from __future__ import annotations

import os
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

from bench.figures import Figure, at_most, report

TARGET_SECONDS = 5.0
TARGET_MEGABYTES = 500.0
_STARTS = 3
_PATIENCE = 60.0
_PROJECT = Path(__file__).resolve().parent.parent


class Installation:
    """`flux up` over a home of its own."""

    def __init__(self, home: Path, port: int) -> None:
        self._page = f"http://127.0.0.1:{port}/simulator"
        unset = {"DATABASE_URL": "", "REDIS_URL": "", "TELEGRAM_BOT_TOKEN": ""}
        env = os.environ | unset | {"FLUX_HOME": str(home), "PORT": str(port)}
        self._process = subprocess.Popen(
            [sys.executable, "-m", "bot", "up"], cwd=_PROJECT, env=env, stdout=subprocess.PIPE, text=True
        )

    def wait_for_page(self) -> None:
        end = time.monotonic() + _PATIENCE
        while time.monotonic() < end:
            try:
                with urllib.request.urlopen(self._page, timeout=5):  # noqa: S310 - our own address
                    return
            except (urllib.error.URLError, ConnectionError):
                time.sleep(0.02)
        raise SystemExit("the page never came up")

    def wait_for_banner(self) -> None:
        """Worker and scheduler are up as well."""
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if "Ctrl-C" in line:
                return
        raise SystemExit("the installation ended while it started")

    def processes(self) -> list[int]:
        return [self._process.pid, *_descendants(self._process.pid)]

    def stop(self) -> None:
        self._process.send_signal(signal.SIGINT)
        self._process.communicate(timeout=20)


def _descendants(pid: int) -> list[int]:
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [found for child in map(int, children) for found in (child, *_descendants(child))]


def _megabytes(pid: int) -> float:
    """Proportional set size: shared pages are divided among those who share them."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) / 1024
    return 0.0


def _name(pid: int) -> str:
    words = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode().split()
    known = ("gunicorn", "worker", "scheduler", "postgres", "valkey", "up")
    return next((name for name in known for word in words if name in word.rpartition("/")[2]), "other")


def _measure_memory(pids: list[int]) -> float:
    total = 0.0
    by_name: dict[str, float] = {}
    for pid in pids:
        size = _megabytes(pid)
        total += size
        by_name[_name(pid)] = by_name.get(_name(pid), 0.0) + size
    print(
        "  " + ", ".join(f"{name} {size:.0f}" for name, size in sorted(by_name.items(), key=lambda x: -x[1]))
    )
    return total


def _start(home: Path, port: int) -> tuple[float, Installation]:
    began = time.monotonic()
    installation = Installation(home, port)
    installation.wait_for_page()
    return time.monotonic() - began, installation


def main() -> int:
    home = Path(tempfile.mkdtemp(prefix="flux-bench-"))
    try:
        cold, installation = _start(home, 18100)
        installation.wait_for_banner()
        installation.stop()
        warm = []
        for _ in range(_STARTS):
            seconds, installation = _start(home, 18100)
            warm.append(seconds)
            installation.wait_for_banner()
            if len(warm) == _STARTS:
                time.sleep(5)  # let it come to rest
                memory = _measure_memory(installation.processes())
            installation.stop()
    finally:
        shutil.rmtree(home, ignore_errors=True)
    median = statistics.median(warm)
    return report(
        [
            Figure("first start to a ready page", "", f"{cold:.2f} s"),
            at_most("warm start to a ready page", median, TARGET_SECONDS),
            Figure(
                "idle memory (PSS, all processes)",
                f"<= {TARGET_MEGABYTES:.0f} MB",
                f"{memory:.0f} MB",
                memory <= TARGET_MEGABYTES,
            ),
        ]
    )


if __name__ == "__main__":
    sys.exit(main())

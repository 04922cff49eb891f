"""What 100,000 pending tasks cost in memory: the real processes beside few and beside many of them.

    python -m bench.memory [--tasks 100000]

Tasks are due in the next weeks; each process sweeps and looks ahead meanwhile. Memory is the resident set, with what is
shared counted in full for each (F16).
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

from redis import Redis

from bench.cpu import family, resident
from bench.figures import Figure, report
from bench.running import environment, flux, wait_for_workers, web
from bench.seed import Load, fill
from storage.embedded import EmbeddedServers
from storage.migrations import migrate

MOST = 200.0  # MB per process
GROWTH = 5.0  # MB: flat, but for what an allocator keeps
_FEW = 100
_REST = 12.0  # seconds of sweeps before each look
_WEEKS = timedelta(weeks=6)


def largest(processes: dict[str, subprocess.Popen[bytes]]) -> dict[str, float]:
    """The largest process of each kind, in MB."""
    return {name: max(resident(pid) for pid in family(process.pid)) for name, process in processes.items()}


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.memory", description=__doc__.partition("\n")[0])
    parser.add_argument("--tasks", type=int, default=100_000)
    tasks: int = parser.parse_args().tasks
    with (
        tempfile.TemporaryDirectory(prefix="flux-bench-") as home,
        EmbeddedServers(Path(home)) as servers,
        ExitStack() as stack,
    ):
        urls = servers.urls["DATABASE_URL"], servers.urls["REDIS_URL"]
        migrate(urls[0])
        settings = environment(Path(home), *urls)
        web_process, _ = stack.enter_context(web(settings))
        processes = {name: stack.enter_context(flux(name, settings)) for name in ("worker", "scheduler")}
        processes["web"] = web_process
        wait_for_workers(urls[1], 2)
        due = datetime.now(UTC) + timedelta(hours=1)
        looks, keys = [], []
        for load in (Load(_FEW, due, _WEEKS), Load(tasks, due, _WEEKS)):
            fill(urls[0], load, quiet=True)
            time.sleep(_REST)
            looks.append(largest(processes))
            keys.append(int(Redis.from_url(urls[1]).info("memory")["used_memory"]) / 1e6)
    few, many = looks
    figures = [
        Figure(
            f"F16 {name} with {tasks:,} pending",
            f"<= {MOST:.0f} MB, flat",
            f"{many[name]:.0f} MB, {many[name] - few[name]:+.1f} MB",
            many[name] <= MOST and many[name] - few[name] <= GROWTH,
        )
        for name in processes
    ]
    each = (keys[1] - keys[0]) * 1e6 / tasks
    figures.append(Figure("Redis per pending reminder", "0 bytes", f"{each:.1f} bytes", each < 1))
    return report(figures)


if __name__ == "__main__":
    sys.exit(main())

"""A spike: reminders that are all due in one second, beside three usual ways to send them, in the same run.

    python -m bench.spike [--tasks 10000] [--slow 1000] [--quick]

Once through an instant provider, once through one that takes 200 ms an answer. Rates are from the moment everything
is due to the last request at the provider; each contestant runs on the same Postgres and Valkey, one after the other.
Where a provider is slow the rate does not depend on how many wait, so the others get fewer. `--quick` is 3,000.
Celery takes part where it is installed: `pip install -e '.[bench]'`.
"""

from __future__ import annotations

import argparse
import importlib.util
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import time

import psycopg
from redis import Redis

from bench.contestants import enqueue_jobs
from bench.figures import Figure, report
from bench.seed import Load, fill, plain
from bench.sink import SinkClient, open_sink
from storage.embedded import EmbeddedServers
from storage.migrations import migrate

INSTANT, SLOW = 4.0, 8.0  # times the best of the others
CPU = 1.2  # seconds per 1,000
WHOLE_PATH = 200.0  # F13, a second
SLOW_ANSWER = 0.2
PEER_TASKS = 80  # where the provider is slow
PROCESSES = {"flux": 2, "loop": 1, "jobs": 2, "celery": 1}  # Celery starts its two by itself
NAMES = {
    "flux": "Flux, 2 workers",
    "loop": "the seed's poll loop, one by one",
    "jobs": "one RQ job per reminder, 2 workers",
    "celery": "Celery eta, 2 prefork",
}
_PROJECT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Run:
    """What one contestant did: its rate, its own processes' CPU seconds, and what was lost or doubled."""

    rate: float
    cpu: float
    faults: int


@dataclass(frozen=True)
class Ground:
    """The servers and the provider that all contestants share."""

    database_url: str
    redis_url: str
    sink: SinkClient

    def prepare(self, tasks: int, delay: float = 0.0) -> None:
        """A clean installation with this many reminders that are due."""
        with psycopg.connect(plain(self.database_url), autocommit=True) as connection:
            connection.execute("truncate users cascade")
            connection.execute("vacuum")
        Redis.from_url(self.redis_url).flushall()
        due = datetime.now(UTC) - timedelta(seconds=1)
        fill(self.database_url, Load(tasks, due, timedelta(seconds=1)), quiet=True)
        self.sink.reset(delay)


def race(ground: Ground, name: str, tasks: int, delay: float = 0.0) -> Run:
    """One round of one contestant."""
    ground.prepare(tasks, delay)
    urls = (ground.database_url, ground.redis_url, ground.sink.url)
    if name == "jobs":
        enqueue_jobs(*urls)
    command = [sys.executable, "-m", "bench.contestants", name, *urls]
    processes = [
        subprocess.Popen(command, cwd=_PROJECT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in range(PROCESSES[name])
    ]
    due = max(float(_line_of(process)) for process in processes)
    start = max(time(), due)
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    cpu = sum(float(_line_of(process)) for process in processes)
    for process in processes:
        process.communicate(timeout=30)
    seen = ground.sink.stats()
    faults = abs(tasks - int(seen["count"])) + int(seen["doubled"])
    return Run(tasks / max(seen["last"] - start, 0.001), cpu / tasks * 1000, faults)


def _line_of(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline()


@contextmanager
def open_ground() -> Iterator[Ground]:
    with (
        open_sink() as sink,
        tempfile.TemporaryDirectory(prefix="flux-bench-") as home,
        EmbeddedServers(Path(home)) as servers,
    ):
        migrate(servers.urls["DATABASE_URL"])
        yield Ground(servers.urls["DATABASE_URL"], servers.urls["REDIS_URL"], sink)


def contest(ground: Ground, counts: dict[str, int], delay: float, title: str) -> dict[str, Run]:
    print(title, flush=True)
    runs: dict[str, Run] = {}
    for name, tasks in counts.items():
        runs[name] = run = race(ground, name, tasks, delay)
        words = f"{run.rate:8.1f}/s  {run.cpu:5.2f} CPU s per 1,000  {run.faults} lost or doubled"
        print(f"  {NAMES[name]:<36}{words}", flush=True)
    return runs


def ahead(name: str, runs: dict[str, Run], least: float) -> Figure:
    rates = {one: run.rate for one, run in runs.items()}
    flux = rates.pop("flux")
    best = max(rates, key=lambda one: rates[one])
    missing = "" if "celery" in rates else "; celery is not installed: pip install -e '.[bench]'"
    words = f"{flux:.0f}/s, {flux / rates[best]:.1f} x {rates[best]:.0f}/s ({NAMES[best]}){missing}"
    return Figure(name, f">= {least:.0f} x the best other way", words, flux >= least * rates[best])


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.spike", description=__doc__.partition("\n")[0])
    parser.add_argument("--tasks", type=int, default=10_000)
    parser.add_argument("--slow", type=int, default=1000, help="tasks of Flux where the provider is slow")
    parser.add_argument("--quick", action="store_true", help="3,000 tasks")
    parser.add_argument("--only", default=",".join(NAMES), help="names of contestants")
    given = parser.parse_args()
    tasks = 3000 if given.quick else given.tasks
    names = [one for one in given.only.split(",") if one != "celery" or importlib.util.find_spec("celery")]
    slow = {one: given.slow if one == "flux" else PEER_TASKS for one in names}
    with open_ground() as ground:
        instant = contest(
            ground, dict.fromkeys(names, tasks), 0.0, f"{tasks:,} due in one second, instant provider"
        )
        slowed = contest(ground, slow, SLOW_ANSWER, f"{given.slow:,} due, the provider takes 200 ms")
    flux, faults = instant["flux"], instant["flux"].faults + slowed["flux"].faults
    return report(
        [
            ahead(f"spike: {tasks:,} due, instant provider", instant, INSTANT),
            ahead(f"spike: {given.slow:,} due, provider 200 ms", slowed, SLOW),
            Figure(
                "spike: CPU of the workers per 1,000", f"<= {CPU} s", f"{flux.cpu:.2f} s", flux.cpu <= CPU
            ),
            Figure("spike: lost or doubled by Flux", "0", str(faults), faults == 0),
            Figure(
                "F13 whole path, instant provider",
                f">= {WHOLE_PATH:.0f}/s",
                f"{flux.rate:.0f}/s",
                flux.rate >= WHOLE_PATH,
            ),
        ]
    )


if __name__ == "__main__":
    sys.exit(main())

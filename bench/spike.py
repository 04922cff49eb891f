"""A spike: a thousand reminders due in one second, through an instant provider, beside two usual ways to do it.

    python -m bench.spike [--tasks 1000] [--rounds 3]

Target: Flux sends at least 800 a second, loses none and doubles none. Rates are from the starting signal to the last
request at the provider; each contestant runs on the same Postgres and Valkey, one after the other, in turns.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import time

import psycopg
from redis import Redis

from bench.contestants import enqueue_jobs
from bench.seed import Load, fill, plain
from storage.embedded import EmbeddedServers
from storage.migrations import migrate

TARGET = 800.0
PROCESSES = {"flux": 2, "jobs": 2, "loop": 1}
_WORDS = {
    "flux": "Flux, 2 workers",
    "jobs": "one RQ job per reminder, 2 workers",
    "loop": "poll loop, one by one",
}
_PROJECT = Path(__file__).resolve().parent.parent


class Ground:
    """The servers and the provider that all contestants share."""

    def __init__(self, database_url: str, redis_url: str, sink_url: str) -> None:
        self.database_url, self.redis_url, self.sink_url = database_url, redis_url, sink_url

    def prepare(self, tasks: int) -> None:
        with psycopg.connect(plain(self.database_url), autocommit=True) as connection:
            connection.execute("truncate users cascade")
            connection.execute("vacuum")
        Redis.from_url(self.redis_url).flushall()
        fill(
            self.database_url,
            Load(tasks, datetime.now(UTC) - timedelta(seconds=1), timedelta(seconds=1)),
            quiet=True,
        )
        self._ask("/reset")

    def stats(self) -> dict[str, float]:
        found: dict[str, float] = json.loads(self._ask("/stats"))
        return found

    def _ask(self, path: str) -> bytes:
        with urllib.request.urlopen(self.sink_url + path, timeout=5) as answer:  # noqa: S310 - our own server
            body: bytes = answer.read()
            return body


def race(ground: Ground, name: str, tasks: int) -> tuple[float, dict[str, float]]:
    """One round of one contestant: reminders a second, and what the provider saw."""
    ground.prepare(tasks)
    urls = (ground.database_url, ground.redis_url, ground.sink_url)
    if name == "jobs":
        enqueue_jobs(*urls)
    command = [sys.executable, "-m", "bench.contestants", name, *urls]
    processes = [
        subprocess.Popen(command, cwd=_PROJECT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in range(PROCESSES[name])
    ]
    for process in processes:
        assert process.stdout is not None
        process.stdout.readline()
    start = time()
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    for process in processes:
        process.wait(timeout=300)
    stats = ground.stats()
    return tasks / max(stats["last"] - start, 0.001), stats


@contextmanager
def open_ground() -> Iterator[Ground]:
    sink = subprocess.Popen(
        [sys.executable, "-m", "bench.sink"], cwd=_PROJECT, stdout=subprocess.PIPE, text=True
    )
    try:
        assert sink.stdout is not None
        url = f"http://127.0.0.1:{int(sink.stdout.readline())}"
        with (
            tempfile.TemporaryDirectory(prefix="flux-bench-") as home,
            EmbeddedServers(Path(home)) as servers,
        ):
            migrate(servers.urls["DATABASE_URL"])
            yield Ground(servers.urls["DATABASE_URL"], servers.urls["REDIS_URL"], url)
    finally:
        sink.terminate()
        sink.wait(5)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.spike", description=__doc__.partition("\n")[0])
    parser.add_argument("--tasks", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    rates: dict[str, list[float]] = {name: [] for name in PROCESSES}
    faults = 0.0
    with open_ground() as ground:
        for _ in range(given.rounds):
            for name in PROCESSES:
                rate, stats = race(ground, name, given.tasks)
                rates[name].append(rate)
                if name == "flux":
                    faults += abs(given.tasks - stats["count"]) + stats["doubled"]
    return report(rates, given.tasks, faults)


def report(rates: dict[str, list[float]], tasks: int, faults: float) -> int:
    medians = {name: statistics.median(found) for name, found in rates.items()}
    print(f"{tasks:,} reminders due in one second, instant provider, median of {len(rates['flux'])} rounds")
    for name, rate in medians.items():
        ratio = "" if name == "flux" else f"  Flux is {medians['flux'] / rate:.1f} x"
        print(f"  {_WORDS[name]:<36}{rate:8.0f}/s{ratio}")
    passed = medians["flux"] >= TARGET and not faults
    print(
        f"  target {TARGET:.0f}/s, none lost or doubled: {'reached' if passed else 'MISSED'} ({faults:.0f} faults)"
    )
    return 0 if passed else 1


if __name__ == "__main__":
    sys.exit(main())

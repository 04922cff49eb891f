"""The cellar: what a person's page, tap, export and erasure cost beside a million tasks, on durable embedded servers.

    python -m bench.cellar [--tasks 1000000] [--people 10000]

Everything goes through Flux's own code, over many people drawn at random, after a warm-up. The status change runs in
turns on this database and on one of 1,000 tasks; live statistics in turns with the two usual ways to store them.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import psycopg
from sqlalchemy import text

from bench import cellar_reads, cellar_statistics, cellar_writes
from bench.figures import Figure, at_most, table, timed
from bench.seed import plain
from bench.seed_history import History, write_history
from bot.logs import configure_logging
from storage.database import Database
from storage.embedded import EmbeddedServers
from storage.migrations import migrate

HEAVY = 10_000  # rows of the one person who is exported and erased


@dataclass(frozen=True)
class Cellar:
    """The big database, the small one beside it, and who is in them."""

    database_url: str
    redis_url: str
    big: Database
    small: Database
    people: tuple[tuple[UUID, str], ...]  # (id, zone) in random order
    heavy: UUID
    now: datetime


@contextmanager
def opened(history: History, figures: list[Figure]) -> Iterator[Cellar]:
    with tempfile.TemporaryDirectory(prefix="flux-bench-") as home, EmbeddedServers(Path(home)) as servers:
        url, redis_url = servers.urls["DATABASE_URL"], servers.urls["REDIS_URL"]
        small_url = _second_database(url)
        for one in (url, small_url):
            migrate(one)
        seconds = timed(lambda: write_history(url, history))
        figures.append(at_most(f"seeding {history.tasks:,} tasks of {history.people:,} people", seconds, 120))
        write_history(small_url, History(1000, 10, history.now), quiet=True)
        people = _people(url)
        write_history(url, History(HEAVY, 1, history.now), quiet=True)
        (heavy,) = {one for one, _ in _people(url)} - {one for one, _ in people}
        big, small = Database(url), Database(small_url)
        try:
            yield Cellar(url, redis_url, big, small, people, heavy, history.now)
        finally:
            big.dispose()
            small.dispose()


def _second_database(url: str) -> str:
    with psycopg.connect(plain(url), autocommit=True) as connection:
        connection.execute("create database small")
    return f"{url.rpartition('/')[0]}/small"


def _people(url: str) -> tuple[tuple[UUID, str], ...]:
    database = Database(url)
    with database.service() as session:
        found = [(user_id, zone) for user_id, zone in session.execute(text("select id, timezone from users"))]
    database.dispose()
    random.shuffle(found)
    return tuple(found)


def measure(history: History) -> list[Figure]:
    figures: list[Figure] = []
    with opened(history, figures) as cellar:
        for part in (cellar_reads.measure, cellar_writes.measure, cellar_statistics.measure):
            for figure in part(cellar):
                print(f"  {figure.name}: {figure.measured}", file=sys.stderr, flush=True)
                figures.append(figure)
    return figures


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.cellar", description=__doc__.partition("\n")[0])
    parser.add_argument("--tasks", type=int, default=1_000_000)
    parser.add_argument("--people", type=int, default=10_000)
    given = parser.parse_args()
    configure_logging("ERROR")
    load = f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} at the start"
    figures = measure(History(given.tasks, given.people, datetime.now(UTC)))
    print(f"{table(figures)}\n{load}")
    return 1 if any(figure.ok is False for figure in figures) else 0


if __name__ == "__main__":
    sys.exit(main())

"""Six weeks of a thousand people in simulated time, every promise checked at every step (F14), and sleep kept (F10).

    python -m bench.weeks [--people 1000] [--seed 1] [--processes 2] [--only N]

Real rules, rows and dispatcher over a Postgres of its own; the providers fail as real ones do; people are spread over
zones with odd clocks, half of them live over the nights on which Europe and America change theirs. `--only N` replays
one person of a seed and prints what went wrong.
"""

from __future__ import annotations

import argparse
import logging
import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import psycopg
import structlog

from bench.figures import Figure, at_most, table
from bench.seed import plain
from bench.sleepers import sends_in_sleep
from bot.settings import Settings
from storage.database import Database
from storage.embedded import EmbeddedServers
from storage.migrations import migrate
from tests.lives.acts import Lives
from tests.lives.intentions import WEEKS
from tests.lives.people import Liver
from tests.lives.world import World

BEGINNINGS = (datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 9, 28, tzinfo=UTC))
DAY = timedelta(days=1)
_OUTAGE = timedelta(hours=6)  # once in each life the whole installation is away
_SETTLE = timedelta(days=3)
CASES = 10_000


@dataclass(frozen=True)
class Lived:
    """What one share of the people came to."""

    steps: int
    tasks: int
    sent: Counter[str]
    wrong: list[str]


def live(url: str, redis_url: str, home: str, seed: int, numbers: range, begins: datetime) -> Lived:
    """Let these people live for six weeks on the database at `url`."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    database = Database(url)
    people = [Liver.random(seed, number, begins) for number in numbers]
    settings = Settings(
        flux_home=Path(home), app_env="test", secret_key="w" * 32, database_url=url, redis_url=redis_url
    )
    world = World.begin(
        database, settings, people, seed, lambda *heard: lives.heard(*heard), trouble=0.05, grain=60
    )
    lives = Lives(world)
    for one in people:
        lives.live(one)
    for day in range(1, WEEKS * 7 + _SETTLE.days + 1):
        world.run_until(begins + day * DAY)
        if day == WEEKS * 3:
            world.now += _OUTAGE
        if day > 3:
            world.close_day()
        world.roll()
        if day % 7 == 0:
            print(f"  from {numbers.start}: day {day}, {world.steps:,} steps", file=sys.stderr, flush=True)
    with database.service() as session:
        world.book.check_series(session)
        tasks = (
            session.connection()
            .exec_driver_sql("select count(*) from tasks where scheduled_at < now()")
            .scalar_one()
        )
    database.dispose()
    return Lived(world.steps, tasks, world.book.sent, world.book.wrong)


def run(people: int, seed: int, processes: int, only: int | None) -> list[Lived]:
    """Each process has a database of its own, so that nobody else looks at its clock."""
    with (
        tempfile.TemporaryDirectory(prefix="flux-weeks-") as home,
        EmbeddedServers(Path(home), durable=False) as servers,
        ProcessPoolExecutor(processes) as pool,
    ):
        template = servers.urls["DATABASE_URL"]
        migrate(template)
        shares = _shares(people, processes) if only is None else [range(only, only + 1)]
        waiting = []
        for number, share in enumerate(shares):
            url = _clone(template, f"weeks_{number}")
            begins = BEGINNINGS[(share.start * len(BEGINNINGS)) // max(people, 1) % len(BEGINNINGS)]
            waiting.append(pool.submit(live, url, servers.urls["REDIS_URL"], home, seed, share, begins))
        return [one.result() for one in waiting]


def _shares(people: int, processes: int) -> list[range]:
    cuts = [people * number // processes for number in range(processes + 1)]
    return [range(start, end) for start, end in pairwise(cuts) if start < end]


def _clone(template: str, name: str) -> str:
    server = plain(template).rpartition("/")[0]
    with psycopg.connect(f"{server}/postgres", autocommit=True) as admin:
        source = plain(template).rpartition("/")[2]
        admin.execute(f"create database {name} template {source}".encode())
    return f"{template.rpartition('/')[0]}/{name}"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.weeks", description=__doc__.partition("\n")[0])
    parser.add_argument("--people", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--only", type=int, default=None, help="replay this person alone")
    given = parser.parse_args()
    begun = time.monotonic()
    lived = run(given.people, given.seed, given.processes, given.only)
    took = time.monotonic() - begun
    wrong = [problem for share in lived for problem in share.wrong]
    for problem in wrong[:40]:
        print(f"  {problem}")
    sent = sum((share.sent for share in lived), Counter[str]())
    tasks, steps = sum(share.tasks for share in lived), sum(share.steps for share in lived)
    print(f"{given.people:,} people, {tasks:,} tasks, {steps:,} steps, {dict(sent)}; seed {given.seed}")
    asleep, cases = (0, 0) if given.only is not None else sends_in_sleep(CASES, given.seed)
    figures = [
        Figure("F14 promises broken", "0", str(len(wrong)), not wrong),
        at_most(f"F14 {given.people:,} people x {WEEKS} weeks", took, 120),
        Figure(f"F10 sends in sleep, {cases:,} random cases", "0", str(asleep), asleep == 0),
    ]
    print(table(figures))
    return 0 if all(figure.ok for figure in figures) else 1


if __name__ == "__main__":
    sys.exit(main())

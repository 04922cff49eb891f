"""How many due tasks a second four workers claim, in batches, each moved on by compare-and-set; none twice.

    python -m bench.claims [--tasks 20000] [--workers 4]

A claim is the ladder's own: `claim_due` under SKIP LOCKED, the state written back with `save_ladder`, committed. Beside
it, for the record, the whole of what a dispatcher does before it sends: people, rules, attempts and the next bell.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta

import psycopg
from redis import Redis

from bench.figures import Figure, report
from bench.seed import plain
from bench.spike import Ground, open_ground
from channels.switchboard import Switchboard
from channels.telegram import TelegramChannel
from reminders.dispatch import BATCH, Dispatcher
from reminders.wakeups import RqWakeups
from storage import tasks
from storage.database import Database

TARGET = 5000.0
_NEXT = timedelta(hours=1)
_CLAIMED_TWICE = "select count(*) from tasks where version <> 2"


def claim(database: Database, now: datetime) -> int:
    """One batch, as a worker claims it."""
    with database.service() as session:
        due = tasks.claim_due(session, now, BATCH)
        session.expunge_all()
        for task in due:
            task.stage, task.version, task.wakes_at = "reminded", task.version + 1, now + _NEXT
            task.reminder_sent_at = now
        tasks.save_ladder(session, due)
    return len(due)


def work(whole: bool, database_url: str, redis_url: str, sink_url: str) -> None:
    """One worker: ready, set, and claim until nothing is due; prints when it claimed last, and how many."""
    database = Database(database_url)
    switchboard = Switchboard({"telegram": TelegramChannel("1:bench", sink_url)}, {})
    dispatcher = Dispatcher(database, switchboard, RqWakeups(Redis.from_url(redis_url)))
    past = datetime(2000, 1, 1, tzinfo=UTC)
    claim(database, past)
    dispatcher.run_due(past)
    print(flush=True)
    sys.stdin.readline()
    now, claimed, last = datetime.now(UTC), 0, 0.0
    with database.service_line() as line:
        while got := dispatcher.claims.look(line, now).moved if whole else claim(database, now):
            claimed, last = claimed + got, time.time()
    print(claimed, last, flush=True)


def race(ground: Ground, count: int, workers: int, *, whole: bool) -> tuple[float, int]:
    """Claims a second, and how many tasks were claimed twice or never."""
    ground.prepare(count)
    urls = (ground.database_url, ground.redis_url, ground.sink.url)
    command = [sys.executable, "-m", "bench.claims", "--worker", "whole" if whole else "claim", *urls]
    processes = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in range(workers)
    ]
    for process in processes:
        assert process.stdout is not None
        process.stdout.readline()
    start = time.time()
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    found = [process.communicate()[0].split() for process in processes]
    last = max(float(at) for _, at in found)
    claimed = sum(int(number) for number, _ in found)
    with psycopg.connect(plain(ground.database_url)) as connection:
        row = connection.execute(_CLAIMED_TWICE).fetchone()
    return count / (last - start), abs(count - claimed) + (row[0] if row else count)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.claims", description=__doc__.partition("\n")[0])
    parser.add_argument("--tasks", type=int, default=20_000)
    parser.add_argument("--workers", type=int, default=4)
    parser.add_argument("--worker", nargs=4, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.worker:
        work(given.worker[0] == "whole", *given.worker[1:])
        return 0
    with open_ground() as ground:
        rate, faults = race(ground, given.tasks, given.workers, whole=False)
        whole, wrong = race(ground, given.tasks // 4, given.workers, whole=True)
    return report(
        [
            Figure(
                f"F13 claims, {given.workers} workers",
                f">= {TARGET:,.0f}/s",
                f"{rate:,.0f}/s",
                rate >= TARGET,
            ),
            Figure("F13 claimed twice or never", "0", str(faults + wrong), faults + wrong == 0),
            Figure("claims with people, rules and attempts", "", f"{whole:,.0f}/s"),
        ]
    )


if __name__ == "__main__":
    sys.exit(main())

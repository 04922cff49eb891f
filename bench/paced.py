"""A provider with limits: Telegram's 30 messages a second and 1 a second to each chat, and far more due than that.

    python -m bench.paced [--people 5000] [--quick]

Targets: 35.1 s for each 1,000 messages (1.05 times what 30 a second allow), 200 s for 5,000 people due within a minute;
nobody left out, nobody written to twice, and Telegram never has to refuse. Two workers share one Redis; every tenth
person has two tasks at the same moment, which are said in one message.
"""

from __future__ import annotations

import argparse
import gc
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import structlog
from redis import Redis

from bench.figures import Figure, at_most, table
from bench.seed import Load, as_service, fill, plain
from channels.switchboard import Switchboard
from channels.telegram import TelegramChannel
from reminders.dispatch import Dispatcher
from reminders.throttle import Pace, Throttle
from reminders.wakeups import RqWakeups
from storage.database import Database
from storage.embedded import EmbeddedServers
from storage.migrations import migrate
from tests.fakes.rates import RateLimit
from tests.fakes.telegram_server import TOKEN, FakeTelegram

WORKERS = 2
PER_SECOND, PER_CHAT = 30, 1
_PER_THOUSAND = 1.05 * 1000 / PER_SECOND
_F7 = (5000, 200.0)  # people, seconds
_PROJECT = Path(__file__).resolve().parent.parent
_TWICE = """
    insert into tasks (id, user_id, title, scheduled_at, duration_minutes, created_at, local_day, wakes_at)
    select gen_random_uuid(), user_id, 'Drink water', scheduled_at, 20, created_at, local_day, wakes_at
    from (select *, row_number() over (order by wakes_at) as n from tasks) as numbered
    where n % 10 = 0
"""


@dataclass(frozen=True)
class Outcome:
    """What Telegram saw; `seconds` from the first moment anything was due to the last message."""

    messages: int
    seconds: float
    lost: int
    doubled: int
    refused: int


def work(database_url: str, redis_url: str, telegram_url: str) -> None:
    """One worker's whole life, until it is ended; it says when it is ready."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    redis = Redis.from_url(redis_url)
    switchboard = Switchboard({"telegram": TelegramChannel(TOKEN, telegram_url)}, {})
    throttle = Throttle(redis, {"telegram": Pace(PER_SECOND, PER_CHAT)})
    dispatcher = Dispatcher(Database(database_url), switchboard, RqWakeups(redis), throttle=throttle)
    dispatcher.run_due(datetime.now(UTC))  # connects
    print("ready", flush=True)
    while True:
        dispatcher.run_due(datetime.now(UTC))
        time.sleep(0.05)


def run(people: int) -> Outcome:
    """Everything is due within a fraction of a minute that fits the number of people: 5,000 take the whole of it."""
    # The provider lives in this process. While garbage was collected it stood still for a tenth of a second, now and then,
    # and took what had piled up for too much at once.
    gc.disable()
    with (
        tempfile.TemporaryDirectory(prefix="flux-paced-") as home,
        EmbeddedServers(Path(home)) as servers,
        FakeTelegram() as telegram,
    ):
        telegram.overall, telegram.per_chat = RateLimit(PER_SECOND), RateLimit(PER_CHAT)
        urls = (servers.urls["DATABASE_URL"], servers.urls["REDIS_URL"], telegram.url)
        migrate(urls[0])
        command = [sys.executable, "-m", "bench.paced", "--worker", *urls]
        workers = [
            subprocess.Popen(command, cwd=_PROJECT, stdout=subprocess.PIPE, text=True) for _ in range(WORKERS)
        ]
        try:
            for worker in workers:
                assert worker.stdout is not None
                worker.stdout.readline()
            due = datetime.now(UTC) + timedelta(seconds=3)
            _fill(urls[0], people, due)
            took = _last_message(telegram, people, due)
        finally:
            for worker in workers:
                worker.kill()
                worker.wait()
        chats = Counter(sent.chat_id for sent in telegram.messages)
        return Outcome(
            chats.total(), took, people - len(chats), chats.total() - len(chats), telegram.throttled
        )


def _fill(url: str, people: int, due: datetime) -> None:
    fill(url, Load(people, due, timedelta(seconds=60 * people / _F7[0])), quiet=True)
    with psycopg.connect(plain(url)) as connection:
        as_service(connection)
        connection.execute(_TWICE)


def _last_message(telegram: FakeTelegram, messages: int, due: datetime) -> float:
    """Wait until all are there, or no more can be expected."""
    end = time.monotonic() + 30 + 2 * messages / PER_SECOND
    while len(telegram.sent) < messages and time.monotonic() < end:
        time.sleep(0.02)
    return (datetime.now(UTC) - due).total_seconds()


def report(outcome: Outcome, people: int) -> int:
    most = _PER_THOUSAND * outcome.messages / 1000
    figures = [
        Figure("F7 messages", "", f"{outcome.messages:,} to {people:,} people, {WORKERS} workers"),
        Figure(
            "F7 from due to the last one",
            f"<= {most:.1f} s",
            f"{outcome.seconds:.1f} s",
            outcome.seconds <= most,
        ),
        Figure(
            "F7 lost, doubled",
            "0, 0",
            f"{outcome.lost}, {outcome.doubled}",
            not (outcome.lost or outcome.doubled),
        ),
        Figure("F7 refused for being too many", "0", f"{outcome.refused}", not outcome.refused),
    ]
    if people >= _F7[0]:
        figures.append(at_most(f"F7 {_F7[0]:,} people due in one minute", outcome.seconds, _F7[1]))
    print(table(figures))
    return 1 if any(figure.ok is False for figure in figures) else 0


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.paced", description=__doc__.partition("\n")[0])
    parser.add_argument("--people", type=int, default=_F7[0])
    parser.add_argument("--quick", action="store_true", help="1,000 people")
    parser.add_argument("--worker", nargs=3, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.worker:
        work(*given.worker)
    people = 1000 if given.quick else given.people
    return report(run(people), people)


if __name__ == "__main__":
    sys.exit(main())

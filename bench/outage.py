"""An outage: six hours of silence, then everything that fell due meanwhile is sorted at once, by two worker processes.

    python -m bench.outage [--tasks 10000]

Half as many people as tasks, each with a chat, a push subscription, WhatsApp and calls; an instant provider that
counts. Targets: sorted in 60 s, at most one message per person and kind of address, no call, nothing at night, no task
forgotten, and everything late marked as such.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import perf_counter

import psycopg
import structlog
from redis import Redis

from bench.figures import Figure, at_most, table
from bench.seed import LEAD, Load, fill, plain
from channels.messages import Address, InboundMessage, OutboundMessage, Receipt
from channels.switchboard import Switchboard
from reminders.dispatch import Dispatcher
from reminders.rules.ladder import Timing
from reminders.wakeups import RqWakeups
from storage.database import Database
from storage.embedded import EmbeddedServers
from storage.migrations import migrate

OUTAGE = timedelta(hours=6)
BACK = datetime(2026, 3, 11, 15, 0, tzinfo=UTC)  # in the afternoon of two people out of three
WORKERS = 2
CHANNELS = ("telegram", "push", "whatsapp", "call")
_PROJECT = Path(__file__).resolve().parent.parent
# Everybody can be reached everywhere; every third person lives where it is night, and sleeps.
_READY = """
    with numbered as (select id, row_number() over (order by id) as n from users)
    update users u set phone_verified = true, whatsapp_opt_in_at = u.created_at,
        notification_preferences = '{"calls_opted_in": true}',
        profile = '{"sleep_window": {"start": "23:00", "end": "07:00"}}',
        timezone = case when n % 3 = 0 then 'Asia/Tokyo' else 'Europe/Berlin' end
    from numbered where numbered.id = u.id;
    with people as (select id, row_number() over (order by id) as n from users)
    insert into identities (user_id, channel, value)
    select id, channel, '+4915' || (200000000 + n) from people, unnest(array['whatsapp', 'call']) as channel;
    insert into push_subscriptions (user_id, endpoint, p256dh, auth)
    select id, 'https://push.example/' || id, 'k', 'a' from users;
"""
# One row per message that left: whose, how, and where they live.
_SENT = """
    select t.user_id, d.channel, u.timezone from dispatch_log d
    join tasks t on t.id = d.task_id join users u on u.id = t.user_id where d.status = 'dispatched'
"""
_LEFT = """
    select count(*) from tasks t where t.wakes_at <= %(now)s or t.stage = 'waiting'
        or not exists (select 1 from dispatch_log d where d.task_id = t.id)
"""
_WAITING = """
    select count(*) - count(distinct (channel, address)) from dispatch_log where status in ('pending', 'unknown')
"""
_UNMARKED = """
    select count(*) from dispatch_log d join tasks t on t.id = d.task_id
    where d.rung in ('remind', 'miss_note') and d.status in ('dispatched', 'pending')
        and coalesce(d.reason, '') not in ('late', 'digest') and t.scheduled_at < %(late)s
"""


class Instant:
    """A provider that accepts everything at once; what it was given stands in the outbox."""

    def __init__(self, name: str) -> None:
        self.name = name

    def send(self, to: Address, message: OutboundMessage, now: datetime) -> Receipt:  # noqa: ARG002 - Channel's signature
        return Receipt(str(message.attempt_id))

    def acknowledge(self, message: InboundMessage, text: str = "") -> None:
        pass

    def find(self, to: Address, attempt_id: object, since: datetime, words: str = "") -> Receipt | None:  # noqa: ARG002 - as above
        return None


def work(database_url: str, redis_url: str) -> None:
    """One worker's part: get ready, wait for the word, and carry on until nothing is due."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    switchboard = Switchboard({name: Instant(name) for name in CHANNELS}, {})
    dispatcher = Dispatcher(Database(database_url), switchboard, RqWakeups(Redis.from_url(redis_url)))
    dispatcher.run_due(datetime(2000, 1, 1, tzinfo=UTC))  # connects
    print("ready", flush=True)
    sys.stdin.readline()
    while dispatcher.run_due(BACK).claimed:
        pass


def run(tasks: int) -> list[Figure]:
    with (
        tempfile.TemporaryDirectory(prefix="flux-bench-") as home,
        EmbeddedServers(Path(home)) as servers,
    ):
        urls = (servers.urls["DATABASE_URL"], servers.urls["REDIS_URL"])
        migrate(urls[0])
        fill(urls[0], Load(tasks, BACK - OUTAGE, OUTAGE, max(1, tasks // 2)), quiet=True)
        with psycopg.connect(plain(urls[0]), autocommit=True) as connection:
            connection.execute(_READY.encode())
            connection.execute("vacuum analyze")
        took = _sort(urls)
        with psycopg.connect(plain(urls[0])) as connection:
            return _figures(connection, tasks, took)


def _sort(urls: tuple[str, str]) -> float:
    command = [sys.executable, "-m", "bench.outage", "--worker", *urls]
    workers = [
        subprocess.Popen(command, cwd=_PROJECT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in range(WORKERS)
    ]
    for worker in workers:
        assert worker.stdout is not None
        worker.stdout.readline()
    begun = perf_counter()
    for worker in workers:
        assert worker.stdin is not None
        worker.stdin.write("go\n")
        worker.stdin.flush()
    for worker in workers:
        worker.wait(timeout=300)
    return perf_counter() - begun


def _figures(connection: psycopg.Connection, tasks: int, took: float) -> list[Figure]:
    sent = connection.execute(_SENT.encode()).fetchall()
    by_address: dict[tuple[object, str], int] = {}
    for person, channel, _ in sent:
        by_address[person, channel] = by_address.get((person, channel), 0) + 1
    calls = sum(channel in ("call", "whatsapp") for _, channel, _ in sent)
    night = sum(zone == "Asia/Tokyo" for _, _, zone in sent)
    late = BACK + LEAD - Timing().window  # what was to start before this should have been said long before
    most = max(by_address.values(), default=0)
    return [
        at_most(f"F6 {tasks:,} overdue after {OUTAGE.seconds // 3600} h, sorted", took, 60),
        Figure("F6 messages to one address", "<= 1", f"{most} ({len(sent):,} in all)", most == 1),
        _none(
            "notes for one address that wait for the morning, beyond the first",
            _count(connection, _WAITING, {}),
        ),
        _none("calls and WhatsApp messages", calls),
        _none("messages at night", night),
        _none("late words not marked as late", _count(connection, _UNMARKED, {"late": late})),
        _none("tasks forgotten", _count(connection, _LEFT, {"now": BACK})),
    ]


def _none(name: str, found: int) -> Figure:
    return Figure(f"F6 {name}", "0", f"{found:,}", found == 0)


def _count(connection: psycopg.Connection, query: str, values: dict[str, object]) -> int:
    row = connection.execute(query.encode(), values).fetchone()
    return int(row[0]) if row else 0


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.outage", description=__doc__.partition("\n")[0])
    parser.add_argument("--tasks", type=int, default=10_000)
    parser.add_argument("--worker", nargs=2, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.worker:
        work(*given.worker)
        return 0
    figures = run(given.tasks)
    print(table(figures))
    return 0 if all(figure.ok for figure in figures) else 1


if __name__ == "__main__":
    sys.exit(main())

"""Three ways to send what is due: Flux's own, one queue job per reminder, and the plain poll loop.

Each runs as a process of its own (`python -m bench.contestants NAME DATABASE_URL REDIS_URL SINK_URL`): it gets ready,
prints a line, and starts when it reads one. All of them claim in Postgres, post over kept connections with the same
channel, and write a result row.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from uuid import UUID, uuid4

import psycopg
import structlog
from redis import Redis
from rq import Queue, SimpleWorker

from bench.seed import plain
from channels.messages import Address, OutboundMessage
from channels.switchboard import Switchboard
from channels.telegram import TelegramChannel
from reminders.dispatch import Dispatcher
from reminders.wakeups import RqWakeups
from storage.database import Database

_DUE = """
    select t.id, i.value, t.title from tasks t join identities i on i.user_id = t.user_id
    where t.status = 'pending' and t.reminder_sent_at is null and t.wakes_at <= %s order by t.wakes_at
"""
_CLAIM = (
    "update tasks set reminder_sent_at = %s where id = %s and status = 'pending' and reminder_sent_at is null"
)
_RESULT = (
    "insert into notification_log (id, task_id, channel, external_id, sent_at) values (%s, %s, %s, %s, %s)"
)


def flux(database_url: str, redis_url: str, sink_url: str) -> Callable[[], None]:
    switchboard = Switchboard({"telegram": TelegramChannel("1:bench", sink_url)}, {})
    dispatcher = Dispatcher(Database(database_url), switchboard, RqWakeups(Redis.from_url(redis_url)))
    dispatcher.run_due(datetime(2000, 1, 1, tzinfo=UTC))  # connects
    return lambda: void(dispatcher.run_due(datetime.now(UTC)))


def loop(database_url: str, redis_url: str, sink_url: str) -> Callable[[], None]:  # noqa: ARG001 - one signature for all
    """What is usually written first: select what is due, then one by one."""
    connection = psycopg.connect(plain(database_url), autocommit=True)
    channel = TelegramChannel("1:bench", sink_url)

    def run() -> None:
        for task_id, chat, title in connection.execute(_DUE, [datetime.now(UTC)]).fetchall():
            remind(connection, channel, task_id, chat, title)

    return run


def jobs(database_url: str, redis_url: str, sink_url: str) -> Callable[[], None]:
    """One queue job per reminder, worked off by a SimpleWorker; run two of these processes at once."""
    worker = SimpleWorker([Queue("bench", connection=Redis.from_url(redis_url))])
    connection_of(database_url, sink_url)
    return lambda: void(worker.work(burst=True, logging_level="ERROR"))


def enqueue_jobs(database_url: str, redis_url: str, sink_url: str) -> None:
    """Put a job for each due reminder into the queue, as a scheduler would have by then."""
    queue = Queue("bench", connection=Redis.from_url(redis_url))
    with psycopg.connect(plain(database_url)) as connection:
        rows = connection.execute(_DUE, [datetime.now(UTC)]).fetchall()
    queue.enqueue_many(
        [
            Queue.prepare_data(
                "bench.contestants.one_job", [database_url, sink_url, str(task_id), chat, title], result_ttl=0
            )
            for task_id, chat, title in rows
        ]
    )


def one_job(database_url: str, sink_url: str, task_id: str, chat: str, title: str) -> None:
    connection, channel = connection_of(database_url, sink_url)
    remind(connection, channel, UUID(task_id), chat, title)


@cache
def connection_of(database_url: str, sink_url: str) -> tuple[psycopg.Connection, TelegramChannel]:
    return psycopg.connect(plain(database_url), autocommit=True), TelegramChannel("1:bench", sink_url)


def remind(
    connection: psycopg.Connection, channel: TelegramChannel, task_id: UUID, chat: str, title: str
) -> None:
    """Claim by compare-and-set, send, write down that it was sent."""
    now = datetime.now(UTC)
    if connection.execute(_CLAIM, [now, task_id]).rowcount != 1:
        return
    receipt = channel.send(Address("telegram", chat), OutboundMessage(title), now)
    external = f"telegram:{chat}:{receipt.external_id}"
    connection.execute(_RESULT, [uuid4(), task_id, "telegram", external, now])


def void(_: object) -> None:
    """For lambdas whose result is of no interest."""


CONTESTANTS = {"flux": flux, "jobs": jobs, "loop": loop}


if __name__ == "__main__":
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    name, *urls = sys.argv[1:]
    go = CONTESTANTS[name](*urls)
    print("ready", flush=True)
    sys.stdin.readline()
    go()
    print("done", flush=True)

"""Four ways to send what is due: Flux's own, the seed's poll loop, one RQ job per reminder, and Celery's eta.

Each runs as a process of its own (`python -m bench.contestants NAME DATABASE_URL REDIS_URL SINK_URL`): it gets ready,
prints a line with the moment everything falls due (0: now), starts when it reads one, and prints the CPU seconds that
took. All of them claim in Postgres, post over Flux's own Telegram client, and write a result row; only Flux and the
seed's loop write the attempt before it is made.
"""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import cache
from typing import Any
from uuid import UUID, uuid4

import psycopg
import structlog
from redis import Redis
from rq import Queue, SimpleWorker
from sqlalchemy import create_engine, text

from bench.cpu import cpu_seconds
from bench.seed import plain
from channels.messages import Address, OutboundMessage
from channels.switchboard import Switchboard
from channels.telegram import TelegramChannel
from reminders.dispatch import Dispatcher, DispatchReport
from reminders.wakeups import RqWakeups
from storage.database import SERVICE, Database, normalise_url

Post = Callable[[str, str], str]  # (chat, text) -> the provider's id
Go = tuple[float, Callable[[], None]]  # when everything is due (0: now), and the race itself

DUE = """
    select t.id, i.value, t.title from tasks t join identities i on i.user_id = t.user_id
    where t.status = 'pending' and t.reminder_sent_at is null and t.wakes_at <= %s order by t.wakes_at
"""
_CLAIM = (
    "update tasks set reminder_sent_at = %s where id = %s and status = 'pending' and reminder_sent_at is null"
)
_RESULT = (
    "insert into notification_log (id, task_id, channel, external_id, sent_at) values (%s, %s, %s, %s, %s)"
)
_LOOP_DUE = text(DUE.replace("%s", ":now"))
_LOOP_CLAIM = text(
    "update tasks set reminder_sent_at = :now where id = :task and status = 'pending' and reminder_sent_at is null"
)
_LOOP_LOG = text(
    "insert into dispatch_log (id, task_id, channel, rung, status, created_at)"
    " values (:attempt, :task, 'telegram', 'remind', 'pending', :now)"
)
_LOOP_DONE = text("update dispatch_log set status = 'dispatched', dispatched_at = :now where id = :attempt")
_LOOP_NOTE = text(
    "insert into notification_log (id, task_id, channel, external_id, sent_at)"
    " values (:id, :task, 'telegram', :external, :now)"
)


def flux(database_url: str, redis_url: str, sink_url: str) -> Go:
    switchboard = Switchboard({"telegram": TelegramChannel("1:bench", sink_url)}, {})
    dispatcher = Dispatcher(Database(database_url), switchboard, RqWakeups(Redis.from_url(redis_url)))
    dispatcher.run_due(datetime(2000, 1, 1, tzinfo=UTC))  # connects

    def run() -> None:
        """Until nothing is left: after twenty seconds a run leaves the rest to the next one."""
        while dispatcher.run_due(datetime.now(UTC)) != DispatchReport():
            pass

    return 0, run


def loop(database_url: str, redis_url: str, sink_url: str) -> Go:  # noqa: ARG001 - one signature for all
    """The seed's, over SQLAlchemy as it asks for: select what is due, then claim, log, send and note one by one."""
    engine = create_engine(normalise_url(database_url), connect_args={"options": f"-c role={SERVICE}"})
    post = post_to(sink_url)

    def run() -> None:
        with engine.begin() as connection:
            due = connection.execute(_LOOP_DUE, {"now": datetime.now(UTC)}).all()
        for task_id, chat, title in due:
            values = {"attempt": uuid4(), "id": uuid4(), "task": task_id, "now": datetime.now(UTC)}
            with engine.begin() as connection:
                if not connection.execute(_LOOP_CLAIM, values).rowcount:
                    continue
                connection.execute(_LOOP_LOG, values)
            values["external"] = post(chat, title)
            with engine.begin() as connection:
                connection.execute(_LOOP_DONE, values)
                connection.execute(_LOOP_NOTE, values)

    return 0, run


def jobs(database_url: str, redis_url: str, sink_url: str) -> Go:
    """One queue job per reminder, worked off by a SimpleWorker; run two of these processes at once."""
    worker = SimpleWorker([Queue("bench", connection=Redis.from_url(redis_url))])
    connection_of(database_url, sink_url)
    return 0, lambda: void(worker.work(burst=True, logging_level="ERROR"))


def enqueue_jobs(database_url: str, redis_url: str, sink_url: str) -> None:
    """Put a job for each due reminder into the queue, as a scheduler would have by then."""
    queue = Queue("bench", connection=Redis.from_url(redis_url))
    queue.enqueue_many(
        [
            Queue.prepare_data(
                "bench.contestants.one_job", [database_url, sink_url, str(task_id), chat, title], result_ttl=0
            )
            for task_id, chat, title in due_now(database_url)
        ]
    )


def celery(database_url: str, redis_url: str, sink_url: str) -> Go:
    """One task with an eta per reminder, held by a worker with two processes."""
    from bench.celery_peer import race  # the package is optional

    return race(database_url, redis_url, sink_url)


def due_now(database_url: str) -> Sequence[Any]:
    with psycopg.connect(plain(database_url)) as connection:
        return connection.execute(DUE, [datetime.now(UTC)]).fetchall()


def one_job(database_url: str, sink_url: str, task_id: str, chat: str, title: str) -> None:
    """Claim by compare-and-set, send, write down that it was sent."""
    connection, post = connection_of(database_url, sink_url)
    now = datetime.now(UTC)
    if connection.execute(_CLAIM, [now, UUID(task_id)]).rowcount:
        external = post(chat, title)
        connection.execute(_RESULT, [uuid4(), UUID(task_id), "telegram", external, now])


@cache
def connection_of(database_url: str, sink_url: str) -> tuple[psycopg.Connection, Post]:
    return psycopg.connect(plain(database_url), autocommit=True), post_to(sink_url)


def post_to(sink_url: str) -> Post:
    """The provider over the very client that Flux uses."""
    channel = TelegramChannel("1:bench", sink_url)

    def post(chat: str, title: str) -> str:
        receipt = channel.send(Address("telegram", chat), OutboundMessage(title), datetime.now(UTC))
        return f"telegram:{chat}:{receipt.external_id}"

    return post


def void(_: object) -> None:
    """For lambdas whose result is of no interest."""


CONTESTANTS = {"flux": flux, "loop": loop, "jobs": jobs, "celery": celery}


if __name__ == "__main__":
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    name, *urls = sys.argv[1:]
    due, go = CONTESTANTS[name](*urls)
    print(due, flush=True)
    sys.stdin.readline()
    before = cpu_seconds(os.getpid())
    go()
    print(cpu_seconds(os.getpid()) - before, flush=True)

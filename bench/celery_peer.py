"""Celery as a contestant: one task with an eta per reminder, and a worker with two processes that holds them.

Needs celery, which Flux itself never does: `pip install -e '.[bench]'`.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import psycopg
from celery import Celery
from celery.signals import worker_ready

from bench.contestants import due_now, one_job
from bench.seed import plain

_BROKER = "FLUX_BENCH_BROKER"
_UNSENT = "select count(*) from tasks where status = 'pending' and reminder_sent_at is null"
_PATIENCE = 300.0
_READY = "ready"

app = Celery("bench", broker=os.environ.get(_BROKER, ""))
app.conf.update(
    worker_hijack_root_logger=False,
    worker_redirect_stdouts=False,
    task_ignore_result=True,
    enable_utc=True,
    timezone="UTC",
)

remind = app.task(name="remind")(one_job)


@worker_ready.connect  # type: ignore[untyped-decorator]
def _say(**_: object) -> None:
    print(_READY, flush=True)


def race(database_url: str, redis_url: str, sink_url: str) -> tuple[float, Callable[[], None]]:
    """The moment the tasks are due, with all of them handed over by then, and the wait until all are sent."""
    app.conf.broker_url = redis_url
    command = [sys.executable, "-m", "celery", "-A", "bench.celery_peer", "worker"]
    quiet = ["--pool", "prefork", "-c", "2", "--loglevel", "ERROR", "--without-gossip", "--without-mingle"]
    worker = subprocess.Popen(
        [*command, *quiet],
        env=os.environ | {_BROKER: redis_url},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert worker.stdout is not None
    while (line := worker.stdout.readline()) and line.strip() != _READY:
        continue
    rows = due_now(database_url)
    due = datetime.now(UTC) + timedelta(seconds=3 + len(rows) / 400)  # the worker takes them in as they come
    for task_id, chat, title in rows:
        remind.apply_async((database_url, sink_url, str(task_id), chat, title), eta=due)

    def run() -> None:
        time.sleep(max(0.0, due.timestamp() - time.time()))
        try:
            _wait_until_sent(database_url)
        finally:
            worker.terminate()
            worker.wait(20)

    return due.timestamp(), run


def _wait_until_sent(database_url: str) -> None:
    end = time.monotonic() + _PATIENCE
    with psycopg.connect(plain(database_url), autocommit=True) as connection:
        while time.monotonic() < end:
            row = connection.execute(_UNSENT).fetchone()
            if row is None or row[0] == 0:
                return
            time.sleep(0.2)

"""Retention in the middle of everything: a ladder climbs as if nobody were tidying up beside it."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta

from sqlalchemy import select

from storage.database import Database
from storage.retention import RetentionLimits, retain
from storage.tables import DispatchLog, InboundEvent, Task, User
from storage.vocabulary import DispatchStatus, TaskStatus
from tests.reminders.conftest import Ladders

MINUTE = timedelta(minutes=1)
AT_ONCE = RetentionLimits(*[timedelta(0)] * 6)  # whatever is finished goes in the same moment


def test_a_ladder_climbs_to_its_end_while_everything_finished_goes_at_once(
    ladders: Ladders, reachable: User, stranger: User, now: datetime
) -> None:
    start = now + timedelta(hours=1)
    tasks = [ladders.plan(user, start, now).id for user in (reachable, stranger)]
    over = threading.Event()
    failures: list[Exception] = []

    def tidy() -> None:
        try:
            while not over.is_set():
                retain(ladders.database, AT_ONCE, start + timedelta(hours=3), batch=2)
        except Exception as error:  # noqa: BLE001 - told by the assertion below
            failures.append(error)

    beside = threading.Thread(target=tidy)
    beside.start()
    try:
        ladders.run_until(now, start + timedelta(hours=2))
    finally:
        over.set()
        beside.join()
    assert not failures
    reminded_and_told = [at for _, _, at in ladders.telegram.sent]
    assert reminded_and_told == [start - 10 * MINUTE] * 2 + [start + 60 * MINUTE] * 2
    assert [at for _, _, at in ladders.whatsapp.sent] == [start - 8 * MINUTE]
    assert [at for _, _, at in ladders.call.sent] == [start - 6 * MINUTE]
    assert {ladders.task(task_id).status for task_id in tasks} == {TaskStatus.MISSED}


def test_what_waits_to_be_sent_or_said_stays_and_is_sent(
    ladders: Ladders, database: Database, owner: User, now: datetime
) -> None:
    task = ladders.plan(owner, now + 10 * MINUTE, now)
    ladders.claim(now)  # committed, and then the process is gone
    with database.service() as session:
        session.add(
            InboundEvent(
                channel="telegram",
                external_id="1",
                sender="sim:owner",
                payload={},
                received_at=now,
                correlation_id="c",
            )
        )
        before = session.scalars(select(DispatchLog.status)).all()
    assert DispatchStatus.PENDING in before
    assert not retain(database, AT_ONCE, now + timedelta(days=999)).counts
    ladders.dispatcher.run_due(now + timedelta(seconds=31))
    assert [message.task_id for _, message, _ in ladders.telegram.sent] == [task.id]
    with database.service() as session:
        assert session.scalars(select(InboundEvent.state)).all() == ["received"]
        assert session.scalars(select(Task.id)).all() == [task.id]

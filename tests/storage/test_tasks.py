"""Claims on the real Postgres: what is due, the longest waiting first, and no row for two workers."""

from __future__ import annotations

import threading
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest

from storage import outbox, tasks
from storage.database import Database
from storage.tables import DispatchLog, Task, User

HOUR = timedelta(hours=1)


def add(
    database: Database, user: User, wakes_at: datetime | None, count: int = 1, **fields: object
) -> list[UUID]:
    day = date(2026, 3, 11)
    start = fields.pop("scheduled_at", wakes_at or datetime(2026, 3, 11, tzinfo=UTC))
    with database.service() as session:
        rows = [
            Task(
                user_id=user.id, title="Read", scheduled_at=start, local_day=day, wakes_at=wakes_at, **fields
            )
            for _ in range(count)
        ]
        session.add_all(rows)
        session.flush()
        return [row.id for row in rows]


def test_only_what_is_due_is_claimed_and_the_longest_waiting_first(
    database: Database, owner: User, now: datetime
) -> None:
    (second,) = add(database, owner, now - timedelta(seconds=1))
    (first,) = add(database, owner, now - timedelta(seconds=2))
    add(database, owner, now + timedelta(seconds=1))
    add(database, owner, None)
    with database.service() as session:
        claimed = tasks.claim_due(session, now, 10)
        assert [task.id for task in claimed] == [first, second]
        assert outbox.next_due(session, now) == now + timedelta(seconds=1)


def test_eight_claimers_share_the_rows_and_no_row_twice(
    database: Database, owner: User, now: datetime
) -> None:
    everything = add(database, owner, now, count=200)
    seen: list[UUID] = []

    def claim() -> None:
        while True:
            with database.service() as session:
                rows = tasks.claim_due(session, now, 15)
                for row in rows:
                    session.expunge(row)
                    row.wakes_at = None
                tasks.save_ladder(session, rows)
            if not rows:
                return
            seen.extend(row.id for row in rows)

    threads = [threading.Thread(target=claim) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(seen) == sorted(everything)


def test_a_claim_brings_everything_that_is_due_for_the_same_person_and_what_soon_will_be(
    database: Database, owner: User, stranger: User, now: datetime
) -> None:
    mine = [*add(database, owner, now - HOUR), *add(database, owner, now), *add(database, owner, now + HOUR)]
    add(database, owner, now + 2 * HOUR)
    add(database, stranger, now)
    with database.service() as session:
        claimed = tasks.claim_due(session, now, 1, ahead=HOUR)
    assert [task.id for task in claimed] == mine


def test_a_person_whom_one_claim_holds_is_left_to_it_and_others_are_claimed(
    database: Database, owner: User, stranger: User, now: datetime
) -> None:
    """Else two workers would each send one half of what should be one message."""
    add(database, owner, now - HOUR, count=3)
    (other,) = add(database, stranger, now)
    with database.service() as first, database.service() as second:
        assert len(tasks.claim_due(first, now, 1)) == 3
        assert [task.id for task in tasks.claim_due(second, now, 1)] == [other]


@pytest.mark.parametrize(
    ("stage", "version", "attempt_status", "woken"),
    [
        ("reminded", 2, "failed", 1),
        ("reminded", 2, "pending", 0),  # another address may still get through
        ("reminded", 3, "failed", 0),  # the task has moved on since
        ("called", 2, "failed", 0),  # after the call comes only the miss, in its own time
    ],
)
def test_a_task_is_woken_only_when_its_newest_rung_failed_everywhere(
    database: Database,
    owner: User,
    now: datetime,
    stage: str,
    version: int,
    attempt_status: str,
    woken: int,
) -> None:

    (task_id,) = add(database, owner, now + HOUR, stage=stage, version=version)
    with database.service() as session:
        session.add(
            DispatchLog(
                task_id=task_id,
                channel="push",
                rung="remind",
                status=attempt_status,
                task_version=2,
                created_at=now,
            )
        )
        session.flush()
        assert tasks.wake_failed(session, [(task_id, 2), (task_id, 2)], now) == woken


def test_strangers_cannot_get_or_lock_a_task(
    database: Database, owner: User, stranger: User, now: datetime
) -> None:
    (task_id,) = add(database, owner, now)
    with database.service() as session:
        assert tasks.get_task(session, owner.id, task_id) is not None
        assert tasks.get_task(session, stranger.id, task_id) is None
        assert tasks.lock_task(session, stranger.id, task_id) is None

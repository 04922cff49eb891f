"""Provider reports in any order end the same, and the trail says what became of everything."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import permutations, product
from uuid import UUID, uuid4

import pytest
from sqlalchemy.orm import Session

from storage import deliveries
from storage.database import Database
from storage.tables import DispatchLog, Task, User
from storage.trail import trail
from storage.vocabulary import Rung


@dataclass(frozen=True)
class Report:
    channel: str
    external_id: str
    state: str
    attempt_id: UUID | None = None
    error_code: str | None = None


@pytest.fixture
def task(database: Database, owner: User, now: datetime) -> Task:
    with database.service() as session:
        row = Task(
            user_id=owner.id,
            title="Easy run",
            scheduled_at=now + timedelta(minutes=8),
            local_day=date(2026, 3, 11),
            created_at=now,
            stage="whatsapped",
            version=3,
            wakes_at=now + timedelta(minutes=2),
        )
        session.add(row)
        return row


def attempt(session: Session, task: Task, now: datetime, **fields: object) -> DispatchLog:
    values = {
        "channel": "whatsapp",
        "address": "+49",
        "rung": "whatsapp",
        "task_version": 3,
        "created_at": now,
    }
    row = DispatchLog(task_id=task.id, **(values | fields))
    session.add(row)
    session.flush()
    return row


@pytest.mark.parametrize(("last", "status"), [("read", "dispatched"), ("failed", "failed")])
def test_reports_in_every_order_end_the_same(
    database: Database, task: Task, now: datetime, last: str, status: str
) -> None:
    """Also when they come before the answer to our request: the attempt is still being sent then."""
    states = {"queued", "sent", "delivered", "read", last}
    with database.service() as session:
        for begun, order in product(("dispatched", "pending"), permutations(states)):
            row = attempt(session, task, now, status=begun)
            for state in (*order, order[0]):
                deliveries.apply_status(session, Report("whatsapp", f"SM{row.id.hex}", state, row.id), now)
            assert (row.outcome, row.status) == (last, status), order
            assert row.external_id == f"SM{row.id.hex}"


def test_a_message_that_could_not_be_delivered_wakes_its_task_for_the_next_rung(
    database: Database, task: Task, now: datetime
) -> None:
    with database.service() as session:
        row = attempt(session, task, now, status="dispatched", external_id="SM1")
        deliveries.apply_status(session, Report("whatsapp", "SM1", "failed", None, "63016"), now)
        assert (row.status, row.error) == ("failed", "63016")
    with database.service() as session:
        assert session.get_one(Task, task.id).wakes_at == now


def test_a_report_about_an_older_rung_wakes_nobody(database: Database, task: Task, now: datetime) -> None:
    with database.service() as session:
        attempt(session, task, now, status="dispatched", external_id="SM1", task_version=2)
        deliveries.apply_status(session, Report("whatsapp", "SM1", "failed"), now)
    with database.service() as session:
        assert session.get_one(Task, task.id).wakes_at == now + timedelta(minutes=2)


def test_a_report_about_nothing_we_know_changes_nothing(
    database: Database, task: Task, now: datetime
) -> None:
    with database.service() as session:
        assert not deliveries.apply_status(session, Report("whatsapp", "SM9", "sent"), now)
        assert not deliveries.apply_status(session, Report("whatsapp", "SM9", "sent", task.id), now)


def test_a_reply_finds_the_task_of_the_message_it_replies_to_for_its_owner_only(
    database: Database, task: Task, owner: User, stranger: User, now: datetime
) -> None:
    with database.service() as session:
        row = attempt(session, task, now, status="dispatched")
        key = deliveries.external_key("telegram", "sim:owner", "17")
        deliveries.note_reached(session, [(task.id, "telegram", key, row.id)] * 2, now)
        found = deliveries.task_of_message(session, owner.id, "telegram", "sim:owner", "17")
        assert found is not None
        assert found.id == task.id
        assert deliveries.task_of_message(session, stranger.id, "telegram", "sim:owner", "17") is None
        assert deliveries.task_of_message(session, owner.id, "telegram", "sim:owner", "18") is None


def test_the_newest_notice_is_found_however_many_later_tasks_were_spoken_of(
    database: Database, task: Task, owner: User, stranger: User, now: datetime
) -> None:
    """As after a journey: sixty tasks were reminded of and moved ahead, and now an earlier one is missed."""
    with database.service() as session:
        for days in range(1, 61):
            at = now + timedelta(days=days)
            moved = Task(user_id=owner.id, title="Moved", scheduled_at=at, local_day=at.date())
            session.add(moved)
            session.flush()
            earlier = now - timedelta(days=1, minutes=days)
            deliveries.note_reached(session, [(moved.id, "telegram", f"m{days}", uuid4())], earlier)
        miss = attempt(session, task, now, status="dispatched", rung="miss_note", channel="telegram")
        deliveries.note_reached(session, [(task.id, "telegram", "miss", miss.id)], now)
    for door in (database.service(), database.session(owner.id)):
        with door as session:
            assert deliveries.newest_notice(session, owner.id) == (now, None)
            assert deliveries.newest_about(session, owner.id, Rung.MISS_NOTE) == (now, task.id, "telegram")
            assert deliveries.newest_notice_at(session, stranger.id) is None


def test_the_trail_says_in_words_what_became_of_each_attempt(
    database: Database, task: Task, owner: User, stranger: User, now: datetime
) -> None:
    with database.service() as session:
        attempt(
            session, task, now, status="dispatched", rung="remind", channel="telegram", outcome="delivered"
        )
        later = now + timedelta(minutes=2)
        attempt(
            session,
            task,
            later,
            status="skipped",
            rung="call",
            channel="call",
            reason="calls are not switched on",
        )
        [told] = trail(session, owner.id, limit=5)
        assert [line.words() for line in told.lines] == [
            "reminder by Telegram, delivered",
            "call skipped: calls are not switched on",
        ]
        assert told.title == "Easy run"
        assert trail(session, stranger.id) == []

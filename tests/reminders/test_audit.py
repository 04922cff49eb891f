"""Every promise has its honest end: a clean week finds nothing, and each way to break a promise is found."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from reminders.audit import Audit, audit_week, confession, not_kept
from reminders.people import load_people
from reminders.rules.ladder import Timing
from storage.database import Database
from storage.tables import DispatchLog, NotificationLog, Task, User
from storage.vocabulary import Answer, Rung
from tests.reminders.conftest import Ladders, say

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
CLEAN = {"no_row": 0, "open": 0, "twice": 0}


def audited(database: Database, now: datetime) -> Audit:
    with database.service() as session:
        return audit_week(session, now)


def climb(ladders: Ladders, now: datetime) -> None:
    """Let every rung of a task that starts in ten minutes have its time, to the miss."""
    for minute in (0, 2, 4, 70):
        ladders.dispatcher.run_due(now + minute * MINUTE)


@pytest.fixture
def missed(ladders: Ladders, reachable: User, now: datetime) -> Task:
    """A task that has been through its whole ladder."""
    task = ladders.plan(reachable, now + 10 * MINUTE, now)
    climb(ladders, now)
    return ladders.task(task.id)


def test_a_week_of_every_kind_of_answer_is_clean(
    ladders: Ladders, missed: Task, reachable: User, now: datetime
) -> None:
    answers = (Answer.DONE, Answer.MISSED, Answer.ON_IT, Answer.SNOOZE, Answer.RESCHEDULE)
    begins = now + 2 * HOUR
    for number, answer in enumerate(answers):
        at = begins + number * HOUR
        early = ladders.plan(reachable, at + 30 * MINUTE, now, title=f"early {answer}")
        late = ladders.plan(reachable, at, now, title=f"late {answer}")
        say(ladders, reachable, early, answer, now + MINUTE)
        ladders.run_until(at - 10 * MINUTE, at - 8 * MINUTE, step=2 * MINUTE)
        say(ladders, reachable, late, answer, at - 7 * MINUTE)
    ladders.run_until(begins + 5 * HOUR, begins + 9 * HOUR, step=30 * MINUTE)
    ladders.dispatcher.run_due(begins + DAY)
    found = audited(ladders.database, begins + DAY + HOUR)
    assert found.differences == ()
    assert found.rungs > 15


def test_an_outage_that_was_sorted_out_afterwards_is_clean(
    ladders: Ladders, reachable: User, now: datetime
) -> None:
    for number in range(4):
        ladders.plan(reachable, now + (10 + 30 * number) * MINUTE, now, title=f"Task {number}")
    ladders.run_until(now + 6 * HOUR, now + 6 * HOUR + 3 * MINUTE)
    assert audited(ladders.database, now + 7 * HOUR).differences == ()


def test_somebody_nobody_can_reach_has_a_row_for_each_rung(
    ladders: Ladders, owner: User, now: datetime
) -> None:
    with ladders.database.service() as session:
        user = session.get_one(User, owner.id)
        user.phone_verified = False
    ladders.plan(owner, now + 10 * MINUTE, now)
    climb(ladders, now)
    assert audited(ladders.database, now + 2 * HOUR).counts == CLEAN


def forget(rung: Rung) -> Callable[[Session, Task, datetime], object]:
    return lambda session, task, _: session.execute(
        delete(DispatchLog).where(DispatchLog.task_id == task.id, DispatchLog.rung == rung)
    )


def never_left_out(session: Session, task: Task, _: datetime) -> None:
    """The ladder says that it was not begun, and no row says why."""
    session.get_one(Task, task.id).call_sent_at = None
    forget(Rung.CALL)(session, task, _)


def left_open(session: Session, task: Task, now: datetime) -> None:
    session.execute(
        update(DispatchLog)
        .where(DispatchLog.task_id == task.id, DispatchLog.rung == Rung.CALL)
        .values(status="unknown", deadline=now + HOUR, lease_until=None)
    )


def again(**other: object) -> Callable[[Session, Task, datetime], object]:
    """The same rung to the same address a second time."""

    def plant(session: Session, task: Task, _: datetime) -> None:
        first = session.query(DispatchLog).filter_by(task_id=task.id, rung="whatsapp").one()
        names = {"task_id", "channel", "rung", "address", "task_version", "status", "created_at"}
        copy = {name: getattr(first, name) for name in names} | other
        session.add(DispatchLog(id=uuid4(), dispatched_at=first.dispatched_at, **copy))

    return plant


def delivered_twice(session: Session, task: Task, now: datetime) -> None:
    first = session.query(DispatchLog).filter_by(task_id=task.id, rung="whatsapp").one()
    second = {"external_id": "another", "attempt_id": first.id, "sent_at": now}
    session.add(NotificationLog(task_id=task.id, channel="whatsapp", **second))


@pytest.mark.parametrize(
    ("plant", "kind", "rung"),
    [
        (forget(Rung.REMIND), "no_row", "remind"),
        (forget(Rung.WHATSAPP), "no_row", "whatsapp"),
        (forget(Rung.CALL), "no_row", "call"),
        (never_left_out, "no_row", "call"),
        (left_open, "open", "call"),
        (again(), "twice", "whatsapp"),
        (delivered_twice, "twice", "whatsapp"),
    ],
)
def test_a_broken_promise_is_found_and_told_to_its_person_alone(
    ladders: Ladders,
    missed: Task,
    stranger: User,
    now: datetime,
    plant: Callable[[Session, Task, datetime], object],
    kind: str,
    rung: str,
) -> None:
    with ladders.database.service() as session:
        plant(session, missed, now)
    found = audited(ladders.database, now + 3 * HOUR)
    assert {(one.kind, one.task_id, one.rung) for one in found.differences} == {(kind, missed.id, rung)}
    assert found.counts[kind] == 1
    with ladders.database.session(missed.user_id) as session:
        assert {one.task_id for one in not_kept(session, missed.user_id, now + 3 * HOUR)} == {missed.id}
    with ladders.database.session(stranger.id) as session:
        assert not_kept(session, stranger.id, now + 3 * HOUR) == []
    assert audited(ladders.database, now + 9 * DAY).counts == (CLEAN | {"open": kind == "open"})


@pytest.mark.parametrize(
    "second",
    [{"outcome": "no_answer"}, {"address": "+491"}, {"status": "failed"}, {"task_version": 99}],
)
def test_what_may_be_sent_again_is_no_double(
    ladders: Ladders, missed: Task, now: datetime, second: dict[str, object]
) -> None:
    with ladders.database.service() as session:
        again(**second)(session, missed, now)
    assert audited(ladders.database, now + 3 * HOUR).counts == CLEAN


def test_a_task_that_will_never_wake_is_found(ladders: Ladders, owner: User, now: datetime) -> None:
    task = ladders.plan(owner, now + HOUR, now)
    with ladders.database.service() as session:
        session.get_one(Task, task.id).wakes_at = None
    assert audited(ladders.database, now + HOUR).counts == CLEAN
    assert audited(ladders.database, now + 2 * HOUR).counts == CLEAN | {"no_row": 1}


def test_a_task_that_is_put_off_again_and_again_without_a_row_is_found(
    ladders: Ladders, owner: User, now: datetime
) -> None:
    task = ladders.plan(owner, now + HOUR, now)
    with ladders.database.service() as session:
        session.get_one(Task, task.id).wakes_at = now + 3 * HOUR
    assert audited(ladders.database, now + HOUR).counts == CLEAN
    assert audited(ladders.database, now + 2 * HOUR).counts == CLEAN | {"no_row": 1}


def test_what_waits_for_the_morning_is_not_forgotten(ladders: Ladders, owner: User, now: datetime) -> None:
    made = now + 15 * HOUR  # 01:00 in Berlin
    ladders.plan(owner, made + HOUR, made)
    assert audited(ladders.database, made + 4 * HOUR).counts == CLEAN


def test_a_task_done_without_ever_being_reminded_of_is_found(
    ladders: Ladders, owner: User, now: datetime
) -> None:
    task = ladders.plan(owner, now + HOUR, now)
    say(ladders, owner, task, Answer.DONE, now + 2 * HOUR)
    [one] = audited(ladders.database, now + 3 * HOUR).differences
    assert (one.kind, one.task_id, one.at) == ("no_row", task.id, now + 50 * MINUTE)


@pytest.mark.parametrize("asleep_at", [timedelta(hours=17), timedelta(hours=20)])  # 03:00 and 06:00 in Berlin
def test_what_was_done_in_the_night_before_any_reminder_is_as_promised(
    ladders: Ladders, owner: User, now: datetime, asleep_at: timedelta
) -> None:
    made = now + 15 * HOUR  # 01:00
    task = ladders.plan(owner, now + asleep_at, made)
    say(ladders, owner, task, Answer.DONE, now + asleep_at + 20 * MINUTE)
    assert audited(ladders.database, now + DAY).counts == CLEAN


def test_the_confession_names_the_newest_and_counts_the_others(
    ladders: Ladders, missed: Task, now: datetime
) -> None:
    with ladders.database.service() as session:
        rhythm = load_people(session, [missed.user_id], Timing())[missed.user_id].ladder.rhythm
        assert confession([], rhythm) == ""
        forget(Rung.CALL)(session, missed, now)
        one = not_kept(session, missed.user_id, now + 3 * HOUR)
        assert confession(one, rhythm) == (
            "One call did not go out on Wednesday (Easy run). Sorry, that was my mistake."
        )
        again()(session, missed, now)
        two = not_kept(session, missed.user_id, now + 3 * HOUR)
        assert ", and 1 more went wrong. Sorry" in confession(two, rhythm)

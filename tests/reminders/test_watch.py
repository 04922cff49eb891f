"""Watching the next seconds: each reminder leaves at its own moment, none before it, and nobody waits for long."""

from __future__ import annotations

from datetime import datetime, timedelta

from reminders.answering import answer_task
from reminders.watch import AHEAD, watch
from storage.tables import Task, User
from storage.vocabulary import Answer
from tests.reminders.conftest import Ladders

LEAD = timedelta(minutes=10)
SECOND = timedelta(seconds=1)


class Turned:
    """A clock that only goes on while somebody sleeps."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.slept = timedelta(0)

    def __call__(self) -> datetime:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)
        self.slept += timedelta(seconds=seconds)


def look(ladders: Ladders, clock: Turned) -> None:
    watch(ladders.dispatcher, ladders.database, clock, clock.sleep)


def planned(ladders: Ladders, owner: User, reminder_at: datetime, now: datetime) -> Task:
    return ladders.plan(owner, reminder_at + LEAD, now)


def test_what_falls_due_in_a_moment_is_sent_at_that_moment_and_not_before(
    ladders: Ladders, owner: User, now: datetime
) -> None:
    due = now + 1.3 * SECOND
    planned(ladders, owner, due, now)
    look(ladders, Turned(now))
    ((_, _, sent),) = ladders.telegram.sent
    assert sent == due


def test_several_within_the_next_seconds_leave_one_by_one(ladders: Ladders, now: datetime) -> None:
    moments = [now + after * SECOND for after in (0.4, 0.9, 2.7)]
    for person, at in zip(ladders.people(3, now), moments, strict=True):
        planned(ladders, person, at, now)
    look(ladders, Turned(now))
    assert [sent for _, _, sent in ladders.telegram.sent] == moments


def test_nobody_waits_for_what_is_due_later(ladders: Ladders, owner: User, now: datetime) -> None:
    planned(ladders, owner, now + AHEAD + SECOND, now)
    clock = Turned(now)
    look(ladders, clock)
    assert (clock.slept, ladders.telegram.sent) == (timedelta(0), [])


def test_an_answer_just_before_the_moment_still_counts(ladders: Ladders, owner: User, now: datetime) -> None:
    task = planned(ladders, owner, now + SECOND, now)
    clock = Turned(now)

    def answered_meanwhile(seconds: float) -> None:
        clock.sleep(seconds)
        if clock.now < now + SECOND and ladders.task(task.id).status == "pending":
            with ladders.database.service() as session:
                answer_task(session, owner.id, task.id, Answer.DONE, clock.now, source="console")

    watch(ladders.dispatcher, ladders.database, clock, answered_meanwhile)
    assert ladders.telegram.sent == []
    assert ladders.task(task.id).status == "done"


def test_a_process_that_is_told_to_end_waits_for_nothing(
    ladders: Ladders, owner: User, now: datetime
) -> None:
    planned(ladders, owner, now + SECOND, now)
    ladders.dispatcher.stop()
    clock = Turned(now)
    look(ladders, clock)
    assert clock.slept == timedelta(0)

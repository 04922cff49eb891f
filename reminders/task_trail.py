"""The whole story of one task for the person: what was planned, sent, left out, answered and moved, and what is to come."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from reminders.people import Person
from reminders.rows import state_of
from reminders.rules.ahead import Expected, ahead, from_the_start
from reminders.wording import moment
from storage.merged import SAID_WITH_OTHERS
from storage.tables import Task
from storage.tasks import get_task
from storage.trail import TrailLine, trail
from storage.vocabulary import DispatchStatus, Rung, TaskStatus


class Mark(StrEnum):
    """What kind of thing an event of the story is."""

    ADDED = "added"
    MOVED = "moved"
    SENT = "sent"
    WAITING = "waiting"  # on its way, or not confirmed
    SKIPPED = "skipped"
    FAILED = "failed"
    ANSWERED = "answered"
    MISSED = "missed"
    PLANNED = "planned"  # lies ahead


@dataclass(frozen=True, slots=True)
class Event:
    """One line of the story. `task_id` is the row on the other side of a move."""

    at: datetime
    mark: Mark
    words: str
    task_id: UUID | None = None


_MARKS = {
    DispatchStatus.DISPATCHED: Mark.SENT,
    DispatchStatus.PENDING: Mark.WAITING,
    DispatchStatus.UNKNOWN: Mark.WAITING,
    DispatchStatus.FAILED: Mark.FAILED,
}
_NOT_REACHED = ("failed", "busy", "no_answer", "machine")
_EXPECTED = {
    Rung.REMIND: "reminder",
    Rung.WHATSAPP: "second reminder by WhatsApp",
    Rung.CALL: "call",
    Rung.FOLLOW_UP: "question how it went",
    Rung.MISS_NOTE: "counts as missed, with a note to you",
}


def story(session: Session, task: Task, person: Person, now: datetime) -> tuple[Event, ...]:
    """In order of time; what lies ahead is told as the rules see it for this person now, if nothing is answered."""
    behind = [*_moves(session, task, person, now), *_said(session, task), *_done(task)]
    behind.sort(key=lambda event: (event.at.replace(second=0, microsecond=0), _leads_to(event), event.at))
    return (*_once(behind), *(_planned(one) for one in ahead(state_of(task), person.ladder, now)))


def _leads_to(event: Event) -> bool:
    """Within a minute an answer stands before the move that it led to."""
    return event.mark == Mark.MOVED and event.words.startswith("moved to")


def plan_of(task: Task, person: Person) -> tuple[Event, ...]:
    """The ladder that a task of this kind climbs while nobody answers, by the person's settings of today."""
    return tuple(_planned(one) for one in from_the_start(state_of(task), person.ladder))


def next_up(
    session: Session, person: Person, now: datetime, named: Sequence[str] = ()
) -> tuple[Task, Event] | None:
    """What this person will hear of next by itself, about tasks with these words in their title: the task, and the event."""
    soon = select(Task).where(
        Task.user_id == person.user_id,
        Task.status == TaskStatus.PENDING,
        Task.wakes_at.is_not(None),
        *(Task.title.icontains(word, autoescape=True) for word in named),
    )
    found = []
    for task in session.scalars(soon.order_by(Task.wakes_at, Task.id).limit(_LOOKED_AT)):
        to_come = (one for one in ahead(state_of(task), person.ladder, now) if one.rung and not one.reason)
        found += [(one, task) for one in [next(to_come, None)] if one is not None]
    first = min(found, key=lambda pair: pair[0].at, default=None)
    return (first[1], _planned(first[0])) if first else None


_LOOKED_AT = 10  # tasks: what wakes first may have nothing to say


def _planned(one: Expected) -> Event:
    if one.rung is None:
        return Event(one.at, Mark.PLANNED, f"called off: {one.reason}")
    words = _EXPECTED.get(one.rung, str(one.rung))
    if one.reason is not None:
        return Event(one.at, Mark.SKIPPED, f"{words} left out: {one.reason}")
    return Event(one.at, Mark.PLANNED, words)


def _moves(session: Session, task: Task, person: Person, now: datetime) -> Iterator[Event]:
    """Where it came from, and where it went."""
    rhythm = person.ladder.rhythm
    before = get_task(session, task.user_id, task.replaces_id) if task.replaces_id else None
    if before is not None:
        was = moment(before.scheduled_at, rhythm, now)
        yield Event(task.created_at, Mark.MOVED, f"moved here from {was}", before.id)
    else:
        yield Event(task.created_at, Mark.ADDED, "put on your list")
    for after in session.scalars(
        select(Task).where(Task.replaces_id == task.id, Task.user_id == task.user_id)
    ):
        to = moment(after.scheduled_at, rhythm, now)
        yield Event(after.created_at, Mark.MOVED, f"moved to {to}", after.id)


def _said(session: Session, task: Task) -> Iterator[Event]:
    for told in (told for one in trail(session, task.user_id, task_id=task.id) for told in one.told):
        line = told.lines[0]
        if line.rung == Rung.MISS_NOTE and task.status == TaskStatus.MISSED:
            yield Event(line.decided_at, Mark.MISSED, "counted as missed")
        yield Event(told.at, _mark(line), plain(told.words()))
        for at, answer in told.answers():
            yield Event(at, Mark.ANSWERED, f"you answered: {answer}")


def plain(words: str) -> str:
    """What was said in one message with others was said; only its own message was left out."""
    return words.replace(f" skipped: {SAID_WITH_OTHERS}", ", sent together with others")


def _mark(line: TrailLine) -> Mark:
    if line.reason == SAID_WITH_OTHERS:
        return Mark.SENT
    mark = _MARKS.get(DispatchStatus(line.status), Mark.SKIPPED)
    return Mark.FAILED if mark == Mark.SENT and line.outcome in _NOT_REACHED else mark


def _done(task: Task) -> Iterator[Event]:
    if task.status == TaskStatus.DONE and task.completed_at is not None:
        yield Event(task.completed_at, Mark.ANSWERED, "you answered: done")


def _once(events: list[Event]) -> list[Event]:
    """An answer that two rows tell of is one line."""
    return list(dict.fromkeys(events))

"""What the person reads after an answer: what was recorded, or kindly why nothing changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from reminders import rescheduling
from reminders.people import Person
from reminders.rules.diary import Slot
from reminders.sprints import what_is_next
from reminders.wording import Rows, clock, in_a_pause, moment, tap
from storage.tables import Goal, Task
from storage.vocabulary import Answer, Stage, TaskStatus

Finished = Sequence[tuple[Goal, Goal | None]]


@dataclass(frozen=True, slots=True)
class AnswerOutcome:
    """What an answer led to. `kind`: recorded | already | stale | unknown | offer; `text` in the person's words.

    already: the same had been said before. stale: the task has gone another way, nothing changed. offer: a choice is
    still to be made, among `choices` (and `offers`, the slots behind them).
    """

    kind: str
    task: Task | None
    text: str
    choices: Rows = ()
    offers: tuple[Slot, ...] = ()


@dataclass(frozen=True, slots=True)
class Asked:
    """One answer with everything it needs; the task's row is locked."""

    session: Session
    task: Task
    person: Person
    now: datetime
    source: str


def recorded(
    asked: Asked, answer: Answer, finished: Finished = (), was: datetime | None = None
) -> AnswerOutcome:
    """`finished`: the goals that this answer completed, each with the one that follows; `was`: the start before a snooze."""
    task, rhythm = asked.task, asked.person.ladder.rhythm
    undo: Rows = ((tap(task, "Undo", "undo"),),)
    match answer:
        case Answer.DONE:
            words, buttons = _sprint_words(asked, finished)
            text = f"Done {clock(asked.now, rhythm)} - {task.title}." + words
            return AnswerOutcome("recorded", task, text, buttons + undo)
        case Answer.MISSED:
            rows: Rows = ((tap(task, "Another time", "resched"), tap(task, "Undo", "undo")),)
            words, buttons = _sprint_words(asked, finished)
            question = words.strip() if buttons else "Shall I find another time?"
            text = f"Noted: not {task.title} this time. That happens. {question}"
            return AnswerOutcome("recorded", task, text, buttons + rows)
        case Answer.ON_IT:
            return AnswerOutcome("recorded", task, f"Good. I'll ask you about {task.title} afterwards.", undo)
    again = moment(task.wakes_at, rhythm, asked.now) if task.wakes_at else "later"
    quiet = in_a_pause(asked.person.ladder.paused_until, rhythm, task.wakes_at or asked.now)
    text = f"I'll remind you of {task.title} again {again}.{quiet}"
    back: Rows = ((tap(task, "Undo", "undo", f"{was.timestamp():.0f}"),),) if was else ()
    return AnswerOutcome("recorded", task, text, back)


def _sprint_words(asked: Asked, finished: Finished) -> tuple[str, Rows]:
    """What is said when an answer completed a goal, and the button for what comes next."""
    if not finished:
        return "", ()
    goal, _ = finished[0]
    words, button = what_is_next(asked.session, goal)
    if asked.task.status == TaskStatus.DONE:
        words = words.replace(f"{goal.title}.", f"{goal.title}: well done.", 1)
    return f"\n{words}", (button,) if button else ()


def unchanged(asked: Asked, answer: Answer | None) -> AnswerOutcome:
    """Say kindly what the task has come to; nothing was changed."""
    task, rhythm = asked.task, asked.person.ladder.rhythm
    match task.status:
        case TaskStatus.DONE:
            at = moment(task.completed_at or asked.now, rhythm, asked.now)
            rows: Rows = ((tap(task, "Undo", "undo"),),) if answer != Answer.DONE else ()
            kind = "already" if answer == Answer.DONE else "stale"
            return AnswerOutcome(kind, task, f"{task.title} is already done: {at}.", rows)
        case TaskStatus.MISSED:
            kind = "already" if answer == Answer.MISSED else "stale"
            when = moment(task.scheduled_at, rhythm, asked.now)
            text = (
                f"All right, {task.title} ({when}) stays as it is."
                if kind == "already"
                else f"{task.title} ({when}) went by, and that day is over."
            )
            return AnswerOutcome(kind, task, text)
        case TaskStatus.RESCHEDULED:
            return AnswerOutcome(
                "stale", task, rescheduling.moved_words(asked.session, task, rhythm, asked.now)
            )
        case TaskStatus.CANCELLED:
            return AnswerOutcome("stale", task, f"{task.title} was called off.")
    resting = task.stage == Stage.ACKNOWLEDGED
    return AnswerOutcome(
        "already", task, f"{task.title} is noted already." if resting else f"{task.title} is still open."
    )

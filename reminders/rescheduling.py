"""Another time for a task: three free slots with their reasons, and the choice among them read back from its button."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from reminders.people import rhythm_of
from reminders.rows import busy_of
from reminders.rules.diary import Busy, Prefer, Slot
from reminders.rules.rhythm import Rhythm
from reminders.rules.slots import find_slots, is_free
from reminders.wording import moment
from storage import tasks
from storage.tables import Task, User

OFFERS = 3
_SOONEST = timedelta(minutes=20)
_AHEAD = timedelta(days=7)
_SHORTEST = 5  # minutes of a smaller version
_CHOICE = re.compile(r"(\d{9,11})(s?)([oa]?)")
_SCOPES = {"o": "one", "a": "all", "": ""}


@dataclass(frozen=True, slots=True)
class MoveChoice:
    """A tapped slot: `scope` is "one", "all" or "" while that is still to be asked."""

    at: datetime
    small: bool
    scope: str


def read_choice(argument: str) -> MoveChoice | None:
    """The argument of a move button: epoch seconds, then "s" for smaller, then "o" or "a" for one or all future."""
    found = _CHOICE.fullmatch(argument)
    if found is None:
        return None
    at = datetime.fromtimestamp(int(found[1]), UTC)
    return MoveChoice(at, found[2] == "s", "one" if found[2] else _SCOPES[found[3]])


def smaller(minutes: int) -> int:
    """Half as long, in steps of five minutes."""
    return max(_SHORTEST, minutes // 2 // 5 * 5)


def free_slots(session: Session, task: Task, now: datetime, *, small: bool = False) -> list[Slot]:
    """Up to three free times, by time: today while there is room, then the next days; near its usual hour."""
    rhythm, busy = _surroundings(session, task, now)
    minutes = smaller(task.duration_minutes) if small else task.duration_minutes
    midnight = rhythm.utc(rhythm.day(now) + timedelta(days=1), time(0))
    found = find_slots(minutes, now + _SOONEST, midnight, rhythm, busy, OFFERS - 1)
    usual = Prefer(at=rhythm.local(task.scheduled_at).time().replace(second=0, microsecond=0, tzinfo=None))
    later = find_slots(minutes, midnight, midnight + _AHEAD, rhythm, busy, OFFERS - len(found), usual)
    return sorted([*found, *later], key=lambda slot: slot.start)


def is_open(session: Session, task: Task, choice: MoveChoice, now: datetime) -> bool:
    """Whether the chosen time still lies ahead and is still free."""
    rhythm, busy = _surroundings(session, task, now)
    minutes = smaller(task.duration_minutes) if choice.small else task.duration_minutes
    return choice.at > now and is_free(choice.at, minutes, rhythm, busy)


def moved_words(session: Session, task: Task, rhythm: Rhythm, now: datetime) -> str:
    """Where a rescheduled task went, following it however often it was moved."""
    seen = task
    while (following := session.scalar(select(Task).where(Task.replaces_id == seen.id))) is not None:
        seen = following
    if seen is task:
        return f"{task.title} has moved to another time."
    return f"{task.title} has moved: it is {moment(seen.scheduled_at, rhythm, now)} now."


def _surroundings(session: Session, task: Task, now: datetime) -> tuple[Rhythm, list[Busy]]:
    user = session.get_one(User, task.user_id)
    others = tasks.pending_between(
        session, task.user_id, now - timedelta(days=1), now + _AHEAD + timedelta(days=2)
    )
    return rhythm_of(session, user), [busy_of(other) for other in others if other.id != task.id]

"""What was promised against what was done: every rung that was due has ended in a row that says how, once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from reminders.house import house_of
from reminders.people import load_people
from reminders.rules.rhythm import Rhythm
from storage import audit
from storage.audit import OVERDUE, Difference, Kind
from storage.vocabulary import WEEKDAYS, Rung

WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Audit:
    """A week's account: how many rungs there were, and which did not come out as promised."""

    rungs: int
    differences: tuple[Difference, ...]

    @property
    def counts(self) -> dict[str, int]:
        """How many of each kind, those that did not occur included."""
        found = Counter(one.kind for one in self.differences)
        return {kind.value: found[kind] for kind in Kind}


def audit_week(session: Session, now: datetime) -> Audit:
    """Of everybody, in a service's session; reads only."""
    since = now - WEEK
    return Audit(audit.rungs_since(session, since), tuple(_found(session, since, now)))


def not_kept(session: Session, user_id: UUID, now: datetime) -> list[Difference]:
    """What went wrong with one person's reminders in the last seven days; not how a chat or a phone was tidied up."""
    found = _found(session, now - WEEK, now, user_id)
    return [one for one in found if one.rung not in (Rung.ECHO, Rung.HANG_UP)]


def _found(session: Session, since: datetime, now: datetime, person: UUID | None = None) -> list[Difference]:
    found = {(one.kind, one.task_id, one.rung): one for one in audit.differences(session, since, now, person)}
    silent = audit.untouched(session, since, now, person)
    people = load_people(session, {one.user_id for one in silent}, house_of(session).timing)
    for one in silent:
        due = people[one.user_id].ladder.first_rung_at(one.starts_at, one.created_at)
        if due >= since and one.until > due + OVERDUE:
            lost = Difference(Kind.NO_ROW, one.task_id, one.user_id, Rung.REMIND, due, one.title)
            found.setdefault((lost.kind, lost.task_id, lost.rung), lost)
    return sorted(found.values(), key=lambda one: (one.at, one.task_id, one.rung))


_NAMES = {Rung.CALL: "call", Rung.FOLLOW_UP: "question", Rung.MISS_NOTE: "note"}
_SAID = {
    Kind.NO_ROW: "did not go out",
    Kind.OPEN: "may not have reached you",
    Kind.TWICE: "went out twice",
}


def confession(differences: Sequence[Difference], rhythm: Rhythm) -> str:
    """ "One reminder did not go out on Tuesday (Run 5 km). Sorry, that was my mistake."; empty when all is well.

    One line for all of them; the newest is named.
    """
    if not differences:
        return ""
    newest = differences[-1]
    weekday = WEEKDAYS[rhythm.local(newest.at).weekday()]
    what = _NAMES.get(Rung(newest.rung), "reminder")
    others = len({(one.task_id, one.rung) for one in differences}) - 1
    more = f", and {others} more went wrong" if others else ""
    return f"One {what} {_SAID[newest.kind]} on {weekday} ({newest.title}){more}. Sorry, that was my mistake."

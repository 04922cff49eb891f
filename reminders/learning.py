"""Learning from what was missed and done: three misses in a row become a pattern, and the person is asked about it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from reminders.house import house_of
from reminders.pattern_moves import best_day
from reminders.people import Person
from reminders.rules.ladder import NOTE_KEEPS
from reminders.rules.patterns import SUPPRESSED, Avoidance, Past, in_slot, observe, weakened
from storage import outbox
from storage.deliveries import newest_pattern_question, pattern_asked
from storage.patterns import list_patterns, save_avoidance
from storage.pauses import frozen_days
from storage.tables import Pattern, Task
from storage.task_history import Finished, task_history
from storage.vocabulary import DispatchStatus, PatternType, Rung, TaskStatus

_LOOKS_BACK = timedelta(weeks=12)
_ASKED_AFTER = timedelta(minutes=1)  # after the note about the miss itself: one idea per message
_ASK_AGAIN = timedelta(
    weeks=6
)  # who did not answer, or said yes and misses it again, is asked a sprint later


def learn(session: Session, missed: Sequence[Task], people: Mapping[UUID, Person], now: datetime) -> int:
    """Look whether these new misses complete a row; a new pattern is put into the outbox as a question.

    One query for the misses of everybody concerned, and more only for whoever has three of them in a row. Returns how
    many questions that makes.
    """
    if not missed:
        return 0
    session.flush()
    since = min(task.local_day for task in missed) - _LOOKS_BACK
    owners = list({task.user_id for task in missed})
    history = task_history(session, owners, since, [TaskStatus.MISSED])
    return sum(_learn_one(session, task, history, people[task.user_id], now) for task in missed)


def _learn_one(
    session: Session, task: Task, history: Sequence[Finished], person: Person, now: datetime
) -> bool:
    if task.title in person.fixed:
        return False  # what others have fixed says nothing about the person's hours, and cannot move
    found = _row(session, task, history, person, now)
    if found is None:
        return False
    pattern, is_new = save_avoidance(
        session, task.user_id, found.description, found.data(), found.confidence, now
    )
    if person.chat is None or not (is_new or _may_ask_again(session, pattern, now)):
        return False
    return _ask(session, task, pattern, person, now)


def _row(
    session: Session, task: Task, missed: Sequence[Finished], person: Person, now: datetime
) -> Avoidance | None:
    """The row that this miss ends. Anything done can only break one, so it is looked at last."""
    threshold = house_of(session).threshold
    newest = Past(task.id, task.title, task.original_at or task.scheduled_at, task.series_id)
    earlier = [_past(one) for one in missed if _counts(one, task, person)]
    if len(earlier) + 1 < threshold.misses:
        return None
    first_day = task.local_day - _LOOKS_BACK
    rested = frozen_days(session, task.user_id, first_day, task.local_day)
    asked = (person.ladder.rhythm, now - person.joined_at, rested)
    if observe(newest, earlier, *asked, replace(threshold, points=0)) is None:
        return None
    done = task_history(session, [task.user_id], first_day, [TaskStatus.DONE])
    earlier += [_past(one) for one in done if _counts(one, task, person)]
    return observe(newest, earlier, *asked, threshold)


def _counts(one: Finished, task: Task, person: Person) -> bool:
    """Another task of the same person, not fixed by others, and since they live by these clocks."""
    return (
        one.user_id == task.user_id
        and one.task_id != task.id
        and one.title not in person.fixed
        and (person.zone_since is None or one.slot >= person.zone_since)
    )


def _past(one: Finished) -> Past:
    missed = one.status == TaskStatus.MISSED
    return Past(one.task_id, one.title, one.slot, one.series_id, missed, one.stood_at)


def _may_ask_again(session: Session, pattern: Pattern, now: datetime) -> bool:
    """Never what the person has spoken against; else once a sprint, as long as it keeps being missed.

    A question that never went out, because a pause came between, was none.
    """
    if pattern.data.get("user_overridden") or pattern.confidence <= SUPPRESSED:
        return False
    asked = pattern.data.get("asked_at")
    if now - (datetime.fromisoformat(asked) if asked else pattern.created_at) >= _ASK_AGAIN:
        return True
    return not pattern.data.get("said") and not pattern_asked(session, pattern.user_id, pattern.id)


def _ask(session: Session, task: Task, pattern: Pattern, person: Person, now: datetime) -> bool:
    assert person.chat is not None  # noqa: S101 - checked by the caller; says it to the reader and to mypy
    pattern.data = {
        **{key: value for key, value in pattern.data.items() if key not in ("said", "moved")},
        "alternative": best_day(session, pattern, person, now),
        "asked_at": now.isoformat(),
    }
    at = _when(session, person, now)
    row = {
        "task_id": task.id,
        "channel": person.chat.channel,
        "address": person.chat.value,
        "rung": Rung.PATTERN,
        "status": DispatchStatus.PENDING,
        "task_version": task.version,
        "created_at": now,
        "lease_until": at,
        "deadline": at + NOTE_KEEPS,
        "external_id": None,
        "reason": pattern.id.hex,
    }
    outbox.add_attempts(session, [row])
    return True


def _when(session: Session, person: Person, now: datetime) -> datetime:
    """Soon, awake, and on a day without another such question."""
    at = person.ladder.told_at(now) + _ASKED_AFTER
    last = newest_pattern_question(session, person.user_id)
    if last is None:
        return at
    rhythm = person.ladder.rhythm
    local, taken = rhythm.local(at), rhythm.day(last)
    if taken < local.date():
        return at
    return person.ladder.told_at(rhythm.utc(taken + timedelta(days=1), local.time()))


# ------------------------------------------------------------------ what works after all


def weigh_done(session: Session, task: Task, person: Person, now: datetime) -> None:
    """A task done in a slot that was thought not to work speaks against the pattern; taken back, it does not."""
    for pattern in list_patterns(session, task.user_id, PatternType.TIME_AVOIDANCE):
        data, key = pattern.data, str(task.id)
        if data.get("user_overridden") or not in_slot(person.ladder.rhythm, task.scheduled_at, data):
            continue
        others = [one for one in data.get("against", []) if one != key]
        against = [*others, key] if task.status == TaskStatus.DONE else others
        if against == data.get("against", []):
            continue
        strength = float(data.get("strength", pattern.confidence))
        pattern.data = {**data, "against": against, "strength": strength}
        pattern.confidence = weakened(strength, len(against))
        pattern.updated_at = now

"""Learning from misses: three in a row become a pattern, the person is asked about it once, and their word counts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from reminders import plans
from reminders.people import Person, load_person
from reminders.rules.ladder import NOTE_KEEPS
from reminders.rules.patterns import Miss, observe
from storage import outbox
from storage.patterns import get_pattern, overrule, save_avoidance
from storage.tables import Pattern, Task
from storage.task_history import Finished, task_history
from storage.vocabulary import WEEKDAYS, DispatchStatus, Rung, TaskStatus

_LOOKS_BACK = timedelta(weeks=8)
_NEAR = timedelta(hours=1)
_ASKED_AFTER = timedelta(minutes=1)  # after the note about the miss itself: one idea per message


def learn(session: Session, missed: Sequence[Task], people: Mapping[UUID, Person], now: datetime) -> int:
    """Look whether these new misses complete a row; a new pattern is put into the outbox as a question.

    One query for the history of everybody concerned. Returns how many patterns are new.
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
    rhythm = person.ladder.rhythm
    newest = Miss(task.id, task.title, task.original_at or task.scheduled_at, task.series_id)
    earlier = [
        Miss(one.task_id, one.title, one.slot, one.series_id)
        for one in history
        if one.user_id == task.user_id and one.task_id != task.id
    ]
    found = observe(newest, earlier, rhythm, now - person.joined_at)
    if found is None:
        return False
    pattern, is_new = save_avoidance(
        session, task.user_id, found.description, found.data(), found.confidence, now
    )
    if is_new and person.chat is not None:
        _ask(session, task, pattern, person, now)
    return is_new


def _ask(session: Session, task: Task, pattern: Pattern, person: Person, now: datetime) -> None:
    assert person.chat is not None  # noqa: S101 - checked by the caller; says it to the reader and to mypy
    at = person.ladder.told_at(now) + _ASKED_AFTER
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


def movable(session: Session, pattern: Pattern, person: Person, now: datetime) -> list[Task]:
    """The pending tasks that still lie in the slot the pattern speaks against, and belong to what was missed there."""
    rhythm, data = person.ladder.rhythm, pattern.data
    ahead = session.scalars(
        select(Task)
        .where(Task.user_id == pattern.user_id, Task.status == TaskStatus.PENDING, Task.scheduled_at > now)
        .order_by(Task.scheduled_at)
    ).all()
    series = data.get("series_id")
    hours, _, clock_minutes = str(data["time"]).partition(":")
    at = int(hours) * 60 + int(clock_minutes)
    found = []
    for task in ahead:
        local = rhythm.local(task.scheduled_at)
        apart = timedelta(minutes=abs(local.hour * 60 + local.minute - at))
        same = str(task.series_id) == series if series else task.title == data["title"]
        if same and local.weekday() == data["weekday"] and apart <= _NEAR:
            found.append(task)
    return found


def answer_pattern(session: Session, user_id: UUID, pattern_id: UUID, word: str, now: datetime) -> str:
    """The person's word about a pattern: "yes" moves what is ahead, "no" keeps it, "wrong" forgets the pattern.

    Returns the reply. An answer counts once; a second one is told so.
    """
    pattern = get_pattern(session, user_id, pattern_id)
    person = load_person(session, user_id)
    if pattern is None or person is None:
        return "I don't know that question any more."
    if pattern.data.get("said"):
        return "You have answered that already, and I'll stick to it."
    slot = f"{pattern.data['day']} {pattern.data['time']}"
    match word:
        case "yes":
            return _accept(session, pattern, person, now)
        case "no":
            overrule(pattern, now, confidence=0.1, said="no")
            return f"All right, {slot} stays."
        case "wrong":
            overrule(pattern, now, confidence=0.0, said="wrong")
            return "Thanks for telling me. I've put that observation aside."
    return "I didn't understand that answer."


def _accept(session: Session, pattern: Pattern, person: Person, now: datetime) -> str:
    rhythm = person.ladder.rhythm
    other = int(pattern.data["alternative"])
    step = (other - int(pattern.data["weekday"])) % 7
    step -= 7 if step > 3 else 0  # the nearer way round the week
    moved = 0
    for task in movable(session, pattern, person, now):
        local = rhythm.local(task.scheduled_at)
        to = rhythm.utc(local.date() + timedelta(days=step), local.time())
        if to <= now:
            continue
        plans.move_task(session, person.user_id, task.id, to, now)
        moved += 1
    pattern.data = {**pattern.data, "said": "yes"}
    pattern.updated_at = now
    day = WEEKDAYS[other]
    if not moved:
        return f"Noted. Next time I'll plan it for {day}."
    times = "1 task is" if moved == 1 else f"{moved} tasks are"
    return f"Done: {times} on {day} {pattern.data['time']} now."

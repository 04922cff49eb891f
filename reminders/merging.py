"""Several things for one person at once are one message: what is said early with others, and which attempt speaks for which."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from channels.messages import Address
from reminders.attempts import LATE, Attempt, Claim, row_of
from reminders.people import Person
from reminders.sending import BLIND
from storage import merged
from storage.merged import DIGEST, SAID_WITH_OTHERS, TOGETHER
from storage.tables import Task
from storage.vocabulary import DispatchStatus, Rung, Stage, TriggerType

SOON = timedelta(
    minutes=5
)  # what falls due this soon, and within one window, need not wait for its own message
_EARLY = (Stage.WAITING, Stage.REMINDED)  # a reminder may come a little early with another; a call never does
SEVERAL = (Rung.REMIND, Rung.WHATSAPP, Rung.FOLLOW_UP, Rung.MISS_NOTE)
_BACK = timedelta(days=3)  # a note that waits for the morning is about a task no older than this
Key = tuple[UUID, Address, str]


def gather(found: Sequence[Task], people: Mapping[UUID, Person], now: datetime) -> list[Task]:
    """What is due, and what is about to take the same step for the same person: it takes it now, in the same message."""
    due = [task for task in found if _due(task, now)]
    steps = {(task.user_id, task.stage) for task in due if task.stage in _EARLY}
    for task in found:
        if _due(task, now) or (task.user_id, task.stage) not in steps or task.wakes_at is None:
            continue
        soon = min(SOON, people[task.user_id].ladder.timing.window)
        if task.trigger_type == TriggerType.TIME and task.wakes_at - now <= soon:
            task.wakes_at = now
            due.append(task)
    return due


def merge(session: Session, claim: Claim, now: datetime) -> None:
    """One message per person, address and kind; after a silence one for everything. What waits for the morning gains more."""
    kept = {one.id: one for one in claim.attempts}
    for head, rest in _groups(claim.attempts):
        kept[head.id] = head
        claim.closed += [_merged_row(kept.pop(one.id), head.id) for one in rest]
    claim.attempts = list(kept.values())
    notes = [one for one in claim.attempts if one.rung == Rung.MISS_NOTE and one.not_before is not None]
    if notes:
        _join_waiting(session, claim, notes, now)


def merge_waiting(session: Session, attempts: Sequence[Attempt]) -> list[Attempt]:
    """Attempts that are taken over: what piled up for an address while its provider was away is one message too."""
    kept = {one.id: one for one in attempts}
    # Whoever can be asked is asked about each that was begun; what may be there already is otherwise said once more.
    free = [one for one in attempts if not one.begun or one.address.channel in BLIND]
    for head, rest in _groups(free):
        kept[head.id] = head
        merged.speak_for(session, head.id, [kept.pop(one.id).id for one in rest])
        merged.one_more(session, head.id, head.deadline, late=head.reason == DIGEST)
    return list(kept.values())


def _due(task: Task, now: datetime) -> bool:
    return task.wakes_at is not None and task.wakes_at <= now


def _is_late(attempt: Attempt) -> bool:
    return attempt.reason in (LATE, DIGEST)


def _groups(attempts: Sequence[Attempt]) -> Iterator[tuple[Attempt, Sequence[Attempt]]]:
    """Those that will be one message: the first with all that is to be said, and the others as they were."""
    after_silence = {(one.person.user_id, one.address) for one in attempts if _is_late(one)}
    groups: dict[Key, list[Attempt]] = defaultdict(list)
    for one in attempts:
        if one.rung in SEVERAL:
            whole = (one.person.user_id, one.address) in after_silence
            groups[one.person.user_id, one.address, LATE if whole else one.rung].append(one)
    for group in groups.values():
        if len(group) > 1:
            first, *rest = sorted(group, key=lambda one: (one.task.scheduled_at, one.task.id))
            yield _speaking_for(first, rest), rest


def _speaking_for(first: Attempt, rest: Sequence[Attempt]) -> Attempt:
    """What is too late before the message's deadline has changed by then, and is left out."""
    said = [task for one in rest for task in (one.task, *one.others)]
    reason = DIGEST if any(_is_late(one) for one in (first, *rest)) else TOGETHER
    deadline = max(one.deadline for one in (first, *rest))
    return replace(first, reason=reason, others=(*first.others, *said), deadline=deadline)


def _join_waiting(session: Session, claim: Claim, notes: Sequence[Attempt], now: datetime) -> None:
    """A miss in the night is told in the morning: in the note that waits there already."""
    people = list({one.person.user_id for one in notes})
    since = min(one.task.local_day for one in notes) - _BACK
    waiting = merged.waiting_notes(session, people, since, now)
    for note in notes:
        head = waiting.get((note.address.channel, note.address.value))
        if head is None:
            continue
        merged.one_more(session, head, note.deadline, late=note.reason in (LATE, DIGEST))
        claim.attempts.remove(note)
        merged_before = {f"in:{note.id}": f"in:{head}"}
        for row in claim.closed:
            row["outcome"] = merged_before.get(row["outcome"], row["outcome"])
        claim.closed.append(_merged_row(note, head))


def _merged_row(attempt: Attempt, head: UUID) -> dict[str, object]:
    said = {"id": attempt.id, "address": attempt.address.value, "status": DispatchStatus.SKIPPED}
    channel = attempt.address.channel
    row = row_of(attempt.task, attempt.rung, channel, attempt.created_at)
    return row | said | {"reason": SAID_WITH_OTHERS, "outcome": f"in:{head}"}

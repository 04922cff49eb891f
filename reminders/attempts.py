"""Attempts: what the rules want said becomes one outbox row per address, several late ones one message."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from channels.messages import Address
from reminders.people import Person
from reminders.rules.life import SendRung, SkipRung
from storage.outbox import merged_tasks
from storage.tables import DispatchLog, Task
from storage.vocabulary import ChannelName, DispatchStatus, Rung

DIGEST = "digest"  # the reason of an attempt whose message speaks of several tasks
_MERGED = (Rung.REMIND, Rung.MISS_NOTE)
_OWN_CHANNEL = {Rung.WHATSAPP: ChannelName.WHATSAPP, Rung.CALL: ChannelName.CALL}


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try to reach one address about one task, as a worker holds it. `tries` is its fence."""

    id: UUID
    task: Task
    person: Person
    rung: Rung
    address: Address
    created_at: datetime
    deadline: datetime
    tries: int = 0
    not_before: datetime | None = None
    begun: bool = False  # somebody had begun to send it: ask the provider first
    external_id: str | None = None  # of the call to end
    reason: str | None = None
    others: tuple[Task, ...] = ()  # said in the same message

    def row(self, lease_until: datetime) -> dict[str, Any]:
        return _row(self.task, self.rung, self.address.channel, self.created_at) | {
            "id": self.id,
            "status": DispatchStatus.PENDING,
            "address": self.address.value,
            "lease_until": self.not_before or lease_until,
            "deadline": self.deadline,
            "reason": self.reason,
        }


@dataclass
class Claim:
    """What one claim led to: rows to write, and attempts to send once they are committed."""

    attempts: list[Attempt] = field(default_factory=list)
    closed: list[dict[str, Any]] = field(default_factory=list)  # rows of what is not sent, with the reason

    def send(self, task: Task, person: Person, effect: SendRung, now: datetime, *, late: bool) -> None:
        addresses = person.addresses(effect.rung)
        if not addresses:
            self.skip(task, SkipRung(effect.rung, "nobody to send it to"), now)
        for address in addresses:
            self.attempts.append(
                Attempt(
                    uuid4(),
                    task,
                    person,
                    effect.rung,
                    address,
                    now,
                    effect.deadline,
                    not_before=effect.not_before,
                    reason="late" if late and effect.rung in _MERGED else None,
                )
            )

    def skip(self, task: Task, effect: SkipRung, now: datetime) -> None:
        status = DispatchStatus.EXPIRED if effect.expired else DispatchStatus.SKIPPED
        channel = _OWN_CHANNEL.get(effect.rung, "none")
        self.closed.append(
            _row(task, effect.rung, channel, now) | {"status": status, "reason": effect.reason}
        )

    def merge_late(self) -> None:
        """After a silence each address hears of everything at once: the first attempt speaks for the others."""
        groups: dict[tuple[UUID, Address], list[Attempt]] = defaultdict(list)
        for attempt in self.attempts:
            if attempt.reason == "late":
                groups[attempt.person.user_id, attempt.address].append(attempt)
        spoken_for: dict[UUID, Attempt] = {}
        for group in groups.values():
            head, *rest = group
            if rest:
                spoken_for |= {attempt.id: head for attempt in rest}
                tasks = tuple(attempt.task for attempt in rest)
                merged = replace(head, reason=DIGEST, others=tasks)
                self.attempts[self.attempts.index(head)] = merged
        self.closed += [
            _merged_row(attempt, spoken_for[attempt.id])
            for attempt in self.attempts
            if attempt.id in spoken_for
        ]
        self.attempts = [attempt for attempt in self.attempts if attempt.id not in spoken_for]

    def rows(self, lease_until: datetime) -> list[dict[str, Any]]:
        return [*(attempt.row(lease_until) for attempt in self.attempts), *self.closed]

    def ready(self, now: datetime) -> list[Attempt]:
        return [one for one in self.attempts if one.not_before is None or one.not_before <= now]


def restore(
    session: Session, rows: Sequence[DispatchLog], people: Mapping[UUID, Person], begun: set[UUID]
) -> list[Attempt]:
    """Attempts as their rows tell them, for whoever takes them over."""
    tasks = {
        task.id: task
        for task in session.scalars(select(Task).where(Task.id.in_({row.task_id for row in rows})))
    }
    others: dict[str | None, list[Task]] = defaultdict(list)
    digests = [row.id for row in rows if row.reason == DIGEST]
    for key, task in merged_tasks(session, digests) if digests else ():
        others[key].append(task)
    restored = []
    for row in rows:
        task = tasks[row.task_id]
        restored.append(
            Attempt(
                row.id,
                task,
                people[task.user_id],
                Rung(row.rung),
                Address(row.channel, row.address or ""),
                row.created_at,
                row.deadline or row.created_at,
                tries=row.tries,
                begun=row.id in begun,
                external_id=row.external_id,
                reason=row.reason,
                others=tuple(others[f"in:{row.id}"]),
            )
        )
    return restored


def _row(task: Task, rung: Rung, channel: str, now: datetime) -> dict[str, Any]:
    """Every row has the same keys, so that all of them go into one statement."""
    return {
        "id": uuid4(),
        "task_id": task.id,
        "channel": channel,
        "address": None,
        "rung": rung,
        "status": DispatchStatus.SKIPPED,
        "task_version": task.version,
        "created_at": now,
        "lease_until": None,
        "deadline": None,
        "reason": None,
        "outcome": None,
    }


def _merged_row(attempt: Attempt, head: Attempt) -> dict[str, Any]:
    row = _row(attempt.task, attempt.rung, attempt.address.channel, attempt.created_at)
    said = {
        "address": attempt.address.value,
        "reason": "said in one message with others",
        "outcome": f"in:{head.id}",
    }
    return row | said

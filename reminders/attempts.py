"""Attempts: what the rules want said becomes one outbox row per address."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from channels.messages import Address
from reminders.caps import Ledger
from reminders.people import Person
from reminders.rules.life import SendRung, SkipRung
from storage import merged
from storage.leases import TakenOver
from storage.merged import SEVERAL
from storage.paid import CAPPED
from storage.tables import Task
from storage.vocabulary import ChannelName, DispatchStatus, Rung

LATE = "late"  # the reason of an attempt that a silence has held back
NOTICE_KEEPS = timedelta(hours=2)  # then the daily cap is no news any more
_TOLD_LATE = (Rung.REMIND, Rung.FOLLOW_UP, Rung.MISS_NOTE)
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
    left_at: datetime | None = None  # and when that was
    external_id: str | None = None  # of the call to end
    reason: str | None = None
    others: tuple[Task, ...] = ()  # said in the same message

    def row(self, lease_until: datetime) -> dict[str, Any]:
        on_whatsapp = self.address.channel == ChannelName.WHATSAPP
        return row_of(self.task, self.rung, self.address.channel, self.created_at) | {
            "id": self.id,
            "status": DispatchStatus.PENDING,
            "address": self.address.value,
            "lease_until": self.not_before or lease_until,
            "deadline": self.deadline,
            "reason": self.reason,
            "template": on_whatsapp and not self.person.whatsapp_window_open(self.created_at),
        }


@dataclass
class Claim:
    """What one claim led to: rows to write, and attempts to send once they are committed."""

    ledger: Ledger
    attempts: list[Attempt] = field(default_factory=list)
    closed: list[dict[str, Any]] = field(default_factory=list)  # rows of what is not sent, with the reason
    paid: set[tuple[Address, Rung]] = field(default_factory=set)

    def send(self, task: Task, person: Person, effect: SendRung, now: datetime, *, late: bool) -> None:
        addresses = person.addresses(effect.rung)
        if not addresses:
            barred = person.ladder.barred.get(Rung.WHATSAPP, "")
            why = barred if barred in CAPPED else "nobody to send it to"
            self.skip(task, person, SkipRung(effect.rung, why), now)
        reason = LATE if late and effect.rung in _TOLD_LATE else None
        for address in addresses:
            self._add(task, person, effect, address, now, reason)

    def skip(self, task: Task, person: Person, effect: SkipRung, now: datetime) -> None:
        status = DispatchStatus.EXPIRED if effect.expired else DispatchStatus.SKIPPED
        channel = _OWN_CHANNEL.get(effect.rung, "none")
        row = row_of(task, effect.rung, channel, now) | {"status": status, "reason": effect.reason}
        self.closed.append(row)
        capped = person.call if effect.rung == Rung.CALL else person.whatsapp
        if effect.reason in CAPPED and capped is not None:
            row |= {"channel": capped.channel, "address": capped.value}
            if self.ledger.leave_out(person, capped, effect.reason):
                self._tell(task, person, capped.channel, now)

    def _tell(self, task: Task, person: Person, channel: str, now: datetime) -> None:
        """A word in the chat, once a day, as long as the chat itself takes one."""
        chat = person.chat
        if chat is not None and (chat.channel != ChannelName.WHATSAPP or person.whatsapp_window_open(now)):
            self._add(task, person, SendRung(Rung.NOTICE, now + NOTICE_KEEPS), chat, now, channel)

    def _add(
        self,
        task: Task,
        person: Person,
        effect: SendRung,
        address: Address,
        now: datetime,
        reason: str | None,
    ) -> None:
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
                reason=reason,
            )
        )
        if (address, effect.rung) not in self.paid:  # several of a kind will be one message
            self.paid.add((address, effect.rung))
            self.ledger.spend(person, address)

    def rows(self, lease_until: datetime) -> list[dict[str, Any]]:
        return [*(attempt.row(lease_until) for attempt in self.attempts), *self.closed]

    def ready(self, now: datetime) -> list[Attempt]:
        return [one for one in self.attempts if one.not_before is None or one.not_before <= now]


def restore(session: Session, rows: Sequence[TakenOver], people: Mapping[UUID, Person]) -> list[Attempt]:
    """Attempts as their rows tell them, for whoever takes them over."""
    tasks = {
        task.id: task
        for task in session.scalars(select(Task).where(Task.id.in_({row.task_id for row in rows})))
    }
    spoken_of = merged.spoken_of(session, [row.id for row in rows if row.reason in SEVERAL])
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
                begun=row.begun,
                left_at=row.left_at,
                external_id=row.external_id,
                reason=row.reason,
                others=tuple(one for one in spoken_of.get(row.id, ()) if one.id != row.task_id),
            )
        )
    return restored


def row_of(task: Task, rung: Rung, channel: str, now: datetime) -> dict[str, Any]:
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
        "template": False,
    }

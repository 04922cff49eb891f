"""One person's rows erased in one transaction, with a receipt that does not say who it was."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Connection, CursorResult, select, text
from sqlalchemy.orm import Session

from storage.database import ConflictError, lock_person
from storage.inbound import lock_sender
from storage.personal import PERSONAL, PersonalTable
from storage.tables import ErasureReceipt, Identity, User
from storage.vocabulary import ChannelName, DeletionState, ErasureSource

_HUSHED = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Erased:
    """What a receipt says, and how many rows of each table went now. `repeated`: nobody was left to erase."""

    receipt_id: UUID
    erased_at: datetime
    counts: dict[str, int]
    repeated: bool = False


class UnknownPersonError(LookupError):
    """Nobody has this id, and nobody who had it was erased."""


def subject_digest(user_id: UUID) -> str:
    """What a receipt keeps of the random id: enough to know it again, not enough to tell it."""
    return hashlib.sha256(user_id.bytes).hexdigest()


def erase_rows(
    session: Session, user_id: UUID, now: datetime, asked_by: ErasureSource, *, by_hand: Sequence[str] = ()
) -> Erased:
    """Delete every row of this person, and note what providers are to delete; in a service session.

    `by_hand`: providers without an interface for it, whose account an operator has to tell. Somebody erased before
    gets the old receipt. Raises UnknownPersonError; ConflictError or a deadlock mean that the transaction must be
    repeated (`storage.database.repeat_on_conflict`).
    """
    lock(session, user_id)
    if session.scalar(select(User.id).where(User.id == user_id)) is None:
        receipt = find_receipt(session, user_id)
        if receipt is None:
            raise UnknownPersonError(f"no such person: {user_id}")
        return Erased(receipt.id, receipt.erased_at, dict(receipt.counts), repeated=True)
    receipt = _written_receipt(session, user_id, now, asked_by)
    _note_deletions(session, receipt.id, user_id, now, by_hand)
    counts = delete_rows(session, user_id)
    receipt.counts = counts
    return Erased(receipt.id, receipt.erased_at, counts)


def delete_rows(session: Session | Connection, user_id: UUID) -> dict[str, int]:
    """Delete what the list says is this person's, and nothing more; how many rows of each table there were."""
    return {table.name: _delete(session, table, user_id) for table in PERSONAL}


def find_receipt(session: Session, user_id: UUID) -> ErasureReceipt | None:
    """The receipt of whoever had this id."""
    return session.scalar(select(ErasureReceipt).where(ErasureReceipt.subject == subject_digest(user_id)))


def inventory(session: Session, user_id: UUID) -> dict[str, int]:
    """How many rows of each personal table are this person's."""
    return {
        table.name: session.scalar(_about(table, "select count(*)"), {"user": user_id}) for table in PERSONAL
    }


def _about(table: PersonalTable, act: str) -> Any:
    return text(f"{act} from {table.name} where {table.mine}")


def _delete(session: Session | Connection, table: PersonalTable, user_id: UUID) -> int:
    result = session.execute(_about(table, "delete"), {"user": user_id})
    return result.rowcount if isinstance(result, CursorResult) else 0


# ------------------------------------------------------------------ before

_TASKS = text(
    "select count(*) from (select 1 from tasks where user_id = :user order by id for update) as held"
)
_USER = text("select 1 from users where id = :user for update")


def lock(session: Session, user_id: UUID) -> None:
    """Nobody else handles the person or refers to them until this transaction ends. Raises ConflictError.

    In the order in which a chat turn takes its locks, then tasks before their owner, as the ladder does.
    """
    senders = _senders(session, user_id)
    for channel, sender in sorted(senders):
        lock_sender(session, channel, sender)
    lock_person(session, user_id)
    for rows in (_TASKS, _USER, _TASKS):  # a task may have come in before its owner was held
        session.execute(rows, {"user": user_id})
    if _senders(session, user_id) - senders:
        raise ConflictError("the person got a new address meanwhile")


def _senders(session: Session, user_id: UUID) -> set[tuple[str, str]]:
    known = session.execute(select(Identity.channel, Identity.value).where(Identity.user_id == user_id))
    return {(channel, value) for channel, value in known} | {(str(ChannelName.API), str(user_id))}


def hush(session: Session, user_id: UUID, now: datetime) -> None:
    """No reminder of this person may begin for a minute: what has begun can end, and is known when the rows go.

    It ends by itself. An erasure killed at this point costs no more than the reminders that were due in that minute:
    they are closed as if the person had paused, and are not made up for.
    """
    session.execute(
        text(
            "update users set paused_until = greatest(coalesce(paused_until, :until), :until) where id = :user"
        ),
        {"user": user_id, "until": now + _HUSHED},
    )


def is_sending(session: Session, user_id: UUID, now: datetime) -> bool:
    """Whether a provider is being called about one of their tasks right now."""
    found = session.scalar(
        text("""
            select exists (
                select 1 from dispatch_log d join tasks t on t.id = d.task_id
                where t.user_id = :user and d.status in ('pending', 'unknown') and d.outcome = 'sending'
                    and d.lease_until > :now
            )
        """),
        {"user": user_id, "now": now},
    )
    return bool(found)


# ------------------------------------------------------------------ what stays


def _written_receipt(
    session: Session, user_id: UUID, now: datetime, asked_by: ErasureSource
) -> ErasureReceipt:
    """A new one; the old one for somebody whom a restored backup brought back."""
    receipt = find_receipt(session, user_id)
    if receipt is None:
        receipt = ErasureReceipt(
            id=uuid4(), erased_at=now, asked_by=asked_by, subject=subject_digest(user_id)
        )
        session.add(receipt)
        session.flush()
    return receipt


_SID = "((?:SM|MM|CA)[0-9a-fA-F]{32})$"
# What Twilio holds of the person: what we sent about tasks, what they wrote, and calls, by Twilio's own ids.
_EVENTS = next(table.mine for table in PERSONAL if table.name == "inbound_events")
_AT_TWILIO = text(f"""
    insert into provider_deletions (id, receipt_id, provider, kind, reference, state, due_at, created_at)
    select gen_random_uuid(), :receipt, 'twilio', case when sid like 'CA%' then 'call' else 'message' end, sid,
        :state, :now, :now
    from (
        select (regexp_match(n.external_id, :sid))[1] as sid from notification_log n
        join tasks t on t.id = n.task_id where t.user_id = :user
        union
        select (regexp_match(d.external_id, :sid))[1] from dispatch_log d
        join tasks t on t.id = d.task_id where t.user_id = :user
        union
        select (regexp_match(case when e.channel = 'call' then e.sender else e.external_id end, :sid))[1]
        from inbound_events e where e.channel in ('whatsapp', 'call') and {_EVENTS}
    ) as held
    where sid is not null
""")  # noqa: S608 - a condition of our own list
_BY_HAND = text("""
    insert into provider_deletions (id, receipt_id, provider, kind, state, due_at, created_at)
    select gen_random_uuid(), :receipt, name, 'account', :state, :now, :now from unnest(cast(:names as text[])) as name
""")
_LATE = text("""
    insert into provider_deletions (id, receipt_id, provider, kind, reference, state, due_at, created_at)
    select gen_random_uuid(), r.id, 'twilio', case when :reference like 'CA%' then 'call' else 'message' end, :reference,
        :state, :now, :now
    from erasure_receipts r where r.subject = :subject and :reference ~ :sid
""")


def _note_deletions(
    session: Session, receipt_id: UUID, user_id: UUID, now: datetime, by_hand: Sequence[str]
) -> None:
    values = {"receipt": receipt_id, "now": now}
    session.execute(_AT_TWILIO, values | {"user": user_id, "sid": _SID, "state": DeletionState.PENDING})
    session.execute(_BY_HAND, values | {"names": list(by_hand), "state": DeletionState.BY_HAND})


def delete_later(session: Session, user_id: UUID, reference: str, now: datetime) -> None:
    """A provider named something of an erased person only now: it is to be deleted there too. Nothing for others."""
    session.execute(
        _LATE,
        {
            "reference": reference,
            "subject": subject_digest(user_id),
            "sid": "^" + _SID,
            "now": now,
            "state": DeletionState.PENDING,
        },
    )

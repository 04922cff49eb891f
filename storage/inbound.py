"""What the doors received: stored once, handled in the order it came, answered from the stored reply."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from storage.tables import Identity, InboundEvent
from storage.vocabulary import InboundState


def record(
    session: Session,
    *,
    channel: str,
    sender: str,
    external_id: str,
    payload: dict[str, Any],
    received_at: datetime,
    correlation_id: str,
    user_id: UUID | None = None,
) -> UUID | None:
    """Store one event and return its id; None when the provider has sent it before.

    It belongs to whoever has the address now, unless `user_id` says it; to nobody while the sender is unknown.
    """
    known = select(Identity.user_id).where(Identity.channel == channel, Identity.value == sender)
    statement = insert(InboundEvent).values(
        id=uuid4(),
        channel=channel,
        sender=sender,
        external_id=external_id,
        payload=payload,
        received_at=received_at,
        correlation_id=correlation_id,
        user_id=user_id or known.scalar_subquery(),
    )
    statement = statement.on_conflict_do_nothing(constraint="uq_inbound_events_external")
    return session.execute(statement.returning(InboundEvent.id)).scalar_one_or_none()


def take_next(session: Session, event_id: UUID) -> InboundEvent | None:
    """The oldest unhandled event of this event's sender, up to this one, locked; waits for whoever handles the sender.

    None when nothing of the sender waits any more.
    """
    mine = select(InboundEvent.channel, InboundEvent.sender, InboundEvent.seq).where(
        InboundEvent.id == event_id
    )
    found = session.execute(mine).one_or_none()
    if found is None:
        return None
    channel, sender, seq = found
    lock_sender(session, channel, sender)
    return session.scalar(
        select(InboundEvent)
        .where(
            InboundEvent.channel == channel,
            InboundEvent.sender == sender,
            InboundEvent.seq <= seq,
            text("state = 'received'"),  # literal, so that the partial index serves
        )
        .order_by(InboundEvent.seq)
        .limit(1)
        .with_for_update()
    )


def lock_sender(session: Session, channel: str, sender: str) -> None:
    """Wait until this transaction alone handles what comes from that address; taken before `lock_person`."""
    key = func.hashtextextended(f"{channel}:{sender}", 0)
    session.execute(select(func.pg_advisory_xact_lock(key)))


def take(session: Session, event_id: UUID, state: InboundState) -> InboundEvent | None:
    """The event, locked for this transaction, if it is (still) in that state; waits for another holder first."""
    event = session.scalar(select(InboundEvent).where(InboundEvent.id == event_id).with_for_update())
    return event if event is not None and event.state == state else None


def answered_before(session: Session, event: InboundEvent) -> InboundEvent | None:
    """The sender's event before this one that was answered."""
    return session.scalar(
        select(InboundEvent)
        .where(
            InboundEvent.channel == event.channel,
            InboundEvent.sender == event.sender,
            InboundEvent.seq < event.seq,
            InboundEvent.state.in_((InboundState.ANSWERED, InboundState.DONE)),
        )
        .order_by(InboundEvent.seq.desc())
        .limit(1)
    )


def unfinished(session: Session, before: datetime, limit: int = 100) -> Sequence[UUID]:
    """Events that should long have been handled or answered: a worker died, or Redis forgot them."""
    return session.scalars(
        select(InboundEvent.id)
        .where(
            text("state in ('received', 'answered')"),  # literal, so that the partial index serves
            func.coalesce(InboundEvent.handled_at, InboundEvent.received_at) < before,
        )
        .order_by(InboundEvent.seq)
        .limit(limit)
    ).all()

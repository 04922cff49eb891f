"""What the doors received: stored once, handled in the order it came, answered from the stored reply."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Row, func, select, text
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


_ABANDONED = text("""
    with open as materialized (
        select id, channel, sender from inbound_events
        where state in ('received', 'answered') and id <> all(cast(:queued as uuid[]))
            and coalesce(handled_at, received_at) < (case when tries = 0 then :before else :tried_before end)
        order by seq limit :limit
    )
    select e.id, e.user_id, coalesce(e.handled_at, e.received_at) as waited_since
    from open join inbound_events e on e.id = open.id
    where pg_try_advisory_xact_lock(hashtextextended(open.channel || ':' || open.sender, 0))
    order by e.seq for update of e skip locked
""")


def abandoned(
    session: Session, before: datetime, tried_before: datetime, queued: Sequence[UUID] = (), limit: int = 100
) -> Sequence[Row[UUID, UUID | None, datetime]]:
    """(id, person, waited since) of events that wait since `before`, to be handled or said, and that nobody has in hand.

    Those that were tried already count since `tried_before`. Nobody: they are not in `queued`, and neither they nor their
    sender are locked, which the end of a worker undoes at once; both are locked for this transaction then.
    """
    values = {"before": before, "tried_before": tried_before, "queued": list(queued), "limit": limit}
    return session.execute(_ABANDONED, values).all()

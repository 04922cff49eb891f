"""Leases of attempts: taken over when they ran out, and given back before their time by a worker that is told to stop."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import case, text, update
from sqlalchemy.orm import Session

from storage.outbox import OUR_FAULT, WAITING
from storage.tables import DispatchLog
from storage.vocabulary import DispatchStatus

_ALONG = timedelta(minutes=2)  # longer than the pause before a next try


class TakenOver(NamedTuple):
    """An attempt that its former holder has lost; `begun`: somebody had begun to send it, at `left_at` or soon after."""

    id: UUID
    task_id: UUID
    user_id: UUID
    rung: str
    channel: str
    address: str | None
    created_at: datetime
    deadline: datetime | None
    tries: int
    external_id: str | None
    reason: str | None
    begun: bool
    left_at: datetime | None


_TAKE = """
    with stale as materialized (
        select id, lease_until, outcome is not distinct from 'handed_back' as untried,
            status = 'unknown' or outcome is not distinct from 'sending' as begun
        from dispatch_log where status in ('pending', 'unknown') and {which}
        order by lease_until limit :limit for update skip locked
    ), taken as (
        update dispatch_log d set lease_until = :lease_until,
            tries = d.tries + case when s.untried then 0 else 1 end,
            outcome = case when not s.untried then d.outcome end
        from stale s, tasks t where d.id = s.id and t.id = d.task_id
        returning d.id, d.task_id, t.user_id, d.rung, d.channel, d.address, d.created_at, d.deadline, d.tries,
            d.external_id, d.reason, s.begun, coalesce(d.dispatched_at, s.lease_until - :lease) as left_at,
            s.lease_until as since
    )
    select id, task_id, user_id, rung, channel, address, created_at, deadline, tries, external_id, reason, begun,
        case when begun then left_at end
    from taken order by since
"""
_TAKE_ANY = text(_TAKE.format(which="lease_until <= :now"))
_TAKE_ONLY = text(_TAKE.format(which="lease_until <= :now and id = any(:only)"))
# Whoever holds one of them is fenced off as ever; what is under way is left alone.
_TAKE_ALONG = text(
    _TAKE.format(
        which="""id <> all(:taken) and lease_until > :now and lease_until <= :until and tries > 0
            and outcome is distinct from 'sending' and (status = 'pending' or channel = 'telegram')
            and rung in ('remind', 'whatsapp', 'follow_up', 'miss_note')
            and (channel, address) in (select * from unnest(cast(:channels as text[]), cast(:addresses as text[])))"""
    )
)


def take_over(
    session: Session,
    now: datetime,
    lease_until: datetime,
    limit: int,
    only: Sequence[UUID] | None = None,
) -> list[TakenOver]:
    """Attempts whose lease ran out, leased anew.

    Their former holder is fenced off: `tries` grows, so that its late words are refused. One who handed an attempt back
    has no more words about it, and it has not been tried. With `only`, no others.
    """
    values: dict[str, Any] = _values(now, lease_until, limit)
    statement = _TAKE_ANY
    if only is not None:
        statement, values["only"] = _TAKE_ONLY, list(only)
    return [TakenOver._make(row) for row in session.execute(statement, values)]


def take_along(
    session: Session, now: datetime, lease_until: datetime, limit: int, taken: Sequence[TakenOver]
) -> list[TakenOver]:
    """What is soon tried again where these go: what piled up while a provider was away can be one message."""
    values = {
        "taken": [one.id for one in taken],
        "channels": [one.channel for one in taken],
        "addresses": [one.address for one in taken],
        "until": now + _ALONG,
    }
    found = session.execute(_TAKE_ALONG, values | _values(now, lease_until, limit))
    return [TakenOver._make(row) for row in found]


def _values(now: datetime, lease_until: datetime, limit: int) -> dict[str, Any]:
    return {"now": now, "lease_until": lease_until, "lease": lease_until - now, "limit": limit}


def park(session: Session, attempt_id: UUID, until: datetime) -> None:
    """Nobody looks at this attempt before then; one whose deadline lies before that has failed."""
    over = DispatchLog.deadline <= until
    session.execute(
        update(DispatchLog)
        .where(DispatchLog.id == attempt_id, DispatchLog.status.in_(WAITING))
        .values(
            lease_until=until,
            status=case((over, DispatchStatus.FAILED), else_=DispatchLog.status),
            reason=case((over, OUR_FAULT), else_=DispatchLog.reason),
        )
    )


_HAND_BACK = text("""
    update dispatch_log as d set
        lease_until = :now, outcome = case when :unsent then null else d.outcome end
    from unnest(cast(:ids as uuid[]), cast(:tries as int[])) as a (id, tries)
    where d.id = a.id and d.tries = a.tries and d.status || '' in ('pending', 'unknown')
""")


def hand_back(
    session: Session, attempts: Sequence[tuple[UUID, int]], now: datetime, *, unsent: bool = False
) -> None:
    """Let anybody take these (attempt, tries) over at once. `unsent`: they were begun, but nothing left for the provider."""
    if attempts:
        ids, tries = [one for one, _ in attempts], [number for _, number in attempts]
        session.execute(_HAND_BACK, {"ids": ids, "tries": tries, "now": now, "unsent": unsent})

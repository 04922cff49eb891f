"""The outbox as rows: attempts written before the provider is called, begun once, and finished with what it said."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import TextClause, delete, select, text, update
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import Session

from storage import merged
from storage.tables import DispatchLog, PushSubscription
from storage.users import disable_identity
from storage.vocabulary import ChannelName, DispatchStatus, Rung

WAITING = (DispatchStatus.PENDING, DispatchStatus.UNKNOWN)
OUR_FAULT = "something went wrong on our side"
SENDING = "sending"  # the outcome of an attempt whose provider is being called
TOO_LATE = "too late to be worth sending"  # the reason of what expired
HANDED_BACK = "handed_back"  # the outcome of one that its holder let go of untried
LOOKED_FOR = timedelta(seconds=60)  # how long a call of unknown outcome may still turn up at the provider
ONE_STEP = timedelta(minutes=10)  # attempts of one task this close together belong to one step of the ladder
RING_AT_MOST = timedelta(minutes=3)  # a call that nobody has ended by then has ended by itself


@dataclass(frozen=True, slots=True)
class Finished:
    """What became of one attempt, written by the worker that still holds it (`tries` is its fence)."""

    attempt_id: UUID
    tries: int
    status: DispatchStatus
    external_id: str | None = None
    outcome: str | None = None
    reason: str | None = None
    error: str | None = None
    again_at: datetime | None = None  # when to try or to ask again


def add_attempts(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    """Insert attempts in one statement; each row has the same keys, named as the columns of dispatch_log."""
    if rows:
        names = tuple(sorted(rows[0]))
        session.execute(_insert_of(names), {name: [row[name] for row in rows] for name in names})


@cache
def _insert_of(names: tuple[str, ...]) -> TextClause:
    """One statement however many rows: a list of parameters would be sent, and planned, row by row."""
    columns, dialect = DispatchLog.__table__.columns, postgresql.dialect()  # type: ignore[no-untyped-call]  # untyped there
    arrays = ", ".join(f"cast(:{name} as {columns[name].type.compile(dialect)}[])" for name in names)
    return text(f"insert into dispatch_log ({', '.join(names)}) select * from unnest({arrays})")  # noqa: S608 - columns of ours


def add_second(session: Session, attempt_id: UUID, at: datetime, now: datetime) -> bool:
    """The same attempt once more, at `at` and within the same deadline; False when there was a second one already."""
    first = session.get(DispatchLog, attempt_id)
    if first is None or had_second(session, first):
        return False
    same = ("task_id", "channel", "address", "rung", "task_version", "deadline")
    row = {name: getattr(first, name) for name in same}
    pending = {"status": DispatchStatus.PENDING, "created_at": now, "lease_until": at}
    new_id, is_shared = uuid4(), first.reason in merged.SEVERAL
    if is_shared:
        merged.said_by(session, new_id, first.id)
    second = {"id": new_id, "reason": first.reason if is_shared else None}
    add_attempts(session, [row | pending | second | {"template": first.channel == ChannelName.WHATSAPP}])
    return True


def had_second(session: Session, first: DispatchLog) -> bool:
    """Whether the same was tried there twice already, or was to be."""
    others = select(DispatchLog.id).where(
        DispatchLog.task_id == first.task_id,
        DispatchLog.rung == first.rung,
        DispatchLog.address == first.address,
        DispatchLog.id != first.id,
        DispatchLog.created_at > first.created_at - ONE_STEP,
    )
    return session.scalar(others.limit(1)) is not None


_FINISH = text("""
    with f as (
        select * from unnest(
            cast(:ids as uuid[]), cast(:tries as int[]), cast(:statuses as text[]), cast(:externals as text[]),
            cast(:outcomes as text[]), cast(:reasons as text[]), cast(:errors as text[]),
            cast(:agains as timestamptz[])
        ) as f (id, tries, status, external_id, outcome, reason, error, again_at)
    ), noted as (
        insert into notification_log (id, task_id, user_id, channel, external_id, sent_at, attempt_id)
        select gen_random_uuid(), d.task_id, t.user_id, d.channel,
            d.channel || ':' || d.address || ':' || f.external_id, :now, d.id
        from f join dispatch_log d on d.id = f.id join tasks t on t.id = d.task_id
        where f.status = 'dispatched' and d.rung not in ('hang_up', 'notice')
        on conflict do nothing
    )
    update dispatch_log as d set
        status = f.status, external_id = coalesce(f.external_id, d.external_id), outcome = f.outcome,
        reason = f.reason, error = f.error, lease_until = f.again_at,
        dispatched_at = case when f.status = 'dispatched' then cast(:now as timestamptz)
            when f.status = 'unknown' then coalesce(d.dispatched_at, cast(:now as timestamptz))
            else d.dispatched_at end
    from f
    where d.id = f.id and d.tries = f.tries and d.status || '' in ('pending', 'unknown')
    returning d.id
""")


def finish(session: Session, finished: Sequence[Finished], now: datetime) -> set[UUID]:
    """Write what became of these attempts, and log what reached a provider, in one statement.

    Returns the ids that were still theirs to write; a message that went out is logged either way.
    """
    if not finished:
        return set()
    values = {
        "ids": [one.attempt_id for one in finished],
        "tries": [one.tries for one in finished],
        "statuses": [one.status for one in finished],
        "externals": [one.external_id for one in finished],
        "outcomes": [one.outcome for one in finished],
        "reasons": [one.reason for one in finished],
        "errors": [one.error for one in finished],
        "agains": [one.again_at for one in finished],
        "now": now,
    }
    return set(session.execute(_FINISH, values).scalars())


_NEXT_DUE = text("""
    select least(
        (select min(wakes_at) from tasks where wakes_at > :after),
        (select min(lease_until) from dispatch_log where status in ('pending', 'unknown') and lease_until > :after)
    )
""")


def next_due(session: Session, after: datetime) -> datetime | None:
    """When, after that moment, the ladder next has something to do: a task that needs attention, or an attempt."""
    moment: datetime | None = session.scalar(_NEXT_DUE, {"after": after})
    return moment


# ------------------------------------------------------------------ what must not go out any more

# A message about several tasks stays: it still speaks of the others, and `merged.rehead` looks before it is begun.
_SUPERSEDE = text("""
    update dispatch_log set status = 'skipped', reason = :reason
    where task_id = any(:tasks) and status || '' in ('pending', 'unknown')
        and rung not in ('hang_up', 'pattern', 'echo', 'notice')
        and coalesce(reason, '') not in ('digest', 'together')
    returning id, task_id, channel, address, rung, task_version, tries, created_at
""")
_RINGING = text("""
    select task_id, channel, address, external_id, task_version from dispatch_log
    where task_id = any(:tasks) and rung = 'call' and status = 'dispatched' and dispatched_at > :since
        and (outcome is null or outcome in ('queued', 'sent'))
""")


def supersede(session: Session, task_ids: Sequence[UUID], reason: str, now: datetime) -> bool:
    """Close what still waits to be sent about these tasks. A call that may be on its way is looked for, and ended.

    Says whether there is one: then the outbox has something to do at once.
    """
    if not task_ids:
        return False
    closed = session.execute(_SUPERSEDE, {"tasks": list(task_ids), "reason": reason}).all()
    begun = [row for row in closed if row.rung == Rung.CALL and row.tries > 0]
    add_attempts(session, [_end_of_unknown(row, now) for row in begun])
    return bool(begun)


def hang_up(session: Session, task_id: UUID, now: datetime) -> bool:
    """Put the ending of a phone that still rings about this task into the outbox; says whether one does."""
    ringing = session.execute(_RINGING, {"tasks": [task_id], "since": now - RING_AT_MOST}).all()
    add_attempts(session, [ending_of_call(row, row.external_id, now) for row in ringing])
    return bool(ringing)


def ending_of_call(call: Any, external_id: str | None, now: datetime) -> dict[str, Any]:
    """The attempt row that stops a call; `call` has the columns of the attempt that dialled."""
    return {
        "task_id": call.task_id,
        "channel": call.channel,
        "address": call.address,
        "rung": Rung.HANG_UP,
        "status": DispatchStatus.PENDING,
        "task_version": call.task_version,
        "created_at": now,
        "lease_until": now,
        "deadline": now + RING_AT_MOST,
        "external_id": external_id,
        "reason": None,
    }


def _end_of_unknown(call: Any, now: datetime) -> dict[str, Any]:
    """The same for a call of which the provider has not told yet: `reason` is the attempt to look for, since then."""
    ends = now + LOOKED_FOR
    looked_for = {"created_at": call.created_at, "deadline": ends, "reason": call.id.hex}
    return ending_of_call(call, None, now) | looked_for


def end_superseded_call(session: Session, attempt_id: UUID, external_id: str, now: datetime) -> None:
    """A call turned out to have been made: if it was given up, whoever looks for it is told, else it is ended anew."""
    call = session.get(DispatchLog, attempt_id, populate_existing=True)
    if call is None or call.rung != Rung.CALL or call.status != DispatchStatus.SKIPPED:
        return
    looking = update(DispatchLog).where(
        DispatchLog.task_id == call.task_id,
        DispatchLog.rung == Rung.HANG_UP,
        DispatchLog.reason == call.id.hex,
        DispatchLog.status.in_(WAITING),
    )
    told = looking.values(external_id=external_id, lease_until=now).returning(DispatchLog.id)
    if session.scalars(told).first() is None:
        add_attempts(session, [ending_of_call(call, external_id, now)])


def give_up_address(session: Session, channel: str, value: str, reason: str) -> None:
    """Nobody is there any more, says the provider: a push subscription goes, a chat or number is disabled."""
    if channel != ChannelName.PUSH:
        disable_identity(session, channel, value, reason)
        return
    with contextlib.suppress(ValueError):  # a simulated phone's address is no id
        session.execute(delete(PushSubscription).where(PushSubscription.id == UUID(value)))

"""What was sent over channels that cost money: counted by address and overall, for the daily caps and for operators."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from storage.vocabulary import ChannelName

PAID = (ChannelName.WHATSAPP, ChannelName.CALL)
ENOUGH = {  # why a rung is left out: the person's own cap
    ChannelName.WHATSAPP: "enough WhatsApp messages for today",
    ChannelName.CALL: "enough calls for today",
}
USED_UP = {  # the whole installation's
    ChannelName.WHATSAPP: "no more WhatsApp messages can go out today",
    ChannelName.CALL: "no more calls can go out today",
}
CAPPED = frozenset({*ENOUGH.values(), *USED_UP.values()})
_SPACE = 1179407706


@dataclass(frozen=True, slots=True)
class Use:
    """How often an address was used since its day began, when last, and whether anything was left out there since."""

    count: int = 0
    last: datetime | None = None
    capped: bool = False


# What may still go out counts too. `channel in (...)` is the condition of the indexes.
_LIVE = "d.status in ('pending', 'unknown', 'dispatched')"
_OF_ADDRESSES = text(f"""
    select a.channel, a.address,
        count(*) filter (where {_LIVE} and d.created_at >= a.day) as used,
        max(greatest(d.created_at, d.dispatched_at)) filter (where {_LIVE}) as last,
        count(*) filter (where d.status = 'skipped' and d.reason = any(:capped) and d.created_at >= a.day) as capped
    from unnest(cast(:channels as text[]), cast(:addresses as text[]), cast(:days as timestamptz[]))
        as a (channel, address, day)
    join dispatch_log d on d.address = a.address and d.channel = a.channel
        and d.created_at >= least(a.day, :lately) and d.channel in ('whatsapp', 'call') and d.rung <> 'hang_up'
    group by a.channel, a.address
""")  # noqa: S608 - a constant of ours
_OVERALL = text(f"""
    select d.channel, count(*) filter (where {_LIVE}) as used,
        count(*) filter (where d.status = 'skipped' and d.reason = any(:capped)) as capped,
        count(*) filter (where d.status = 'skipped' and d.reason = any(:used_up)) as used_up
    from dispatch_log d
    where d.channel in ('whatsapp', 'call') and d.created_at > :since and d.rung <> 'hang_up'
    group by d.channel
""")  # noqa: S608 - as above
_OUTSIDE = text(f"""
    select distinct d.address from dispatch_log d
    where d.channel = 'whatsapp' and d.channel in ('whatsapp', 'call') and d.created_at > :since
        and d.template and {_LIVE}
""")  # noqa: S608 - as above


def use_of(
    session: Session, addresses: Sequence[tuple[str, str, datetime]], lately: datetime
) -> dict[tuple[str, str], Use]:
    """What became of each (channel, address) since its day began; `last` looks back to `lately` if that is earlier."""
    if not addresses:
        return {}
    channels, values, days = (list(column) for column in zip(*addresses, strict=True))
    asked = {
        "channels": channels,
        "addresses": values,
        "days": days,
        "lately": lately,
        "capped": list(CAPPED),
    }
    rows = session.execute(_OF_ADDRESSES, asked)
    return {(row.channel, row.address): Use(row.used, row.last, bool(row.capped)) for row in rows}


@dataclass(frozen=True, slots=True)
class Overall:
    """What went out over one channel, to everybody together, what was left out, and that for want of any more."""

    used: int = 0
    capped: int = 0
    used_up: int = 0


def overall(session: Session, since: datetime) -> dict[str, Overall]:
    """By channel; channels that were not used are missing."""
    asked = {"since": since, "capped": list(CAPPED), "used_up": list(USED_UP.values())}
    rows = session.execute(_OVERALL, asked)
    return {row.channel: Overall(row.used, row.capped, row.used_up) for row in rows}


def outside_window(session: Session, since: datetime) -> set[str]:
    """The WhatsApp numbers that were written to by themselves, outside their 24-hour window."""
    return set(session.execute(_OUTSIDE, {"since": since}).scalars())


def count_alone(session: Session) -> None:
    """Wait until nobody else counts: until this transaction ends, what is counted is not exceeded by others."""
    session.execute(text("select pg_advisory_xact_lock(:space, 0)"), {"space": _SPACE})

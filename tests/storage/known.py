"""Somebody among many people, and rows of theirs that tests ask about."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

import psycopg

from channels.messages import StatusUpdate
from storage.leases import TakenOver

_KNOWN = """
select t.user_id, c.id, (select id from inbound_events e where e.user_id = t.user_id order by seq desc limit 1),
    (select id from goals g where g.user_id = t.user_id and g.status = 'active' limit 1),
    ahead.series_id, ahead.id, t.id, d.id, d.external_id, d.address
from tasks t
join dispatch_log d on d.task_id = t.id and d.rung = 'remind'
join conversations c on c.user_id = t.user_id
join lateral (select id, series_id from tasks a where a.user_id = t.user_id and a.status = 'pending'
    and a.series_id is not null order by scheduled_at limit 1) as ahead on true
where t.status = 'missed' limit 1
"""


@dataclass(frozen=True)
class Known:
    """One of the ten thousand, and some rows of theirs."""

    person: UUID
    conversation: UUID
    event: UUID
    goal: UUID
    series: UUID
    waiting: UUID  # a task that lies ahead
    reminded: UUID  # one that was spoken of
    attempt: UUID
    message_ref: str  # the provider's own id of that
    chat: str

    @classmethod
    def somebody(cls, url: str) -> Known:
        with psycopg.connect(url) as connection:
            row = connection.execute(_KNOWN).fetchone()
        assert row is not None
        return cls(*row)


def word(known: Known, attempt_id: UUID | None) -> StatusUpdate:
    return StatusUpdate("telegram", known.message_ref, "delivered", attempt_id)  # type: ignore[arg-type] - a word as it comes


def waiting_for(chat: str, at: datetime) -> TakenOver:
    """A reminder there that somebody has just taken over."""
    ids = uuid4(), uuid4(), uuid4()
    return TakenOver(*ids, "remind", "telegram", chat, at, at, 1, None, None, begun=False, left_at=None)

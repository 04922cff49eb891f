"""Once a week the installation holds what it promised against what it did, and says aloud where they differ."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING

import structlog
from redis import Redis

from bot.health import OVERDUE_SECONDS, overdue_seconds
from reminders.audit import WEEK, Audit, audit_week
from storage.database import Database

if TYPE_CHECKING:
    from bot.services import Services

log = structlog.get_logger(__name__)

_LAST = "flux:audit"  # when it was, and how many differences of each kind it found
_AT = "at"
_LOGGED = 50  # by id; all of them are counted


def audit_when_due(services: Services, now: datetime) -> Mapping[str, int]:
    """Differences by kind; nothing when the last audit is less than a week old, or while the ladder is catching up.

    After an outage much is due and not done yet: that is late, which `overdue` says, and not forgotten.
    """
    if not _is_due(services.redis, now):
        return {}
    with services.database.service() as session:
        late = overdue_seconds(session, now)
    if late > OVERDUE_SECONDS:
        return {}
    found = audited(services.database, now)
    for one in found.differences[:_LOGGED]:
        log.error(
            "promise_not_kept",
            kind=one.kind.value,
            task=str(one.task_id),
            rung=one.rung,
            at=one.at.isoformat(),
        )
    log.info("promises_audited", rungs=found.rungs, **found.counts)
    for kind, count in found.counts.items():
        services.redis.hset(_LAST, kind, count)
    services.redis.hset(_LAST, _AT, now.isoformat())
    return {"rungs": found.rungs, **found.counts}


def audited(database: Database, now: datetime) -> Audit:
    """The last seven days as they are now; reads only."""
    with database.service() as session:
        return audit_week(session, now)


def last_audit(redis: Redis) -> dict[str, int]:
    """Differences by kind that the newest weekly audit found; empty before the first one."""
    kept: dict[bytes, bytes] = redis.hgetall(_LAST)  # type: ignore[assignment]  # typed for the async client, too
    return {name.decode(): int(count) for name, count in kept.items() if name.decode() != _AT}


def _is_due(redis: Redis, now: datetime) -> bool:
    kept: bytes | None = redis.hget(_LAST, _AT)  # type: ignore[assignment]  # typed for the async client, too
    if kept is None:
        return True
    since = now - datetime.fromisoformat(kept.decode())
    return not -WEEK < since < WEEK

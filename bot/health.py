"""Whether the installation works: servers, schema, the ladder's delay, and signs of life of its processes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

import structlog
from redis import Redis, RedisError
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from bot.heartbeats import alive, watch
from storage.database import Database
from storage.migrations import current_revision, head_revision
from storage.outbox import WAITING
from storage.tables import DispatchLog, Task

log = structlog.get_logger(__name__)

OVERDUE_SECONDS = 60.0  # what waits longer for attention means that the ladder stands still
_told: set[str] = set()  # checks this process has logged as failing


class Status(StrEnum):
    READY = "ready"
    DEGRADED = "degraded"  # requests are answered, but reminders may be late
    DOWN = "down"


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at. `vital`: without it no request can be answered."""

    name: str
    ok: bool
    vital: bool
    detail: str | float | None = None


@dataclass(frozen=True, slots=True)
class Readiness:
    checks: tuple[Check, ...]

    @property
    def status(self) -> Status:
        failed = [check for check in self.checks if not check.ok]
        if any(check.vital for check in failed):
            return Status.DOWN
        return Status.DEGRADED if failed else Status.READY

    @property
    def http_status(self) -> int:
        """A late ladder must not take the web process out of service as well."""
        return 503 if self.status is Status.DOWN else 200

    def as_dict(self) -> dict[str, Any]:
        checks = {check.name: {"ok": check.ok, "detail": check.detail} for check in self.checks}
        return {"status": self.status.value, "checks": checks}


def readiness(database: Database, redis: Redis, now: datetime) -> Readiness:
    """Look at everything, and log once what fails and once that it is well again. Never raises for what it looks at."""
    servers = (*_database_checks(database, now), *_redis_checks(redis))
    _tell(servers)
    return Readiness((*servers, *_process_checks(redis)))


def _tell(checks: Sequence[Check]) -> None:
    """Of processes `watch` tells."""
    for check in checks:
        if not check.ok and check.name not in _told:
            _told.add(check.name)
            log.error("check_failed", check=check.name, detail=check.detail)
        elif check.ok and check.name in _told:
            _told.discard(check.name)
            log.warning("check_passes_again", check=check.name)


def _database_checks(database: Database, now: datetime) -> list[Check]:
    try:
        with database.engine.connect() as connection:  # before the migrations there are no roles to speak as
            revision = current_revision(connection)
        migrated = Check("migrations", revision == head_revision(), vital=True, detail=revision)
        checks = [Check("database", ok=True, vital=True), migrated]
        if migrated.ok:
            with database.service() as session:
                age = overdue_seconds(session, now)
            checks.append(Check("overdue", age <= OVERDUE_SECONDS, vital=False, detail=round(age, 1)))
        return checks
    except SQLAlchemyError as error:
        return [Check("database", ok=False, vital=True, detail=type(error).__name__)]


def overdue_seconds(session: Session, now: datetime) -> float:
    """How long the oldest that is due has been waiting: a task for attention, or an attempt for somebody to send it."""
    waiting = select(func.min(DispatchLog.lease_until)).where(DispatchLog.status.in_(WAITING))
    oldest = [session.scalar(select(func.min(Task.wakes_at))), session.scalar(waiting)]
    return max(0.0, *((now - one).total_seconds() for one in oldest if one is not None), 0.0)


def _redis_checks(redis: Redis) -> list[Check]:
    try:
        redis.ping()
    except RedisError as error:
        return [Check("redis", ok=False, vital=True, detail=type(error).__name__)]
    return [Check("redis", ok=True, vital=True)]


def _process_checks(redis: Redis) -> list[Check]:
    try:
        watch(redis)
        return [Check(process, well, vital=False) for process, well in alive(redis).items()]
    except RedisError:
        return []  # said above

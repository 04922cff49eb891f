"""Whether the installation works: servers, schema, the ladder's delay, and signs of life of worker and scheduler."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

import structlog
from redis import Redis, RedisError
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from storage.database import Database
from storage.migrations import current_revision, head_revision
from storage.tables import Task

log = structlog.get_logger(__name__)

OVERDUE_SECONDS = 60.0  # a task that waits longer for attention means the ladder stands still
HEARTBEAT_SECONDS = 45  # how long a sign of life counts: a stall shows within a minute
BEATING = ("scheduler", "worker")


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


def beat(redis: Redis, process: str, lives: float = HEARTBEAT_SECONDS) -> None:
    """A sign of life of one of BEATING; it counts for `lives` seconds."""
    redis.set(f"flux:heartbeat:{process}", 1, px=int(lives * 1000))


def readiness(database: Database, redis: Redis, now: datetime) -> Readiness:
    """Look at everything. Never raises for what it looks at."""
    report = Readiness((*_database_checks(database, now), *_redis_checks(redis)))
    if report.status is not Status.READY:
        log.info("not_ready", failed=[check.name for check in report.checks if not check.ok])
    return report


def _database_checks(database: Database, now: datetime) -> list[Check]:
    try:
        with database.engine.connect() as connection:  # before the migrations there are no roles to speak as
            revision = current_revision(connection)
        migrated = Check("migrations", revision == head_revision(), vital=True, detail=revision)
        checks = [Check("database", ok=True, vital=True), migrated]
        if migrated.ok:
            with database.service() as session:
                age = overdue_seconds(session.scalar(select(func.min(Task.wakes_at))), now)
            checks.append(Check("overdue", age <= OVERDUE_SECONDS, vital=False, detail=round(age, 1)))
        return checks
    except SQLAlchemyError as error:
        return [Check("database", ok=False, vital=True, detail=type(error).__name__)]


def overdue_seconds(oldest: datetime | None, now: datetime) -> float:
    """How long the oldest task that wants attention has been waiting; 0 when none does."""
    return max(0.0, (now - oldest).total_seconds()) if oldest is not None else 0.0


def _redis_checks(redis: Redis) -> list[Check]:
    try:
        alive = redis.mget([f"flux:heartbeat:{process}" for process in BEATING])
    except RedisError as error:
        return [Check("redis", ok=False, vital=True, detail=type(error).__name__)]
    beats = zip(BEATING, alive, strict=True)
    return [
        Check("redis", ok=True, vital=True),
        *(Check(process, value is not None, vital=False) for process, value in beats),
    ]

"""Readiness: what is wrong is named, and only what is vital takes the web process out of service."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import psycopg
import pytest
import redis as redis_client

from bot.health import BEATING, OVERDUE_SECONDS, Readiness, Status, beat, readiness
from storage.database import Database
from storage.tables import Task, User


@pytest.fixture
def alive(redis: redis_client.Redis) -> redis_client.Redis:
    for process in BEATING:
        beat(redis, process)
    return redis


@pytest.fixture
def unreachable() -> Iterator[Database]:
    database = Database("postgresql://nobody@127.0.0.1:1/none")
    yield database
    database.dispose()


def _failed(report: Readiness) -> list[str]:
    return [check.name for check in report.checks if not check.ok]


def _task(database: Database, owner: User, wakes_at: datetime) -> None:
    with database.service() as session:
        session.add(
            Task(
                user_id=owner.id,
                title="Run",
                scheduled_at=wakes_at,
                wakes_at=wakes_at,
                local_day=wakes_at.date(),
            )
        )


def test_a_whole_installation_is_ready(database: Database, alive: redis_client.Redis, now: datetime) -> None:
    report = readiness(database, alive, now)
    assert (report.status, report.http_status) == (Status.READY, 200)
    assert set(report.as_dict()["checks"]) == {"database", "migrations", "overdue", "redis", *BEATING}


@pytest.mark.parametrize("process", BEATING)
def test_a_silent_process_degrades_but_does_not_take_the_web_down(
    database: Database, alive: redis_client.Redis, now: datetime, process: str
) -> None:
    alive.delete(f"flux:heartbeat:{process}")
    report = readiness(database, alive, now)
    assert _failed(report) == [process]
    assert (report.status, report.http_status) == (Status.DEGRADED, 200)


def test_a_sign_of_life_expires_within_a_minute(redis: redis_client.Redis) -> None:
    beat(redis, "worker")
    remaining = redis.pttl("flux:heartbeat:worker")
    assert 0 < remaining <= 60_000


def test_a_task_that_waits_too_long_shows_with_its_age(
    database: Database, alive: redis_client.Redis, owner: User, now: datetime
) -> None:
    _task(database, owner, now - timedelta(seconds=OVERDUE_SECONDS + 30))
    report = readiness(database, alive, now)
    assert _failed(report) == ["overdue"]
    assert report.as_dict()["checks"]["overdue"]["detail"] == OVERDUE_SECONDS + 30


def test_a_task_of_tomorrow_is_not_overdue(
    database: Database, alive: redis_client.Redis, owner: User, now: datetime
) -> None:
    _task(database, owner, now + timedelta(days=1))
    assert readiness(database, alive, now).status is Status.READY


def test_an_older_schema_is_down_until_it_is_migrated(
    fresh_database_url: str, alive: redis_client.Redis, now: datetime
) -> None:
    old = Database(fresh_database_url)
    with psycopg.connect(fresh_database_url) as owner_of_the_schema:
        owner_of_the_schema.execute("update alembic_version set version_num = '0000'")
    report = readiness(old, alive, now)
    old.dispose()
    assert "migrations" in _failed(report)
    assert (report.status, report.http_status) == (Status.DOWN, 503)


def test_no_database_is_down_and_raises_nothing(
    unreachable: Database, alive: redis_client.Redis, now: datetime
) -> None:
    report = readiness(unreachable, alive, now)
    assert _failed(report) == ["database"]
    assert report.http_status == 503


def test_no_redis_is_down_and_raises_nothing(database: Database, now: datetime) -> None:
    report = readiness(database, redis_client.Redis(port=1, socket_connect_timeout=1), now)
    assert _failed(report) == ["redis"]
    assert report.http_status == 503

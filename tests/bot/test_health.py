"""Readiness: what is wrong is named, and only what is vital takes the web process out of service."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import psycopg
import pytest
import redis as redis_client
from structlog.testing import capture_logs

from bot.health import OVERDUE_SECONDS, Readiness, Status, readiness
from bot.heartbeats import EXPECTED, beat, goodbye, watch
from storage.database import Database
from storage.tables import DispatchLog, Task, User


@pytest.fixture
def alive(redis: redis_client.Redis) -> redis_client.Redis:
    for process in EXPECTED:
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
        session.add(_row(owner, wakes_at, wakes_at))


def _row(owner: User, at: datetime, wakes_at: datetime | None) -> Task:
    return Task(user_id=owner.id, title="Run", scheduled_at=at, wakes_at=wakes_at, local_day=at.date())


def _attempt(database: Database, owner: User, at: datetime, lease_until: datetime) -> None:
    """A task that waits for nothing any more, and an attempt about it that nobody has finished."""
    with database.service() as session:
        task = _row(owner, at, None)
        session.add(task)
        session.flush()
        session.add(DispatchLog(task_id=task.id, channel="telegram", rung="remind", lease_until=lease_until))


def test_a_whole_installation_is_ready(database: Database, alive: redis_client.Redis, now: datetime) -> None:
    report = readiness(database, alive, now)
    assert (report.status, report.http_status) == (Status.READY, 200)
    assert set(report.as_dict()["checks"]) == {"database", "migrations", "overdue", "redis", *EXPECTED}


@pytest.mark.parametrize("process", EXPECTED)
def test_a_silent_process_degrades_but_does_not_take_the_web_down(
    database: Database, alive: redis_client.Redis, now: datetime, process: str
) -> None:
    _silence(alive, process)
    report = readiness(database, alive, now)
    assert _failed(report) == [process]
    assert (report.status, report.http_status) == (Status.DEGRADED, 200)


def test_whoever_else_was_seen_is_missed_until_it_says_goodbye(
    database: Database, alive: redis_client.Redis, now: datetime
) -> None:
    beat(alive, "telegram")
    _silence(alive, "telegram")
    assert _failed(readiness(database, alive, now)) == ["telegram"]
    goodbye(alive, "telegram")
    assert readiness(database, alive, now).status is Status.READY


def test_a_sign_of_life_expires_within_a_minute(redis: redis_client.Redis) -> None:
    beat(redis, "ladder")
    remaining = redis.pttl("flux:heartbeat:ladder")
    assert 0 < remaining <= 60_000


def _silence(redis: redis_client.Redis, process: str) -> None:
    """As it is 45 seconds after its last sign of life."""
    redis.delete(f"flux:heartbeat:{process}")


def _logged(act: Callable[[], object]) -> list[tuple[str, str]]:
    with capture_logs() as lines:
        act()
    return [(line["event"], line.get("process") or line.get("check") or "") for line in lines]


def test_a_silence_is_logged_once_and_so_is_its_end_however_many_watch(
    alive: redis_client.Redis, redis_url: str
) -> None:
    other = redis_client.Redis.from_url(redis_url)
    _silence(alive, "ladder")
    assert _logged(lambda: (watch(alive), watch(other), watch(alive))) == [("process_silent", "ladder")]
    beat(alive, "ladder")
    assert _logged(lambda: (watch(other), watch(alive), watch(other))) == [("process_back", "ladder")]


def test_nobody_is_missed_who_was_never_seen(redis: redis_client.Redis) -> None:
    assert _logged(lambda: watch(redis)) == []


def test_whoever_says_goodbye_while_it_is_missed_is_no_longer_missed(alive: redis_client.Redis) -> None:
    _silence(alive, "chat")
    watch(alive)
    goodbye(alive, "chat")
    assert _logged(lambda: watch(alive)) == []
    beat(alive, "chat")
    assert _logged(lambda: watch(alive)) == []


def test_what_fails_is_logged_once_and_so_is_its_end(
    database: Database, alive: redis_client.Redis, unreachable: Database, now: datetime
) -> None:
    def look_twice(which: Database) -> None:
        for _ in range(2):
            readiness(which, alive, now)

    assert _logged(lambda: look_twice(unreachable)) == [("check_failed", "database")]
    assert _logged(lambda: look_twice(database)) == [("check_passes_again", "database")]


def test_a_task_that_waits_too_long_shows_with_its_age(
    database: Database, alive: redis_client.Redis, owner: User, now: datetime
) -> None:
    _task(database, owner, now - timedelta(seconds=OVERDUE_SECONDS + 30))
    report = readiness(database, alive, now)
    assert _failed(report) == ["overdue"]
    assert report.as_dict()["checks"]["overdue"]["detail"] == OVERDUE_SECONDS + 30


def test_an_attempt_nobody_sends_is_overdue_once_its_lease_has_run_out(
    database: Database, alive: redis_client.Redis, owner: User, now: datetime
) -> None:
    _attempt(database, owner, now, lease_until=now - timedelta(seconds=OVERDUE_SECONDS + 7))
    report = readiness(database, alive, now)
    assert _failed(report) == ["overdue"]
    assert report.as_dict()["checks"]["overdue"]["detail"] == OVERDUE_SECONDS + 7


def test_an_attempt_that_somebody_holds_is_not_overdue(
    database: Database, alive: redis_client.Redis, owner: User, now: datetime
) -> None:
    _attempt(database, owner, now - timedelta(hours=1), lease_until=now + timedelta(seconds=5))
    assert readiness(database, alive, now).status is Status.READY


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
    assert {check.name for check in report.checks} == {"database", "migrations", "overdue", "redis"}
    assert report.http_status == 503

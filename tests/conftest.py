"""Real servers for every test: one Postgres and one Valkey per run, a fresh database per test, two test people."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import psycopg
import pytest
import redis as redis_client
from hypothesis import settings
from sqlalchemy.orm import Session

from storage.database import Database
from storage.embedded import EmbeddedServers
from storage.migrations import migrate
from storage.profile import Profile, SleepWindow
from storage.tables import User
from storage.users import add_identity, create_user, preferences_of, save_preferences, save_profile

Held = Callable[[UUID], AbstractContextManager[None]]

# The same cases on every run of CI: a new find belongs to whoever is developing, not to an unrelated change.
settings.register_profile("ci", derandomize=True, deadline=None, print_blob=True)
settings.register_profile("dev", deadline=None)
settings.load_profile("ci" if os.environ.get("CI") else "dev")


@pytest.fixture(scope="session")
def servers() -> Iterator[EmbeddedServers]:
    """Started once per run, in a folder that goes away with it; not durable, so commits cost no disk sync."""
    home = Path(tempfile.mkdtemp(prefix="flux-tests-"))
    try:
        with EmbeddedServers(home, durable=False) as running:
            yield running
    finally:
        shutil.rmtree(home, ignore_errors=True)


def sibling(url: str, database: str) -> str:
    """The URL of another database on the same server."""
    return f"{url.rpartition('/')[0]}/{database}"


@pytest.fixture(scope="session")
def template(servers: EmbeddedServers) -> str:
    """The migrated database every test's own is cloned from; nobody may stay connected to it."""
    url = servers.urls["DATABASE_URL"]
    migrate(url)
    return url


@pytest.fixture(scope="session")
def shared_database_url(template: str) -> Iterator[str]:
    yield from cloned(template)


@pytest.fixture
def database_url(shared_database_url: str) -> Iterator[str]:
    """A migrated database without a single row; emptied again after the test, which is much faster than a new one."""
    yield shared_database_url
    with psycopg.connect(shared_database_url, autocommit=True) as admin:
        admin.execute("select pg_terminate_backend(pid) from pg_stat_activity where " + _OTHERS)
        for table in _EMPTIED:
            admin.execute(f"delete from {table}".encode())


@pytest.fixture
def fresh_database_url(template: str) -> Iterator[str]:
    """A database of this test alone, for tests that change the schema."""
    yield from cloned(template)


@pytest.fixture
def empty_url(template: str) -> str:
    """A database without a single table; it goes away with the test run's server."""
    name = f"empty_{uuid4().hex}"
    with psycopg.connect(sibling(template, "postgres"), autocommit=True) as admin:
        admin.execute(f"create database {name}".encode())
    return sibling(template, name)


# People take everything of theirs with them.
_EMPTIED = (
    "users",
    "erasure_receipts",
    "inbound_events",
    "checkpoints",
    "checkpoint_blobs",
    "checkpoint_writes",
)
_OTHERS = "datname = current_database() and pid <> pg_backend_pid()"


def cloned(template: str) -> Iterator[str]:
    name = f"test_{uuid4().hex}"
    with psycopg.connect(sibling(template, "postgres"), autocommit=True) as admin:
        admin.execute(f"create database {name} template flux strategy file_copy".encode())
        yield sibling(template, name)
        admin.execute(f"drop database {name} with (force)".encode())


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    opened = Database(database_url)
    yield opened
    opened.dispose()


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    """One transaction around the whole test, committed at its end; use `database` where commits matter."""
    with database.service() as opened:
        yield opened


@pytest.fixture
def redis_url(servers: EmbeddedServers) -> str:
    return servers.urls["REDIS_URL"]


@pytest.fixture
def redis(redis_url: str) -> Iterator[redis_client.Redis]:
    """An empty Valkey; values come back as bytes, as RQ needs them."""
    client = redis_client.Redis.from_url(redis_url)
    client.flushall()
    yield client
    client.close()


@pytest.fixture
def now() -> datetime:
    """A Wednesday, 10:00 in Berlin."""
    return datetime(2026, 3, 11, 9, 0, tzinfo=UTC)


def make_person(session: Session, name: str, address: str, now: datetime) -> User:
    """An onboarded person in Berlin who sleeps 23:00-07:00 and is reached first over Telegram."""
    joined = now - timedelta(days=30)
    user = create_user(session, joined, timezone="Europe/Berlin")
    user.onboarded = True
    user.approved_at = joined
    sleep = SleepWindow(start=time(23), end=time(7))
    save_profile(user, Profile(name=name, sleep_window=sleep, wake_time=time(7), bed_time=time(23)))
    add_identity(session, user.id, "telegram", address, joined, primary=True)
    return user


def make_reachable(session: Session, user: User, number: str, now: datetime) -> None:
    """They have proved this number, and said yes to WhatsApp and to calls."""
    user.phone_verified, user.whatsapp_opt_in_at = True, now
    preferences = preferences_of(user)
    preferences.calls_opted_in = True
    preferences.phone_number = number
    save_preferences(user, preferences)
    for channel in ("whatsapp", "call"):
        add_identity(session, user.id, channel, number, now)


@pytest.fixture
def owner(database: Database, now: datetime) -> User:
    """The person most tests are about."""
    with database.service() as opened:
        return make_person(opened, "Ada", "sim:owner", now)


@pytest.fixture
def stranger(database: Database, now: datetime) -> User:
    """Somebody else, whose rows the owner must never see, and the other way round."""
    with database.service() as opened:
        return make_person(opened, "Bo", "sim:stranger", now)


@pytest.fixture
def held(database_url: str) -> Held:
    """Within it a table that nobody knows refers to the person, and they cannot be deleted."""

    @contextmanager
    def holding(user_id: UUID) -> Iterator[None]:
        with psycopg.connect(database_url, autocommit=True) as admin:
            admin.execute("create table holds (person uuid references users)")
            try:
                admin.execute("insert into holds values (%s)", (user_id,))
                yield
            finally:
                admin.execute("drop table holds")

    return holding

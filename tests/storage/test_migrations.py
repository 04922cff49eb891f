"""Migrations: once, by anybody, at the same time as others."""

from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import psycopg
import pytest
from sqlalchemy import create_engine

from storage.database import normalise_url
from storage.migrations import current_revision, head_revision, migrate


@pytest.fixture
def empty_url(template: str) -> str:
    """A database without a single table; it goes away with the test run's server."""
    name = f"empty_{uuid4().hex}"
    server = template.rpartition("/")[0]
    with psycopg.connect(f"{server}/postgres", autocommit=True) as admin:
        admin.execute(f"create database {name}".encode())
    return f"{server}/{name}"


def _revision(url: str) -> str | None:
    with create_engine(normalise_url(url)).connect() as connection:
        return current_revision(connection)


def test_an_empty_database_becomes_the_newest_one(empty_url: str) -> None:
    assert _revision(empty_url) is None
    migrate(empty_url)
    assert _revision(empty_url) == head_revision()
    with psycopg.connect(empty_url) as connection:
        connection.execute("select * from tasks, checkpoints")


def test_four_at_once_migrate_once(empty_url: str) -> None:
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(migrate, [empty_url] * 4))
    assert _revision(empty_url) == head_revision()


def test_nothing_is_done_twice_and_an_older_schema_is_noticed(empty_url: str) -> None:
    migrate(empty_url)
    with psycopg.connect(empty_url) as connection:
        connection.execute("drop table checkpoint_writes")
        connection.execute("comment on table checkpoint_migrations is 'an older package'")
        connection.execute("delete from checkpoint_migrations where v >= 3")
    migrate(empty_url)
    with psycopg.connect(empty_url) as connection:
        connection.execute("select * from checkpoint_writes")


def test_a_migration_that_never_ends_is_not_waited_for(empty_url: str) -> None:
    with psycopg.connect(empty_url) as other:
        other.execute("select pg_advisory_lock(1179407704)")  # what storage.migrations locks
        with pytest.raises(TimeoutError, match="still running"):
            migrate(empty_url, patience=0.2)

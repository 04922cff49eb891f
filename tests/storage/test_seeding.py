"""Seeded lives: what they hold, that they go away again, and that they need no superuser."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import uuid4

import psycopg
import pytest

from bench.seed import Load, as_service, fill, forget
from bench.seed_history import History, write_history
from storage.migrations import migrate
from tests.conftest import sibling

_ODD = """
select count(*) from tasks t join users u on u.id = t.user_id
where local_day <> (scheduled_at at time zone u.timezone)::date
    or (status = 'pending') <> (wakes_at is not null)
    or (status = 'pending' and scheduled_at < %(now)s - interval '1 hour')
    or (status in ('done', 'missed') and scheduled_at > %(now)s)
    or not exists (select from goals g where g.id = t.goal_id and g.user_id = t.user_id) and goal_id is not null
"""
_INDEXES = "select indexname, indexdef from pg_indexes where schemaname = current_schema() order by 1"


def ask(url: str, question: str, now: datetime | None = None) -> list[tuple[object, ...]]:
    with psycopg.connect(url) as connection:
        as_service(connection)
        return connection.execute(question.encode(), {"now": now}).fetchall()


@pytest.fixture
def modest_url(template: str) -> Iterator[str]:
    """A migrated database whose owner is no superuser, as at most providers."""
    name = f"modest_{uuid4().hex}"
    with psycopg.connect(sibling(template, "postgres"), autocommit=True) as admin:
        admin.execute(f"create role {name} login password 'modest' in role flux_app, flux_service".encode())
        admin.execute(f"create database {name} owner {name}".encode())
        url = f"postgresql://{name}:modest@{template.rpartition('@')[2].rpartition('/')[0]}/{name}"
        migrate(url)
        yield url
        admin.execute(f"drop database {name} with (force)".encode())
        admin.execute(f"drop role {name}".encode())


def test_a_seeded_year_is_one_that_could_have_been_lived(fresh_database_url: str, now: datetime) -> None:
    write_history(fresh_database_url, History(2000, 20, now), quiet=True)
    assert ask(fresh_database_url, "select count(*), count(distinct user_id) from tasks") == [(2000, 20)]
    assert ask(fresh_database_url, _ODD, now) == [(0,)]
    statuses = {row[0] for row in ask(fresh_database_url, "select distinct status from tasks")}
    assert statuses == {"pending", "done", "missed", "rescheduled", "cancelled"}
    ((first, last),) = ask(fresh_database_url, "select min(local_day), max(local_day) from tasks")
    assert (first, last) == (now.date() - timedelta(365), now.date() + timedelta(41))


def test_an_owner_bound_by_row_level_security_seeds_and_forgets(modest_url: str, now: datetime) -> None:
    fill(modest_url, Load(30, now), quiet=True)
    write_history(modest_url, History(1000, 10, now), quiet=True)
    assert ask(modest_url, "select count(*) from tasks") == [(1030,)]
    assert forget(modest_url) == 40
    assert ask(modest_url, "select count(*) from tasks") == [(0,)]


def test_the_fast_way_leaves_every_index_as_it_was(fresh_database_url: str, now: datetime) -> None:
    before = ask(fresh_database_url, _INDEXES)
    write_history(fresh_database_url, History(1000, 10, now), quiet=True, bare=True)
    assert ask(fresh_database_url, _INDEXES) == before
    assert ask(fresh_database_url, _ODD, now) == [(0,)]

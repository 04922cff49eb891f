"""The way of an installation that began with the first version: every revision keeps what people have."""

from __future__ import annotations

import psycopg
import pytest
from psycopg.rows import dict_row
from sqlalchemy import create_engine
from sqlalchemy.pool import NullPool

from storage.database import normalise_url
from storage.migrations import current_revision, downgrade, head_revision, known_revisions, migrate, upgrade
from tests.storage.filled import fill_first

_FIRST = "0001"
_LEFT_OUT = {"alembic_version"}
Rows = dict[str, list[dict[str, object]]]


@pytest.fixture
def first_url(empty_url: str) -> str:
    """A database at the first revision, with rows in every table of it."""
    _move(empty_url, upgrade, _FIRST)
    fill_first(empty_url)
    return empty_url


def _move(url: str, step: object, revision: str) -> None:
    engine = create_engine(normalise_url(url), poolclass=NullPool)
    with engine.begin() as connection:
        step(connection, revision)  # type: ignore[operator]  # upgrade or downgrade
        assert current_revision(connection) == (None if revision == "base" else revision)


def _rows(url: str) -> Rows:
    with psycopg.connect(url, row_factory=dict_row) as connection:
        names = connection.execute(
            "select relname from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r'"
        ).fetchall()
        return {
            name["relname"]: connection.execute(
                f"select * from {name['relname']} order by id".encode()
            ).fetchall()
            for name in names
            if name["relname"] not in _LEFT_OUT
        }


def _kept(before: Rows, after: Rows) -> bool:
    """Whether each value of before is there after; columns and tables may have come."""
    return all(
        [{column: row[column] for column in old} for old, row in zip(rows, after[table], strict=True)] == rows
        for table, rows in before.items()
    )


def test_every_table_of_the_first_revision_has_rows(first_url: str) -> None:
    found = _rows(first_url)
    assert len(found) == 12
    assert all(found.values())


def test_every_revision_on_the_way_up_keeps_every_value(first_url: str) -> None:
    before = _rows(first_url)
    for revision in sorted(known_revisions() - {_FIRST}):
        _move(first_url, upgrade, revision)
        assert _kept(before, _rows(first_url)), revision
    assert revision == head_revision()
    migrate(first_url)  # LangGraph's tables and their policies: now it is an installation like any other
    with psycopg.connect(first_url) as connection:
        connection.execute("select set_config('role', 'flux_service', true)")
        assert connection.execute("select count(*) from tasks").fetchone() == (len(before["tasks"]),)


def test_every_revision_on_the_way_down_keeps_what_the_first_one_knew(first_url: str) -> None:
    before = _rows(first_url)
    _move(first_url, upgrade, head_revision())
    for revision in sorted(known_revisions() - {head_revision()}, reverse=True):
        _move(first_url, downgrade, revision)
        assert _kept(before, _rows(first_url)), revision
    assert _rows(first_url) == before


def test_two_first_addresses_of_one_person_become_one(first_url: str) -> None:
    with psycopg.connect(first_url) as connection:
        connection.execute("update identities set is_primary = true")
    _move(first_url, upgrade, head_revision())
    with psycopg.connect(first_url) as connection:
        first = connection.execute("select value from identities where is_primary order by 1").fetchall()
    assert first == [("sim:owner",), ("sim:stranger",)]

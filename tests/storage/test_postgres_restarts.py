"""Postgres goes away and comes back under a pool of open connections: nobody has to restart, and no call fails for it."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from storage.database import APP, Database, on_commit
from storage.embedded import EmbeddedServers
from storage.embedded_postgres import EmbeddedPostgres
from storage.migrations import migrate
from storage.tables import User
from storage.users import create_user

NOW = datetime(2026, 3, 11, 9, 0, tzinfo=UTC)
CONNECTIONS = 5


@pytest.fixture(scope="module")
def postgres() -> Iterator[EmbeddedPostgres]:
    """A server of these tests alone, which they may stop."""
    home = Path(tempfile.mkdtemp(prefix="flux-tests-"))
    try:
        with EmbeddedServers(home, valkey=False, durable=False) as servers:
            assert servers.postgres is not None
            migrate(servers.postgres.url)
            yield servers.postgres
    finally:
        shutil.rmtree(home, ignore_errors=True)


@pytest.fixture
def pooled(postgres: EmbeddedPostgres) -> Iterator[Database]:
    """A database whose pool holds several idle connections."""
    opened = Database(postgres.url, pool_size=CONNECTIONS)
    with ExitStack() as stack:
        for _ in range(CONNECTIONS):
            stack.enter_context(opened.service()).execute(text("select 1"))
    assert opened.engine.pool.checkedin() == CONNECTIONS  # type: ignore[attr-defined] - the pool of an engine with a size
    yield opened
    opened.dispose()


@pytest.fixture
def person(pooled: Database) -> User:
    with pooled.service() as session:
        return create_user(session, NOW)


def move_to_tokyo(database: Database, person: User, meanwhile: Callable[[Session], object]) -> None:
    """A transaction that has written when something happens, and then commits."""
    with database.session(person.id) as session:
        session.get_one(User, person.id).timezone = "Asia/Tokyo"
        session.flush()
        meanwhile(session)


def restart(postgres: EmbeddedPostgres) -> None:
    postgres.stop()
    postgres.start()


def test_after_a_restart_every_session_works_at_its_first_call(
    pooled: Database, postgres: EmbeddedPostgres, person: User
) -> None:
    restart(postgres)

    def visit(_: int) -> tuple[str, int]:
        with pooled.session(person.id) as session:
            role = session.execute(text("select current_user")).scalar_one()
            return role, len(session.scalars(text("select id from users")).all())

    with ThreadPoolExecutor(CONNECTIONS) as pool:
        assert list(pool.map(visit, range(4 * CONNECTIONS))) == [(APP, 1)] * 4 * CONNECTIONS


def test_a_transaction_cut_off_by_a_restart_fails_whole_and_the_next_one_works(
    pooled: Database, postgres: EmbeddedPostgres, person: User
) -> None:
    def meanwhile(session: Session) -> None:
        restart(postgres)
        session.execute(text("select 1"))

    with pytest.raises(OperationalError):
        move_to_tokyo(pooled, person, meanwhile)
    with pooled.session(person.id) as session:
        assert session.get_one(User, person.id).timezone == "UTC"


def test_a_commit_cut_off_by_a_restart_is_an_error_and_runs_no_callback(
    pooled: Database, postgres: EmbeddedPostgres, person: User
) -> None:
    rung: list[str] = []

    def meanwhile(session: Session) -> None:
        on_commit(session, lambda: rung.append("bell"))
        restart(postgres)

    with pytest.raises(OperationalError):
        move_to_tokyo(pooled, person, meanwhile)
    assert rung == []
    with pooled.session(person.id) as session:
        assert session.get_one(User, person.id).timezone == "UTC"


def test_while_postgres_is_away_a_session_says_so_at_once(
    pooled: Database, postgres: EmbeddedPostgres, person: User
) -> None:
    postgres.stop()
    try:
        with pytest.raises(OperationalError), pooled.session(person.id) as session:
            session.execute(text("select 1"))
    finally:
        postgres.start()
    with pooled.session(person.id) as session:
        assert session.scalar(text("select 1")) == 1

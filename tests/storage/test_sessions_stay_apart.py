"""Pooled connections: nobody's role or person reaches the next user, however the transaction before ended."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import UUID

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError, ProgrammingError
from sqlalchemy.orm import Session

from storage.database import APP, SERVICE, Database, narrow, widened
from storage.tables import User

_WHO = text("select current_user, current_setting('app.user_id', true)")
_PEOPLE = text("select id from users")


@pytest.fixture
def single(database_url: str) -> Iterator[Database]:
    """A pool of one connection: whoever comes next gets the very same one."""
    opened = Database(database_url, pool_size=1, statement_timeout=timedelta(milliseconds=200))
    yield opened
    opened.dispose()


def connection_id(session: Session) -> int:
    found: int = session.execute(text("select pg_backend_pid()")).scalar_one()
    return found


def sees(database: Database, person: UUID | None = None) -> tuple[int, str, str, set[UUID]]:
    """(connection, role, person, whose rows) of a session of the application."""
    with database.session(person) as session:
        role, bound = session.execute(_WHO).one()
        return connection_id(session), role, bound, set(session.scalars(_PEOPLE))


def test_the_next_session_on_the_same_connection_sees_its_own_person(
    single: Database, owner: User, stranger: User
) -> None:
    connection, *_ = sees(single, owner.id)
    assert sees(single, stranger.id) == (connection, APP, str(stranger.id), {stranger.id})
    assert sees(single) == (connection, APP, "", set())
    with single.service() as session:
        assert session.execute(_WHO).one() == (SERVICE, "")
    assert sees(single) == (connection, APP, "", set())


def test_outside_a_transaction_a_used_connection_sees_nobody(single: Database, owner: User) -> None:
    sees(single, owner.id)
    with single.service() as session:
        connection_id(session)
    with single.engine.connect() as bare:
        assert bare.execute(_WHO).one() == (APP, "")
        assert bare.execute(_PEOPLE).all() == []


@pytest.mark.usefixtures("stranger")
def test_an_error_inside_widened_leaves_nothing_wide(single: Database, owner: User) -> None:
    connection, *_ = sees(single)

    def look_for_what_is_not_there() -> None:
        with single.session(owner.id) as session, widened(session):
            assert session.execute(_WHO).one() == (SERVICE, "")
            session.execute(text("select no_such_column from users"))

    with pytest.raises(ProgrammingError):
        look_for_what_is_not_there()
    assert sees(single) == (connection, APP, "", set())
    assert sees(single, owner.id) == (connection, APP, str(owner.id), {owner.id})


@pytest.mark.usefixtures("stranger")
def test_an_error_of_ours_inside_widened_narrows_the_same_transaction_again(
    single: Database, owner: User
) -> None:
    with single.session(owner.id) as session:
        with pytest.raises(LookupError), widened(session):
            raise LookupError
        assert session.execute(_WHO).one() == (APP, str(owner.id))
        assert set(session.scalars(_PEOPLE)) == {owner.id}


@pytest.mark.usefixtures("stranger")
def test_an_error_of_postgres_inside_widened_is_taken_back_with_its_savepoint(
    single: Database, owner: User
) -> None:
    with single.session(owner.id) as session:
        with pytest.raises(ProgrammingError), session.begin_nested(), widened(session):
            session.execute(text("select no_such_column from users"))
        assert session.execute(_WHO).one() == (APP, str(owner.id))


@pytest.mark.usefixtures("stranger")
def test_an_error_after_narrow_leaves_nobody_behind(single: Database, owner: User) -> None:
    connection, *_ = sees(single)

    def find_nothing() -> None:
        with single.service() as session:
            narrow(session, owner.id)
            assert session.scalars(_PEOPLE).all() == [owner.id]
            raise LookupError

    with pytest.raises(LookupError):
        find_nothing()
    assert sees(single) == (connection, APP, "", set())


def test_a_line_of_service_ends_with_its_block(single: Database, owner: User) -> None:
    with single.service_line() as session:
        for _ in range(2):
            with session.begin():
                assert set(session.scalars(_PEOPLE)) == {owner.id}
    assert sees(single)[1:] == (APP, "", set())


# ------------------------------------------------------------------ statements that take too long


@pytest.mark.usefixtures("stranger")
def test_a_statement_over_the_timeout_is_cancelled_and_says_so(single: Database, owner: User) -> None:
    connection, *_ = sees(single)
    with (
        pytest.raises(OperationalError, match="statement timeout") as caught,
        single.session(owner.id) as session,
    ):
        session.execute(text("select pg_sleep(20)"))
    assert isinstance(caught.value.orig, psycopg.errors.QueryCanceled)
    assert not caught.value.connection_invalidated
    assert sees(single) == (connection, APP, "", set())


@pytest.mark.usefixtures("stranger")
def test_a_timeout_inside_widened_leaves_nothing_wide(single: Database, owner: User) -> None:
    connection, *_ = sees(single)
    with (
        pytest.raises(OperationalError, match="statement timeout"),
        single.session(owner.id) as session,
        widened(session),
    ):
        session.execute(text("select pg_sleep(20)"))
    assert sees(single, owner.id) == (connection, APP, str(owner.id), {owner.id})


def test_what_was_written_before_a_timeout_is_taken_back(single: Database, owner: User) -> None:

    def move_and_wait() -> None:
        with single.session(owner.id) as session:
            session.get_one(User, owner.id).timezone = "Asia/Tokyo"
            session.flush()
            session.execute(text("select pg_sleep(20)"))

    with pytest.raises(OperationalError):
        move_and_wait()
    with single.session(owner.id) as session:
        assert session.get_one(User, owner.id).timezone == owner.timezone


# ------------------------------------------------------------------ many at once


def test_eight_threads_never_see_each_others_person(database: Database, owner: User, stranger: User) -> None:
    """500 sessions over ten shared connections, every seventh of which fails."""

    def visit(number: int) -> tuple[str, set[UUID], UUID]:
        person = (owner, stranger)[number % 2].id
        found: tuple[str, set[UUID]] = ("", set())
        try:
            with database.session(person) as session:
                if number % 3 == 0:
                    with widened(session):
                        assert len(session.scalars(_PEOPLE).all()) == 2
                bound = session.execute(_WHO).one()
                found = f"{bound[0]} {bound[1]}", set(session.scalars(_PEOPLE))
                if number % 7 == 0:
                    session.execute(text("select no_such_column from users"))
        except ProgrammingError:
            assert number % 7 == 0
        return *found, person

    with ThreadPoolExecutor(8) as pool:
        visits = list(pool.map(visit, range(500)))
    assert len(visits) == 500
    for bound, seen, person in visits:
        assert bound == f"{APP} {person}"
        assert seen == {person}

"""The door to Postgres: sessions that commit or roll back whole, and that see one person, everybody, or nobody."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from functools import partial
from typing import Any, TypeVar
from uuid import UUID

from psycopg.errors import DeadlockDetected, QueryCanceled, SerializationFailure
from sqlalchemy import Connection, create_engine, event, text
from sqlalchemy.engine import URL, Engine, make_url
from sqlalchemy.exc import OperationalError, SQLAlchemyError
from sqlalchemy.orm import Session, SessionTransaction, sessionmaker

Result = TypeVar("Result")

_CALLBACKS = "on_commit"
_SIGHT = "sight"
_STANDS = "stands"  # its connections begin with its sight
# The two roles of the schema (alembic 0005): neither owns a table nor is a superuser, so row level security binds both.
APP = (
    "flux_app"  # web and conversation: sees the rows of the person the transaction is bound to, else nothing
)
SERVICE = "flux_service"  # doors and the ladder, which must find out first whose turn it is

Sight = tuple[str, str]  # (role, the person's id or "")


def normalise_url(url: str) -> URL:
    """Any Postgres URL a platform hands out -> the same one for psycopg 3. Raises ValueError for other databases."""
    parsed = make_url(url)
    if parsed.get_backend_name() not in ("postgresql", "postgres"):
        raise ValueError("DATABASE_URL must be a postgresql:// URL")
    return parsed.set(drivername="postgresql+psycopg")


class Database:
    """One engine with its pool; a process needs exactly one."""

    def __init__(
        self, url: str, pool_size: int = 5, *, statement_timeout: timedelta = timedelta(seconds=30)
    ) -> None:
        self._timeout = int(statement_timeout.total_seconds() * 1000)
        self.engine = self._open(url, pool_size, pool_size, APP)
        self.lines = self._open(url, 1, pool_size, SERVICE)  # of `service_line` alone
        self._sessions = sessionmaker(self.engine, expire_on_commit=False)
        event.listen(self._sessions, "after_begin", _apply_sight)

    def _open(self, url: str, kept: int, more: int, role: str) -> Engine:
        """A pool whose new connections stand as this role, bound to nobody, whatever uses them."""
        engine = create_engine(
            normalise_url(url),
            pool_size=kept,
            max_overflow=more,
            hide_parameters=True,  # errors are logged, and values are people's words and numbers
            pool_pre_ping=True,  # survives a Postgres restart without a failed first query
            connect_args={
                "connect_timeout": 10,
                "options": f"-c timezone=UTC -c statement_timeout={self._timeout}"
                # A turn may wait for a language model; a process that froze may not hold its locks for ever.
                " -c idle_in_transaction_session_timeout=600000",
            },
        )
        event.listen(engine, "connect", partial(_stand_as, role))
        return engine

    @contextmanager
    def session(self, person: UUID | None = None) -> Iterator[Session]:
        """One transaction that sees this person's rows only; without a person it sees nobody's.

        Commits on success, rolls back on any error, then runs the on_commit callbacks.
        """
        with self._transaction((APP, str(person or ""))) as session:
            yield session

    @contextmanager
    def service(self) -> Iterator[Session]:
        """The same over everybody's rows: for doors that look up who is there, for the ladder and for operators."""
        with self._transaction((SERVICE, "")) as session:
            yield session

    @contextmanager
    def snapshot(self, person: UUID) -> Iterator[Session]:
        """One moment of this person's rows, however long it is read: repeatable read, and nothing can be written."""
        with (
            self.engine.connect().execution_options(
                isolation_level="REPEATABLE READ", postgresql_readonly=True
            ) as connection,
            self._sessions(bind=connection, info={_SIGHT: (APP, str(person))}) as session,
            session.begin(),
        ):
            yield session

    @contextmanager
    def service_line(self) -> Iterator[Session]:
        """A service session on one connection for many short transactions, each of them `with turn(session)`.

        Taking a connection from the pool, and saying who one is, cost as much as a small query each.
        """
        info = {_SIGHT: (SERVICE, ""), _STANDS: True}
        with self.lines.connect() as connection, self._sessions(bind=connection, info=info) as line:
            yield line

    @contextmanager
    def alone(self, task: str) -> Iterator[bool]:
        """Whether nobody else, in any process, is at this task; they are told so until this one ends or is killed."""
        key = {"key": f"flux {task}"}
        with self.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            free = bool(connection.scalar(_TRY_LOCK, key))
            try:
                yield free
            finally:
                if free:
                    with suppress(OperationalError):  # a connection that broke has given it back already
                        connection.execute(_UNLOCK, key)

    @contextmanager
    def _transaction(self, sight: Sight) -> Iterator[Session]:
        with self._sessions(info={_SIGHT: sight}) as session:
            with session.begin():
                yield session
            callbacks: list[Callable[[], None]] = session.info.pop(_CALLBACKS, [])
        for callback in callbacks:
            callback()

    def dispose(self) -> None:
        self.engine.dispose()
        self.lines.dispose()


@contextmanager
def turn(line: Session) -> Iterator[Session]:
    """One transaction of a `service_line`; it reads everything anew. Commits, rolls back and calls back as a session does."""
    line.expunge_all()
    line.info.pop(_CALLBACKS, None)  # of one that was rolled back
    with line.begin():
        yield line
    callbacks: list[Callable[[], None]] = line.info.pop(_CALLBACKS, [])
    for callback in callbacks:
        callback()


def on_commit(session: Session, callback: Callable[[], None]) -> None:
    """Run callback once the transaction has committed; never when it rolls back."""
    session.info.setdefault(_CALLBACKS, []).append(callback)


def lock_person(session: Session, user_id: UUID) -> None:
    """Wait until this transaction alone may handle the person; released by its end, even by a kill."""
    session.execute(text("select pg_advisory_xact_lock(:key)"), {"key": _person_key(user_id)})


def try_lock_person(session: Session, user_id: UUID) -> bool:
    """The same without waiting; False when somebody handles the person."""
    got = session.scalar(text("select pg_try_advisory_xact_lock(:key)"), {"key": _person_key(user_id)})
    return bool(got)


def _person_key(user_id: UUID) -> int:
    return int.from_bytes(user_id.bytes[:8], "big", signed=True)


_TRY_LOCK = text("select pg_try_advisory_lock(hashtextextended(:key, 0))")
_UNLOCK = text("select pg_advisory_unlock(hashtextextended(:key, 0))")


class ConflictError(Exception):
    """This transaction rests on something that has changed meanwhile: it must begin anew."""


_LOST = (DeadlockDetected, SerializationFailure, QueryCanceled)  # Postgres ended it in favour of others


def repeat_on_conflict(transaction: Callable[[], Result], tries: int = 6) -> Result:
    """Run a whole transaction, and again when it lost to another one. Raises what the last try raised."""
    for _ in range(tries - 1):
        try:
            return transaction()
        except ConflictError:
            continue
        except OperationalError as error:
            if not isinstance(error.orig, _LOST):
                raise
    return transaction()


# ------------------------------------------------------------------ who is seen

_SEE = text("select set_config('role', :role, true), set_config('app.user_id', :person, true)")


def narrow(session: Session, person: UUID) -> None:
    """From here on this transaction sees this person's rows only: the door has found out who is there."""
    session.flush()
    _see(session, (APP, str(person)))


@contextmanager
def widened(session: Session) -> Iterator[None]:
    """For the few acts that concern two people, such as an address that changes hands; inside storage only."""
    session.flush()
    before: Sight = session.info.get(_SIGHT, (APP, ""))
    _see(session, (SERVICE, ""))
    try:
        yield
        session.flush()
    except BaseException:
        session.info[_SIGHT] = before
        with suppress(SQLAlchemyError):  # after an error of Postgres it sees nothing more anyway
            _see(session, before)
        raise
    _see(session, before)


def _see(session: Session, sight: Sight) -> None:
    connection = session.connection()  # begun with the sight so far: what a savepoint takes back must be that
    session.info[_SIGHT] = sight
    _apply(connection, sight)


def _apply(connection: Connection, sight: Sight) -> None:
    role, person = sight
    connection.execute(_SEE, {"role": role, "person": person})


def _apply_sight(session: Session, transaction: SessionTransaction, connection: Connection) -> None:
    # A savepoint goes on with what its transaction sees.
    if not transaction.nested and not session.info.get(_STANDS):
        _apply(connection, session.info.get(_SIGHT, (APP, "")))


def _stand_as(role: str, connection: Any, _record: Any) -> None:
    """What a new connection begins as; before the migrations there are no roles, and it begins as itself."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select set_config('role', rolname::text, false) from pg_roles where rolname = %s", (role,)
        )
    connection.commit()

"""The door to Postgres: sessions that commit or roll back whole, and callbacks that run only after a commit."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from uuid import UUID

from sqlalchemy import create_engine, text
from sqlalchemy.engine import URL, Engine, make_url
from sqlalchemy.orm import Session, sessionmaker

_CALLBACKS = "on_commit"


def normalise_url(url: str) -> URL:
    """Any Postgres URL a platform hands out -> the same one for psycopg 3. Raises ValueError for other databases."""
    parsed = make_url(url)
    if parsed.get_backend_name() not in ("postgresql", "postgres"):
        raise ValueError("DATABASE_URL must be a postgresql:// URL")
    return parsed.set(drivername="postgresql+psycopg")


class Database:
    """One engine with its pool; a process needs exactly one."""

    def __init__(self, url: str, pool_size: int = 5) -> None:
        self.engine: Engine = create_engine(
            normalise_url(url),
            pool_size=pool_size,
            max_overflow=pool_size,
            hide_parameters=True,  # errors are logged, and values are people's words and numbers
            pool_pre_ping=True,  # survives a Postgres restart without a failed first query
            connect_args={"connect_timeout": 10, "options": "-c timezone=UTC"},
        )
        self._sessions = sessionmaker(self.engine, expire_on_commit=False)

    @contextmanager
    def session(self) -> Iterator[Session]:
        """One transaction: commits on success, rolls back on any error, then runs the on_commit callbacks."""
        with self._sessions() as session:
            with session.begin():
                yield session
            callbacks: list[Callable[[], None]] = session.info.pop(_CALLBACKS, [])
        for callback in callbacks:
            callback()

    def dispose(self) -> None:
        self.engine.dispose()


def on_commit(session: Session, callback: Callable[[], None]) -> None:
    """Run callback once the transaction has committed; never when it rolls back."""
    session.info.setdefault(_CALLBACKS, []).append(callback)


def lock_person(session: Session, user_id: UUID) -> None:
    """Wait until this transaction alone may handle the person; released by its end, even by a kill."""
    key = int.from_bytes(user_id.bytes[:8], "big", signed=True)
    session.execute(text("select pg_advisory_xact_lock(:key)"), {"key": key})

"""The schema brought to its newest version: our tables by Alembic, LangGraph's checkpoint tables by their own setup."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from psycopg.errors import InsufficientPrivilege
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.pool import NullPool

from storage.database import normalise_url
from storage.preflight import (
    DatabaseError,
    check_server,
    how_to_make_roles,
    missing_tables,
    roles_out_of_reach,
)

if TYPE_CHECKING:
    from alembic.config import Config

_LOCK = 0x464C5558  # "FLUX": any constant will do, as long as every process uses the same
_REVISION = re.compile(r'^revision(?:: str)? = "(\w+)"', re.MULTILINE)
_FOLLOWS = re.compile(r'^down_revision(?:: [^=]+)? = "(\w+)"', re.MULTILINE)
_SCRIPTS = Path(__file__).resolve().parent.parent / "alembic"


def migrate(url: str, *, patience: float = 120.0) -> None:
    """Upgrade the database at `url`; safe when several processes call it at once.

    All of it happens or nothing. Raises DatabaseError when this database cannot be upgraded, TimeoutError when another
    migration holds the lock for longer than `patience` seconds.
    """
    engine = create_engine(normalise_url(url), poolclass=NullPool)
    with engine.connect() as guard:
        if _is_newest(guard):
            _check_whole(guard)
            return
        check_server(guard)
        check_known(guard)
        take_lock(guard, patience)
        with roles_explained(guard):
            _upgrade_tables(url)
        set_up_checkpoints(url)
        secure_checkpoints(guard)
        guard.commit()


@contextmanager
def roles_explained(connection: Connection) -> Iterator[None]:
    """Say what an administrator has to do where this login may not make the roles of the schema. Raises DatabaseError."""
    try:
        yield
    except ProgrammingError as error:
        if isinstance(error.orig, InsufficientPrivilege) and roles_out_of_reach(connection):
            raise DatabaseError(how_to_make_roles(str(connection.engine.url.username))) from None
        raise


def check_known(connection: Connection) -> None:
    """Raises DatabaseError when a newer program has been here."""
    revision = current_revision(connection)
    if revision is not None and revision not in known_revisions():
        raise DatabaseError(
            f"the database is at schema {revision}, which this Flux does not know (it knows up to {head_revision()}): "
            "a newer Flux has been here, install that one again"
        )


def _check_whole(connection: Connection) -> None:
    if missing := missing_tables(connection):
        raise DatabaseError(
            f"the database says that its schema is {head_revision()}, but has no {', '.join(missing)}: "
            "restore a backup (flux restore FILE --replace)"
        )


def current_revision(connection: Connection) -> str | None:
    """The Alembic revision the database stands at; None before the first migration."""
    if connection.scalar(text("select to_regclass('alembic_version')")) is None:
        return None
    revision: str | None = connection.scalar(text("select version_num from alembic_version"))
    return revision


@cache
def known_revisions() -> frozenset[str]:
    """Every revision this program brings along, read from the scripts: health must not import Alembic for it."""
    return frozenset(match[1] for script in _scripts() for match in _REVISION.finditer(script))


@cache
def head_revision() -> str:
    """The newest of them."""
    heads = known_revisions() - {match[1] for script in _scripts() for match in _FOLLOWS.finditer(script)}
    if len(heads) != 1:
        raise RuntimeError(f"the migrations beside the program have {len(heads)} heads")
    return next(iter(heads))


def _scripts() -> list[str]:
    return [path.read_text() for path in (_SCRIPTS / "versions").glob("*.py")]


def _is_newest(connection: Connection) -> bool:
    """Whether nothing is to be done: told without importing Alembic or LangGraph, which take most of a warm start."""
    if current_revision(connection) != head_revision():
        return False
    noted = connection.scalar(text("select obj_description(to_regclass('checkpoint_migrations'))"))
    return bool(noted == _as_set_up())


def _as_set_up() -> str:
    """Noted on the table once its setup has run and its policies stand: they change only with the package and this file."""
    return f"langgraph-checkpoint-postgres {version('langgraph-checkpoint-postgres')}, row security 1"


_OWN_THREAD = (
    "exists (select from conversations c where c.langgraph_thread_id = thread_id and c.user_id = app_user())"
)
CHECKPOINT_TABLES = ("checkpoints", "checkpoint_blobs", "checkpoint_writes")


def secure_checkpoints(connection: Connection) -> None:
    """Row level security for the tables LangGraph made, as alembic 0005 gives it to ours; safe to repeat."""
    for table in CHECKPOINT_TABLES:
        for statement in (
            f"alter table {table} enable row level security, force row level security",
            f"drop policy if exists own on {table}",
            f"drop policy if exists service on {table}",
            f"create policy own on {table} to flux_app using ({_OWN_THREAD}) with check ({_OWN_THREAD})",
            f"create policy service on {table} to flux_service using (true) with check (true)",
            f"grant select, insert, update, delete on {table} to flux_app, flux_service",
        ):
            connection.execute(text(statement))
    connection.execute(text(f"comment on table checkpoint_migrations is '{_as_set_up()}'"))


def take_lock(guard: Connection, patience: float, *, shared: bool = False) -> None:
    """Keep the schema as it is for as long as this connection lives; `shared` for those who only read it.

    Polls: waiting inside the statement would deadlock with CREATE INDEX CONCURRENTLY. Raises TimeoutError.
    """
    end = time.monotonic() + patience
    attempt = text(f"select pg_try_advisory_lock{'_shared' if shared else ''}(:key)")
    while not guard.scalar(attempt, {"key": _LOCK}):
        guard.rollback()
        if time.monotonic() > end:
            raise TimeoutError("another migration is still running")
        time.sleep(0.1)
    guard.rollback()  # the lock belongs to the connection; no transaction may stay open beside an index build


def _config(connection: Connection) -> Config:
    from alembic.config import Config  # noqa: PLC0415 - 0.3 s that only migrations need

    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(_SCRIPTS).replace("%", "%%"))
    return config


def upgrade(connection: Connection, revision: str = "head") -> None:
    """Bring our tables to this revision inside the connection's transaction."""
    from alembic import command  # noqa: PLC0415 - 0.3 s that only migrations need

    command.upgrade(_config(connection), revision)


def downgrade(connection: Connection, revision: str = "base") -> None:
    """Take our tables back to this revision inside the connection's transaction; "base" removes them all."""
    from alembic import command  # noqa: PLC0415 - 0.3 s that only migrations need

    command.downgrade(_config(connection), revision)


def _upgrade_tables(url: str) -> None:
    engine = create_engine(normalise_url(url), poolclass=NullPool)
    with engine.begin() as connection:
        upgrade(connection)
    engine.dispose()


def set_up_checkpoints(url: str) -> None:
    """LangGraph's own tables, which it makes outside any transaction; safe to repeat."""
    from langgraph.checkpoint.postgres import PostgresSaver  # noqa: PLC0415 - 0.3 s, wanted only here

    plain = normalise_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    with PostgresSaver.from_conn_string(plain) as saver:
        saver.setup()

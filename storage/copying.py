"""Tables as the live catalogue has them, and their rows as streams of COPY text; for backups, over row level security."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from graphlib import TopologicalSorter
from typing import Any, cast

import psycopg
from psycopg import sql
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from storage.backup_format import BackupError
from storage.database import SERVICE, normalise_url

# Text that means the same on every server, and no limit on how long a large table may take.
_SESSION = {
    "timezone": "UTC",
    "datestyle": "ISO",
    "intervalstyle": "postgres",
    "bytea_output": "hex",
    "extra_float_digits": "1",
    "statement_timeout": "0",
    "idle_in_transaction_session_timeout": "0",
}
_NOT_ROWS = ("alembic_version", "checkpoint_migrations")  # a manifest's revision stands for both

_TABLES = text("""
    select c.relname as name, c.relrowsecurity as secured, c.relforcerowsecurity as forced,
        array(
            select a.attname::text from pg_attribute a
            where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
            order by a.attnum
        ) as columns
    from pg_class c
    join pg_namespace n on n.oid = c.relnamespace
    where n.nspname = current_schema() and c.relkind in ('r', 'p') and not c.relispartition
        and not exists (
            select from pg_depend d
            where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e'
        )
    order by c.relname
""")
_REFERENCES = text("""
    select child.relname as child, parent.relname as parent
    from pg_constraint k
    join pg_class child on child.oid = k.conrelid
    join pg_class parent on parent.oid = k.confrelid
    join pg_namespace n on n.oid = child.relnamespace
    where k.contype = 'f' and n.nspname = current_schema() and k.conrelid <> k.confrelid
""")


@dataclass(frozen=True, slots=True)
class LiveTable:
    """A table of the database as it stands. Columns the server computes itself are left out."""

    name: str
    columns: tuple[str, ...]
    secured: bool  # row level security is on
    forced: bool  # ... for the owner too


@contextmanager
def connected(url: str) -> Iterator[Connection]:
    """One connection for a long piece of work, as the login itself. Raises BackupError for whatever Postgres refuses."""
    engine = create_engine(
        normalise_url(url),
        poolclass=NullPool,
        hide_parameters=True,
        connect_args={
            "connect_timeout": 10,
            "client_encoding": "utf8",
            "options": " ".join(f"-c {name}={value}" for name, value in _SESSION.items()),
        },
    )
    try:
        with engine.connect() as connection:
            yield connection
    except (psycopg.Error, DBAPIError) as error:
        raise BackupError(_explained(error)) from error


def live_tables(connection: Connection) -> list[LiveTable]:
    """Every table of the schema that holds rows, whoever made it."""
    return [
        LiveTable(row.name, tuple(row.columns), row.secured, row.forced)
        for row in connection.execute(_TABLES)
        if row.name not in _NOT_ROWS
    ]


def parents_first(connection: Connection, tables: Iterable[LiveTable]) -> list[LiveTable]:
    """The order in which rows can come in: what is pointed at before what points at it."""
    by_name = {table.name: table for table in tables}
    sorter: TopologicalSorter[str] = TopologicalSorter(dict.fromkeys(sorted(by_name), ()))
    for row in connection.execute(_REFERENCES):
        sorter.add(row.child, row.parent)
    return [by_name[name] for name in sorter.static_order() if name in by_name]


@contextmanager
def everybody(connection: Connection, table: LiveTable) -> Iterator[None]:
    """See all rows of the table: under row level security even its owner sees none."""
    if not table.secured:
        yield
        return
    connection.execute(text(f"set local role {SERVICE}"))
    yield
    connection.execute(
        text("set local role none")
    )  # after an error the transaction is over, and the role with it


def rows_out(connection: Connection, table: LiveTable) -> Iterator[bytes]:
    """COPY's text, in pieces of some 64 KB that end with a row."""
    statement = _copy("copy {} ({}) to stdout", table.name, table.columns)
    gathered = bytearray()
    with everybody(connection, table), _psycopg(connection).cursor() as cursor:
        with cursor.copy(statement) as stream:
            for row in stream:
                gathered += row
                if len(gathered) >= 1 << 16:
                    yield bytes(gathered)
                    gathered.clear()
        if gathered:
            yield bytes(gathered)


def rows_in(connection: Connection, name: str, columns: tuple[str, ...], stream: Iterable[bytes]) -> None:
    """The other way round. COPY refuses to write under row level security, which must be off."""
    statement = _copy("copy {} ({}) from stdin", name, columns)
    with _psycopg(connection).cursor() as cursor, cursor.copy(statement) as copy:
        for piece in stream:
            copy.write(piece)


def _copy(template: Any, name: str, columns: tuple[str, ...]) -> sql.Composed:
    listed = sql.SQL(", ").join(sql.Identifier(column) for column in columns)
    return sql.SQL(template).format(sql.Identifier(name), listed)


def _psycopg(connection: Connection) -> psycopg.Connection[Any]:
    """The driver's connection below SQLAlchemy's, in the same transaction: COPY is not in SQLAlchemy's vocabulary."""
    return cast("psycopg.Connection[Any]", connection.connection.driver_connection)


# ------------------------------------------------------------------ errors, in words for an operator

_WORDS: tuple[tuple[type[psycopg.Error], str], ...] = (
    (psycopg.errors.LockNotAvailable, "somebody is using the database; stop Flux first"),
    (psycopg.errors.DeadlockDetected, "somebody is using the database; stop Flux first"),
    (psycopg.errors.DiskFull, "the database server's disk is full"),
    (psycopg.errors.AdminShutdown, "the database server ended the connection"),
)


def _explained(error: psycopg.Error | DBAPIError) -> str:
    """One line. A message about data may quote what somebody said, so only its kind is told."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    for kind, words in _WORDS:
        if isinstance(cause, kind):
            return words
    if isinstance(cause, psycopg.DataError | psycopg.IntegrityError):
        where = f" in {cause.diag.table_name}" if cause.diag.table_name else ""
        return f"the database refused a row{where} ({type(cause).__name__})"
    said = str(cause).strip().splitlines()
    return f"the database: {said[0] if said else type(cause).__name__}"

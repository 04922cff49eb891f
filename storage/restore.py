"""Putting a backup in the place of what a database holds, in one transaction: all of it, or nothing has happened."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from pathlib import Path

from sqlalchemy import Connection, text
from sqlalchemy.exc import ProgrammingError

from storage import receipts
from storage.backup_file import BackupFile, opened
from storage.backup_format import BackupError, Progress, Restored, TableEntry, no_progress
from storage.copying import LiveTable, connected, everybody, live_tables, parents_first, rows_in
from storage.migrations import (
    CHECKPOINT_TABLES,
    check_known,
    downgrade,
    roles_explained,
    secure_checkpoints,
    set_up_checkpoints,
    take_lock,
    upgrade,
)
from storage.personal import PERSONAL
from storage.preflight import check_server
from storage.tables import Base


def restore(
    url: str,
    path: Path,
    *,
    replace: bool = False,
    patience: float = 10.0,
    progress: Progress = no_progress,
) -> Restored:
    """Make the database hold what the backup holds, at the newest schema. Raises BackupError or DatabaseError; then it is as it was.

    Without `replace` only a database without anybody's rows is taken. Who was erased stays erased.
    patience: seconds for a migration that is running, and for whoever holds a table.
    """
    with opened(path) as backup:
        backup.check(progress)
        files = {file.name: backup.content(file) for file in backup.manifest.files}
        with connected(url) as connection:
            _take_turn(connection, patience)
            set_up_checkpoints(url)  # LangGraph makes its tables outside any transaction, so they come first
            with roles_explained(connection), connection.begin():
                connection.execute(text(f"set local lock_timeout = {int(patience * 1000)}"))
                erased, unknown = _put_in_place(connection, backup, replace, progress)
        return Restored(backup.manifest, files, erased, unknown)


def _take_turn(connection: Connection, patience: float) -> None:
    """Alone among migrations, backups and restores, and not over the work of a newer program."""
    try:
        take_lock(connection, patience)
    except TimeoutError as error:
        raise BackupError("a migration, a backup or another restore is still running") from error
    check_server(connection)
    check_known(connection)
    connection.rollback()


def _put_in_place(
    connection: Connection, backup: BackupFile, replace: bool, progress: Progress
) -> tuple[int, tuple[str, ...]]:
    """(people erased again, tables left out)."""
    present = _ours(connection)
    _lock(connection, present)
    if not replace:
        _refuse_people(connection, present)
    kept = receipts.read(connection, present)
    tables = _rebuild(connection, present, backup.manifest.revision)
    unknown = _copy_all(connection, backup, tables, progress)
    upgrade(connection)
    secure_checkpoints(connection)
    receipts.merge(connection, kept)
    erased = receipts.erase_again(connection)
    connection.execute(text("analyze " + _listed(_ours(connection))))
    return erased, unknown


def _ours(connection: Connection) -> list[LiveTable]:
    """Our tables as far as they exist here; another program's are not touched."""
    names = {*Base.metadata.tables, *CHECKPOINT_TABLES}
    return [table for table in live_tables(connection) if table.name in names]


def _listed(tables: Iterable[LiveTable]) -> str:
    return ", ".join(table.name for table in tables)


def _lock(connection: Connection, tables: list[LiveTable]) -> None:
    """Nobody reads or writes from here on; whoever is at it has a few seconds to finish."""
    connection.execute(text(f"lock table {_listed(tables)} in access exclusive mode"))


def _refuse_people(connection: Connection, tables: list[LiveTable]) -> None:
    personal = {table.name for table in PERSONAL}
    for table in tables:
        if table.name not in personal:
            continue
        with everybody(connection, table):
            anybody = f"select exists (select from {table.name})"  # noqa: S608 - a name of the catalogue
            if connection.scalar(text(anybody)):
                raise BackupError("the database is not empty: add --replace to put the backup in its place")


def _rebuild(connection: Connection, present: list[LiveTable], revision: str) -> list[LiveTable]:
    """The empty schema of the backup: its tables. Emptied first, the way down moves no rows."""
    connection.execute(text(f"truncate {_listed(present)}"))
    _take_down(connection)
    foreign = {table.name for table in live_tables(connection)} - set(CHECKPOINT_TABLES)
    upgrade(connection, revision)
    return [table for table in live_tables(connection) if table.name not in foreign]


def _take_down(connection: Connection) -> None:
    """Remove our schema by its own migrations, and by name where parts of it are missing and they cannot."""
    with contextlib.suppress(ProgrammingError), connection.begin_nested():
        downgrade(connection)
    tables = ", ".join(("alembic_version", *Base.metadata.tables))
    connection.execute(text(f"drop table if exists {tables} cascade"))
    connection.execute(text("drop function if exists touch_pattern(), owner_of_notice(), app_user() cascade"))


def _copy_all(
    connection: Connection, backup: BackupFile, tables: list[LiveTable], progress: Progress
) -> tuple[str, ...]:
    """The rows of every table; the names of those in the backup that the schema does not have."""
    entries = {entry.name: entry for entry in backup.manifest.tables}
    for table in parents_first(connection, tables):
        if table.name in entries:
            _copy_one(connection, backup, entries.pop(table.name), table, progress)
    return tuple(sorted(entries))


def _copy_one(
    connection: Connection, backup: BackupFile, entry: TableEntry, table: LiveTable, progress: Progress
) -> None:
    """Row level security rests meanwhile: COPY writes only without it."""
    if table.secured:
        connection.execute(
            text(f"alter table {table.name} disable row level security, no force row level security")
        )
    rows_in(connection, table.name, entry.columns, backup.rows(entry, progress))
    _set_sequences(connection, table)
    if table.secured:
        force = ", force row level security" if table.forced else ""
        connection.execute(text(f"alter table {table.name} enable row level security{force}"))


def _set_sequences(connection: Connection, table: LiveTable) -> None:
    """Numbers given by the database go on after the highest one that came in."""
    find = text("select pg_get_serial_sequence(quote_ident(:table), :column)")
    for column in table.columns:
        sequence = connection.scalar(find, {"table": table.name, "column": column})
        if sequence is None:
            continue
        highest = f"select max({column}) from {table.name}"  # noqa: S608 - names of the catalogue
        number = connection.scalar(text(highest))
        if number is not None:
            connection.execute(
                text("select setval(:sequence, :number)"), {"sequence": sequence, "number": number}
            )

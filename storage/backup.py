"""Writing a backup: every table as it stood at one moment, streamed into a file that appears only when it is whole."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, Self
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from sqlalchemy import Connection, text

from storage.backup_format import (
    MANIFEST,
    BackupError,
    FileEntry,
    Manifest,
    Progress,
    TableEntry,
    Written,
    no_progress,
)
from storage.copying import LiveTable, connected, live_tables, rows_out
from storage.migrations import CHECKPOINT_TABLES, current_revision, head_revision, take_lock
from storage.private_files import appearing
from storage.tables import Base

_PATIENCE = 10.0  # seconds for a migration that is just ending
_LEVEL = 1  # most of the size goes at the lowest level, and a backup is as fast as the database


def back_up(
    url: str,
    target: Path,
    *,
    now: datetime,
    flux_version: str,
    files: Mapping[str, bytes] | None = None,
    overwrite: bool = False,
    progress: Progress = no_progress,
) -> Written:
    """Write everything the database holds, and `files`, to `target` (0600). Raises BackupError; then nothing is left."""
    _refuse(target, overwrite)
    try:
        with (
            appearing(target, replace=overwrite) as file,
            _one_moment(url) as connection,
            _Archive(file, now) as archive,
        ):
            for name, content in (files or {}).items():
                archive.add_file(name, content)
            for table in _tables_of_flux(connection):
                archive.add_table(connection, table, progress)
            manifest = archive.finish(_manifest(connection, now, flux_version))
        return Written(manifest, target.stat().st_size)
    except TimeoutError as error:
        raise BackupError("a migration or a restore is still running") from error
    except FileExistsError as error:  # it came meanwhile
        raise BackupError(_in_the_way(target)) from error
    except OSError as error:
        raise BackupError(f"cannot write {target}: {error.strerror or error}") from error


def _refuse(target: Path, overwrite: bool) -> None:
    if target.exists() and not target.is_file():
        raise BackupError(f"{target} is not a regular file")
    if target.exists() and not overwrite:
        raise BackupError(_in_the_way(target))


def _in_the_way(target: Path) -> str:
    return f"{target} exists: add --force to replace it"


@contextlib.contextmanager
def _one_moment(url: str) -> Iterator[Connection]:
    """A transaction that sees one state of the database and changes nothing; no migration begins during it."""
    with connected(url) as connection:
        take_lock(connection, _PATIENCE, shared=True)
        connection.execute(text("set transaction isolation level repeatable read, read only"))
        if current_revision(connection) is None:
            raise BackupError("there is nothing of Flux in this database")
        yield connection


def _tables_of_flux(connection: Connection) -> list[LiveTable]:
    """All tables; at the newest revision the models know which of them belong to another program."""
    found = live_tables(connection)
    if current_revision(connection) != head_revision():
        return found
    ours = {*Base.metadata.tables, *CHECKPOINT_TABLES}
    return [table for table in found if table.name in ours]


def _manifest(connection: Connection, now: datetime, flux_version: str) -> Manifest:
    return Manifest(
        created_at=now,
        flux_version=flux_version,
        revision=str(current_revision(connection)),
        server_version=str(connection.scalar(text("show server_version"))),
        tables=(),
    )


class _Archive:
    """The ZIP while it is written. Without `finish` it has no directory and is nothing but a torn file."""

    def __init__(self, file: BinaryIO, now: datetime) -> None:
        self._zip = ZipFile(file, "w", ZIP_DEFLATED, compresslevel=_LEVEL)
        self._at = now.timetuple()[:6]
        self._tables: list[TableEntry] = []
        self._files: list[FileEntry] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """After an error too, so that the ZIP does not try it later, when the file is gone."""
        with contextlib.suppress(OSError, ValueError):
            self._zip.close()

    def add_table(self, connection: Connection, table: LiveTable, progress: Progress) -> None:
        rows = 0

        def counted() -> Iterator[bytes]:
            nonlocal rows
            for piece in rows_out(connection, table):
                rows += piece.count(b"\n")  # line ends inside values are escaped
                progress(table.name, rows)
                yield piece

        digest = self._write(f"{table.name}.copy", counted())
        self._tables.append(TableEntry(name=table.name, columns=table.columns, rows=rows, sha256=digest))

    def add_file(self, name: str, content: bytes) -> None:
        entry = FileEntry(name=name, sha256=hashlib.sha256(content).hexdigest())
        self._write(entry.member, [content])
        self._files.append(entry)

    def finish(self, manifest: Manifest) -> Manifest:
        """Write the manifest with what was added, and the ZIP's directory."""
        complete = manifest.model_copy(update={"tables": tuple(self._tables), "files": tuple(self._files)})
        self._write(MANIFEST, [complete.model_dump_json(indent=1).encode()])
        self._zip.close()
        return complete

    def _write(self, member: str, pieces: Iterable[bytes]) -> str:
        """The content's digest."""
        digest = hashlib.sha256()
        info = ZipInfo(member, self._at)
        info.compress_type = ZIP_DEFLATED
        info.external_attr = 0o600 << 16  # the mode it gets when somebody unpacks it
        with self._zip.open(info, "w", force_zip64=True) as file:
            for piece in pieces:
                digest.update(piece)
                file.write(piece)
        return digest.hexdigest()

"""Reading a backup file: nothing in it is believed before all of it has been checked against its manifest."""

from __future__ import annotations

import hashlib
import lzma
import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile

from pydantic import ValidationError

from storage.backup_format import (
    MANIFEST,
    VERSION,
    BackupError,
    FileEntry,
    FormatMark,
    Manifest,
    Progress,
    TableEntry,
)
from storage.migrations import head_revision, known_revisions

_PIECE = 1 << 16
_MANIFEST_LIMIT = 1 << 22  # bytes; ours has a few thousand
# What a ZIP whose bytes are not what they were makes the library raise.
_DAMAGE = (
    BadZipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    EOFError,
    OSError,  # sent to a place before the file's beginning
    NotImplementedError,
    OverflowError,
    RuntimeError,
    ValueError,
)


class BackupFile:
    """An open backup whose manifest has been read; `check` first, then the rest can be relied on."""

    def __init__(self, archive: ZipFile, manifest: Manifest) -> None:
        self._archive = archive
        self.manifest = manifest

    def check(self, progress: Progress) -> None:
        """Read every member once. Raises BackupError at the first that is not what the manifest says."""
        _check_revision(self.manifest)
        names = self._archive.namelist()
        for missing in sorted(self.manifest.members - set(names)):
            raise _damaged(missing)
        if len(names) != len(self.manifest.members):
            raise BackupError("not a Flux backup: there are members in it that its manifest does not name")
        for table in self.manifest.tables:
            self._check_table(table, progress)
        for file in self.manifest.files:
            self.content(file)

    def rows(self, table: TableEntry, progress: Progress) -> Iterator[bytes]:
        """The table's COPY text."""
        rows = 0
        for piece in self._pieces(table.member):
            rows += piece.count(b"\n")
            progress(table.name, rows)
            yield piece

    def content(self, file: FileEntry) -> bytes:
        content = b"".join(self._pieces(file.member))
        if hashlib.sha256(content).hexdigest() != file.sha256:
            raise _damaged(file.member)
        return content

    def _check_table(self, table: TableEntry, progress: Progress) -> None:
        digest, rows = hashlib.sha256(), 0
        for piece in self.rows(table, progress):
            digest.update(piece)
            rows += piece.count(b"\n")
        if (digest.hexdigest(), rows) != (table.sha256, table.rows):
            raise _damaged(table.member)

    def _pieces(self, member: str) -> Iterator[bytes]:
        try:
            with self._archive.open(member) as stream:
                while piece := stream.read(_PIECE):
                    yield piece
        except _DAMAGE as error:
            raise _damaged(member) from error


@contextmanager
def opened(path: Path) -> Iterator[BackupFile]:
    """The backup at `path`. Raises BackupError when it is none."""
    try:
        file = path.open("rb")
    except OSError as error:
        raise BackupError(f"cannot read {path}: {error.strerror}") from error
    with file, _zip(file, path) as archive:
        yield BackupFile(archive, _manifest(archive, path))


def _zip(file: BinaryIO, path: Path) -> ZipFile:
    try:
        archive = ZipFile(file)
    except _DAMAGE as error:
        file.seek(0)
        torn = file.read(4) == b"PK\x03\x04"
        what = "is damaged: its end is missing or unreadable" if torn else "is not a Flux backup"
        raise BackupError(f"{path} {what}") from error
    for info in archive.infolist():
        if info.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
            raise _damaged(info.filename)
    return archive


def _manifest(archive: ZipFile, path: Path) -> Manifest:
    if MANIFEST not in archive.namelist():
        raise BackupError(f"{path} is not a Flux backup: it has no {MANIFEST}")
    try:
        with archive.open(MANIFEST) as stream:
            written = stream.read(_MANIFEST_LIMIT)
    except _DAMAGE as error:
        raise _damaged(MANIFEST) from error
    try:
        mark = FormatMark.model_validate_json(written)
    except ValidationError as error:
        raise BackupError(f"{path} is not a Flux backup: its {MANIFEST} is another program's") from error
    if mark.version > VERSION:
        raise BackupError(f"{path} has format {mark.version}, newer than this program, which reads {VERSION}")
    try:
        return Manifest.model_validate_json(written)
    except ValidationError as error:
        raise _damaged(MANIFEST) from error


def _check_revision(manifest: Manifest) -> None:
    if manifest.revision not in known_revisions():
        raise BackupError(
            f"the backup is newer than this program: Flux {manifest.flux_version} made it at schema"
            f" {manifest.revision!r}, and this program knows {head_revision()!r} and older"
        )


def _damaged(member: str) -> BackupError:
    return BackupError(f"the backup is damaged at {member}; nothing was restored")

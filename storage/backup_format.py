"""What a backup file is made of: a ZIP of COPY streams, one per table, and a manifest that vouches for each of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

VERSION = 1
MANIFEST = "manifest.json"
HOME = "home/"  # the folder inside the ZIP for the installation's own files

Progress = Callable[
    [str, int], None
]  # (table, rows of it so far), a few times per second at most by the caller
_Sha256 = Field(pattern=r"^[0-9a-f]{64}$")


class BackupError(Exception):
    """A backup or a restore did not happen; one line says why. The database is as it was."""


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True)


class FormatMark(_Frozen):
    """The part of a manifest that every version of the format has."""

    format: Literal["flux-backup"]
    version: int


class TableEntry(_Frozen):
    """One table: what its member in the ZIP must hold, uncompressed."""

    name: str
    columns: tuple[str, ...] = Field(min_length=1)
    rows: int = Field(ge=0)
    sha256: str = _Sha256

    @property
    def member(self) -> str:
        return f"{self.name}.copy"


class FileEntry(_Frozen):
    """One of the installation's own files."""

    name: str
    sha256: str = _Sha256

    @property
    def member(self) -> str:
        return HOME + self.name


class Manifest(_Frozen):
    """The last member of a backup; a file without one is no backup."""

    format: Literal["flux-backup"] = "flux-backup"
    version: Literal[1] = 1
    created_at: datetime
    flux_version: str
    revision: str  # Alembic's: the schema the rows belong to
    server_version: str  # Postgres's; for people to read, any version takes the rows
    tables: tuple[TableEntry, ...]
    files: tuple[FileEntry, ...] = ()

    @property
    def rows(self) -> int:
        return sum(table.rows for table in self.tables)

    @property
    def members(self) -> set[str]:
        tables = {table.member for table in self.tables}
        return {MANIFEST} | tables | {file.member for file in self.files}


@dataclass(frozen=True, slots=True)
class Written:
    """A finished backup: what is in it, and its size on the disk."""

    manifest: Manifest
    size: int  # bytes


@dataclass(frozen=True, slots=True)
class Restored:
    """A finished restore."""

    manifest: Manifest
    files: dict[str, bytes]  # the installation's own files by name, still to be put back
    erased_again: int  # people who asked to be erased after the backup was made
    unknown_tables: tuple[str, ...]  # in the file, but not of Flux: left out


def no_progress(table: str, rows: int) -> None:
    """For callers that do not watch."""

"""A ZIP that is written while it is sent: no file, no seeking, never more than a piece of it in memory."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from types import TracebackType
from typing import Self
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

CHUNK_BYTES = 64 * 1024

Progress = Callable[[str, int], None]  # (file name, rows of it written so far)


@dataclass(frozen=True, slots=True)
class Piece:
    """Some bytes of a file, and how many rows begin in them."""

    content: bytes
    rows: int = 0


@dataclass(frozen=True, slots=True)
class Member:
    """A file to be written: `what` it is in plain words; `counted` when it is made of rows."""

    name: str
    what: str
    pieces: Iterable[Piece]
    counted: bool = True


@dataclass(frozen=True, slots=True)
class Entry:
    """A file as it was written: the manifest's line about it. `rows` is None for what has none."""

    name: str
    what: str
    rows: int | None
    bytes: int
    sha256: str


class _Sink:
    """Takes what ZipFile writes until it is sent on. It cannot be wound back, so ZipFile never tries."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self.size = 0

    def write(self, data: bytes) -> int:
        self._parts.append(bytes(data))
        self.size += len(data)
        return len(data)

    def flush(self) -> None:
        """Nothing is held back."""

    def close(self) -> None:
        """Whoever reads decides when it ends."""

    def take(self) -> bytes:
        taken = b"".join(self._parts)
        self._parts, self.size = [], 0
        return taken


class Archive:
    """Members go in one after the other; what is ready to be sent comes out of `add` and of `finish`."""

    def __init__(self, now: datetime, progress: Progress | None = None) -> None:
        self.entries: list[Entry] = []
        self._sink = _Sink()
        self._zip = ZipFile(self._sink, "w")
        self._moment = (now.year, now.month, now.day, now.hour, now.minute, now.second)
        self._progress = progress

    def add(self, member: Member) -> Iterator[bytes]:
        info = ZipInfo(member.name, self._moment)
        info.compress_type = ZIP_DEFLATED
        info.external_attr = 0o600 << 16  # unpacked, it is for its owner's eyes
        digest, size, rows = hashlib.sha256(), 0, 0
        # Nobody knows yet how long the file gets: without the wide size fields it may not pass 2 GiB.
        with self._zip.open(info, "w", force_zip64=True) as file:
            for piece in member.pieces:
                file.write(piece.content)
                digest.update(piece.content)
                size, rows = size + len(piece.content), rows + piece.rows
                if self._progress and piece.rows:
                    self._progress(member.name, rows)
                if self._sink.size >= CHUNK_BYTES:
                    yield self._sink.take()
        counted = rows if member.counted else None
        self.entries.append(Entry(member.name, member.what, counted, size, digest.hexdigest()))

    def finish(self) -> bytes:
        """The table of contents, which makes it a ZIP."""
        self._zip.close()
        return self._sink.take()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._zip.close()

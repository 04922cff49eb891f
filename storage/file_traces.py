"""Looking for what is left of somebody in files, and blotting it out of logs while others write on."""

from __future__ import annotations

import mmap
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from storage.embedded_place import SYSTEM_FOLDER
from storage.traces import Needles, Trace

_DATABASES = ("postgres", "valkey")  # folders only their servers may read or write
_LOGS = ("*.log", "*.log.1")


def folders_of(home: Path) -> list[Path]:
    """FLUX_HOME, and where the embedded servers keep their logs when that is elsewhere."""
    pointer = home / "servers.place"
    elsewhere = [SYSTEM_FOLDER / pointer.read_text().strip()] if pointer.exists() else []
    return [folder for folder in (home, *elsewhere) if folder.is_dir()]


def search_files(folders: Sequence[Path], needles: Needles) -> tuple[int, list[Trace]]:
    """How many files were read, and those in which something of the person stands."""
    count, traces = 0, []
    for path in _files(folders):
        count += 1
        if not os.access(path, os.R_OK):
            traces.append(Trace(f"file {path.name}, which cannot be read"))
        with _mapped(path, mmap.ACCESS_READ) as content:
            found = 0 if content is None else sum(1 for _ in needles.spans(content))
        if found:
            traces.append(Trace(f"file {path.name}", found))
    return count, traces


def blot_logs(folders: Sequence[Path], needles: Needles) -> int:
    """Write over the person's identifiers in every log, byte for byte in their place; returns how many there were."""
    blotted = 0
    for path in _files(folders):
        if not any(path.match(pattern) for pattern in _LOGS):
            continue
        with _mapped(path, mmap.ACCESS_WRITE) as content:
            if content is None:
                continue
            for start, end in list(needles.spans(content)):
                content[start:end] = b"x" * (end - start)
                blotted += 1
    return blotted


def _files(folders: Sequence[Path]) -> Iterator[Path]:
    for folder in folders:
        own = [place / name for place in (folder, folder / "servers") for name in _DATABASES]
        for path in sorted(folder.rglob("*")):
            if path.is_file() and not path.is_symlink() and not any(one in path.parents for one in own):
                yield path


@contextmanager
def _mapped(path: Path, access: int) -> Iterator[mmap.mmap | None]:
    """The file as it is on the disk; None for an empty one, one that was rotated away meanwhile, and somebody else's."""
    with (
        suppress(FileNotFoundError, PermissionError),
        path.open("r+b" if access == mmap.ACCESS_WRITE else "rb") as file,
    ):
        if path.stat().st_size:
            with mmap.mmap(file.fileno(), 0, access=access) as content:
                yield content
                return
    yield None

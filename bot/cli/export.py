"""`flux user export`: everything about one person into a ZIP file, whole or not at all."""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Iterable, Iterator
from io import FileIO
from itertools import chain
from pathlib import Path
from typing import BinaryIO

from bot.cli.people import unknown
from bot.cli.servers import with_database
from bot.cli.stopping import end_in_order
from bot.settings import Settings
from storage.private_files import appearing

STDOUT = "-"
_STEP = 10_000  # rows between two lines of progress


class TargetExistsError(Exception):
    """There is a file of that name already."""


def export(settings: Settings, arguments: Namespace) -> int:
    """Write the ZIP to a file, or to stdout. What goes wrong leaves nothing behind."""
    from storage.export import file_name_of, stream_export

    end_in_order()
    to_stdout = arguments.file == STDOUT
    if to_stdout and sys.stdout.isatty():
        return _failed("a ZIP is nothing for a terminal; add > FILE, or name a file")
    with with_database(settings) as (database, clock):
        now = clock.now()
        target = Path(arguments.file or file_name_of(now))
        pieces: Iterator[bytes] = stream_export(database, arguments.id, now, _progress)
        try:
            pieces = chain([next(pieces)], pieces)  # the first one tells whether there is such a person
            size = _to_stdout(pieces) if to_stdout else write_new(target, pieces)
        except LookupError:
            return unknown(arguments.id)
        except TargetExistsError:
            return _failed(f"{target} exists already, so nothing was written")
        except OSError as error:
            why = error.strerror or str(error)
            return _failed(f"stdout: {why}" if to_stdout else f"nothing was written to {target}: {why}")
    if not to_stdout:
        print(f"{target}: {size:,} bytes")
    return 0


def write_new(target: Path, pieces: Iterable[bytes]) -> int:
    """A new 0600 file that appears when it is complete; returns its bytes. Raises TargetExistsError, OSError."""
    if target.exists():
        raise TargetExistsError
    try:
        with appearing(target) as file:
            return _pour(pieces, file)
    except FileExistsError:  # it came meanwhile
        raise TargetExistsError from None


def _to_stdout(pieces: Iterable[bytes]) -> int:
    with open(sys.stdout.fileno(), "wb", buffering=0, closefd=False) as file:
        return _pour(pieces, file)


def _pour(pieces: Iterable[bytes], file: FileIO | BinaryIO) -> int:
    size = 0
    for piece in pieces:
        rest = memoryview(piece)
        while rest:  # an unbuffered file may take less than it is given
            rest = rest[file.write(rest) :]
        size += len(piece)
    return size


def _progress(name: str, rows: int) -> None:
    if rows % _STEP == 0:
        print(f"{name}: {rows:,}", file=sys.stderr, flush=True)


def _failed(why: str) -> int:
    print(f"flux: {why}", file=sys.stderr)
    return 1

"""Commands that save a whole installation to one file, and bring it back."""

from __future__ import annotations

import sys
import time
from argparse import Namespace
from importlib.metadata import version
from typing import TYPE_CHECKING

from bot.cli.servers import with_database_alone
from bot.cli.stopping import end_in_order
from bot.settings import Settings

if TYPE_CHECKING:
    from storage.backup_format import Manifest

_QUIET_SECONDS = 2.0  # what is over sooner needs no progress; nor does anybody read more lines than that


def backup(settings: Settings, arguments: Namespace) -> int:
    from bot.clock import SystemClock
    from bot.home import kept_files
    from storage.backup import back_up

    end_in_order()
    with with_database_alone(settings) as url:
        written = back_up(
            url,
            arguments.file,
            now=SystemClock().now(),  # a file on a disk lives in real time, whatever the simulator shows
            flux_version=version("flux-coach"),
            files=kept_files(settings.flux_home, settings.own_secrets),
            overwrite=arguments.force,
            progress=Progress("saving"),
        )
    manifest = written.manifest
    print(f"{_moved(manifest, written.size)}: {arguments.file}")
    return 0


def restore(settings: Settings, arguments: Namespace) -> int:
    from storage.backup_format import BackupError
    from storage.embedded import AlreadyRunningError
    from storage.restore import restore as run

    end_in_order()
    try:
        with with_database_alone(settings, stopped=True) as url:
            restored = run(url, arguments.file, replace=arguments.replace, progress=Progress("restoring"))
            _put_back(settings, restored.files)
    except AlreadyRunningError as error:
        raise BackupError(f"{error}; stop it first") from error
    if restored.unknown_tables:
        print(f"flux: left out, not of Flux: {', '.join(restored.unknown_tables)}", file=sys.stderr)
    if restored.erased_again:
        print(f"flux: erased since the backup, and again now: {restored.erased_again}", file=sys.stderr)
    manifest = restored.manifest
    size = arguments.file.stat().st_size
    made = f"{manifest.created_at:%Y-%m-%d %H:%M} UTC"
    print(f"{_moved(manifest, size)}: restored as of {made}")
    return 0


def _moved(manifest: Manifest, size: int) -> str:
    rows = "1 row" if manifest.rows == 1 else f"{manifest.rows:,} rows"
    return f"{len(manifest.tables)} tables, {rows}, {size:,} bytes"


def _put_back(settings: Settings, files: dict[str, bytes]) -> None:
    """The secrets links and tokens of the restored people were made with; nothing where variables set them."""
    from bot.home import put_back
    from storage.backup_format import BackupError

    for name, content in files.items():
        if name not in settings.own_secrets:
            print(f"flux: {name} is not put back: a variable sets that secret here", file=sys.stderr)
            continue
        try:
            put_back(settings.flux_home, name, content)
        except OSError as error:
            raise BackupError(
                f"the database is restored, but {name} is not: {error.strerror}; restore again with --replace"
            ) from error


class Progress:
    """Says on stderr how far a long run has come."""

    def __init__(self, doing: str) -> None:
        self._doing = doing
        self._said_at = time.monotonic()

    def __call__(self, table: str, rows: int) -> None:
        if time.monotonic() - self._said_at < _QUIET_SECONDS:
            return
        self._said_at = time.monotonic()
        print(f"{self._doing} {table}: {rows:,} rows", file=sys.stderr, flush=True)

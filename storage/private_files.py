"""Files for their owner only (0600): secrets that are made once and kept, and large ones that appear when whole."""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO


def write_private(path: Path, text: str) -> None:
    """Replace the file whole; nobody sees it half written or readable by others."""
    fresh = _fresh(path, text)
    fresh.replace(path)


def keep_once(path: Path, make: Callable[[], str]) -> str:
    """The file's text; made and kept at the first call. Several processes at once all get the same."""
    with contextlib.suppress(FileNotFoundError):
        return path.read_text()
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    fresh = _fresh(path, make())
    with contextlib.suppress(FileExistsError):  # another process was quicker: its text counts
        os.link(fresh, path)
    fresh.unlink()
    return path.read_text()


@contextlib.contextmanager
def appearing(target: Path, *, replace: bool = False) -> Iterator[BinaryIO]:
    """A file beside the target that takes its name once everything is written and on the disk; else nothing is left.

    Raises FileExistsError when there is a target by then, unless it may be replaced.
    """
    draft = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
    try:
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        if replace:
            draft.replace(target)
        else:
            _give_name(draft, target)
    finally:
        draft.unlink(missing_ok=True)
    _sync_folder(target.parent)


def _give_name(draft: Path, target: Path) -> None:
    """Unless somebody took the name meanwhile: a rename would replace theirs."""
    try:
        os.link(draft, target)
    except FileExistsError:
        raise
    except OSError:  # a file system without hard links
        if target.exists():
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(target)) from None
        draft.rename(target)


def _sync_folder(folder: Path) -> None:
    """The new name must survive a power cut too."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _fresh(path: Path, text: str) -> Path:
    fresh = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
    return fresh

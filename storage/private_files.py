"""Small 0600 files in a private folder: secrets that are made once and kept."""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import Callable
from pathlib import Path


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


def _fresh(path: Path, text: str) -> Path:
    fresh = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
    return fresh

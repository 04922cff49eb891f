"""FLUX_HOME: the private folder in which an installation keeps its data, its logs and the secrets it made itself."""

from __future__ import annotations

import hashlib
import json
import os
import re
import secrets
from collections.abc import Callable, Iterable
from itertools import chain, count
from pathlib import Path

from storage.embedded_place import SYSTEM_FOLDER
from storage.private_files import keep_once, write_private

KEY_FILE = "secret.key"
VAPID_FILE = "vapid.json"
PROJECT = Path(__file__).resolve().parent.parent


def default_home() -> Path:
    """`.flux` in the project; for root a folder of this project under the system's data folder.

    Postgres never runs as root, and its account could not enter a clone below /root.
    """
    if os.geteuid() != 0:
        return _project() / ".flux"
    project = _project()
    slug = re.sub(r"[^a-z0-9]+", "-", project.name.lower()).strip("-") or "flux"
    return SYSTEM_FOLDER / f"{slug}-{hashlib.sha256(str(project).encode()).hexdigest()[:8]}"


def _project() -> Path:
    """The clone this program runs from; the working directory when it was installed as a package."""
    return PROJECT if (PROJECT / "pyproject.toml").exists() else Path.cwd()


def kept_secret_key(home: Path) -> str:
    return keep_once(home / KEY_FILE, lambda: secrets.token_urlsafe(48))


def kept_vapid_keys(home: Path, generate: Callable[[], tuple[str, str]]) -> tuple[str, str]:
    """(private, public), made at the first call: a new pair would silence every browser subscribed so far."""
    private, public = json.loads(keep_once(home / VAPID_FILE, lambda: json.dumps(generate())))
    return private, public


def kept_files(home: Path, names: Iterable[str]) -> dict[str, bytes]:
    """Those of these files that have been made, for a backup."""
    return {name: (home / name).read_bytes() for name in names if (home / name).exists()}


def put_back(home: Path, name: str, content: bytes) -> None:
    """A file from a backup; one that says something else is kept as NAME.before-restore, the next as NAME.before-restore-2."""
    path = home / name
    before = path.read_bytes() if path.exists() else content
    if before != content:
        keep_once(_unused(path.with_name(f"{name}.before-restore")), before.decode)
    write_private(path, content.decode())


def _unused(path: Path) -> Path:
    """The path, or the first numbered one that is free: the oldest key is the one somebody will look for."""
    numbered = (path.with_name(f"{path.name}-{number}") for number in count(2))
    return next(one for one in chain([path], numbered) if not one.exists())

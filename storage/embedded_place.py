"""Where the embedded servers' files live and which account runs them: Postgres refuses root, and nobody else may enter /root."""

from __future__ import annotations

import importlib.util
import os
import pwd
import secrets
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from storage.processes import Account

SYSTEM_FOLDER = Path("/var/lib/flux")  # root's place for data and binaries an unprivileged account must reach
_INSTEAD = "Set DATABASE_URL and REDIS_URL to use servers of your own."


class EmbeddedError(Exception):
    """The embedded servers cannot run here; the text says why and what to do, in one line."""


@dataclass(frozen=True, slots=True)
class Place:
    """A private folder for the servers' data, and the account that owns it (None: the one we run as)."""

    folder: Path
    account: Account | None

    def folder_for(self, name: str) -> Path:
        """An existing 0700 subfolder that belongs to the servers' account."""
        path = self.folder / name
        path.mkdir(mode=0o700, exist_ok=True)
        self.give(path)
        return path

    def give(self, path: Path) -> None:
        if self.account is not None:
            os.chown(path, self.account.uid, self.account.gid)


def unprivileged_account() -> Account | None:
    """Who runs the servers when we are root: initdb needs a uid with a passwd entry. None for ordinary users."""
    if os.geteuid() != 0:
        return None
    for name in ("flux", "nobody", "daemon"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        if entry.pw_uid != 0:
            return Account(name, entry.pw_uid, entry.pw_gid)
    raise EmbeddedError(
        f"Postgres refuses to run as root and there is no account to step down to. {_INSTEAD}"
    )


def may_enter(path: Path, account: Account) -> bool:
    """Whether the account can walk into this folder, judged by the mode bits of every folder above it."""
    return all(_searchable(folder, account) for folder in (path, *path.parents))


def _searchable(folder: Path, account: Account) -> bool:
    found = folder.stat()
    if found.st_uid == account.uid:
        return bool(found.st_mode & 0o100)
    if found.st_gid == account.gid:
        return bool(found.st_mode & 0o010)
    return bool(found.st_mode & 0o001)


def system_folder() -> Path:
    """SYSTEM_FOLDER, made if need be, and open for walking through whatever the umask says."""
    try:
        SYSTEM_FOLDER.mkdir(parents=True, exist_ok=True)
        mode = SYSTEM_FOLDER.stat().st_mode
        if not mode & 0o001:
            SYSTEM_FOLDER.chmod(mode | 0o011)
    except OSError as error:
        raise EmbeddedError(f"cannot use {SYSTEM_FOLDER} ({error.strerror}). {_INSTEAD}") from error
    return SYSTEM_FOLDER


def find_place(home: Path) -> Place:
    """The servers' folder inside `home`, or one under SYSTEM_FOLDER when their account cannot reach `home`."""
    home = home.resolve()
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    account = unprivileged_account()
    if account is None:
        return _made(home / "servers", None)
    if SYSTEM_FOLDER in home.parents:
        system_folder()
    if may_enter(home.parent, account):
        home.chmod(
            home.stat().st_mode | 0o011
        )  # walk through, not list: what is private inside is 0600 or 0700
        return _made(home / "servers", account)
    return _made(_elsewhere(home), account)


def _elsewhere(home: Path) -> Path:
    """The folder this home points to; a home that was deleted and made anew gets a new one."""
    pointer = home / "servers.place"
    if not pointer.exists():
        pointer.write_text(f"data-{secrets.token_hex(8)}")
    return system_folder() / pointer.read_text().strip()


def _made(folder: Path, account: Account | None) -> Place:
    folder.mkdir(mode=0o700, exist_ok=True)
    place = Place(folder, account)
    place.give(folder)
    return place


def installed_beside(package: str) -> Path:
    """The folder an installed package lies in, without importing it. Raises EmbeddedError when it is missing."""
    spec = importlib.util.find_spec(package)
    if spec is None or spec.origin is None:
        raise EmbeddedError(f"the package {package} is not installed. {_INSTEAD}")
    return Path(spec.origin).resolve().parent.parent


def reachable(source: Path, program: str, parts: Sequence[str], name: str, account: Account | None) -> Path:
    """Path of `source/program`, or of its copy under SYSTEM_FOLDER when the account cannot run it in place.

    parts: the folders below `source` the program needs, itself included; copied once per `name`.
    """
    if account is None or may_enter((source / program).parent, account):
        return source / program
    copy = system_folder() / "binaries" / name
    if not copy.exists():
        copy.parent.mkdir(exist_ok=True)
        copy.parent.chmod(0o755)
        fresh = copy.with_name(f"{name}.{secrets.token_hex(4)}")
        for part in parts:
            unneeded = shutil.ignore_patterns("*.a", "*.py", "include", "pkgconfig")
            shutil.copytree(source / part, fresh / part, symlinks=True, ignore=unneeded)
        _open_up(fresh)
        try:
            fresh.rename(copy)
        except OSError:  # another process was quicker
            shutil.rmtree(fresh)
    return copy / program


def _open_up(folder: Path) -> None:
    for path in (folder, *folder.rglob("*")):
        if not path.is_symlink():
            runnable = path.is_dir() or path.stat().st_mode & 0o100
            path.chmod(0o755 if runnable else 0o644)

"""`flux user export`: a whole new file that only its owner can read, or one clear line and nothing."""

from __future__ import annotations

import io
import json
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from uuid import uuid4
from zipfile import ZipFile

import psycopg
import pytest

from bot.cli.export import TargetExistsError, write_new
from storage.database import Database
from storage.tables import Goal, User
from tests.storage.rows import one_of_each
from tests.waiting import wait_for

_PROJECT = Path(__file__).resolve().parents[2]
Run = Callable[..., subprocess.CompletedProcess[bytes]]


def surroundings(tmp_path: Path, database_url: str, redis_url: str) -> dict[str, str]:
    return os.environ | {
        "FLUX_HOME": str(tmp_path / "home"),
        "DATABASE_URL": database_url,
        "REDIS_URL": redis_url,
        "SECRET_KEY": "k" * 32,
        "PYTHONPATH": str(_PROJECT),
    }


@pytest.fixture
def export(tmp_path: Path, database_url: str, redis_url: str) -> Run:
    """Runs `flux user export ARGUMENTS` in an empty folder."""
    folder = tmp_path / "here"
    folder.mkdir()
    environment = surroundings(tmp_path, database_url, redis_url)

    def run(*arguments: str, largest_file: int | None = None) -> subprocess.CompletedProcess[bytes]:
        def limit() -> None:
            if largest_file is not None:
                resource.setrlimit(resource.RLIMIT_FSIZE, (largest_file, largest_file))

        return subprocess.run(
            [sys.executable, "-m", "bot", "user", "export", *arguments],
            cwd=folder,
            env=environment,
            capture_output=True,
            timeout=60,
            check=False,
            preexec_fn=limit,
        )

    return run


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "here"


def test_the_file_is_complete_named_by_the_day_and_private(export: Run, folder: Path, owner: User) -> None:
    done = export(str(owner.id))
    [made] = folder.iterdir()
    assert (done.returncode, done.stderr) == (0, b"")
    assert made.name.startswith("flux-export-20")
    assert done.stdout.decode() == f"{made.name}: {made.stat().st_size:,} bytes\n"
    assert made.stat().st_mode & 0o777 == 0o600
    with ZipFile(made) as archive:
        assert archive.testzip() is None
        assert json.loads(archive.read("profile.json"))["profile"]["name"] == "Ada"


def test_a_dash_means_stdout_and_nothing_else_is_written_there(
    export: Run, folder: Path, owner: User
) -> None:
    done = export(str(owner.id), "-")
    assert (done.returncode, done.stderr, list(folder.iterdir())) == (0, b"", [])
    with ZipFile(io.BytesIO(done.stdout)) as archive:
        assert json.loads(archive.read("profile.json"))["id"] == str(owner.id)


def test_a_file_that_is_there_stays_as_it_is(export: Run, folder: Path, owner: User) -> None:
    (folder / "mine.zip").write_text("precious")
    refused = export(str(owner.id), "mine.zip")
    assert (refused.returncode, refused.stdout) == (1, b"")
    assert refused.stderr == b"flux: mine.zip exists already, so nothing was written\n"
    assert [one.read_text() for one in folder.iterdir()] == ["precious"]


def test_a_name_that_is_taken_meanwhile_is_not_taken_away(tmp_path: Path) -> None:
    target = tmp_path / "mine.zip"

    def pieces() -> object:
        yield b"one"
        target.write_text("precious")
        yield b"two"

    with pytest.raises(TargetExistsError):
        write_new(target, pieces())  # type: ignore[arg-type]  # a generator
    assert [one.read_text() for one in tmp_path.iterdir()] == ["precious"]


def test_a_full_disk_is_one_line_and_leaves_nothing(
    export: Run, folder: Path, database: Database, owner: User, now: datetime
) -> None:
    with database.service() as session:
        one_of_each(session, owner.id, "sim:owner", now)
    refused = export(str(owner.id), "mine.zip", largest_file=2_000)
    assert (refused.returncode, refused.stdout) == (1, b"")
    assert refused.stderr == b"flux: nothing was written to mine.zip: File too large\n"
    assert list(folder.iterdir()) == []


def test_an_export_that_is_told_to_stop_leaves_nothing(
    folder: Path, tmp_path: Path, database: Database, database_url: str, redis_url: str, owner: User
) -> None:
    folder.mkdir()
    with database.service() as session:
        session.add(Goal(user_id=owner.id, title="Long", description=os.urandom(200_000).hex()))
    with psycopg.connect(database_url) as other:
        other.execute(
            "lock table checkpoints in access exclusive mode"
        )  # so that it is in the middle of its work
        saving = subprocess.Popen(
            [sys.executable, "-m", "bot", "user", "export", str(owner.id), "mine.zip"],
            cwd=folder,
            env=surroundings(tmp_path, database_url, redis_url),
        )
        wait_for(lambda: list(folder.iterdir()), "the beginning of the export")
        saving.send_signal(signal.SIGTERM)
        assert saving.wait(20) == 128 + signal.SIGTERM
    assert list(folder.iterdir()) == []


def test_a_folder_that_is_not_there_is_one_line(export: Run, owner: User) -> None:
    refused = export(str(owner.id), "nowhere/mine.zip")
    assert refused.returncode == 1
    assert refused.stderr == b"flux: nothing was written to nowhere/mine.zip: No such file or directory\n"


def test_nobody_is_exported_for_an_unknown_id(export: Run, folder: Path) -> None:
    for arguments in ((), ("-",), ("../here",)):
        refused = export(str(uuid4()), *arguments)
        assert (refused.returncode, refused.stdout) == (1, b"")
        assert b"there is nobody with the id" in refused.stderr
        assert list(folder.iterdir()) == []

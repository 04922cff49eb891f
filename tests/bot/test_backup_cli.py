"""`flux backup` and `flux restore` as an operator runs them: what they print, what they refuse, whose secrets move."""

import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID
from zipfile import ZipFile

import psycopg
import pytest

from bot.clock import SystemClock
from bot.settings import Settings
from bot.tokens import verify
from storage.embedded import HomeLock, publish
from tests.bot.test_cli import Flux
from tests.storage.filled import every_row, fill
from tests.waiting import wait_for

_PROJECT = Path(__file__).resolve().parents[2]


@pytest.fixture
def flux(tmp_path: Path, fresh_database_url: str, redis_url: str) -> Flux:
    """An installation with a database of its own, and rows in every table of it."""
    fill(fresh_database_url)
    return Flux(tmp_path / "home", DATABASE_URL=fresh_database_url, REDIS_URL=redis_url)


def test_a_backup_and_its_restore_say_how_much_they_moved(
    flux: Flux, fresh_database_url: str, empty_url: str, tmp_path: Path
) -> None:
    target = tmp_path / "flux.zip"
    made = flux("backup", str(target))
    rows = every_row(fresh_database_url)
    for version in ("alembic_version", "checkpoint_migrations"):
        del rows[version]
    moved = f"{len(rows)} tables, {sum(map(len, rows.values()))} rows, {target.stat().st_size:,} bytes: "
    assert made.stdout == f"{moved}{target}\n"
    assert (made.returncode, made.stderr) == (0, "")
    restored = flux("restore", str(target), DATABASE_URL=empty_url)
    when = restored.stdout.removeprefix(moved)
    assert re.fullmatch(r"restored as of \d{4}-\d\d-\d\d \d\d:\d\d UTC\n", when), restored.stdout
    assert (restored.returncode, restored.stderr) == (0, "")
    assert every_row(empty_url) == every_row(fresh_database_url)


def test_what_goes_wrong_is_one_line_that_says_what_to_do(flux: Flux, tmp_path: Path) -> None:
    target = tmp_path / "flux.zip"
    assert flux("backup", str(target)).returncode == 0
    for arguments, words in (
        (("backup", str(target)), "exists: add --force"),
        (("backup", str(tmp_path / "no" / "where.zip")), "No such file or directory"),
        (("restore", str(target)), "the database is not empty: add --replace"),
        (("restore", str(tmp_path / "nothing.zip")), "No such file or directory"),
        (("restore", sys.executable), "is not a Flux backup"),
    ):
        refused = flux(*arguments)
        assert (refused.returncode, refused.stdout, refused.stderr.count("\n")) == (1, "", 1), refused.stderr
        assert refused.stderr.startswith("flux: ")
        assert words in refused.stderr
    assert flux("backup", str(target), "--force").returncode == 0
    assert flux("restore", str(target), "--replace").returncode == 0


def test_a_database_that_does_not_answer_is_one_line(flux: Flux, tmp_path: Path) -> None:
    nobody = "postgresql://flux:very-secret@127.0.0.1:1/flux"
    refused = flux("backup", str(tmp_path / "flux.zip"), DATABASE_URL=nobody)
    assert (refused.returncode, refused.stderr.count("\n")) == (1, 1)
    assert "very-secret" not in refused.stderr


def test_nothing_is_restored_beside_a_running_installation(
    flux: Flux, fresh_database_url: str, tmp_path: Path
) -> None:
    assert flux("backup", str(tmp_path / "flux.zip")).returncode == 0
    home = tmp_path / "home"
    lock = HomeLock(home)
    publish(home, {"DATABASE_URL": fresh_database_url})
    refused = flux("restore", str(tmp_path / "flux.zip"), "--replace")
    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr == f"flux: Flux is already running in {home}; stop it first\n"
    saved = flux("backup", str(tmp_path / "beside.zip"), DATABASE_URL="")  # a backup is taken beside it
    assert saved.returncode == 0, saved.stderr
    lock.release()


def test_secrets_made_here_move_with_the_people_and_those_of_variables_do_not(
    flux: Flux, empty_url: str, tmp_path: Path
) -> None:
    old, new, target = tmp_path / "home", tmp_path / "new", tmp_path / "flux.zip"
    vapid = {"VAPID_PRIVATE_KEY": "p", "VAPID_PUBLIC_KEY": "q"}
    (old / "vapid.json").parent.mkdir()
    (old / "vapid.json").write_text('["private", "public"]')
    (old / "secret.key").write_text("o" * 40)
    flux("backup", str(target), **vapid)  # SECRET_KEY is set in this environment too
    with ZipFile(target) as archive:
        assert not [name for name in archive.namelist() if name.startswith("home/")]
    flux("backup", str(target), "--force", SECRET_KEY="")
    new.mkdir()
    (new / "vapid.json").write_text("another pair")
    restored = flux("restore", str(target), DATABASE_URL=empty_url, FLUX_HOME=str(new))
    assert "secret.key is not put back: a variable sets that secret here" in restored.stderr
    assert (new / "vapid.json").read_text() == '["private", "public"]'
    assert (new / "vapid.json.before-restore").read_text() == "another pair"
    assert not (new / "secret.key").exists()
    flux("restore", str(target), "--replace", DATABASE_URL=empty_url, FLUX_HOME=str(new), SECRET_KEY="")
    assert (new / "secret.key").read_text() == "o" * 40
    assert {path.stat().st_mode & 0o777 for path in new.glob("*.*")} == {0o600}


def test_a_backup_that_is_told_to_stop_leaves_nothing(
    flux: Flux, fresh_database_url: str, tmp_path: Path
) -> None:
    folder = tmp_path / "backups"
    folder.mkdir()
    with psycopg.connect(fresh_database_url) as other:
        other.execute("lock table tasks in access exclusive mode")  # so that it is in the middle of its work
        saving = subprocess.Popen(
            [sys.executable, "-m", "bot", "backup", str(folder / "flux.zip")],
            cwd=_PROJECT,
            env=flux.environment,
        )
        wait_for(lambda: list(folder.iterdir()), "the beginning of the backup")
        saving.send_signal(signal.SIGTERM)
        assert saving.wait(20) != 0
    assert list(folder.iterdir()) == []


@pytest.fixture
def folder() -> Iterator[Path]:
    made = Path(tempfile.mkdtemp(prefix="flux-tests-"))  # pytest's own is closed to the servers' account
    made.chmod(0o711)
    yield made
    shutil.rmtree(made, ignore_errors=True)


def test_an_embedded_installation_moves_to_another_machine(folder: Path) -> None:
    nothing = {"DATABASE_URL": "", "REDIS_URL": "", "SECRET_KEY": ""}
    old, new = Flux(folder / "old", **nothing), Flux(folder / "new", **nothing)
    person = old("user", "add", "--name", "Ada").stdout.strip()
    token = old("user", "token", person).stdout.strip()
    assert old("backup", str(folder / "flux.zip")).returncode == 0
    restored = new("restore", str(folder / "flux.zip"))
    assert restored.returncode == 0, restored.stderr
    assert person in new("user", "list").stdout
    assert (folder / "new/secret.key").read_text() == (folder / "old/secret.key").read_text()
    settings = Settings(flux_home=folder / "new", secret_key=(folder / "new/secret.key").read_text())
    assert verify(token, settings, SystemClock().now()) == UUID(person)
    again = new("restore", str(folder / "flux.zip"))
    assert "add --replace" in again.stderr

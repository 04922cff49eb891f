"""What a restore refuses, and that an error anywhere leaves the database as it was."""

from __future__ import annotations

import hashlib
import json
import random
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import psycopg
import pytest

from storage.backup_file import opened
from storage.backup_format import BackupError, Manifest, no_progress
from storage.migrations import migrate
from storage.personal import PERSONAL
from storage.preflight import DatabaseError
from storage.restore import restore
from tests.storage.filled import every_row, run

NOW = datetime(2026, 3, 11, 9, 0, tzinfo=UTC)
_OTHERS = "datname = current_database() and pid <> pg_backend_pid()"
Members = dict[str, bytes]


def rewritten(saved: Path, change: Callable[[Members], None]) -> Path:
    """The backup with other members, as a program that knows the format could write it."""
    with ZipFile(saved) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    change(members)
    path = saved.with_name("changed.zip")
    with ZipFile(path, "w", ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def with_manifest(members: Members, **fields: object) -> None:
    members["manifest.json"] = json.dumps(json.loads(members["manifest.json"]) | fields).encode()


def vouched(members: Members, table: str, content: bytes) -> None:
    """Other rows, with a manifest that agrees."""
    members[f"{table}.copy"] = content
    manifest = Manifest.model_validate_json(members["manifest.json"])
    entries = []
    for entry in manifest.tables:
        changed = {"rows": content.count(b"\n"), "sha256": hashlib.sha256(content).hexdigest()}
        entries.append(entry.model_copy(update=changed if entry.name == table else {}).model_dump())
    with_manifest(members, tables=entries)


@pytest.fixture
def untouched(url: str) -> Iterator[None]:
    """Whatever the test tries, the database is the same afterwards, and in order."""
    before = every_row(url)
    yield
    assert every_row(url) == before
    migrate(url)
    assert every_row(url) == before


# ------------------------------------------------------------------ what is refused


@pytest.mark.usefixtures("untouched")
def test_a_database_in_use_is_not_replaced_unasked(url: str, saved: Path) -> None:
    with pytest.raises(BackupError, match="not empty: add --replace"):
        restore(url, saved)


@pytest.mark.parametrize("table", [table.name for table in PERSONAL])
def test_a_row_in_any_personal_table_counts_as_in_use(url: str, saved: Path, table: str) -> None:
    """Rows of one table alone, which foreign keys would not allow: the check looks at every table by itself."""
    with psycopg.connect(url) as connection:
        connection.execute("set session_replication_role = replica")
        for other in PERSONAL:
            if other.name != table:
                connection.execute(f"delete from {other.name}".encode())
    with pytest.raises(BackupError, match="not empty"):
        restore(url, saved)


def test_receipts_alone_do_not_count(url: str, saved: Path) -> None:
    run(url, "truncate users, inbound_events, checkpoints, checkpoint_blobs, checkpoint_writes cascade")
    restore(url, saved)
    assert run(url, "select count(*) from users") == [(2,)]


WRONG: dict[str, tuple[Callable[[Members], None], str]] = {
    "format of tomorrow": (lambda m: with_manifest(m, version=2), "format 2, newer than this program"),
    "another program's": (lambda m: with_manifest(m, format="other"), "not a Flux backup"),
    "no manifest": (lambda m: m.pop("manifest.json"), "not a Flux backup: it has no manifest.json"),
    "no json": (lambda m: m.update({"manifest.json": b"PK"}), "not a Flux backup"),
    "manifest without tables": (lambda m: with_manifest(m, tables=None), "damaged at manifest.json"),
    "schema of tomorrow": (lambda m: with_manifest(m, revision="9999"), "newer than this program.*'9999'"),
    "missing member": (lambda m: m.pop("goals.copy"), r"damaged at goals\.copy"),
    "row too many": (lambda m: m.update({"tasks.copy": m["tasks.copy"] * 2}), r"damaged at tasks\.copy"),
    "unnamed member": (
        lambda m: m.update({"extra.copy": b""}),
        "members in it that its manifest does not name",
    ),
}


@pytest.mark.usefixtures("untouched")
@pytest.mark.parametrize("wrong", WRONG)
def test_a_file_that_is_not_right_is_refused_before_anything_happens(
    url: str, saved: Path, wrong: str
) -> None:
    change, words = WRONG[wrong]
    with pytest.raises(BackupError, match=words):
        restore(url, rewritten(saved, change), replace=True)


@pytest.mark.usefixtures("untouched")
def test_what_is_no_zip_or_not_there_is_refused(url: str, saved: Path, tmp_path: Path) -> None:
    (tmp_path / "text").write_text("hello")
    (tmp_path / "empty").touch()
    whole = saved.read_bytes()
    (tmp_path / "torn").write_bytes(whole[: len(whole) // 2])
    for name, words in (
        ("text", "is not a Flux backup"),
        ("empty", "is not a Flux backup"),
        ("torn", "is damaged: its end is missing"),
        ("nothing", "cannot read .*No such file"),
        (".", "cannot read .*Is a directory"),
    ):
        with pytest.raises(BackupError, match=words):
            restore(url, tmp_path / name, replace=True)


def test_any_damaged_byte_is_found_or_means_nothing(saved: Path, tmp_path: Path) -> None:
    whole = saved.read_bytes()
    chance = random.Random(7)
    found = 0
    for position in sorted(chance.sample(range(len(whole)), 1500)):
        damaged = bytearray(whole)
        damaged[position] ^= 1 << chance.randrange(8)
        path = tmp_path / "damaged.zip"
        path.write_bytes(damaged)
        try:
            with opened(path) as backup:
                backup.check(no_progress)  # a date of a member, for example: everything is still the same
        except BackupError:
            found += 1
    assert found > 1000


@pytest.mark.usefixtures("untouched")
def test_every_length_of_a_torn_file_is_refused(url: str, saved: Path, tmp_path: Path) -> None:
    whole = saved.read_bytes()
    for length in range(0, len(whole), 37):
        (tmp_path / "torn.zip").write_bytes(whole[:length])
        with pytest.raises(BackupError):
            restore(url, tmp_path / "torn.zip", replace=True)


def test_a_database_newer_than_the_program_is_left_alone(url: str, saved: Path) -> None:
    run(url, "update alembic_version set version_num = '9999'")
    before = every_row(url)
    with pytest.raises(DatabaseError, match="a newer Flux has been here"):
        restore(url, saved, replace=True)
    assert every_row(url) == before


@pytest.mark.parametrize(
    "broken",
    [
        "drop table tasks cascade",
        "drop table alembic_version",
        "drop policy own on users; drop index ix_tasks_goal; drop view activity_heatmap",
        "drop function app_user cascade",
        "drop table checkpoints, checkpoint_blobs, checkpoint_writes, checkpoint_migrations",
    ],
)
def test_a_broken_schema_is_repaired_by_a_backup(url: str, saved: Path, broken: str) -> None:
    before = every_row(url)
    run(url, broken)
    restore(url, saved, replace=True)
    assert every_row(url) == before
    migrate(url)
    assert every_row(url) == before


# ------------------------------------------------------------------ errors on the way


@pytest.mark.usefixtures("untouched")
@pytest.mark.parametrize("table", ["dispatch_log", "checkpoint_writes", "users"])
def test_a_row_the_database_refuses_undoes_everything_and_is_not_quoted(
    url: str, saved: Path, table: str
) -> None:
    def spoil(members: Members) -> None:
        vouched(members, table, members[f"{table}.copy"] + b"somebody's secret\n")

    with pytest.raises(BackupError, match="refused a row") as error:
        restore(url, rewritten(saved, spoil), replace=True)
    assert "secret" not in str(error.value)


@pytest.mark.usefixtures("untouched")
@pytest.mark.parametrize("table", ["users", "messages", "inbound_events"])
def test_a_restore_whose_connection_is_killed_leaves_everything_as_it_was(
    url: str, saved: Path, table: str
) -> None:
    seen: list[str] = []

    def kill(name: str, _rows: int) -> None:
        seen.append(name)
        if name == table and seen.count(name) == 2:  # checked once, and now on its way in
            run(url, f"select pg_terminate_backend(pid) from pg_stat_activity where {_OTHERS}")

    with pytest.raises(BackupError, match="connection"):
        restore(url, saved, replace=True, progress=kill)


@pytest.mark.usefixtures("untouched")
def test_somebody_at_work_in_the_database_is_waited_for_and_then_named(url: str, saved: Path) -> None:
    with psycopg.connect(url) as worker:
        worker.execute("select * from tasks for update")
        with pytest.raises(BackupError, match="somebody is using the database; stop Flux first"):
            restore(url, saved, replace=True, patience=0.3)


def test_somebody_who_is_just_finishing_is_waited_for(url: str, saved: Path) -> None:
    with psycopg.connect(url) as worker:
        worker.execute("select * from tasks for update")
        ends = threading.Timer(1, worker.commit)
        ends.start()
        restore(url, saved, replace=True)
        ends.join()


@pytest.mark.usefixtures("untouched")
def test_a_running_migration_is_not_disturbed(url: str, saved: Path) -> None:
    with psycopg.connect(url) as other:
        other.execute("select pg_advisory_lock(1179407704)")  # what storage.migrations locks
        with pytest.raises(BackupError, match="still running"):
            restore(url, saved, replace=True, patience=0.3)


def test_a_restore_can_be_repeated(url: str, saved: Path) -> None:
    before = every_row(url)
    for _ in range(2):
        restore(url, saved, replace=True)
        assert every_row(url) == before

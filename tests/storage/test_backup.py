"""Backup and restore over real databases: every value, every old schema, and nothing by halves."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from sqlalchemy import create_engine
from sqlalchemy.pool import NullPool

from storage.backup import back_up
from storage.backup_format import BackupError, Manifest, Written
from storage.database import Database, normalise_url
from storage.migrations import head_revision, known_revisions, migrate, upgrade
from storage.restore import restore
from tests.conftest import sibling
from tests.storage.filled import OWNER, STRANGER, every_row, fill, fill_first, run

NOW = datetime(2026, 3, 11, 9, 0, tzinfo=UTC)


def save(url: str, target: Path, **options: object) -> Written:
    return back_up(url, target, now=NOW, flux_version="0.2.0", **options)  # type: ignore[arg-type]  # by name


@pytest.fixture
def filled_url(fresh_database_url: str) -> str:
    fill(fresh_database_url)
    return fresh_database_url


@pytest.fixture
def saved(filled_url: str, tmp_path: Path) -> Path:
    save(filled_url, tmp_path / "flux.zip")
    return tmp_path / "flux.zip"


# ------------------------------------------------------------------ there and back


def test_every_value_of_every_table_comes_back_in_an_empty_database(
    filled_url: str, empty_url: str, saved: Path
) -> None:
    before = every_row(filled_url)
    assert all(before.values()), "the test means every table"
    restored = restore(empty_url, saved)
    assert every_row(empty_url) == before
    assert restored.manifest.rows == sum(
        len(rows) for table, rows in before.items() if not table.endswith(("_version", "_migrations"))
    )
    assert (restored.erased_again, restored.unknown_tables) == (0, ())


def test_the_restored_schema_is_what_migrations_make(filled_url: str, empty_url: str, saved: Path) -> None:
    restore(empty_url, saved)
    secured = (
        "select relname, relrowsecurity, relforcerowsecurity from pg_class where relkind = 'r' order by 1"
    )
    policies = "select tablename, policyname, roles::text, qual, with_check from pg_policies order by 1, 2"
    for question in (secured, policies):
        assert run(empty_url, question) == run(filled_url, question)
    migrate(empty_url)  # finds nothing to do
    assert every_row(empty_url) == every_row(filled_url)


def test_numbers_of_arrival_go_on_after_the_highest(empty_url: str, saved: Path) -> None:
    restore(empty_url, saved)
    arrived = (
        "insert into inbound_events (channel, external_id, sender, payload, received_at, correlation_id)"
        " values ('telegram', '9', 's', '{}', '2026-03-02+00', 'c') returning seq"
    )
    assert run(empty_url, arrived) == [(42,)]


def test_each_person_sees_their_own_rows_after_a_restore(empty_url: str, saved: Path) -> None:
    from uuid import UUID

    from sqlalchemy import text

    restore(empty_url, saved)
    database = Database(empty_url)
    with database.session(UUID(OWNER)) as session:
        assert session.scalar(text("select count(*) from tasks")) == 2
        assert session.scalar(text("select count(*) from checkpoints")) == 1
    with database.session() as session:
        assert session.scalar(text("select count(*) from tasks")) == 0
    database.dispose()


@pytest.mark.parametrize("revision", sorted(known_revisions()))
def test_a_backup_of_any_older_schema_is_brought_to_the_newest(
    empty_url: str, fresh_database_url: str, tmp_path: Path, revision: str
) -> None:
    engine = create_engine(normalise_url(empty_url), poolclass=NullPool)
    with engine.begin() as connection:
        upgrade(connection, revision)
    fill_first(empty_url)
    before = every_row(empty_url)
    assert save(empty_url, tmp_path / "old.zip").manifest.revision == revision
    restore(fresh_database_url, tmp_path / "old.zip")
    after = every_row(fresh_database_url)
    assert {table: len(after[table]) for table in before} == {
        table: len(rows) for table, rows in before.items()
    }
    assert run(fresh_database_url, "select version_num from alembic_version") == [(head_revision(),)]
    titles = "select id, title, wakes_at from tasks order by id"
    assert run(fresh_database_url, titles) == run(empty_url, titles)


def test_an_owner_who_is_no_superuser_can_save_and_restore(template: str, tmp_path: Path) -> None:
    """Row level security is forced on the owner too: a plain COPY would save nothing, and write nothing."""
    name = f"tenant_{uuid4().hex}"
    with psycopg.connect(sibling(template, "postgres"), autocommit=True) as admin:
        admin.execute(f"create role {name} login password 'p'".encode())
        admin.execute(f"grant flux_app, flux_service to {name}".encode())
        for database in (name, f"{name}_new"):
            admin.execute(f"create database {database} owner {name}".encode())
    host = template.rpartition("@")[2].rpartition("/")[0]
    mine = f"postgresql://{name}:p@{host}/{name}"
    migrate(mine)
    fill(sibling(template, name))
    save(mine, tmp_path / "flux.zip")
    restore(f"{mine}_new", tmp_path / "flux.zip")
    before = every_row(sibling(template, name))
    assert every_row(sibling(template, f"{name}_new")) == before
    restore(f"{mine}_new", tmp_path / "flux.zip", replace=True)
    assert every_row(sibling(template, f"{name}_new")) == before


def test_tables_of_other_programs_are_neither_saved_nor_touched(
    filled_url: str, empty_url: str, tmp_path: Path
) -> None:
    run(filled_url, "create table theirs as select 1 as n")
    run(empty_url, "create table theirs as select 2 as n")
    names = {table.name for table in save(filled_url, tmp_path / "flux.zip").manifest.tables}
    assert "tasks" in names
    assert "theirs" not in names
    restore(empty_url, tmp_path / "flux.zip")
    assert run(empty_url, "select n from theirs") == [(2,)]


def test_a_backup_is_one_moment_while_others_write(filled_url: str, tmp_path: Path, empty_url: str) -> None:
    def write(table: str, _rows: int) -> None:
        if table == "checkpoints":  # the children of what is written now are copied later, by the alphabet
            run(filled_url, "insert into goals (user_id, title) select id, 'late' from users")
            run(filled_url, "delete from messages")

    before = every_row(filled_url)
    save(filled_url, tmp_path / "flux.zip", progress=write)
    restore(empty_url, tmp_path / "flux.zip")
    assert every_row(empty_url) == before != every_row(filled_url)


# ------------------------------------------------------------------ the file


def test_the_file_is_private_complete_and_says_what_it_is(saved: Path) -> None:
    from zipfile import ZipFile

    assert saved.stat().st_mode & 0o777 == 0o600
    assert list(saved.parent.iterdir()) == [saved]
    with ZipFile(saved) as archive:
        manifest = Manifest.model_validate_json(archive.read("manifest.json"))
        for table in manifest.tables:
            content = archive.read(table.member)
            assert hashlib.sha256(content).hexdigest() == table.sha256
            assert len(content.splitlines()) >= table.rows > 0
    assert (manifest.created_at, manifest.flux_version, manifest.revision) == (NOW, "0.2.0", head_revision())
    assert manifest.server_version[0].isdigit()


def test_a_file_that_is_there_is_replaced_only_on_request(filled_url: str, tmp_path: Path) -> None:
    target = tmp_path / "flux.zip"
    target.write_text("precious")
    with pytest.raises(BackupError, match="exists: add --force"):
        save(filled_url, target)
    assert target.read_text() == "precious"
    save(filled_url, target, overwrite=True)
    assert target.read_bytes().startswith(b"PK")
    assert target.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("overwrite", [False, True])
def test_a_folder_or_a_device_is_never_replaced(filled_url: str, tmp_path: Path, overwrite: bool) -> None:
    for target in (tmp_path, Path("/dev/null")):
        with pytest.raises(BackupError, match="not a regular file"):
            save(filled_url, target, overwrite=overwrite)
    assert not Path("/dev/null").is_file()


def test_a_folder_that_does_not_exist_is_named(filled_url: str, tmp_path: Path) -> None:
    with pytest.raises(BackupError, match=r"cannot write .*No such file"):
        save(filled_url, tmp_path / "nowhere" / "flux.zip")


def test_a_database_without_flux_has_nothing_to_save(empty_url: str, tmp_path: Path) -> None:
    with pytest.raises(BackupError, match="nothing of Flux"):
        save(empty_url, tmp_path / "flux.zip")
    assert list(tmp_path.iterdir()) == []


def test_an_error_in_the_middle_leaves_the_old_file_and_no_new_one(filled_url: str, tmp_path: Path) -> None:
    target = tmp_path / "flux.zip"
    target.write_text("precious")

    def stop(table: str, _rows: int) -> None:
        if table == "tasks":
            run(
                filled_url,
                "select pg_terminate_backend(pid) from pg_stat_activity"
                " where datname = current_database() and pid <> pg_backend_pid()",
            )

    with pytest.raises(BackupError):
        save(filled_url, target, overwrite=True, progress=stop)
    assert [file.read_text() for file in tmp_path.iterdir()] == ["precious"]


def test_the_manifest_is_plain_json(saved: Path) -> None:
    from zipfile import ZipFile

    with ZipFile(saved) as archive:
        manifest = json.loads(archive.read("manifest.json"))
    assert (manifest["format"], manifest["version"]) == ("flux-backup", 1)
    assert STRANGER not in json.dumps(manifest)

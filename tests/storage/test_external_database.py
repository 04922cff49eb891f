"""Databases that are not the embedded one: owned by a login without special rights, old, pooled, or half made."""

from __future__ import annotations

import os
import secrets
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import NullPool

from storage.database import Database, normalise_url
from storage.deliveries import newest_notice_at
from storage.embedded import EmbeddedServers
from storage.embedded_server import free_port
from storage.migrations import current_revision, downgrade, head_revision, migrate, upgrade
from storage.preflight import (
    DatabaseError,
    check_server,
    pooled,
    pooled_by_name,
    roles_out_of_reach,
    unguarded_tables,
)
from storage.tables import Task
from tests.conftest import make_person, sibling
from tests.storage.rows import one_of_each
from tests.waiting import wait_for


@pytest.fixture
def admin_url(servers: EmbeddedServers) -> str:
    return sibling(servers.urls["DATABASE_URL"], "postgres")


def _owned_by_a_plain_login(admin_url: str, rights: str) -> Iterator[str]:
    """The URL of an empty database whose owner is no superuser."""
    name, password = f"plain_{uuid4().hex[:12]}", secrets.token_hex(8)
    with psycopg.connect(admin_url, autocommit=True) as admin:
        admin.execute(f"create role {name} login {rights} password '{password}'".encode())
        admin.execute(f"create database {name} owner {name}".encode())
        yield str(
            make_url(admin_url)
            .set(username=name, password=password, database=name)
            .render_as_string(hide_password=False)
        )
        admin.execute(f"drop database {name} with (force)".encode())
        admin.execute(f"revoke flux_app, flux_service from {name}".encode())
        admin.execute(f"drop role {name}".encode())


@pytest.fixture
def plain_url(admin_url: str, template: str) -> Iterator[str]:
    """As a platform hands it out: the owner may make roles, and is no superuser."""
    yield from _owned_by_a_plain_login(admin_url, "createrole")


@pytest.fixture
def poor_url(admin_url: str, template: str) -> Iterator[str]:
    yield from _owned_by_a_plain_login(admin_url, "nocreaterole")


def _grant(admin_url: str, login: str) -> None:
    with psycopg.connect(admin_url, autocommit=True) as admin:
        admin.execute(f"grant flux_app, flux_service to {login}".encode())


def test_an_owner_without_special_rights_is_bound_by_the_policies_too(
    plain_url: str, admin_url: str, now: datetime
) -> None:
    _grant(
        admin_url, str(make_url(plain_url).username)
    )  # the roles of this cluster were made by somebody else
    migrate(plain_url)
    database = Database(plain_url)
    with database.service() as session:
        mine, theirs = make_person(session, "Ada", "a", now), make_person(session, "Bo", "b", now)
        one_of_each(session, mine.id, "a", now)
        one_of_each(session, theirs.id, "b", now)
    with database.session(mine.id) as session:
        assert {task.user_id for task in session.query(Task)} == {mine.id}
    with database.session() as session:
        assert session.query(Task).count() == 0
    with database.engine.connect() as connection:
        assert unguarded_tables(connection) == []
        assert roles_out_of_reach(connection) == []
    database.dispose()


def test_what_an_upgrade_fills_in_it_fills_in_for_such_an_owner_too(
    plain_url: str, admin_url: str, now: datetime
) -> None:
    _grant(admin_url, str(make_url(plain_url).username))
    migrate(plain_url)
    database = Database(plain_url)
    with database.service() as session:
        person = make_person(session, "Ada", "a", now)
        one_of_each(session, person.id, "a", now)
    database.dispose()
    with create_engine(normalise_url(plain_url), poolclass=NullPool).begin() as connection:
        downgrade(connection, "0009")
        upgrade(connection, "0010")
    with database.service() as session:
        assert newest_notice_at(session, person.id) is not None
    database.dispose()


def test_a_login_that_may_not_use_the_roles_is_told_what_an_administrator_has_to_do(poor_url: str) -> None:
    with pytest.raises(
        DatabaseError, match=r"let an administrator run once: create role flux_app nologin; .*grant"
    ):
        migrate(poor_url)
    with create_engine(normalise_url(poor_url), poolclass=NullPool).connect() as connection:
        assert current_revision(connection) is None  # nothing half done


def test_after_the_administrator_has_done_it_the_same_login_migrates(poor_url: str, admin_url: str) -> None:
    _grant(admin_url, str(make_url(poor_url).username))
    migrate(poor_url)
    with create_engine(normalise_url(poor_url), poolclass=NullPool).connect() as connection:
        assert current_revision(connection) == head_revision()


def test_a_schema_of_a_newer_flux_is_left_alone(fresh_database_url: str) -> None:
    with psycopg.connect(fresh_database_url) as connection:
        connection.execute("update alembic_version set version_num = '9999'")
    with pytest.raises(DatabaseError, match="a newer Flux has been here"):
        migrate(fresh_database_url)


def test_a_schema_that_is_not_what_it_says_is_noticed(fresh_database_url: str) -> None:
    with psycopg.connect(fresh_database_url) as connection:
        connection.execute("drop table pauses")
    with pytest.raises(DatabaseError, match="but has no pauses"):
        migrate(fresh_database_url)


def test_a_migration_that_is_killed_in_the_middle_leaves_the_old_schema_and_every_row(
    fresh_database_url: str, now: datetime
) -> None:
    with psycopg.connect(fresh_database_url) as connection:
        connection.execute("insert into users (timezone) values ('Europe/Berlin')")
    _downgrade(fresh_database_url, "0002")
    failed: list[Exception] = []

    def upgrade() -> None:
        try:
            migrate(fresh_database_url)
        except OperationalError as error:
            failed.append(error)

    with (
        psycopg.connect(fresh_database_url) as holder,
        psycopg.connect(fresh_database_url, autocommit=True) as killer,
    ):
        holder.execute("lock table goals in access share mode")  # row security on goals has to wait for this
        running = threading.Thread(target=upgrade)
        running.start()
        waiting = (
            "select pid from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()"
        )
        wait_for(lambda: killer.execute(waiting).fetchone(), "the migration waits")
        assert killer.execute("select count(*) from pg_locks where not granted").fetchone()
        killer.execute(f"select pg_terminate_backend(pid) from ({waiting}) as stuck".encode())
        running.join(20)
    assert failed
    with create_engine(normalise_url(fresh_database_url), poolclass=NullPool).connect() as connection:
        assert current_revision(connection) == "0002"
    migrate(fresh_database_url)
    with psycopg.connect(fresh_database_url) as connection:
        assert connection.execute("select timezone, week_starts_on from users").fetchall() == [
            ("Europe/Berlin", 1)
        ]


def _downgrade(url: str, revision: str) -> None:
    from alembic.config import Config

    from alembic import command

    with create_engine(normalise_url(url), poolclass=NullPool).begin() as connection:
        config = Config(attributes={"connection": connection})
        config.set_main_option("script_location", str(Path(__file__).parents[2] / "alembic"))
        command.downgrade(config, revision)


def test_a_server_that_is_too_old_is_named() -> None:
    class Old:
        def scalar(self, _: object) -> str:
            return "140012"

    with pytest.raises(DatabaseError, match="Postgres 14 is too old: Flux needs 15"):
        check_server(Old())  # type: ignore[arg-type]  # no such server runs here; only its number counts


# ------------------------------------------------------------------ pools


@pytest.mark.parametrize(
    ("url", "is_pool"),
    [
        ("postgresql://u:p@host:5432/db?pgbouncer=true", True),
        ("postgresql://u:p@aws-0-eu.pooler.supabase.com:6543/postgres", True),
        ("postgresql://u:p@aws-0-eu.pooler.supabase.com:5432/postgres", False),
        ("postgresql://u:p@db.project.supabase.co:5432/postgres", False),
        ("postgresql://u:p@host:6543/db", False),
    ],
)
def test_a_pool_is_known_by_its_name(url: str, is_pool: bool) -> None:
    assert bool(pooled_by_name(url)) == is_pool


def test_a_direct_connection_is_no_pool(database_url: str) -> None:
    assert pooled(database_url) is None


@pytest.fixture
def bouncer(servers: EmbeddedServers) -> Iterator[str]:
    """A real pgbouncer in transaction mode in front of the test server."""
    program = shutil.which("pgbouncer") or shutil.which("pgbouncer", path="/usr/sbin")
    if program is None:
        pytest.skip("pgbouncer is not installed (apt install pgbouncer)")
    url, port = make_url(servers.urls["DATABASE_URL"]), free_port()
    folder = Path(tempfile.mkdtemp(prefix="flux-pool-"))  # pytest's own is closed to the account it runs as
    (folder / "users.txt").write_text(f'"{url.username}" "{url.password}"\n')
    (folder / "bouncer.ini").write_text(
        f"[databases]\n* = host=127.0.0.1 port={url.port}\n[pgbouncer]\nlisten_addr=127.0.0.1\nlisten_port={port}\n"
        f"auth_type=scram-sha-256\nauth_file={folder}/users.txt\npool_mode=transaction\nunix_socket_dir=\n"
    )
    for path in (folder, *folder.iterdir()):
        path.chmod(0o755)
    as_nobody = {"user": "nobody"} if os.geteuid() == 0 else {}  # it refuses to run as root
    config = folder / "bouncer.ini"
    running = subprocess.Popen(
        [program, str(config)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        **as_nobody,  # type: ignore[call-overload]  # only `user`
    )
    try:
        plain = url.set(drivername="postgresql", port=port, database="postgres")
        address = plain.render_as_string(hide_password=False)
        wait_for(lambda: _connects(address), "pgbouncer answers")
        yield address
    finally:
        running.terminate()
        running.wait(10)
        shutil.rmtree(folder)


def _connects(url: str) -> bool:
    try:
        psycopg.connect(url).close()
    except psycopg.OperationalError:
        return False
    return True


def test_a_transaction_pool_is_found_out_by_trial(bouncer: str) -> None:
    assert "pool in transaction mode" in (pooled(bouncer) or "")


def test_what_a_pool_says_to_our_settings_is_understood(bouncer: str) -> None:
    database = Database(bouncer)
    with (
        pytest.raises(OperationalError, match="unsupported startup parameter"),
        database.session() as session,
    ):
        session.execute(text("select 1"))
    database.dispose()

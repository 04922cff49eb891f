"""Row level security: a person sees their own rows and nobody else's, and dropping any single policy is noticed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import IntegrityError, ProgrammingError
from sqlalchemy.orm import Session

from storage.database import APP, SERVICE, Database
from storage.migrations import CHECKPOINT_TABLES
from storage.personal import IMPERSONAL, PERSONAL
from storage.tables import User
from tests.storage.rows import Rows, one_of_each

NAMES = [table.name for table in PERSONAL]
VIEWS = ("activity_heatmap", "user_weekly_stats", "missed_by_category")
SERVICE_ONLY = ("erasure_receipts", "provider_deletions")


@pytest.fixture
def rows(database: Database, owner: User, stranger: User, now: datetime) -> tuple[Rows, Rows]:
    """(the owner's, the stranger's): one in every personal table."""
    with database.service() as session:
        return (
            one_of_each(session, owner.id, "sim:owner", now),
            one_of_each(session, stranger.id, "sim:stranger", now),
        )


def _count(connection: Connection, name: str) -> int:
    return connection.scalar(text(f"select count(*) from {name}")) or 0


def _become(connection: Connection, role: str, person: object = "") -> None:
    connection.execute(
        text("select set_config('role', :role, true), set_config('app.user_id', :person, true)"),
        {"role": role, "person": str(person)},
    )


def faults(connection: Connection, mine: Rows, theirs: Rows) -> list[str]:
    """What is wrong with who sees what, in words; the policies stand while this is empty. Changes nothing."""
    found = []
    _become(connection, APP, mine.user_id)
    for table in PERSONAL:
        found += _faults_of(connection, table.name, table.mine, mine, theirs)
    found += [f"{view}: not exactly my one row" for view in VIEWS if _count(connection, view) != 1]
    _become(connection, APP)
    found += [
        f"{name}: visible to nobody in particular" for name in (*NAMES, *VIEWS) if _count(connection, name)
    ]
    _become(connection, SERVICE)
    found += [f"{name}: hidden from the service" for name in NAMES if _count(connection, name) < 2]
    for name in SERVICE_ONLY:
        connection.execute(text("savepoint look"))
        try:
            _count(connection, name)
        except ProgrammingError:
            found.append(f"{name}: hidden from the service")
        connection.execute(text("rollback to savepoint look"))
    return found


def _faults_of(connection: Connection, name: str, owned: str, mine: Rows, theirs: Rows) -> list[str]:
    found = []
    if not connection.scalar(text(f"select count(*) from {name} where {owned}"), {"user": mine.user_id}):
        found.append(f"{name}: I cannot see my own")
    total = _count(connection, name)
    own = connection.scalar(text(f"select count(*) from {name} where {owned}"), {"user": mine.user_id})
    if total != own:
        found.append(f"{name}: I see {total - (own or 0)} rows of others")
    connection.execute(text("savepoint act"))
    column = _some_column(connection, name)
    changed = connection.execute(text(f"update {name} set {column} = {column}")).rowcount
    if changed != own:
        found.append(f"{name}: I can change what is not mine")
    connection.execute(text("rollback to savepoint act"))
    deleted = connection.execute(text(f"delete from {name}")).rowcount
    if deleted != own:
        found.append(f"{name}: I can delete what is not mine")
    connection.execute(text("rollback to savepoint act"))
    if not _refused(connection, name, theirs):
        found.append(f"{name}: I can put a row under somebody else's name")
    connection.execute(text("rollback to savepoint act"))
    return found


LINKS = {
    "users": "id",
    "messages": "conversation_id",
    "notification_log": "task_id",
    "dispatch_log": "task_id",
}
LINKS |= dict.fromkeys(CHECKPOINT_TABLES, "thread_id")


def _refused(connection: Connection, name: str, theirs: Rows) -> bool:
    link = LINKS.get(name, "user_id")
    try:
        connection.execute(text(f"update {name} set {link} = :theirs"), {"theirs": getattr(theirs, link)})
    except ProgrammingError:
        return True
    except IntegrityError:  # the policy let it pass, and something else stood in the way
        return False
    return False


def _some_column(connection: Connection, name: str) -> str:
    return str(
        connection.scalar(
            text(
                "select column_name from information_schema.columns where table_schema = current_schema()"
                " and table_name = :name and identity_generation is null order by ordinal_position desc limit 1"
            ),
            {"name": name},
        )
    )


@pytest.fixture
def connection(database: Database) -> Iterator[Connection]:
    """A transaction of the schema's owner that is rolled back: policies may be broken in it."""
    with database.engine.connect() as opened:
        opened.execute(text("set local role none"))
        yield opened
        opened.rollback()


def test_a_person_sees_and_changes_exactly_their_own_rows_in_every_table(
    connection: Connection, rows: tuple[Rows, Rows]
) -> None:
    assert faults(connection, *rows) == []
    assert faults(connection, *reversed(rows)) == []


# ------------------------------------------------------------------ mutations: each must be noticed


@pytest.mark.parametrize("policy", ["own", "service"])
@pytest.mark.parametrize("name", NAMES)
def test_dropping_any_single_policy_is_noticed(
    connection: Connection, rows: tuple[Rows, Rows], name: str, policy: str
) -> None:
    connection.execute(text(f"drop policy {policy} on {name}"))
    assert any(fault.startswith(f"{name}:") for fault in faults(connection, *rows))


@pytest.mark.parametrize("name", NAMES)
def test_opening_any_single_policy_to_everybody_is_noticed(
    connection: Connection, rows: tuple[Rows, Rows], name: str
) -> None:
    connection.execute(text(f"alter policy own on {name} using (true) with check (true)"))
    assert any(
        "rows of others" in fault for fault in faults(connection, *rows) if fault.startswith(f"{name}:")
    )


@pytest.mark.parametrize("name", NAMES)
def test_a_policy_that_no_longer_checks_what_is_written_is_noticed(
    connection: Connection, rows: tuple[Rows, Rows], name: str
) -> None:
    connection.execute(text(f"alter policy own on {name} with check (true)"))
    assert any("somebody else's name" in fault for fault in faults(connection, *rows))


@pytest.mark.parametrize("name", NAMES)
def test_switching_row_security_off_for_any_table_is_noticed(
    connection: Connection, rows: tuple[Rows, Rows], name: str
) -> None:
    connection.execute(text(f"alter table {name} disable row level security"))
    assert any(fault.startswith(f"{name}:") for fault in faults(connection, *rows))


@pytest.mark.parametrize("view", VIEWS)
def test_a_view_that_runs_as_its_owner_is_noticed(
    connection: Connection, rows: tuple[Rows, Rows], view: str
) -> None:
    connection.execute(text(f"alter view {view} set (security_invoker = false)"))
    assert any(fault.startswith(f"{view}:") for fault in faults(connection, *rows))


# ------------------------------------------------------------------ writing in somebody else's name


@pytest.mark.parametrize(
    "theft",
    [
        "update {table} set user_id = :other",
        "insert into pauses (user_id, first_day, last_day) values (:other, '2026-01-01', '2026-01-01')",
        "insert into messages (conversation_id, role, content) values (:talk, 'user', 'x')",
        "insert into dispatch_log (task_id, channel, rung) values (:task, 'x', 'remind')",
        "insert into notification_log (task_id, channel, sent_at) values (:task, 'x', '2026-01-01')",
        "insert into checkpoints (thread_id, checkpoint_id, checkpoint) values (:thread, '9', '{{}}')",
        "insert into erasure_receipts (erased_at, asked_by, subject) values ('2026-01-01', 'person', 'x')",
        "update users set id = :other",
    ],
)
def test_nobody_writes_in_the_name_of_somebody_else(
    database: Database, rows: tuple[Rows, Rows], theft: str
) -> None:
    mine, theirs = rows
    tables = [
        "tasks",
        "goals",
        "patterns",
        "identities",
        "conversations",
        "pauses",
        "link_codes",
        "inbound_events",
    ]
    for table in tables if "{table}" in theft else [""]:
        with database.session(mine.user_id) as session:
            values = {
                "other": theirs.user_id,
                "talk": theirs.conversation_id,
                "task": theirs.task_id,
                "thread": theirs.thread_id,
            }
            statement = theft.format(table=table)
            used = {name: value for name, value in values.items() if f":{name}" in statement}
            with pytest.raises(ProgrammingError, match=r"row-level security|permission denied"):
                session.execute(text(statement), used)
            session.rollback()


# ------------------------------------------------------------------ the catalogue


def test_every_table_is_personal_and_guarded_or_named_as_holding_nobody(session: Session) -> None:
    tables = session.execute(
        text(
            "select relname, relrowsecurity, relforcerowsecurity from pg_class where relkind = 'r'"
            " and relnamespace = current_schema()::regnamespace"
        )
    ).all()
    assert {name for name, _, _ in tables} == {*NAMES, *IMPERSONAL}
    guarded = {name for name, enabled, forced in tables if enabled and forced}
    assert guarded == {*NAMES, *SERVICE_ONLY}
    assert set(CHECKPOINT_TABLES) < guarded


def test_policies_are_these_and_no_others(session: Session) -> None:
    found = {
        (row.tablename, row.policyname, tuple(row.roles))
        for row in session.execute(text("select tablename, policyname, roles::text[] from pg_policies"))
    }
    own = {(name, "own", (APP,)) for name in NAMES}
    service = {(name, "service", (SERVICE,)) for name in (*NAMES, *SERVICE_ONLY)}
    assert found == own | service


def test_the_roles_own_nothing_and_are_above_no_policy(session: Session) -> None:
    for role in (APP, SERVICE):
        flags = session.execute(
            text(
                "select rolsuper, rolbypassrls, rolcanlogin, rolcreaterole from pg_roles where rolname = :r"
            ),
            {"r": role},
        ).one()
        assert not any(flags)
        owned = text("select count(*) from pg_class where relowner = cast(:r as text)::regrole")
        assert session.scalar(owned, {"r": role}) == 0


def test_a_new_connection_sees_nothing_before_anybody_is_named(
    database: Database, rows: tuple[Rows, Rows]
) -> None:
    with database.engine.connect() as raw:
        assert raw.scalar(text("select current_user")) == APP
        assert [_count(raw, name) for name in NAMES] == [0] * len(NAMES)

"""Migrations: once, by anybody, at the same time as others; down and up; and the schema the models speak of."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import CheckConstraint, Connection, create_engine, inspect, text
from sqlalchemy.pool import NullPool

from alembic import command
from storage.database import normalise_url
from storage.migrations import current_revision, head_revision, migrate
from storage.tables import Base


def _revision(url: str) -> str | None:
    with create_engine(normalise_url(url)).connect() as connection:
        return current_revision(connection)


def test_an_empty_database_becomes_the_newest_one(empty_url: str) -> None:
    assert _revision(empty_url) is None
    migrate(empty_url)
    assert _revision(empty_url) == head_revision()
    with psycopg.connect(empty_url) as connection:
        connection.execute("select * from tasks, checkpoints")


def test_four_at_once_migrate_once(empty_url: str) -> None:
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(migrate, [empty_url] * 4))
    assert _revision(empty_url) == head_revision()


def test_nothing_is_done_twice_and_an_older_schema_is_noticed(empty_url: str) -> None:
    migrate(empty_url)
    with psycopg.connect(empty_url) as connection:
        connection.execute("drop table checkpoint_writes")
        connection.execute("comment on table checkpoint_migrations is 'an older package'")
        connection.execute("delete from checkpoint_migrations where v >= 3")
    migrate(empty_url)
    with psycopg.connect(empty_url) as connection:
        connection.execute("select * from checkpoint_writes")


def test_a_migration_that_never_ends_is_not_waited_for(empty_url: str) -> None:
    with psycopg.connect(empty_url) as other:
        other.execute("select pg_advisory_lock(1179407704)")  # what storage.migrations locks
        with pytest.raises(TimeoutError, match="still running"):
            migrate(empty_url, patience=0.2)


# ------------------------------------------------------------------ down, up again, and no drift

NAMED = {
    "tasks": {
        "ix_tasks_user_scheduled",
        "ix_tasks_user_status",
        "ix_tasks_goal",
        "ix_tasks_recurring",
        "ix_tasks_due_push",
        "ix_tasks_due_whatsapp",
        "ix_tasks_due_call",
        "ix_tasks_wakes",
        "ix_tasks_user_wakes",
    },
    "goals": {"ix_goals_user_status", "ix_goals_parent"},
    "messages": {"ix_messages_conversation"},
    "patterns": {"ix_patterns_user_type"},
    "notification_log": {
        "uq_notification_log_external",
        "ix_notification_log_attempt",
        "ix_notification_log_user",
    },
    "dispatch_log": {
        "ix_dispatch_log_pending",
        "ix_dispatch_log_lease",
        "ix_dispatch_log_external",
        "ix_dispatch_log_paid",
        "ix_dispatch_log_paid_address",
        "ix_dispatch_log_merged",
    },
    "inbound_events": {"uq_inbound_events_external", "ix_inbound_events_waiting"},
    "identities": {"uq_identities_address"},
}


def _alembic(connection: Connection) -> Config:
    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(Path(__file__).parents[2] / "alembic"))
    return config


def test_migrations_go_down_to_nothing_and_up_again(fresh_database_url: str) -> None:
    with create_engine(normalise_url(fresh_database_url)).begin() as connection:
        command.downgrade(_alembic(connection), "base")
        left = inspect(connection).get_table_names()
        assert set(left).isdisjoint(Base.metadata.tables)
        assert not connection.scalar(text("select count(*) from pg_proc where proname = 'touch_pattern'"))
        command.upgrade(_alembic(connection), "head")
        assert set(inspect(connection).get_table_names()) >= set(Base.metadata.tables)


def test_models_and_migrations_do_not_drift_apart(template: str) -> None:
    ours = set(Base.metadata.tables)

    def is_ours(item: object, name: str | None, kind: str, *_: object) -> bool:
        """LangGraph looks after its own tables."""
        return kind != "table" or name in ours

    with create_engine(normalise_url(template), poolclass=NullPool).connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"include_object": is_ours, "compare_type": True}
        )
        assert compare_metadata(context, Base.metadata) == []


def test_checks_and_defaults_of_the_models_are_in_the_database(template: str) -> None:
    """What the comparison above leaves out."""
    with create_engine(normalise_url(template), poolclass=NullPool).connect() as connection:
        found = inspect(connection)
        for name, table in Base.metadata.tables.items():
            wanted = {check.name for check in table.constraints if isinstance(check, CheckConstraint)}
            assert {check["name"] for check in found.get_check_constraints(name)} == wanted
            defaults = {column["name"] for column in found.get_columns(name) if column["default"]}
            assert defaults >= {
                c.name for c in table.columns if c.server_default is not None and not c.identity
            } - {"updated_at"}


@pytest.mark.parametrize("table", NAMED)
def test_every_index_of_the_design_is_there(template: str, table: str) -> None:
    with create_engine(normalise_url(template), poolclass=NullPool).connect() as connection:
        rows = connection.execute(text("select indexname from pg_indexes where tablename = :t"), {"t": table})
        assert {row.indexname for row in rows} >= NAMED[table]


@pytest.mark.parametrize(
    "wrong",
    [
        "update tasks set status = 'forgotten'",
        "update tasks set stage = 'asleep'",
        "update tasks set trigger_type = 'mood'",
        "update tasks set duration_minutes = 0",
        "update goals set status = 'paused'",
        "update goals set target_weeks = 7",
        "update patterns set confidence = 1.1",
        "update patterns set pattern_type = 'mood'",
        "insert into messages (conversation_id, role, content) select id, 'robot', '' from conversations",
        "update conversations set context_type = 'weather'",
        "insert into dispatch_log (task_id, channel, rung, status) select id, 'x', 'remind', 'lost' from tasks",
        "insert into notification_log (task_id, channel, sent_at, response) select id, 'x', now(), 'hm' from tasks",
    ],
)
def test_a_word_outside_the_vocabulary_is_refused(fresh_database_url: str, wrong: str) -> None:
    with psycopg.connect(fresh_database_url) as connection:
        connection.execute("insert into users default values")
        for row in (
            "insert into goals (user_id, title) select id, 'g' from users",
            "insert into tasks (user_id, title, scheduled_at, local_day) select id, 't', now(), now()::date from users",
            "insert into patterns (user_id, pattern_type, description) select id, 'time_avoidance', '' from users",
            "insert into conversations (user_id, langgraph_thread_id) select id, 'x' from users",
        ):
            connection.execute(row.encode())
        with pytest.raises(psycopg.errors.CheckViolation):
            connection.execute(wrong.encode())

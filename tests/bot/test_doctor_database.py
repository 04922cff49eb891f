"""The database section of `flux doctor`: what stands is ticked, what is broken is named with what to do about it."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest

from bot.cli.doctor_database import database_findings
from bot.cli.finding import Finding
from bot.settings import Settings


def findings(url: str, home: Path) -> dict[str, Finding]:
    settings = Settings(
        database_url=url, redis_url="redis://127.0.0.1:1", flux_home=home, secret_key="k" * 32
    )
    return {one.subject: one for one in database_findings(settings, embedded=False)}


def test_a_healthy_database_is_told_in_five_lines(database_url: str, tmp_path: Path) -> None:
    found = findings(database_url, tmp_path)
    assert [one.subject for one in found.values() if not one.good] == []
    assert list(found) == [
        "Database connection",
        "Database server",
        "Database schema",
        "Row level security",
        "Database size",
    ]
    assert "0 people, 0 tasks, 0 messages" in found["Database size"].words


def test_deletions_that_wait_for_an_operator_are_counted(fresh_database_url: str, tmp_path: Path) -> None:
    with psycopg.connect(fresh_database_url) as connection:
        connection.execute("set role flux_service")
        connection.execute(
            "with receipt as (insert into erasure_receipts (id, erased_at, asked_by, subject)"
            " values (gen_random_uuid(), now(), 'person', 'x') returning id)"
            " insert into provider_deletions (id, receipt_id, provider, kind, state, due_at)"
            " select gen_random_uuid(), id, 'twilio', 'call', state, now() from receipt"
            " cross join unnest(array['failed', 'by_hand', 'by_hand', 'pending', 'done']) as state"
        )
    found = findings(fresh_database_url, tmp_path)["Deletions at providers"]
    assert not found.good
    assert "2 by_hand, 1 failed" in found.words


def test_a_database_that_does_not_answer_is_one_line(tmp_path: Path) -> None:
    found = findings("postgresql://u:very-secret@127.0.0.1:1/db", tmp_path)
    assert list(found) == ["Database"]
    assert found["Database"].wrong
    assert "very-secret" not in found["Database"].words


def test_a_pool_is_explained_and_nothing_more_is_asked(tmp_path: Path) -> None:
    found = findings("postgresql://u:p@127.0.0.1:1/db?pgbouncer=true", tmp_path)
    assert list(found) == ["Database connection"]
    assert "pool in transaction mode" in found["Database connection"].words


@pytest.mark.parametrize(
    ("damage", "subject", "words"),
    [
        ("update alembic_version set version_num = '0002'", "Database schema", "run `flux migrate`"),
        ("update alembic_version set version_num = '9999'", "Database schema", "made by a newer Flux"),
        ("drop table pauses", "Database schema", "has no pauses"),
        ("alter table goals disable row level security", "Row level security", "off for goals"),
        ("alter table tasks no force row level security", "Row level security", "off for tasks"),
    ],
)
def test_what_is_broken_is_named(
    fresh_database_url: str, tmp_path: Path, damage: str, subject: str, words: str
) -> None:
    with psycopg.connect(fresh_database_url) as connection:
        connection.execute(damage.encode())
    found = findings(fresh_database_url, tmp_path)[subject]
    assert found.wrong
    assert words in found.words

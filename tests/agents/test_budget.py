"""Tokens are counted exactly, by month and vendor, also when several turns write at once."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from agents.budget import (
    BudgetState,
    TokenLimits,
    check_budget,
    claim_warning,
    next_month,
    record_usage,
    reset_budgets,
    tokens_this_month,
)
from agents.model import Usage
from storage.database import Database
from storage.tables import User
from storage.users import get_user


def usage_of(database: Database, user_id: UUID) -> dict[str, object]:
    with database.service() as session:
        user = get_user(session, user_id)
        assert user is not None
        return user.monthly_token_usage


def test_usage_adds_up_per_vendor_and_in_total(
    database: Database, owner: User, stranger: User, now: datetime
) -> None:
    tries = [
        Usage("openai", "a", 100, 20),
        Usage("anthropic", "b", 5, 5),
        Usage("openai", "a", 1, 0),
        Usage("offline", "o"),
    ]
    with database.service() as session:
        assert record_usage(session, owner.id, tries, now) == 131
    with database.service() as session:
        record_usage(session, owner.id, tries[:1], now)
    kept = usage_of(database, owner.id)
    assert kept == {"openai": 241, "anthropic": 10, "total": 251, "reset_at": "2026-04-01T00:00:00+00:00"}
    assert usage_of(database, stranger.id) == {}


def test_turns_that_write_at_the_same_time_lose_nothing(
    database: Database, owner: User, now: datetime
) -> None:
    def spend() -> None:
        for _ in range(10):
            with database.service() as session:
                record_usage(session, owner.id, [Usage("openai", "a", 3, 4)], now)

    threads = [threading.Thread(target=spend) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert usage_of(database, owner.id)["total"] == 280


def test_a_vendor_cannot_pose_as_the_total(database: Database, owner: User, now: datetime) -> None:
    with database.service() as session:
        record_usage(session, owner.id, [Usage("total", "x", 10, 0)], now)
    kept = usage_of(database, owner.id)
    assert (kept["total"], kept["provider total"]) == (10, 10)


def test_a_new_month_begins_at_nothing(database: Database, owner: User, now: datetime) -> None:
    later = next_month(now) + timedelta(hours=1)
    with database.service() as session:
        record_usage(session, owner.id, [Usage("openai", "a", 600_000, 0)], now)
        claim_warning(session, owner.id)
    assert tokens_this_month(usage_of(database, owner.id), later) == 0  # type: ignore[arg-type]
    with database.service() as session:
        record_usage(session, owner.id, [Usage("anthropic", "b", 7, 0)], later)
    assert usage_of(database, owner.id) == {
        "anthropic": 7,
        "total": 7,
        "reset_at": "2026-05-01T00:00:00+00:00",
    }


def test_the_monthly_job_resets_whoever_is_due_and_nobody_else(
    database: Database, owner: User, stranger: User, now: datetime
) -> None:
    with database.service() as session:
        record_usage(session, owner.id, [Usage("openai", "a", 5, 0)], now)
        record_usage(session, stranger.id, [Usage("openai", "a", 5, 0)], now + timedelta(days=30))
    with database.service() as session:
        assert reset_budgets(session, next_month(now)) == 1
    assert usage_of(database, owner.id) == {"total": 0, "reset_at": "2026-05-01T00:00:00+00:00"}
    assert usage_of(database, stranger.id)["total"] == 5


def test_the_warning_is_given_once(database: Database, owner: User, now: datetime) -> None:
    with database.service() as session:
        record_usage(session, owner.id, [Usage("openai", "a", 500_000, 0)], now)
        assert claim_warning(session, owner.id)
    with database.service() as session:
        assert not claim_warning(session, owner.id)


@pytest.mark.parametrize(
    ("total", "state"),
    [(0, "ok"), (499_999, "ok"), (500_000, "soft_limit"), (999_999, "soft_limit"), (1_000_000, "hard_limit")],
)
def test_the_limits_stand_exactly_where_they_are_set(total: int, state: str, now: datetime) -> None:
    usage = {"total": total, "reset_at": next_month(now).isoformat()}
    assert check_budget(usage, TokenLimits(), now) is BudgetState(state)


def test_no_usage_is_no_problem(now: datetime) -> None:
    assert check_budget(None, TokenLimits(), now) is BudgetState.OK
    assert check_budget({}, TokenLimits(), now) is BudgetState.OK
    assert next_month(datetime(2026, 12, 31, tzinfo=UTC)) == datetime(2027, 1, 1, tzinfo=UTC)

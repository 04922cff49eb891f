"""Housekeeping: every step whatever became of the others, one process at a time, months of tokens reset exactly once."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from agents.budget import BudgetState, TokenLimits, check_budget, claim_warning, record_usage, reset_budgets
from agents.model import Usage
from bot import jobs
from bot.housekeeping import HOUSEKEEPING_JOB, Outcome, Step, keep_house, retention_limits, take_a_turn
from bot.processes import periodic
from bot.services import Services, build
from bot.settings import Settings
from storage.database import Database
from storage.tables import InboundEvent, User

DAY = timedelta(days=1)
APRIL = datetime(2026, 4, 1, tzinfo=UTC)


def usage_of(database: Database, user_id: UUID) -> dict[str, object]:
    with database.service() as session:
        return session.get_one(User, user_id).monthly_token_usage


def spend(database: Database, user: User, tokens: int, at: datetime) -> None:
    with database.service() as session:
        record_usage(session, user.id, [Usage("openai", "a", tokens, 0)], at)


def old_event(database: Database, user: User, at: datetime) -> None:
    with database.service() as session:
        session.add(
            InboundEvent(
                channel="telegram",
                external_id=f"{at}",
                sender="sim:owner",
                user_id=user.id,
                payload={},
                received_at=at,
                correlation_id="c",
                state="done",
            )
        )


def test_old_rows_go_and_months_begin_anew(
    services: Services, owner: User, stranger: User, now: datetime
) -> None:
    old_event(services.database, owner, now - 31 * DAY)
    old_event(services.database, stranger, now - 29 * DAY)
    spend(services.database, owner, 600_000, now - 31 * DAY)
    spend(services.database, stranger, 7, now)
    report = keep_house(services, now)
    assert report is not None
    assert report.outcomes == {
        "retention": Outcome({"inbound_events": 1}),
        "budgets": Outcome({"months": 1}),
        "providers": Outcome({"provider_deletions": 0}),
        "series": Outcome({"occurrences": 0}),
        "audit": Outcome({"rungs": 0, "no_row": 0, "open": 0, "twice": 0}),
    }
    assert report.complete
    assert usage_of(services.database, owner.id) == {"total": 0, "reset_at": APRIL.isoformat()}
    assert usage_of(services.database, stranger.id)["total"] == 7


def test_a_person_who_was_warned_begins_the_month_unwarned_and_is_counted_anew(
    services: Services, owner: User, now: datetime
) -> None:
    database, may = services.database, datetime(2026, 5, 1, tzinfo=UTC)
    spend(database, owner, 600_000, now)
    with database.service() as session:
        assert claim_warning(session, owner.id)
    keep_house(services, APRIL - timedelta(seconds=1))
    assert usage_of(database, owner.id)["total"] == 600_000
    keep_house(services, APRIL)
    assert usage_of(database, owner.id) == {"total": 0, "reset_at": may.isoformat()}
    spend(database, owner, 500_001, APRIL + DAY)
    kept = usage_of(database, owner.id)
    assert kept == {"openai": 500_001, "total": 500_001, "reset_at": may.isoformat()}
    assert check_budget(kept, TokenLimits(), APRIL + DAY) is BudgetState.SOFT_LIMIT
    with database.service() as session:
        assert claim_warning(session, owner.id)


def test_two_resets_at_once_reset_each_person_once(
    database: Database, owner: User, stranger: User, now: datetime
) -> None:
    for user in (owner, stranger):
        spend(database, user, 5, now)
    counts: list[int] = []

    def reset() -> None:
        with database.service() as session:
            counts.append(reset_budgets(session, APRIL))

    threads = [threading.Thread(target=reset) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(counts) == 2


def test_a_reset_waits_for_nobody_and_comes_back_to_them(
    services: Services, owner: User, stranger: User, now: datetime
) -> None:
    for user in (owner, stranger):
        spend(services.database, user, 5, now)
    with services.database.service() as turn:
        turn.get_one(User, owner.id, with_for_update=True)
        first = keep_house(services, APRIL)
    second = keep_house(services, APRIL)
    assert first is not None and first.outcomes["budgets"].counts == {"months": 1}
    assert second is not None and second.outcomes["budgets"].counts == {"months": 1}


def test_a_step_that_fails_stops_no_other(services: Services, now: datetime) -> None:
    def breaks(_services: Services, _now: datetime, _within: timedelta | None) -> Outcome:
        raise RuntimeError

    def works(_services: Services, _now: datetime, _within: timedelta | None) -> Outcome:
        return Outcome({"things": 3})

    report = keep_house(services, now, steps=(Step("first", breaks), Step("second", works)))
    assert report is not None
    assert (report.failed, dict(report.outcomes)) == (("first",), {"second": Outcome({"things": 3})})
    assert report.complete  # a failed step waits for its next hour, it is not asked for in a circle


def test_two_never_keep_house_at_once(services: Services, now: datetime) -> None:
    seen: list[object] = []

    def meanwhile(_services: Services, _now: datetime, _within: timedelta | None) -> Outcome:
        seen.append(keep_house(services, now))
        return Outcome()

    keep_house(services, now, steps=(Step("long", meanwhile),))
    assert seen == [None]
    assert keep_house(services, now) is not None


def test_a_killed_process_leaves_the_door_open(services: Services, database_url: str, now: datetime) -> None:
    killed = Database(database_url)
    with killed.alone("housekeeping") as free:
        assert free
        assert keep_house(services, now) is None
        with psycopg.connect(database_url, autocommit=True) as admin:
            admin.execute(
                "select pg_terminate_backend(pid, 5000) from pg_locks where locktype = 'advisory'"
                " and database = (select oid from pg_database where datname = current_database())"
            )
        assert keep_house(services, now) is not None
    killed.dispose()


def test_a_job_whose_time_is_up_asks_for_the_rest_and_the_last_one_asks_no_more(
    services: Services, owner: User, now: datetime
) -> None:
    asked: list[tuple[str, str]] = []
    services.enqueue = lambda *job: asked.append(job)
    old_event(services.database, owner, now - 60 * DAY)
    take_a_turn(services, now, within=timedelta(0))
    assert asked == [(HOUSEKEEPING_JOB, "more")]
    take_a_turn(services, now, within=timedelta(0))
    assert len(asked) == 1


def test_the_name_that_is_asked_for_is_the_job(settings: Settings) -> None:
    module, _, name = periodic.HOUSEKEEPING.rpartition(".")
    assert (module, HOUSEKEEPING_JOB) == (jobs.__name__, periodic.HOUSEKEEPING)
    assert callable(getattr(jobs, name))


def test_no_days_are_for_ever(settings: Settings) -> None:
    limits = retention_limits(settings.model_copy(update={"retention_delivery_days": 0}))
    assert (limits.inbound, limits.delivery, limits.messages) == (30 * DAY, None, 730 * DAY)


def test_a_slow_query_is_given_up_after_the_time_that_is_set(tmp_path: Path, settings: Settings) -> None:
    services = build(settings.model_copy(update={"database_statement_timeout_seconds": 1}))
    with pytest.raises(OperationalError, match="statement timeout"), services.database.service() as session:
        session.execute(text("select pg_sleep(20)"))
    services.database.dispose()

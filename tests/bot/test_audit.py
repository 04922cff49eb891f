"""The weekly audit: once a week, not while the ladder catches up, loud in the log, the metrics and the doctor."""

from __future__ import annotations

from argparse import Namespace
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from structlog.testing import capture_logs

from bot.audit import audit_when_due, last_audit
from bot.cli.doctor import doctor
from bot.heartbeats import EXPECTED, beat
from bot.housekeeping import retention_limits
from bot.services import Services
from bot.settings import Settings
from storage.tables import Task, User
from web.app import create_app

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
CLEAN = {"no_row": 0, "open": 0, "twice": 0}


@pytest.fixture
def forgotten(services: Services, owner: User, now: datetime) -> UUID:
    """A task that was due yesterday and that nobody will ever wake."""
    at = now - DAY
    with services.database.service() as session:
        task = Task(user_id=owner.id, title="Easy run", scheduled_at=at, local_day=at.date(), created_at=at)
        session.add(task)
        session.flush()
        return task.id


def test_a_difference_is_counted_and_logged_by_ids_alone(
    services: Services, forgotten: UUID, now: datetime
) -> None:
    with capture_logs() as logs:
        assert audit_when_due(services, now) == {"rungs": 0} | CLEAN | {"no_row": 1}
    [loud] = [line for line in logs if line["log_level"] == "error"]
    assert (loud["event"], loud["kind"], loud["task"]) == ("promise_not_kept", "no_row", str(forgotten))
    assert "Easy run" not in str(logs)
    assert last_audit(services.redis) == CLEAN | {"no_row": 1}


def test_it_is_taken_once_a_week(services: Services, now: datetime) -> None:
    assert audit_when_due(services, now)
    assert not audit_when_due(services, now + 7 * DAY - MINUTE)
    assert audit_when_due(services, now + 7 * DAY)
    assert audit_when_due(services, now - 30 * DAY), (
        "a clock that was turned back does not put it off for ever"
    )


def test_while_the_ladder_catches_up_what_is_late_is_not_called_forgotten(
    services: Services, forgotten: UUID, owner: User, now: datetime
) -> None:
    with services.database.service() as session:
        late = {"scheduled_at": now, "local_day": now.date(), "wakes_at": now - HOUR}
        session.add(Task(user_id=owner.id, title="Late", **late))
    assert audit_when_due(services, now) == {}
    with services.database.service() as session:
        session.query(Task).filter_by(title="Late").delete()
    assert audit_when_due(services, now)["no_row"] == 1


def test_the_metrics_tell_what_the_last_audit_found(
    services: Services, forgotten: UUID, now: datetime
) -> None:
    client = create_app(services).test_client()
    assert "flux_promises_not_kept{" not in client.get("/metrics").get_data(as_text=True)
    audit_when_due(services, now)
    shown = client.get("/metrics").get_data(as_text=True)
    assert 'flux_promises_not_kept{kind="no_row"} 1.0' in shown
    assert 'flux_promises_not_kept{kind="twice"} 0.0' in shown


def test_the_doctor_looks_for_itself(
    services: Services,
    settings: Settings,
    forgotten: UUID,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for process in EXPECTED:
        beat(services.redis, process)
    with services.database.service() as session:
        task = session.get_one(Task, forgotten)
        task.scheduled_at = datetime.now(task.scheduled_at.tzinfo) - DAY  # the doctor goes by the real clock
    doctor(settings, Namespace())
    [line] = [line for line in capsys.readouterr().out.splitlines() if "Promises" in line]
    assert line.startswith("--") and f"never tried: 1 (tasks {forgotten})" in line
    with services.database.service() as session:
        session.delete(session.get_one(Task, forgotten))
    doctor(settings, Namespace())
    assert "ok   Promises" in capsys.readouterr().out


def test_delivery_rows_outlive_the_audit_that_needs_them(settings: Settings) -> None:
    short = settings.model_copy(update={"retention_delivery_days": 1})
    assert retention_limits(short).delivery == 8 * DAY

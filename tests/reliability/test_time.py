"""Time as it really passes: outages, nights, clock changes, journeys and clocks that disagree."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from reminders.rules.recurrence import expand
from storage import users
from storage.profile import SleepWindow
from storage.tables import Task, User
from storage.vocabulary import Stage, TaskStatus
from tests.reliability.fixtures_fallback import (  # noqa: F401 - `installation` is the fixture
    HOUR,
    LEAD,
    MINUTE,
    Flux,
    installation,
)

NEW_YORK, TOKYO = ZoneInfo("America/New_York"), ZoneInfo("Asia/Tokyo")


def lives(flux: Flux, zone: str, bed: time, up: time) -> None:
    """Ann's clock and night."""
    with flux.services.database.service() as session:
        user = session.get_one(User, flux.ann)
        user.timezone = zone
        profile = users.profile_of(user)
        profile.sleep_window = SleepWindow(start=bed, end=up)
        users.save_profile(user, profile)


def reminders(flux: Flux, start_of: str) -> int:
    return sum(sent.text.startswith(start_of) for sent in flux.telegram.messages)


def test_6_h_of_downtime_one_digest_and_no_late_calls(flux: Flux, now: datetime) -> None:
    for number in range(6):
        flux.plan(f"Task {number}", now + HOUR + number * 45 * MINUTE, duration_minutes=30)
    flux.at(now + 7 * HOUR)
    [digest] = flux.telegram.messages
    assert all(f"Task {number}" in digest.text for number in range(6))
    flux.until(now + 10 * HOUR, step=10 * MINUTE)
    assert flux.twilio.calls == []
    assert flux.twilio.messages == []
    assert len(flux.telegram.messages) == 1


def test_a_step_3_h_late_is_expired_by_rule(flux: Flux, now: datetime) -> None:
    task = flux.plan("Easy run", now + LEAD)
    flux.at(now + 3 * HOUR)
    ended = {(row.rung, row.status, row.reason) for row in flux.attempts(task_id=task)}
    assert {(rung, "expired", "the task's time was over") for rung in ("remind", "whatsapp", "call")} < ended
    assert flux.twilio.requests == 0
    [note] = flux.telegram.messages
    assert note.text == "Easy run at 10:10 went by, and that's all right. What would help?"
    assert "call not sent: the task's time was over" in flux.trail()


@pytest.mark.parametrize(
    ("first", "fires"),
    [
        ("2026-03-07T02:30", "2026-03-08T07:30+00:00"),  # 03:30 there: the gap is an hour
        ("2026-10-31T01:30", "2026-11-01T05:30+00:00"),  # the first of the two
    ],
    ids=["02:30 on the spring night", "01:30 on the autumn night"],
)
def test_a_time_on_the_night_the_clocks_change_fires_once(flux: Flux, first: str, fires: str) -> None:
    lives(flux, "America/New_York", time(10), time(18))  # who works at night
    eve = datetime.fromisoformat(first)
    moments = expand("FREQ=DAILY", eve, NEW_YORK, eve + timedelta(days=2))
    assert moments[1] == datetime.fromisoformat(fires)
    flux.clock.move_to(moments[0] - LEAD - HOUR)
    for moment in moments:
        flux.plan("Night round", moment)
    flux.rings_until(moments[-1])
    sent = [row for row in flux.attempts("telegram") if row.rung == "remind"]
    assert [row.dispatched_at for row in sent] == [moment - LEAD for moment in moments]
    assert reminders(flux, "Night round (30 min)") == 3


@pytest.mark.parametrize("rule", ["Same times there", "Same moments", "Not now"])
def test_from_berlin_to_tokyo_future_tasks_follow_the_chosen_rule(
    flux: Flux, rule: str, now: datetime
) -> None:
    start = now + timedelta(days=1, hours=8)  # 18:00 in Berlin
    task = flux.plan("Call mum", start)
    assert "Tokyo" in flux.says("I'm in Tokyo").text
    flux.taps(rule)
    wall = start.astimezone(ZoneInfo("Europe/Berlin")).replace(tzinfo=None)
    there = wall.replace(tzinfo=TOKYO).astimezone(UTC)
    expected = there if rule == "Same times there" else start
    assert flux.task(task).scheduled_at == expected
    first = flux.task(task).wakes_at
    assert first is not None
    local = first.astimezone(TOKYO)
    if rule == "Not now":
        assert first == start - LEAD
    else:
        assert time(7) <= local.time() < time(23), "never in the night that is theirs now"
        told = "18:00" if rule == "Same times there" else "02:00"
        flux.at(first)
        assert told in flux.telegram.messages[-1].text


@pytest.mark.parametrize("ahead", [timedelta(days=2), -timedelta(days=2)], ids=["ahead", "behind"])
def test_an_app_clock_ahead_of_postgres_or_behind_it_changes_nothing(flux: Flux, ahead: timedelta) -> None:
    morning = datetime.now(UTC).replace(hour=9, minute=0, second=0, microsecond=0) + ahead
    with flux.services.database.service() as session:
        session.get_one(User, flux.ann).timezone = "UTC"
    flux.clock.move_to(morning)
    task = flux.reminded()
    flux.until(morning + 2 * HOUR, step=MINUTE)
    rungs = [row.rung for row in flux.attempts(task_id=task) if row.status == "dispatched"]
    assert rungs == ["remind", "whatsapp", "call", "miss_note"]
    assert flux.task(task).status == TaskStatus.MISSED


def test_a_clock_that_steps_back_doubles_nothing(flux: Flux, now: datetime) -> None:
    task = flux.reminded()
    for minutes in (2, -3, 1, 2, 4, 0, -5, 4, 5):
        flux.at(now + minutes * MINUTE)
    assert reminders(flux, "Easy run (30 min)") == 1
    assert (len(flux.twilio.messages), len(flux.twilio.calls)) == (1, 1)
    flux.until(now + 2 * HOUR, step=10 * MINUTE)
    assert flux.task(task).status == TaskStatus.MISSED
    assert (len(flux.twilio.messages), len(flux.twilio.calls)) == (1, 1)


def test_snoozed_three_times_one_step_is_pending(flux: Flux, now: datetime) -> None:
    task = flux.reminded()
    for number in range(1, 4):
        flux.taps("Snooze")
        shown = flux.telegram.messages[-1]
        ten = next(one["callback_data"] for row in shown.buttons for one in row if one["text"] == "10 min")
        for _ in range(2):  # tapped twice, as thumbs do
            flux.telegram.tap_data(shown.message_id, ten)
        waits = flux.task(task)
        assert (waits.status, waits.stage) == (TaskStatus.PENDING, Stage.WAITING)
        assert waits.wakes_at == now + number * LEAD
        assert not [one for one in flux.attempts(task_id=task) if one.status in ("pending", "unknown")]
        flux.until(now + number * LEAD)
        assert len(flux.telegram.messages) == number + 1, "reminded of once more, and the old ones edited"
    with flux.services.database.service() as session:
        assert session.scalars(select(Task.id)).all() == [task]
    assert flux.twilio.requests == 0


@pytest.mark.parametrize(
    ("planned", "start", "rungs", "skipped"),
    [
        ("20:00", "22:55", ["22:45 remind", "22:47 whatsapp", "22:49 call", "07:00 miss_note"], []),
        ("20:00", "23:05", ["22:55 remind", "22:57 whatsapp", "22:59 call", "07:00 miss_note"], []),
        ("22:57", "23:00", ["22:57 remind", "22:59 whatsapp", "07:00 miss_note"], ["call asleep"]),
        ("20:00", "07:05", ["07:00 remind", "07:02 whatsapp", "07:04 call", "08:05 miss_note"], []),
    ],
    ids=["decided before", "asked before bed", "cut off by sleep", "waits for the morning"],
)
def test_an_escalation_that_would_run_into_sleep_waits_or_is_decided_before(
    flux: Flux, planned: str, start: str, rungs: list[str], skipped: list[str]
) -> None:
    berlin = ZoneInfo("Europe/Berlin")
    day = flux.clock.now().astimezone(berlin).date()
    flux.clock.move_to(datetime.combine(day, time.fromisoformat(planned), berlin).astimezone(UTC))
    at = datetime.combine(day, time.fromisoformat(start), berlin).astimezone(UTC)
    at += timedelta(days=at < flux.clock.now())
    task = flux.plan("Easy run", at)
    flux.rings_until(datetime.combine(day + timedelta(days=1), time(9), berlin).astimezone(UTC))
    sent = [row for row in flux.attempts(task_id=task) if row.status == "dispatched"]
    assert [f"{row.dispatched_at.astimezone(berlin):%H:%M} {row.rung}" for row in sent] == rungs
    assert [
        f"{row.rung} {row.reason}" for row in flux.attempts(task_id=task) if row.status == "skipped"
    ] == skipped
    assert flux.task(task).status == TaskStatus.MISSED

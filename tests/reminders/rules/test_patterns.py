"""Rows of misses in every zone and over every change of the clocks, held against a plain count of weeks."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reminders.rules.patterns import Past, Threshold, avoid_of, best_of, observe, weakened
from reminders.rules.rhythm import Rhythm

ZONES = (
    "Europe/Berlin",
    "America/New_York",
    "Asia/Kathmandu",
    "Pacific/Auckland",
    "UTC",
    "America/Sao_Paulo",
)
LONG = timedelta(days=100)


def lived(weeks: str, rhythm: Rhythm, day: date, at: time) -> tuple[list[Past], set[date]]:
    """One letter a week, the newest first: m missed, d done, b both, p paused, - nothing."""
    history, rested = [], set()
    for back, week in enumerate(weeks):
        then = day - timedelta(weeks=back)
        slot = rhythm.utc(then, at)
        history += [Past(uuid4(), "Run", slot)] if week in "mb" else []
        history += [Past(uuid4(), "Walk", slot, missed=False)] if week in "db" else []
        rested |= {then} if week == "p" else set()
    return history, rested


def counted(weeks: str) -> int:
    """How long the row is by the rule: misses until the first week that ends it, at most four weeks off in it."""
    row = off = 0
    for week in weeks:
        if week == "m":
            row += 1
        elif week == "p" and off < 4:
            off += 1
        else:
            break
    return row


@given(
    weeks=st.text("mmmmdbp-", max_size=11).map(lambda rest: "m" + rest),
    zone=st.sampled_from(ZONES),
    day=st.dates(date(2025, 1, 1), date(2027, 12, 31)),
    at=st.times(time(1), time(22, 59)).map(lambda at: at.replace(second=0, microsecond=0)),
)
def test_a_row_is_as_long_as_its_weeks(weeks: str, zone: str, day: date, at: time) -> None:
    rhythm = Rhythm(ZoneInfo(zone))
    (newest, *history), rested = lived(weeks, rhythm, day, at)
    found = observe(newest, history, rhythm, LONG, rested)
    row = counted(weeks)
    assert (found is not None) == (row >= 3)
    if found is not None:
        assert len(found.misses) == row
        assert len({one.isocalendar()[:2] for one in found.days}) == row
        assert {one.weekday() for one in found.days} == {day.weekday()}
        assert found.confidence >= 0.7
        assert avoid_of(found.data(), found.confidence) is not None


@pytest.mark.parametrize(
    ("minutes", "is_row"), [(0, True), (60, True), (-60, True), (61, False), (-61, False)]
)
def test_an_hour_either_side_is_the_same_slot(minutes: int, is_row: bool) -> None:
    rhythm = Rhythm(ZoneInfo("Europe/Berlin"))
    (newest, middle, last), _ = lived("mmm", rhythm, date(2026, 2, 16), time(7))
    shifted = Past(middle.task_id, middle.title, middle.slot + timedelta(minutes=minutes))
    assert (observe(newest, [shifted, last], rhythm, LONG) is not None) == is_row


def test_what_was_moved_and_done_elsewhere_does_not_count_as_done_there() -> None:
    rhythm = Rhythm(ZoneInfo("Europe/Berlin"))
    (newest, *history), _ = lived("mmm", rhythm, date(2026, 2, 16), time(7))
    elsewhere = Past(
        uuid4(), "Walk", history[0].slot, missed=False, stood_at=history[0].slot + timedelta(days=2)
    )
    assert observe(newest, [*history, elsewhere], rhythm, LONG) is not None


def test_an_installation_may_ask_for_more() -> None:
    rhythm = Rhythm(ZoneInfo("UTC"))
    (newest, *history), _ = lived("mmm", rhythm, date(2026, 2, 16), time(7))
    assert observe(newest, history, rhythm, LONG, threshold=Threshold(misses=4)) is None
    assert observe(newest, history, rhythm, LONG, threshold=Threshold(points=4)) is None
    assert observe(newest, history, rhythm, LONG, threshold=Threshold(3, 3)) is not None


def test_a_cold_start_is_believed_less() -> None:
    rhythm = Rhythm(ZoneInfo("UTC"))
    (newest, *history), _ = lived("mmmmmmmm", rhythm, date(2026, 2, 16), time(7))
    found = observe(newest, history, rhythm, timedelta(days=13))
    assert found is not None
    assert found.confidence < 0.5


@pytest.mark.parametrize("strength", [0.4, 0.7, 0.95])
def test_three_times_done_leave_nothing(strength: float) -> None:
    left = [weakened(strength, times) for times in range(5)]
    assert left == sorted(left, reverse=True)
    assert left[0] == strength
    assert left[3] == left[4] == 0


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"weekday": 9, "time_range": "06:00-08:00"},
        {"weekday": None, "time_range": "x"},
        {"day": "Mon", "time_range": ""},
    ],
)
def test_rows_that_cannot_be_read_steer_nothing(data: dict[str, object]) -> None:
    assert avoid_of(data, 0.9) is None
    assert best_of({"best_times": ["noon"]} | data, 0.9) == []
    assert best_of({"best_times": 7}, 0.9) == []
    assert best_of({"best_times": ["06:00-08:00"]}, 0.1) == []
    assert best_of({"best_times": ["06:00-08:00"]}, 0.9) == [(time(6), time(8))]


def test_the_words_name_the_weekday_and_the_count() -> None:
    rhythm = Rhythm(ZoneInfo("Europe/Berlin"))
    history, rested = lived("mmpmm", rhythm, date(2026, 2, 16), time(7))
    with_break = observe(history[0], history[1:], rhythm, LONG, rested)
    without = observe(history[0], lived("mmmm", rhythm, date(2026, 2, 16), time(7))[0][1:], rhythm, LONG)
    assert with_break is not None and without is not None
    assert with_break.description == "Monday 07:00 was missed four times running"
    assert without.description == "Monday 07:00 was missed four weeks running"
    assert datetime.fromisoformat(str(without.days[0])).date() == date(2026, 2, 16)

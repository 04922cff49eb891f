"""Hours and weeks a person keeps free are never used, whatever else is in the way."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from reminders.rules.rhythm import Rhythm
from reminders.rules.series import SeriesRequest, place_series
from reminders.rules.slots import Busy

BERLIN = ZoneInfo("Europe/Berlin")
RHYTHM = Rhythm(BERLIN, sleep=(time(23), time(7)))
MONDAY = date(2026, 3, 16)


def test_nothing_begins_before_and_everything_is_over_by_the_hours_that_were_said() -> None:
    early = place_series(
        SeriesRequest("Run", 30, MONDAY, per_week=3, part="morning", not_before=time(9, 10)), RHYTHM, ()
    )
    assert early.at >= time(9, 10)
    late = place_series(
        SeriesRequest("Read", 45, MONDAY, per_week=3, part="night", not_after=time(20)), RHYTHM, ()
    )
    assert late.at <= time(19, 15)


def test_a_week_off_has_no_occurrence() -> None:
    placed = place_series(
        SeriesRequest("Run", 30, MONDAY, weekdays=(0, 3), weeks_off=frozenset({3})), RHYTHM, ()
    )
    weeks = {(RHYTHM.day(at) - MONDAY).days // 7 + 1 for at in placed.occurrences}
    assert weeks == {1, 2, 4, 5, 6}


hours = st.integers(0, 6 * 7 * 24)


@settings(max_examples=60)
@given(taken=st.lists(hours, max_size=30), opens=st.integers(7, 15), length=st.integers(2, 6))
def test_an_exception_keeps_the_limits_too(taken: list[int], opens: int, length: int) -> None:
    start = datetime(2026, 3, 16, tzinfo=UTC)
    busy = [Busy(start + timedelta(hours=h), start + timedelta(hours=h + 1), f"Task {h}") for h in set(taken)]
    request = SeriesRequest(
        "Run", 30, MONDAY, per_week=3, not_before=time(opens), not_after=time(opens + length)
    )
    placed = place_series(request, RHYTHM, busy)
    for at in placed.occurrences:
        local = at.astimezone(BERLIN)
        assert time(opens) <= local.time()
        assert (local + timedelta(minutes=30)).time() <= time(opens + length)

"""Recurrences are expanded on the wall clock, so that 07:00 stays 07:00 across every clock change."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reminders.rules.recurrence import RecurrenceError, check_rule, expand, weekly_rule
from reminders.rules.rhythm import to_utc

NEW_YORK = ZoneInfo("America/New_York")
BERLIN = ZoneInfo("Europe/Berlin")


def wall(*parts: int) -> datetime:
    return datetime(*parts)  # type: ignore[misc, arg-type]  # noqa: DTZ001 - a wall time


def test_a_weekly_series_keeps_its_local_time_when_the_clock_changes() -> None:
    moments = expand("FREQ=WEEKLY;BYDAY=MO", wall(2026, 3, 23, 7), BERLIN, wall(2026, 4, 6, 23))
    assert [moment.astimezone(BERLIN).time() for moment in moments] == [time(7)] * 3
    assert [moment.hour for moment in moments] == [6, 5, 5]


def test_a_time_in_the_gap_moves_forward_by_the_gap() -> None:
    moments = expand("FREQ=DAILY", wall(2026, 3, 7, 2, 30), NEW_YORK, wall(2026, 3, 9, 23))
    assert [moment.astimezone(NEW_YORK).time() for moment in moments] == [
        time(2, 30),
        time(3, 30),
        time(2, 30),
    ]


def test_an_ambiguous_time_fires_once_and_the_first_time() -> None:
    moments = expand("FREQ=DAILY", wall(2026, 10, 31, 1, 30), NEW_YORK, wall(2026, 11, 2, 23))
    assert len(moments) == 3
    assert moments[1] == datetime(2026, 11, 1, 5, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("until", "count"),
    [
        ("20260312", 4),
        ("20260312T070000", 4),
        ("20260312T065959", 3),
        ("20260312T110000Z", 4),
        ("20260312T105959Z", 3),
    ],
)
def test_until_without_a_zone_is_local(until: str, count: int) -> None:
    moments = expand(f"FREQ=DAILY;UNTIL={until}", wall(2026, 3, 9, 7), NEW_YORK, wall(2026, 4, 9))
    assert len(moments) == count


def test_the_end_is_included_and_the_limit_holds() -> None:
    assert len(expand("FREQ=DAILY", wall(2026, 1, 1, 9), BERLIN, wall(2026, 1, 3, 9))) == 3
    assert len(expand("FREQ=DAILY", wall(2026, 1, 1, 9), BERLIN, wall(2029, 1, 1), limit=5)) == 5
    assert len(expand("FREQ=DAILY", wall(2026, 1, 1, 9), BERLIN, wall(2036, 1, 1), limit=10**9)) == 400


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=SECONDLY",
        "FREQ=HOURLY",
        "FREQ=YEARLY",
        "",
        "nonsense",
        "FREQ=DAILY;INTERVAL=0",
        "FREQ=DAILY;COUNT=0",
        "FREQ=WEEKLY;BYDAY=XX",
        "FREQ=WEEKLY;BYHOUR=3",
        "FREQ=DAILY;UNTIL=tomorrow",
        "FREQ=DAILY;UNTIL=20269999",
        "FREQ=DAILY;FREQ=WEEKLY",
        "FREQ=DAILY;INTERVAL=x",
    ],
)
def test_a_foreign_rule_is_refused_with_a_reason(rule: str) -> None:
    with pytest.raises(RecurrenceError):
        expand(rule, wall(2026, 1, 1, 9), BERLIN, wall(2026, 2, 1))


def test_a_rule_that_never_matches_ends_empty() -> None:
    assert expand("FREQ=MONTHLY;BYMONTH=2;BYMONTHDAY=30", wall(2026, 1, 1, 9), BERLIN, wall(2026, 2, 1)) == []


def test_aware_times_are_refused() -> None:
    with pytest.raises(ValueError, match="naive"):
        expand("FREQ=DAILY", datetime(2026, 1, 1, tzinfo=UTC), BERLIN, wall(2026, 2, 1))


def test_weekday_numbers_become_a_rule() -> None:
    assert weekly_rule([4, 0, 0]) == "FREQ=WEEKLY;BYDAY=MO,FR"
    assert weekly_rule(range(7)) == "FREQ=DAILY"
    assert check_rule("rrule:freq=weekly;byday=mo") == "FREQ=WEEKLY;BYDAY=MO"
    with pytest.raises(RecurrenceError):
        weekly_rule([])


ZONES = [
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe",
    "Asia/Kolkata",
    "America/Santiago",
    "UTC",
]


@settings(max_examples=200, deadline=None)
@given(
    zone=st.sampled_from(ZONES),
    day=st.dates(date(2024, 1, 1), date(2030, 1, 1)),
    at=st.times(),
    weekdays=st.sets(st.integers(0, 6), min_size=1),
)
def test_every_occurrence_stands_at_its_wall_time_or_just_behind_a_gap(
    zone: str, day: date, at: time, weekdays: set[int]
) -> None:
    place = ZoneInfo(zone)
    first = datetime.combine(day, at.replace(second=0, microsecond=0))
    moments = expand(weekly_rule(weekdays), first, place, first + timedelta(weeks=6))
    assert moments == sorted(set(moments))
    for moment in moments:
        local = moment.astimezone(place)
        exists = local.replace(tzinfo=None) == datetime.combine(local.date(), first.time())
        in_gap = to_utc(datetime.combine(local.date(), first.time()), place) == moment
        assert exists or in_gap
        assert local.fold == 0

"""A rhythm answers when somebody sleeps and works, on the days the clock changes too."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reminders.rules.rhythm import Avoid, Rhythm, zone_of
from storage.profile import Profile
from storage.vocabulary import Chronotype


def rhythm(zone: str = "Europe/Berlin", **profile: Any) -> Rhythm:
    return Rhythm.of(Profile.model_validate(profile), zone)


NIGHT = {"start": "23:00", "end": "06:30"}


def test_a_night_crosses_midnight() -> None:
    person = rhythm(sleep_window=NIGHT)
    assert person.asleep(datetime(2026, 1, 5, 22, 0, tzinfo=UTC))  # 23:00 in Berlin
    assert person.asleep(datetime(2026, 1, 5, 5, 29, tzinfo=UTC))
    assert not person.asleep(datetime(2026, 1, 5, 5, 30, tzinfo=UTC))
    assert not person.asleep(datetime(2026, 1, 5, 21, 59, tzinfo=UTC))


def test_waking_is_the_end_of_the_night_that_contains_the_moment() -> None:
    person = rhythm(sleep_window=NIGHT)
    evening = datetime(2026, 1, 5, 22, 30, tzinfo=UTC)
    noon = datetime(2026, 1, 5, 12, tzinfo=UTC)
    assert person.wakes_after(evening) == datetime(2026, 1, 6, 5, 30, tzinfo=UTC)
    assert person.wakes_after(noon) == noon


def test_bed_and_wake_time_alone_make_a_night_and_half_of_it_does_not() -> None:
    assert rhythm(bed_time="23:00", wake_time="06:30").sleep == (time(23), time(6, 30))
    assert rhythm(bed_time="23:00").sleep is None
    assert rhythm(sleep_window={"start": "06:00", "end": "06:00"}).sleep is None


def test_work_is_only_on_work_days() -> None:
    person = rhythm(work_hours={"start": "09:00", "end": "17:00"})
    monday, saturday = datetime(2026, 1, 5, 10, tzinfo=UTC), datetime(2026, 1, 10, 10, tzinfo=UTC)
    assert person.works_between(monday, monday + timedelta(minutes=30))
    assert not person.works_between(saturday, saturday + timedelta(minutes=30))


def test_a_night_shift_works_into_the_next_day() -> None:
    person = rhythm(work_hours={"start": "22:00", "end": "06:00", "days": ["Friday"]})
    early_saturday = datetime(2026, 1, 10, 3, tzinfo=UTC)
    assert person.works_between(early_saturday, early_saturday + timedelta(minutes=30))


def test_a_pattern_speaks_against_its_own_weekday_and_hours_only() -> None:
    person = rhythm().avoiding([Avoid(0, time(6), time(8), "missed three times")])
    assert person.avoided(datetime(2026, 1, 5, 6, tzinfo=UTC)) is not None  # Monday 07:00
    assert person.avoided(datetime(2026, 1, 6, 6, tzinfo=UTC)) is None
    assert person.avoided(datetime(2026, 1, 5, 8, tzinfo=UTC)) is None


@pytest.mark.parametrize("name", ["", "../etc/passwd", "Mars/Olympus", "a" * 300, "Europe"])
def test_an_unknown_zone_is_read_as_utc(name: str) -> None:
    assert zone_of(name) == ZoneInfo("UTC")


def test_the_morning_of_somebody_who_sleeps_by_day_begins_when_they_wake() -> None:
    person = rhythm(sleep_window={"start": "05:00", "end": "13:00"})
    assert person.part("morning") == (time(13), time(17))
    assert rhythm(sleep_window=NIGHT).part("evening") == (time(17), time(22))
    assert rhythm(sleep_window={"start": "16:30", "end": "23:00"}).part("evening") == (
        time(12, 30),
        time(16, 30),
    )


def test_the_chronotype_is_kept() -> None:
    assert rhythm(chronotype="evening").chronotype is Chronotype.EVENING


@settings(max_examples=300, deadline=None)
@given(
    zone=st.sampled_from(["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu"]),
    bed=st.times(),
    wake=st.times(),
    at=st.datetimes(datetime(2025, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - bounds
)
def test_whoever_sleeps_by_the_wall_clock_is_asleep_and_wakes_later(
    zone: str, bed: time, wake: time, at: datetime
) -> None:
    window = {"start": bed.strftime("%H:%M"), "end": wake.strftime("%H:%M")}
    person = rhythm(zone, sleep_window=window)
    if person.sleep is None:
        return
    start, end = person.sleep
    clock = at.astimezone(person.zone).time()
    inside = start <= clock < end if start < end else clock >= start or clock < end
    if inside:
        assert person.asleep(at)
        assert person.wakes_after(at) > at
    if person.asleep(at):
        assert not person.asleep(person.wakes_after(at)) or person.wakes_after(at).date() > date(2027, 1, 1)

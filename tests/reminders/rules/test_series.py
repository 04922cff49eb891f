"""A weekly series keeps one cue, and what has to give way says to whom."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reminders.rules.rhythm import Avoid, Rhythm
from reminders.rules.series import SeriesRequest, days_in_words, place_series
from reminders.rules.slots import BUFFER, Busy
from storage.vocabulary import Chronotype

BERLIN = ZoneInfo("Europe/Berlin")
PERSON = Rhythm(BERLIN, sleep=(time(23), time(6, 30)), work=(time(9), time(17, 30), frozenset(range(5))))
TUESDAY = date(2026, 3, 10)  # the clock changes on 29 March


def weekly(weekday: int, at: time, minutes: int, title: str, weeks: int = 6) -> list[Busy]:
    first = TUESDAY + timedelta(days=(weekday - TUESDAY.weekday()) % 7)
    starts = [PERSON.utc(first + timedelta(weeks=week), at) for week in range(weeks)]
    return [Busy(start, start + timedelta(minutes=minutes), title) for start in starts]


def request(**changes: object) -> SeriesRequest:
    values: dict[str, object] = {"title": "Run", "minutes": 20, "starts_on": TUESDAY} | changes
    return SeriesRequest(**values)  # type: ignore[arg-type]  # one place to vary a request


def local_times(occurrences: tuple[datetime, ...]) -> set[time]:
    return {PERSON.local(moment).time() for moment in occurrences}


def test_three_times_a_week_is_spread_and_keeps_its_local_time_across_the_clock_change() -> None:
    placed = place_series(request(per_week=3, part="evening"), PERSON, [])
    assert placed.weekdays == (0, 2, 4)
    assert len(placed.occurrences) == 18
    assert local_times(placed.occurrences) == {placed.at}
    assert placed.moved is None
    assert placed.reason == "free evening, after work, 6 weeks running"


def test_the_wished_days_and_time_are_kept_when_they_are_free() -> None:
    placed = place_series(request(weekdays=(1, 3), at=time(7, 10), last_week=2), PERSON, [])
    assert (placed.weekdays, placed.at, len(placed.occurrences)) == ((1, 3), time(7, 10), 4)


def test_a_taken_weekday_gives_way_to_another_and_the_other_task_is_named() -> None:
    placed = place_series(
        request(weekdays=(0,), part="evening", minutes=60), PERSON, weekly(0, time(17), 300, "Yoga")
    )
    assert placed.weekdays == (1,)
    assert placed.moved == "Tuesday 18:30 is free; Monday 18:30 was taken by Yoga"


def test_days_the_person_named_are_kept_and_the_time_gives_way() -> None:
    placed = place_series(
        request(weekdays=(0, 3), at=time(7), days_said=True), PERSON, weekly(0, time(7), 30, "Yoga")
    )
    assert placed.weekdays == (0, 3)
    assert placed.at != time(7)
    assert placed.moved is not None
    assert "Yoga" in placed.moved


def test_one_collision_moves_that_one_occurrence_with_its_reason() -> None:
    taken = weekly(0, time(7), 30, "Dentist", weeks=1)
    placed = place_series(request(weekdays=(0,), at=time(7)), PERSON, taken)
    assert placed.at == time(7)
    assert len(placed.occurrences) == 6
    (moved,) = placed.exceptions
    assert moved.because == "Dentist"
    assert moved.words == "Mon 16 Mar 07:00 moves to Mon 16 Mar 08:00 because of Dentist"


def test_a_week_without_any_free_time_is_a_conflict_and_is_left_out() -> None:
    whole = [Busy(PERSON.utc(TUESDAY, time(0)), PERSON.utc(TUESDAY + timedelta(weeks=1), time(0)), "Holiday")]
    placed = place_series(request(weekdays=(3,), at=time(7)), PERSON, whole)
    assert len(placed.occurrences) == 5
    assert [conflict.title for conflict in placed.conflicts] == ["Holiday"]
    assert "Holiday" in placed.conflicts[0].message


def test_a_time_in_somebodys_sleep_moves_with_the_reason() -> None:
    placed = place_series(request(weekdays=(1,), at=time(5)), PERSON, [])
    assert placed.at == time(6, 30)
    assert placed.moved == "06:30 is free; Tuesday 05:00 was taken by your sleep"


def test_a_model_that_plans_into_work_hours_is_overruled_unless_the_person_asked() -> None:
    inside = request(weekdays=(1, 2), at=time(11))
    assert not any(
        PERSON.works_between(moment, moment + timedelta(minutes=20))
        for moment in place_series(inside, PERSON, []).occurrences
    )
    asked = request(weekdays=(1, 2), at=time(11), work_ok=True)
    assert local_times(place_series(asked, PERSON, []).occurrences) == {time(11)}


def test_a_wished_part_of_the_day_that_work_takes_is_named() -> None:
    placed = place_series(request(weekdays=(1, 2), part="afternoon", days_said=True), PERSON, [])
    assert placed.weekdays == (1, 2)
    assert placed.at == time(17, 30)
    assert placed.moved == "17:30 is free; Tuesday 15:00 was taken by your work hours"


def test_a_pattern_keeps_the_next_plan_away() -> None:
    avoid = [Avoid(0, time(6), time(9), "Monday mornings were missed three weeks running")]
    placed = place_series(request(weekdays=(0,), at=time(7)), PERSON, [], avoid)
    assert (placed.weekdays, placed.at) != ((0,), time(7))
    assert placed.moved is not None
    assert "Monday mornings were missed" in placed.moved


def test_later_weeks_start_later_and_nothing_lies_in_the_past() -> None:
    late = place_series(request(weekdays=(1,), at=time(7), first_week=3, last_week=4), PERSON, [])
    assert [PERSON.day(moment) for moment in late.occurrences] == [date(2026, 3, 24), date(2026, 3, 31)]
    noon = datetime(2026, 3, 10, 11, tzinfo=UTC)
    today = place_series(request(weekdays=(1,), at=time(7), earliest=noon), PERSON, [])
    assert len(today.occurrences) == 5


def test_a_day_kept_free_is_never_used_not_even_for_a_moved_session() -> None:
    taken = weekly(0, time(0), 24 * 60, "Trip", weeks=1)
    placed = place_series(
        request(weekdays=(0, 6), at=time(7), not_on=frozenset({5, 6}), days_said=True), PERSON, taken
    )
    days = {PERSON.local(moment).weekday() for moment in placed.occurrences}
    assert len(placed.weekdays) == 2
    assert not days & {5, 6}
    assert placed.exceptions[0].because == "Trip"


def test_a_second_series_is_placed_around_the_first() -> None:
    first = place_series(request(per_week=3, part="evening"), PERSON, [])
    second = place_series(request(title="Stretch", per_week=3, part="evening"), PERSON, first.busy())
    assert not set(first.weekdays) & set(second.weekdays)


@pytest.mark.parametrize(
    ("days", "words"),
    [
        ((0, 3), "Monday and Thursday"),
        (range(7), "every day"),
        (range(5), "weekdays"),
        ((6,), "Sunday"),
        ((), ""),
    ],
)
def test_days_are_said_as_people_say_them(days: tuple[int, ...], words: str) -> None:
    assert days_in_words(days) == words


half_hours = st.builds(time, st.integers(0, 23), st.sampled_from([0, 10, 30]))
windows = st.tuples(half_hours, half_hours).filter(lambda window: window[0] != window[1])
ZONES = ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "America/Santiago", "UTC"]


@st.composite
def people(draw: st.DrawFn) -> Rhythm:
    work = draw(st.none() | windows)
    return Rhythm(
        zone=ZoneInfo(draw(st.sampled_from(ZONES))),
        sleep=draw(st.none() | windows),
        work=(*work, frozenset(range(5))) if work else None,
        chronotype=draw(st.sampled_from(Chronotype)),
    )


@st.composite
def requests(draw: st.DrawFn) -> SeriesRequest:
    first = draw(st.integers(1, 6))
    return SeriesRequest(
        title="Run",
        minutes=draw(st.sampled_from([5, 20, 90, 240])),
        starts_on=draw(st.dates(date(2026, 1, 1), date(2026, 12, 1))),
        weekdays=tuple(draw(st.sets(st.integers(0, 6), max_size=4))),
        per_week=draw(st.integers(0, 7)),
        at=draw(st.none() | half_hours),
        part=draw(st.none() | st.sampled_from(["morning", "evening", "night"])),
        first_week=first,
        last_week=draw(st.integers(first, 6)),
        work_ok=draw(st.booleans()),
    )


@settings(max_examples=150, deadline=None)
@given(data=st.data(), person=people(), wish=requests())
def test_no_series_is_in_sleep_or_double_booked_or_outside_its_weeks(
    data: st.DataObject, person: Rhythm, wish: SeriesRequest
) -> None:
    opens = person.utc(wish.starts_on, time(0))
    offsets = data.draw(st.lists(st.tuples(st.integers(0, 42 * 24 * 4), st.integers(1, 40)), max_size=20))
    busy = [
        Busy(
            opens + timedelta(minutes=15 * at), opens + timedelta(minutes=15 * (at + length)), f"task {index}"
        )
        for index, (at, length) in enumerate(offsets)
    ]
    placed = place_series(wish, person, busy)
    length = timedelta(minutes=wish.minutes)
    last = person.utc(wish.starts_on + timedelta(weeks=6), time(12))
    for moment in placed.occurrences:
        end = moment + length
        assert opens <= moment
        assert end <= last
        assert all(entry.end + BUFFER <= moment or end + BUFFER <= entry.start for entry in busy)
        for step in range(0, wish.minutes, 5):
            assert not wall_asleep(person, moment + timedelta(minutes=step))
    pairs = zip(placed.occurrences, placed.occurrences[1:], strict=False)
    assert all(first + length + BUFFER <= second for first, second in pairs)
    assert {moved.now for moved in placed.exceptions} <= set(placed.occurrences)


def wall_asleep(person: Rhythm, at: datetime) -> bool:
    if person.sleep is None:
        return False
    bed, wake = person.sleep
    clock = person.local(at).time()
    return bed <= clock < wake if bed < wake else clock >= bed or clock < wake

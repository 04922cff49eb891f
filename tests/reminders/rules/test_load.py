"""Three planned tasks or two hours fill a day; spare times are as free as the tasks they are kept for."""

from __future__ import annotations

from datetime import date, time, timedelta
from zoneinfo import ZoneInfo

from reminders.rules.load import DayLoad
from reminders.rules.rhythm import Rhythm
from reminders.rules.series import SeriesRequest, place_series
from reminders.rules.slots import Busy
from reminders.rules.spares import find_spare

PERSON = Rhythm(ZoneInfo("Europe/Berlin"), sleep=(time(23), time(7)))
MONDAY = date(2026, 3, 9)


def planned(day: date, at: time, minutes: int, title: str = "Piano") -> Busy:
    start = PERSON.utc(day, at)
    return Busy(start, start + timedelta(minutes=minutes), title, planned=True)


def request(**changes: object) -> SeriesRequest:
    values: dict[str, object] = {"title": "Run", "minutes": 30, "starts_on": MONDAY, "last_week": 1}
    return SeriesRequest(**values | changes)  # type: ignore[arg-type]  # one place to vary a request


def test_three_tasks_fill_a_day_and_so_do_two_hours() -> None:
    three = DayLoad.of([planned(MONDAY, time(hour), 10) for hour in (8, 12, 16)], PERSON)
    assert three.full(MONDAY, 5)
    hours = DayLoad.of([planned(MONDAY, time(8), 100)], PERSON)
    assert hours.full(MONDAY, 30)
    assert not hours.full(MONDAY, 20)
    assert not DayLoad.of([], PERSON).full(MONDAY, 300)  # one long task may have a day of its own


def test_errands_and_commitments_leave_room() -> None:
    errands = [
        Busy(one.start, one.end, "Errand") for one in (planned(MONDAY, time(h), 60) for h in (8, 11, 14))
    ]
    assert not DayLoad.of(errands, PERSON).full(MONDAY, 60)


def test_a_full_monday_sends_the_series_to_another_day_and_says_so() -> None:
    taken = [planned(MONDAY, time(hour), 20) for hour in (9, 12, 15)]
    placed = place_series(request(weekdays=(0,), at=time(18)), PERSON, taken)
    (only,) = placed.occurrences
    assert PERSON.day(only) != MONDAY
    assert placed.moved is not None or placed.exceptions
    said = f"{placed.moved} {[one.words for one in placed.exceptions]}"
    assert "full" in said


def test_a_day_the_person_named_is_theirs() -> None:
    taken = [planned(MONDAY, time(hour), 20) for hour in (9, 12, 15)]
    placed = place_series(request(weekdays=(0,), at=time(18), days_said=True), PERSON, taken)
    assert [PERSON.day(one) for one in placed.occurrences] == [MONDAY]


def test_when_every_day_is_full_it_is_left_out_and_said() -> None:
    taken = [planned(MONDAY + timedelta(days=ahead), time(h), 30) for ahead in range(7) for h in (9, 12, 15)]
    placed = place_series(request(per_week=1, part="evening"), PERSON, taken)
    assert placed.occurrences == ()
    assert "is full already" in placed.conflicts[0].message


def test_nothing_ends_after_the_deadline() -> None:
    latest = PERSON.utc(MONDAY + timedelta(days=9), time(0))
    placed = place_series(request(per_week=7, last_week=6, latest=latest), PERSON, [])
    assert placed.occurrences
    assert all(start + timedelta(minutes=30) <= latest for start in placed.occurrences)


def test_a_spare_keeps_the_hour_on_the_next_empty_day() -> None:
    asked = request(weekdays=(0, 2), at=time(7, 30), last_week=6)
    placed = place_series(asked, PERSON, [])
    spare = find_spare(asked, placed.weekdays, placed.at, PERSON, placed.busy())
    assert spare is not None
    assert (spare.weekday, spare.at) == (1, time(7, 30))
    assert len(spare.moments) == 6


def test_a_spare_leaves_the_free_day_alone_while_it_can() -> None:
    asked = request(weekdays=(0, 1, 2, 3, 4), at=time(7, 30), last_week=6)
    placed = place_series(asked, PERSON, [])
    assert find_spare(asked, placed.weekdays, placed.at, PERSON, placed.busy(), keep_free=5).weekday == 6


def test_a_daily_series_has_its_spare_later_the_same_day() -> None:
    asked = request(per_week=7, at=time(7, 30), last_week=6)
    placed = place_series(asked, PERSON, [])
    spare = find_spare(asked, placed.weekdays, placed.at, PERSON, placed.busy())
    assert spare is not None
    assert spare.weekday is None
    assert spare.at > placed.at


def test_there_is_no_spare_in_a_full_diary() -> None:
    asked = request(weekdays=(0,), at=time(7, 30), last_week=6)
    always = Busy(PERSON.utc(MONDAY, time(0)), PERSON.utc(MONDAY + timedelta(weeks=7), time(0)), "Expedition")
    assert find_spare(asked, (0,), time(7, 30), PERSON, [always]) is None


def test_before_a_near_deadline_only_days_that_still_come_are_chosen() -> None:
    latest = PERSON.utc(MONDAY + timedelta(days=1), time(0))
    placed = place_series(request(per_week=1, part="morning", latest=latest), PERSON, [])
    assert [PERSON.day(one) for one in placed.occurrences] == [MONDAY]
    spare = find_spare(request(per_week=1, latest=latest), placed.weekdays, placed.at, PERSON, placed.busy())
    assert spare is None

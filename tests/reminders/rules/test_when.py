"""Times in words: own examples of every kind, seen from one Wednesday morning in London."""

import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from reminders.rules.when import When, parse_when, read_when

LONDON = "Europe/London"
NOW = datetime(2026, 3, 11, 9, 10, tzinfo=ZoneInfo(LONDON))  # a Wednesday


def read(text: str, now: datetime = NOW, tz: str = LONDON) -> When:
    when = parse_when(text, now, tz)
    assert when is not None, text
    return when


def local(text: str) -> str:
    first = read(text).first_local
    assert first is not None
    return first.strftime("%m-%d %H:%M")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("phone the plumber tomorrow at 5pm", "03-12 17:00"),
        ("stretch at half six", "03-11 18:30"),
        ("quarter to eleven tomorrow", "03-12 10:45"),
        ("twenty past 3 pm", "03-11 15:20"),
        ("haircut sat 10am", "03-14 10:00"),
        ("vet on thrusday at noon", "03-12 12:00"),
        ("in 12 hours", "03-11 21:10"),
        ("in an hour and a half", "03-11 10:40"),
        ("tonight at 8", "03-11 20:00"),
        ("8 tomorrow evening", "03-12 20:00"),
        ("this friday 14:30", "03-13 14:30"),
        ("on the 3rd at 7.15 pm", "04-03 19:15"),
        ("May 2 at 9am", "05-02 09:00"),
        ("24.12. at 18:00", "12-24 18:00"),
        ("2026-06-01 08:00", "06-01 08:00"),
        ("a week from friday at 9am", "03-20 09:00"),
        ("3 days before christmas at 11am", "12-22 11:00"),
        ("monday in 2 weeks at 1pm", "03-23 13:00"),
        ("midnight", "03-12 00:00"),
        ("dinner at 8", "03-11 20:00"),
        ("at 0730", "03-12 07:30"),
        ("today6pm", "03-11 18:00"),
        ("９：３０pm", "03-11 21:30"),
        ("Thursday 3pm GMT", "03-12 15:00"),
        ("friday after next at 9am", "03-20 09:00"),
        ("tomorrow week at noon", "03-19 12:00"),
        ("end of day friday, 5pm", "03-13 17:00"),
        ("the day after easter at 10am", "04-06 10:00"),
    ],
)
def test_a_moment_is_found(text: str, expected: str) -> None:
    assert (read(text).kind, local(text)) == ("instant", expected)


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("gym mon wed fri at 7am for 45 min", "FREQ=WEEKLY;BYDAY=MO,WE,FR"),
        ("every other tuesday", "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU"),
        ("plants every 3 days", "FREQ=DAILY;INTERVAL=3"),
        ("every morning", "FREQ=DAILY"),
        ("weekdays at 6:30am", "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR"),
        ("monday to friday at 9am", "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR"),
        ("sundays 10am", "FREQ=WEEKLY;BYDAY=SU"),
        ("quarterly", "FREQ=MONTHLY;INTERVAL=3"),
        ("first monday of the month", "FREQ=MONTHLY;BYDAY=1MO"),
        ("last friday of every month", "FREQ=MONTHLY;BYDAY=-1FR"),
        ("rent on the 1st of every month", "FREQ=MONTHLY;BYMONTHDAY=1"),
        ("every year on june 5", "FREQ=YEARLY;BYMONTH=6;BYMONTHDAY=5"),
        ("every day except sunday", "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR,SA"),
        ("every weekday but not fridays", "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH"),
        ("every tuesday for 5 times", "FREQ=WEEKLY;BYDAY=TU;COUNT=5"),
        ("daily until 20 march", "FREQ=DAILY;UNTIL=20260320T235959"),
        ("every second friday", "FREQ=WEEKLY;INTERVAL=2;BYDAY=FR"),
        ("every half hour", "FREQ=MINUTELY;INTERVAL=30"),
        ("every 2 hours", "FREQ=HOURLY;INTERVAL=2"),
    ],
)
def test_a_recurrence_is_found(text: str, rule: str) -> None:
    assert read(text).rrule == rule


def test_a_recurrence_begins_with_its_first_moment_ahead() -> None:
    when = read("gym mon wed fri at 7am for 45 min")
    assert (when.dtstart, when.minutes, when.timed) == (datetime(2026, 3, 13, 7, tzinfo=UTC), 45, True)


def test_working_hours_of_a_week_are_a_series_of_eight_hours() -> None:
    when = read("office mon-fri 9-5")
    assert (when.rrule, when.minutes) == ("FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", 480)


def test_how_often_without_days_asks_for_the_days() -> None:
    when = read("yoga three times a week")
    assert (when.per_period, when.ambiguous) == (3, True)


def test_a_range_has_two_ends_and_a_length() -> None:
    when = read("dentist on Friday from 2 to 3:30pm")
    assert (when.start, when.end) == (
        datetime(2026, 3, 13, 14, tzinfo=UTC),
        datetime(2026, 3, 13, 15, 30, tzinfo=UTC),
    )
    assert when.minutes == 90


def test_by_friday_is_a_deadline() -> None:
    when = read("finish the draft by friday 5pm")
    assert (when.kind, when.deadline, when.end) == ("interval", True, datetime(2026, 3, 13, 17, tzinfo=UTC))


def test_moving_to_friday_is_a_moment_and_no_deadline() -> None:
    assert read("move it to friday 6pm").kind == "instant"


def test_a_length_alone_is_a_duration() -> None:
    when = read("1 hour 15")
    assert (when.kind, when.seconds) == ("duration", 4500)


def test_a_part_of_the_day_is_kept_without_inventing_a_clock() -> None:
    when = read("saturday morning")
    assert (when.grain, when.part, when.timed) == ("part", "morning", False)


@pytest.mark.parametrize(
    "text",
    [
        "tomorrow at 7",
        "next friday",
        "8/10",
        "tuesday and thursday at 6pm",
        "tomorrow or friday",
        "wednesday at 3pm",
    ],
)
def test_what_could_mean_two_things_carries_a_question(text: str) -> None:
    when = read(text)
    assert when.ambiguous
    assert (when.question or "").endswith("?")


@pytest.mark.parametrize(
    "text",
    ["tomorrow at 3", "at 19:00", "tomorrow evening at 7", "friday noon", "breakfast tomorrow at 8", "12/25"],
)
def test_what_is_clear_is_not_asked(text: str) -> None:
    assert not read(text).ambiguous


@pytest.mark.parametrize(
    "text",
    [
        "feb 30",
        "31 February",
        "31.11.2026",
        "pay on june 31st",
        "every 31st of june",
        "every day except weekdays and weekends",
    ],
)
def test_an_impossible_date_is_named_not_guessed(text: str) -> None:
    reading = read_when(text, NOW, LONDON)
    assert reading.when is None
    assert (reading.problem or "").endswith("?")


@pytest.mark.parametrize(
    "text", ["yesterday at 5", "today at 8am", "3 days ago", "on 3 march 2024", "last friday"]
)
def test_the_past_is_a_problem_not_a_time(text: str) -> None:
    reading = read_when(text, NOW, LONDON)
    assert reading.when is None
    assert reading.problem


@pytest.mark.parametrize(
    "text",
    [
        "",
        "buy milk",
        "I may go",
        "call Bob at 5 guys",
        "I have 5 cats",
        "version 1.2.3",
        "one may ask",
        "meet at building 7",
        "not on monday",
        "no sundays",
        "the march of time",
        "a good day to you",
        "24 apples",
        "room 101",
        "50% off",
    ],
)
def test_where_no_time_is_said_none_is_heard(text: str) -> None:
    assert parse_when(text, NOW, LONDON) is None


def test_the_matched_places_leave_the_title() -> None:
    text = "gym on Monday in the small hall at 2 pm"
    rest = text
    for start, end in sorted(read(text).span, reverse=True):
        rest = rest[:start] + rest[end:]
    assert " ".join(rest.split()) == "gym in the small hall"


def test_hours_count_absolutely_and_days_on_the_wall_across_a_clock_change() -> None:
    evening = datetime(2026, 3, 28, 20, 0, tzinfo=ZoneInfo(LONDON))  # the clocks go forward in the night
    assert read("in 12 hours", evening).first == datetime(2026, 3, 29, 8, tzinfo=UTC)
    assert read("in 1 day", evening).first_local == datetime(2026, 3, 29, 20, tzinfo=ZoneInfo(LONDON))


def test_a_time_that_does_not_exist_moves_forward() -> None:
    evening = datetime(2026, 3, 28, 20, 0, tzinfo=ZoneInfo(LONDON))
    assert read("tomorrow at 1:30am", evening).first == datetime(
        2026, 3, 29, 1, 30, tzinfo=UTC
    )  # 02:30 on the wall


def test_a_time_that_comes_twice_is_the_first() -> None:
    evening = datetime(2026, 10, 24, 20, 0, tzinfo=ZoneInfo(LONDON))
    assert read("tomorrow at 1:30am", evening).first == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


def test_the_rule_of_a_series_never_carries_a_zone_or_a_start() -> None:
    for text in ("every day at 7am", "mondays at 9am until june", "every 2 weeks on friday"):
        rule = read(text).rrule or ""
        assert re.fullmatch(r"[A-Z0-9=;,T-]+", rule)
        assert "DTSTART" not in rule


def test_every_other_week_begins_with_the_next_of_its_days() -> None:
    now = datetime(2026, 3, 11, 10, 0, tzinfo=ZoneInfo("Europe/Berlin"))  # a Wednesday
    when = parse_when("choir every other tuesday 19:00", now, "Europe/Berlin")
    assert when is not None
    assert when.first_local == datetime(2026, 3, 17, 19, 0, tzinfo=ZoneInfo("Europe/Berlin"))
    assert when.rrule == "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU"

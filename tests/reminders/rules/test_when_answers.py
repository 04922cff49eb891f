"""Clocks, weekdays, lengths and parts of the day, read from the short answers people give."""

from datetime import time

import pytest

from reminders.rules.when import parse_clock, parse_day_part, parse_minutes, parse_weekdays


@pytest.mark.parametrize(
    ("text", "hint", "expected"),
    [("half six", None, time(6, 30)), ("6:30", None, time(6, 30)), ("quarter past 7", "evening", time(19, 15)),
     ("half past nine pm", None, time(21, 30)), ("7", "morning", time(7)), ("7", "evening", time(19)), ("around 10ish", "evening", time(22)),
     ("midnight", None, time(0)), ("0630", None, time(6, 30)), ("I get up at 6 in the morning", "evening", time(6)), ("never", None, None)],
)  # fmt: skip
def test_a_clock_is_read_from_an_answer(text: str, hint: str | None, expected: time | None) -> None:
    assert parse_clock(text, hint) == expected  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "expected"),
    [("weekdays", [0, 1, 2, 3, 4]), ("mon wed fri", [0, 2, 4]), ("tue evenings", [1]), ("not sundays", [0, 1, 2, 3, 4, 5]),
     ("Mon-Thu", [0, 1, 2, 3]), ("fri to mon", [0, 4, 5, 6]), ("weekends", [5, 6]), ("every day except Friday", [0, 1, 2, 3, 5, 6]), ("whenever", [])],
)  # fmt: skip
def test_weekdays_are_read_from_an_answer(text: str, expected: list[int]) -> None:
    assert parse_weekdays(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("20 minutes", 20), ("half an hour", 30), ("1.5h", 90), ("45", 45), ("2h30", 150), ("an hour and a half", 90),
     ("a quarter of an hour", 15), ("three quarters of an hour", 45), ("0 minutes", None), ("three weeks", None), ("a while", None)],
)  # fmt: skip
def test_minutes_are_read_from_an_answer(text: str, expected: int | None) -> None:
    assert parse_minutes(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("mornings please", "morning"),
        ("after work", "evening"),
        ("at lunch", "noon"),
        ("late", "night"),
        ("whenever", None),
    ],
)
def test_a_part_of_the_day_is_read_from_an_answer(text: str, expected: str | None) -> None:
    assert parse_day_part(text) == expected

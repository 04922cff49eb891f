"""The day a goal is wanted for, from its own words; and what it asks for in plain figures."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from agents.plans.deadlines import read_deadline
from agents.plans.honesty import honest_note, time_left

NOW = datetime(2026, 3, 11, 10, tzinfo=ZoneInfo("Europe/Berlin"))
TODAY = NOW.date()


@pytest.mark.parametrize(
    ("goal", "day", "rest"),
    [
        ("pass my driving test by 15 May", date(2026, 5, 15), "pass my driving test"),
        ("save 2000 euros by June", date(2026, 5, 31), "save 2000 euros"),
        ("declutter the flat in two weeks", date(2026, 3, 25), "declutter the flat"),
        ("finish my tax return by Friday", date(2026, 3, 13), "finish my tax return"),
        ("run 10k before christmas", date(2026, 12, 24), "run 10k"),
        ("learn it by the end of the month", date(2026, 3, 31), "learn it"),
        ("read 12 books by the end of the year", date(2026, 12, 31), "read 12 books"),
        ("pass the exam on 12 June", date(2026, 6, 12), "pass the exam"),
        ("visit japan in october", date(2026, 9, 30), "visit japan"),
        ("within the next 3 months learn to swim", date(2026, 6, 11), "learn to swim"),
        ("be fit by 15 March 2025", date(2025, 3, 15), "be fit"),
    ],
)
def test_a_deadline_is_read_and_taken_out_of_the_words(goal: str, day: date, rest: str) -> None:
    found = read_deadline(goal, NOW, "Europe/Berlin")
    assert found is not None
    assert (found.day, found.rest) == (day, rest)


@pytest.mark.parametrize(
    "goal",
    [
        "run 5 km in 30 minutes",
        "walk on Monday and Wednesday evening",
        "read before bed",
        "train for the marathon",
        "live by the sea",
        "learn to code in python",
        "get fit",
    ],
)
def test_words_that_name_no_deadline(goal: str) -> None:
    assert read_deadline(goal, NOW, "Europe/Berlin") is None


def test_a_weight_goal_is_told_a_safe_pace() -> None:
    said = honest_note("lose 20 kg", TODAY, None)
    assert "20 kg take about 40 weeks" in said
    assert "6 weeks of this plan are good for 3 kg" in said
    assert "2 weeks of this plan are good for 1 kg" in honest_note("lose 5 kg", TODAY, date(2026, 3, 25))
    assert "30 lb take about 27 weeks" in honest_note("lose 30 pounds", TODAY, None)
    assert honest_note("lose 3 kg", TODAY, None).endswith("3 kg take about 6 weeks.")


def test_money_and_books_are_told_by_the_week() -> None:
    assert honest_note("save 2000 euros", TODAY, date(2026, 5, 31)).startswith("That is 182 euros a week")
    assert "$136 a week" in honest_note("save $5k", TODAY, date(2026, 11, 30))
    assert "12 books take about 36 weeks" in honest_note("read 12 books", TODAY, None)
    assert honest_note("run 5 km", TODAY, None) == ""
    assert honest_note("lift 100 kg", TODAY, None) == ""


def test_the_time_that_is_left_is_said_as_it_is() -> None:
    assert time_left(TODAY, date(2026, 3, 13)) == (
        "Only 3 days until Fri 13 Mar: no slow ramp, just a block on most of them."
    )
    assert time_left(date(2026, 3, 12), date(2026, 3, 25)) == "It ends on Wed 25 Mar, as you said: 2 weeks."
    assert time_left(TODAY, date(2026, 5, 15)).startswith(
        "9 weeks until Fri 15 May: this plan is the first six"
    )

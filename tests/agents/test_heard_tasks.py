"""Several clocks and several tasks in one sentence: each gets its own day and its own time."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from agents.tasks.heard_tasks import heard_tasks

ZONE = "Europe/Berlin"
NOW = datetime(2026, 3, 11, 10, 0, tzinfo=ZoneInfo(ZONE))  # a Wednesday


def heard(text: str) -> list[tuple[str, str]]:
    found = heard_tasks(text, NOW, ZONE)
    return [(one.title, _local(one.reading.when.first if one.reading.when else None)) for one in found]


def _local(at: datetime | None) -> str:
    return f"{at.astimezone(NOW.tzinfo):%a %H:%M}" if at else ""


@pytest.mark.parametrize(
    ("said", "clocks"),
    [
        ("school run at 8:30 and 15:15 every weekday", ["Thu 08:30", "Wed 15:15"]),
        ("meds at 8am and 8:30pm every day", ["Thu 08:00", "Wed 20:30"]),
        ("meds at 8am and 8pm every day", ["Thu 08:00", "Wed 20:00"]),
    ],
)
def test_clocks_of_a_day_are_not_multiplied(said: str, clocks: list[str]) -> None:
    assert [at for _, at in heard(said)] == clocks


@pytest.mark.parametrize(
    ("said", "tasks"),
    [
        ("call anna at 8, bob at 9 tomorrow", [("call anna", "Thu 08:00"), ("bob", "Thu 09:00")]),
        ("dentist at 9 and haircut at 11 on friday", [("dentist", "Fri 09:00"), ("haircut", "Fri 11:00")]),
        ("call anna at 8pm, gym tomorrow at 7", [("call anna", "Wed 20:00"), ("gym", "Thu 07:00")]),
        ("call anna at 8 and bob at 9", [("call anna", "Wed 20:00"), ("bob", "Wed 21:00")]),
    ],
)
def test_a_day_behind_the_last_clock_is_the_day_of_all(said: str, tasks: list[tuple[str, str]]) -> None:
    assert heard(said) == tasks

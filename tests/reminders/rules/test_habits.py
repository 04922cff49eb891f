"""The hours that work, and the rates of categories, from made-up histories."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reminders.rules.diary import Diary, Hours, Prefer
from reminders.rules.habits import Worked, best_hours, category_rates, milestone_of, sureness
from reminders.rules.rhythm import Rhythm
from reminders.rules.slot_reasons import explain, usual_window

BERLIN = Rhythm(ZoneInfo("Europe/Berlin"), sleep=(time(23), time(6)))
TODAY = date(2026, 3, 11)


def worked(
    days_ago: int, hour: int, *, done: bool = True, late: int = 0, tags: tuple[str, ...] = ()
) -> Worked:
    """A task at that local hour; done `late` hours after it."""
    day = TODAY - timedelta(days=days_ago)
    at = BERLIN.utc(day, time(hour))
    return Worked(at, at + timedelta(hours=late, minutes=10) if done else None, day, tags)


def test_hours_are_learned_after_two_weeks_and_five_done() -> None:
    mornings = [worked(days, 7) for days in (15, 10, 5, 3, 1)]
    assert [one.range for one in best_hours(mornings, BERLIN, TODAY)] == ["06:00-08:00"]
    assert best_hours(mornings[1:], BERLIN, TODAY) == []  # four done, ten days
    assert best_hours([worked(days, 7) for days in (13, 12, 11, 5, 1)], BERLIN, TODAY) == []
    assert best_hours([], BERLIN, TODAY) == []


def test_the_hours_with_the_best_rate_come_first_and_bad_ones_not_at_all() -> None:
    history = [worked(days, 7, done=days % 2 == 0) for days in range(1, 21)]  # half of them
    history += [worked(days, 18, done=days % 5 != 0) for days in range(1, 21)]  # four of five
    history += [worked(days, 12) for days in range(1, 7)]  # all
    found = best_hours(history, BERLIN, TODAY)
    assert [(one.range, one.done, one.finished) for one in found] == [
        ("12:00-14:00", 6, 6),
        ("18:00-20:00", 16, 20),
    ]


def test_what_was_done_much_later_counts_where_it_was_done() -> None:
    history = [worked(days, 7, late=12) for days in range(1, 20)]
    assert [one.range for one in best_hours(history, BERLIN, TODAY)] == ["18:00-20:00"]


@given(st.lists(st.builds(worked, st.integers(0, 60), st.integers(0, 23), done=st.booleans()), max_size=60))
def test_hours_are_windows_of_the_day_whatever_happened(history: list[Worked]) -> None:
    for one in best_hours(history, BERLIN, TODAY):
        assert one.start < one.end
        assert 0 < one.done <= one.finished <= len(history)


def test_rates_need_three_finished_tasks() -> None:
    history = [worked(days, 7, done=days < 3, tags=("Fitness", "Health")) for days in range(1, 4)]
    history += [worked(1, 9, tags=("Home",)), worked(2, 9, tags=("Home",)), worked(3, 9)]
    assert [(one.category, one.rate) for one in category_rates(history)] == [
        ("Fitness", 0.67),
        ("Health", 0.67),
    ]


def test_a_rate_is_a_guess_at_first_and_surer_with_every_task() -> None:
    assert sureness(30, timedelta(days=10)) < 0.5
    assert sureness(3, timedelta(days=30)) < sureness(10, timedelta(days=30)) <= 0.95


@pytest.mark.parametrize(("days", "milestone"), [(0, 0), (6, 0), (7, 7), (13, 7), (14, 14), (400, 365)])
def test_milestones(days: int, milestone: int) -> None:
    assert milestone_of(days) == milestone


def test_what_was_learned_comes_before_the_chronotype_unless_it_is_slept_through() -> None:
    lunch, night = (time(12), time(14)), (time(2), time(4))
    learned = Rhythm(BERLIN.zone, BERLIN.sleep, best=(night, lunch))
    assert usual_window(learned) == lunch
    start = datetime(2026, 3, 12, 12, 0, tzinfo=UTC)
    hours = Hours.of(learned, start - timedelta(days=1), start + timedelta(days=1))
    reason = explain(start, start + timedelta(minutes=30), learned, Diary.of(()), hours, Prefer())
    assert reason == "free afternoon, when you mostly get things done"

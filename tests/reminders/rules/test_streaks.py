"""Streaks: today may extend one, never break it; free days are stepped over; days are the person's own."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reminders.rules.streaks import FREE_DAYS_BRIDGED, DayTotal, completion_pct, filled, streak_days

TODAY = date(2026, 3, 11)


def days(pattern: str) -> list[DayTotal]:
    """One letter per day up to today: d = done, m = nothing done, h = half, - = nothing planned."""
    counts = {"d": (1, 1), "m": (0, 2), "h": (1, 2)}
    first = TODAY - timedelta(days=len(pattern) - 1)
    return [
        DayTotal(first + timedelta(days=number), *counts[letter])
        for number, letter in enumerate(pattern)
        if letter != "-"
    ]


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("", 0),
        ("d", 1),
        ("m", 0),
        ("dm", 1),  # today is still open
        ("dd", 2),
        ("mdd", 2),
        ("dmd", 1),
        ("dmm", 0),
        ("hh", 2),  # one task of two counts
        ("d--d", 2),  # free days are stepped over
        ("d--", 1),
        ("d" + "-" * FREE_DAYS_BRIDGED + "d", 2),
        ("d" + "-" * (FREE_DAYS_BRIDGED + 1) + "d", 1),
        ("d" + "-" * (FREE_DAYS_BRIDGED + 5), 0),
    ],
)
def test_a_streak_counts_back_from_today(pattern: str, expected: int) -> None:
    assert streak_days(days(pattern), TODAY) == expected


def test_a_frozen_day_neither_counts_nor_breaks() -> None:
    frozen = {TODAY - timedelta(days=1)}
    assert streak_days(days("dmd"), TODAY, frozen) == 2


def test_a_long_pause_keeps_the_streak() -> None:
    pause = {TODAY - timedelta(days=number) for number in range(1, 30)}
    assert streak_days(days("d" + "m" * 29 + "d"), TODAY, pause) == 2


@given(st.text(alphabet="dmh-", max_size=60))
def test_nothing_done_today_never_shortens_a_streak(pattern: str) -> None:
    assert streak_days(days(pattern + "m"), TODAY) == streak_days(days(pattern + "-"), TODAY)


@given(st.text(alphabet="dmh-", max_size=60))
def test_something_done_today_adds_exactly_one_day(pattern: str) -> None:
    assert streak_days(days(pattern + "d"), TODAY) == streak_days(days(pattern + "m"), TODAY) + 1


@given(st.integers(0, 200), st.integers(0, 200))
def test_a_hundred_percent_means_all_of_them(completed: int, missing: int) -> None:
    total = completed + missing
    assert 0 <= completion_pct(completed, total) <= 100
    assert (completion_pct(completed, total) == 100) == (total > 0 and missing == 0)


def test_a_heatmap_has_every_day_once_with_zeros_between() -> None:
    shown = filled(days("d-m"), TODAY - timedelta(days=3), TODAY)
    assert [(one.completed, one.total) for one in shown] == [(0, 0), (1, 1), (0, 0), (0, 2)]
    assert shown[-1].day == TODAY

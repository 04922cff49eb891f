"""Whatever a model returns and whoever lives the day: placed plans hold every hard rule."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reminders.rules.series import PlacedSeries
from tests.agents.fuzzed_plans import Case, broken_rules, draw_case, placed


@settings(max_examples=25)
@given(st.integers(0, 2**48))
def test_a_fuzzed_plan_in_a_random_life_breaks_no_hard_rule(seed: int) -> None:
    case = draw_case(random.Random(seed))
    assert broken_rules(case, placed(case)) == []


@pytest.mark.parametrize("kind", ["awake all day", "never at work", "works round the clock", "diary full"])
def test_the_hardest_lives_break_no_hard_rule(kind: str) -> None:
    for seed in range(3):
        case = draw_case(random.Random(seed), kind)
        assert broken_rules(case, placed(case)) == []


def test_a_full_diary_says_what_is_left_out() -> None:
    case = draw_case(random.Random(1), "diary full")
    result = placed(case)
    assert not any(one.occurrences for one in result)
    assert any(one.conflicts for one in result)


def test_the_rules_would_notice_a_broken_plan() -> None:
    """The judge itself: an occurrence in another's place, in sleep or beyond the end is reported."""
    case: Case = next(
        drawn
        for seed in range(50)
        if (drawn := draw_case(random.Random(seed))).rhythm.sleep and placed(drawn)[0].occurrences
    )
    (first, *_rest) = placed(case)
    night = next(iter(case.rhythm.nights(case.opens, case.closes)))[0]
    assert "sleep" in " ".join(broken_rules(case, [_with(first, night)]))
    beyond = case.closes + timedelta(days=2)
    assert "horizon" in " ".join(broken_rules(case, [_with(first, beyond)]))
    assert "double" in " ".join(broken_rules(case, [first, first]))


def _with(placed_series: PlacedSeries, start: datetime) -> PlacedSeries:
    return replace(placed_series, occurrences=(start,))

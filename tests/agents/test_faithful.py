"""A model's wording of what was found is used only when it says nothing else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.faithful import is_faithful

FACTS = "Monday 06:00-08:00 Monday 07:00 was missed three weeks running"


@pytest.mark.parametrize(
    "words",
    [
        "Monday mornings were missed three weeks running",
        "On Mondays at 7 it did not work out 3 times, perhaps it is too early",
        "This one hour on Mon is a hard one",
        "7:00 am is early",
    ],
)
def test_the_same_in_other_words(words: str) -> None:
    assert is_faithful(words, FACTS)


@pytest.mark.parametrize(
    "words",
    [
        "",
        "  ",
        "Tuesday mornings were missed three weeks running",
        "Monday 07:00 was missed four weeks running",
        "Monday 07:00 was missed 4 weeks running",
        "Monday and Friday mornings are hard",
        "Monday evenings are hard",
        "Mondays at 7 pm are hard",
        "You missed it 90 % of the time",
        "Weekends are hard",
        "You always miss it",
        "twice",
    ],
)
def test_something_else(words: str) -> None:
    assert not is_faithful(words, FACTS)


@given(st.text(max_size=80), st.text(max_size=80))
def test_whatever_is_written_gets_an_answer(words: str, facts: str) -> None:
    assert is_faithful(words, facts) in (True, False)


@given(st.text(min_size=1, max_size=80).filter(str.strip))
def test_the_facts_themselves_are_faithful(facts: str) -> None:
    assert is_faithful(facts, facts)

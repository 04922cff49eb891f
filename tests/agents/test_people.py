"""Names of people are found by what stands around them; what a plan is made of stays readable."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.privacy.folding import fold
from agents.privacy.people import _list, names_in


def found(text: str) -> list[str]:
    return [text[start:end] for start, end in names_in(text)]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("call Sarah Connor tomorrow at 6", ["Sarah Connor"]),
        ("call sarah connor tomorrow 6pm", ["sarah connor"]),
        ("CALL SARAH CONNOR", ["SARAH CONNOR"]),
        ("dinner with Ahmet and Li on Friday", ["Ahmet", "Li"]),
        ("dinner with Zorblax, Quuxine and Ahmet", ["Zorblax", "Quuxine", "Ahmet"]),
        ("Dinner With Zorblax Quux And Li", ["Zorblax Quux", "Li"]),
        ("mail Dr. Müller about the results", ["Müller"]),
        ("gift for my sister Ana", ["Ana"]),
        ("Tom's birthday on Saturday", ["Tom"]),
        ("tom’s birthday", ["tom"]),
        ("dinner with Tom'll be fun", ["Tom"]),
        ("Zorblax's birthday", ["Zorblax"]),
        ("pick up Zoë from school", ["Zoë"]),
        ("lunch with Jean-Luc and Ludwig van Beethoven", ["Jean-Luc", "Ludwig van Beethoven"]),
        ("my boss Priyanka Raghunathan said no", ["Priyanka Raghunathan"]),
        ("write to Mrs O'Brien", ["O'Brien"]),
        ("email sean o'connor the report", ["sean o'connor"]),
        ("ask ayşe yılmaz about the rent", ["ayşe yılmaz"]),
        ("call José, Ángel and 小明", ["José", "Ángel", "小明"]),
        ("my name is Xylophia Trent", ["Xylophia Trent"]),
        ("Hi Zorblax, can you come with Oğuz?", ["Zorblax", "Oğuz"]),
        ("I'm Zorblax", ["Zorblax"]),
        ("birthday of Jean-Baptiste on 14 July", ["Jean-Baptiste"]),
        ("Jane Doe called", ["Jane Doe"]),
        ("Zorblax here: call me", ["Zorblax"]),
        ("talk to Grace about Mark", ["Grace", "Mark"]),
        ("text grace", ["grace"]),
        ("coffee with May on 3 May", ["May"]),
    ],
)
def test_people_are_found(text: str, names: list[str]) -> None:
    assert found(text) == names


@pytest.mark.parametrize(
    "text",
    [
        "learn Spanish",
        "I want to run the Berlin marathon in May",
        "learn Ruby on Rails",
        "train for Ironman",
        "study with Duolingo",
        "prepare for the IELTS exam",
        "read War and Peace",
        "call mum tomorrow 6pm",
        "call the dentist on Monday",
        "will you remind me to mark exams",
        "coffee with may",
        "from May to June",
        "meet me at Starbucks",
        "Monday 18:00 Yoga (60 min)",
        "Thu 12 Mar 18:00 - Call mum (15 min)",
        "Prepare For Exam Next Week",
        "Good. What would you like to get done in the next six weeks?",
        "move Yoga from Monday to Tuesday",
        "flight from Paris to Milan",
        "Hi, I'm Flux. Call, I'll wait and I'd say we've time",
        "",
        "😀" * 20,
    ],
)
def test_what_a_plan_is_made_of_stays(text: str) -> None:
    assert found(text) == []


@given(st.text(max_size=300))
def test_places_are_in_order_and_inside_whatever_the_text(text: str) -> None:
    ends = [0]
    for start, end in names_in(text):
        assert ends[-1] <= start < end <= len(text)
        ends.append(end)


@pytest.mark.parametrize("piece", ["call Al ", "Bo, ", "Aa-", "'s", "Dr. ", "with and ", "a'"])
def test_ten_times_the_text_takes_about_ten_times_as_long(piece: str) -> None:
    names_in(piece)  # the lists are read
    started = time.perf_counter()
    names_in(piece * (40_000 // len(piece)))
    assert time.perf_counter() - started < 2, "more than linear"


def test_the_lists_agree_with_each_other() -> None:
    """A word in two of them would be judged by whichever is asked first."""
    names, words, never = (_list(name) for name in ("first_names", "also_words", "not_names"))
    assert not names & words
    assert not (names | words) & never
    assert all(fold(word) == word for word in names | words | never)

"""What takes weeks and what takes a moment, told apart by how it is wished for rather than by verbs one by one."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from agents.offline.aspirations import may_be_either, without_wish
from agents.offline.understand import understand
from reminders.rules.when import read_when
from reminders.rules.when.tokens import fold

ZONE = "Europe/London"
NOW = datetime(2026, 3, 11, 10, tzinfo=ZoneInfo(ZONE))  # a Wednesday

SAID = {
    "GOAL": """I want to be less late|I'd like to be calmer in the mornings|I want to get jacked
        |I want to understand opera|my big dream is to open a bakery|I wish I was better with money|I've always wanted to surf
        |we want to be closer again|could you help me get my weight down|help me with my anxiety|how do I become a better boss?
        |I want more energy|less screen time|better sleep|text my brother more often|go to the pool more
        |take my tablets more regularly|eat more fruit|snack less at night|stop doomscrolling in bed|get the attic in order
        |get my to-do lists under control|sort out my finances|plan our honeymoon|organise my move to Lisbon|renovate the whole kitchen
        |I want to paint a mural by the end of May|I hope to be debt free by next summer|I want to see my dad more often
        |I'd like to be in bed before midnight more often|I want to make peace with my brother|write 300 words a day|get more sleep
        |I want to do something for my back|can we work on my confidence?|I want to fix my sleep schedule""",
    "CREATE": """buy more milk|need to get more milk|I want to pick up the parcel|pay rent on the first
        |I want to finish the slides by thursday|I want to go to the gym tomorrow at 6|finish my tax return by friday|ask for more time on monday at 9
        |remind me to call grandma more often|send more invoices this afternoon|I should call the plumber|I want to see the dentist on tuesday
        |order a better charger|I'd like to have lunch with Ana on friday at 1|I want to tidy the desk tonight""",
    "OTHER": "I want to talk to a human|I want it|I want more|less|I want to cry|I need a word with you",
    "AFFIRM": "better|better this way|better now",
}  # fmt: skip
CASES = [(phrase.strip(), intent) for intent, phrases in SAID.items() for phrase in phrases.split("|")]


@pytest.mark.parametrize(("said", "intent"), CASES)
def test_a_wish_is_told_from_an_errand(said: str, intent: str) -> None:
    assert understand(said, NOW, ZONE).intent == intent


EITHER = "I want to paint the fence|i'd like to read the report|I want to write a letter to my aunt|visit japan in october|renew my passport in september"
CLEAR = "I want to buy a card|read the report|call mum tomorrow at 6|I need to clean the oven|I want to read the report tonight|visit gran on saturday"


@pytest.mark.parametrize("said", EITHER.split("|"))
def test_what_may_be_both_is_known_to_be_so(said: str) -> None:
    assert may_be_either(fold(said), read_when(said, NOW, ZONE).when, NOW)


@pytest.mark.parametrize("said", CLEAR.split("|"))
def test_an_errand_with_a_day_or_without_a_wish_is_never_asked_about(said: str) -> None:
    assert not may_be_either(fold(said), read_when(said, NOW, ZONE).when, NOW)


TITLES = {
    "just remind me at 8am tomorrow": "",
    "remind me to stretch at 8am and also not to remind me at 8am": "stretch",
    "remind me to call mum tomorrow but don't remind me today": "call mum",
}


@pytest.mark.parametrize(("said", "title"), TITLES.items())
def test_what_is_taken_back_is_no_part_of_the_title(said: str, title: str) -> None:
    read = understand(said, NOW, ZONE)
    assert read.slots["title"] == title
    assert "items" not in read.slots


def test_the_same_task_said_twice_is_one() -> None:
    said = "call mum at 5, buy milk at 6 and call mum at 5"
    assert [item["title"] for item in understand(said, NOW, ZONE).slots["items"]] == ["call mum", "buy milk"]


def test_a_choice_behind_ok_is_no_yes() -> None:
    assert understand("ok, just the French", NOW, ZONE).intent == "OTHER"
    assert understand("ok, just do it", NOW, ZONE).intent == "AFFIRM"


def test_sorry_is_small_talk_only_alone() -> None:
    read = [understand(said, NOW, ZONE).intent for said in ("sorry", "sorry, I forgot the run")]
    assert read == ["SMALLTALK", "MISSED"]


NAMES = """
    I should really drink more water => drink more water
    could you help me get my weight down => get my weight down
    how can I become a better manager? => become a better manager
    my new year's resolution is to cut down on wine => cut down on wine
    I've been trying to quit smoking => quit smoking
    I wish I could draw => draw
    can we work on my confidence? => work on my confidence
    Learn Spanish => Learn Spanish
    I'd like to read War and Peace => read War and Peace
"""


@pytest.mark.parametrize("line", NAMES.strip().splitlines())
def test_a_goal_is_named_without_its_wish(line: str) -> None:
    said, name = (part.strip() for part in line.split("=>"))
    assert without_wish(said) == name

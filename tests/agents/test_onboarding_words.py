"""Answers to the eleven questions in the forms people give them, and other wishes said in between."""

from __future__ import annotations

from collections.abc import Callable
from datetime import time

import pytest

from agents.nodes.onboarding_answers import clean_name, name_given
from storage.tables import User
from storage.users import profile_of
from tests.agents.conftest import Talk

ReadUser = Callable[[Talk], User]

NAMES = """
    you can call me Bee => Bee
    Call me Dr. K => Dr. K
    Robert but everyone calls me Bob => Bob
    it's Jo, nice to meet you => Jo
    Bee is fine => Bee
    hey, I'm Sam => Sam
    Mia please => Mia
    I go by Kit => Kit
    Jean-Luc :) => Jean-Luc
    my name is Anna Maria => Anna Maria
    im sam, i have adhd and im all over the place lol => sam
    I'm Sam and I have ADHD => Sam
    i'm Mary Jane - nice to finally meet you => Mary Jane
    I am Smith, John => Smith, John
    im sam lol => sam
"""
ROWS = [tuple(part.strip() for part in line.split("=>")) for line in NAMES.strip().splitlines()]


@pytest.mark.parametrize(("said", "name"), ROWS)
def test_the_name_is_taken_out_of_the_sentence(said: str, name: str) -> None:
    assert clean_name(said) == name


@pytest.mark.parametrize("said", ["call me at 5", "call me tomorrow", "call me back", "call me a cab"])
def test_to_be_called_is_no_name(said: str) -> None:
    assert not name_given(said)


def begun(newcomer: Talk, *answers: str) -> str:
    newcomer.say("hi")
    newcomer.tap("Start")
    for answer in answers:
        newcomer.say(answer)
    return newcomer.text


@pytest.mark.parametrize(
    "said", ["ok start", "hm ok, let's start", "sure", "yes please", "go ahead", "sounds good"]
)
def test_any_yes_begins_also_after_the_question_what_is_stored(newcomer: Talk, said: str) -> None:
    newcomer.say("what is this?")
    newcomer.tap("What do you store?")
    assert "1/11" in newcomer.say(said)


@pytest.mark.parametrize("said", ["what data do you keep about me", "what do you store", "what do you know?"])
def test_what_is_stored_can_be_asked_in_words_before_anything_else(newcomer: Talk, said: str) -> None:
    newcomer.say("hi")
    assert newcomer.say(said).startswith("I store what you tell me here")


def test_a_name_before_the_first_question_begins_them(newcomer: Talk, user_of: ReadUser) -> None:
    newcomer.say("hi")
    newcomer.tap("What do you store?")
    assert "2/11" in newcomer.say("call me Dr. K")
    assert profile_of(user_of(newcomer)).name == "Dr. K"


@pytest.mark.parametrize(
    ("said", "at"),
    [
        ("I get up at half past six", time(6, 30)),
        ("late, like 10", time(10)),
        ("seven thirty or so", time(7, 30)),
    ],
)
def test_getting_up_is_understood(newcomer: Talk, user_of: ReadUser, said: str, at: time) -> None:
    begun(newcomer, "Ann", said)
    assert profile_of(user_of(newcomer)).wake_time == at


@pytest.mark.parametrize(
    ("said", "bed", "wakes"),
    [
        ("11pm to 7am", time(23), time(7)),
        ("I sleep from 23:30 to 6:45", time(23, 30), time(6, 45)),
        ("I'm up 7am to 11pm", time(23), time(7)),
        ("1am - 9am", time(1), time(9)),
    ],
)
def test_a_whole_night_answers_both_questions(
    newcomer: Talk, user_of: ReadUser, said: str, bed: time, wakes: time
) -> None:
    begun(newcomer, "Ann", said)
    profile = profile_of(user_of(newcomer))
    assert (profile.bed_time, profile.wake_time) == (bed, wakes)
    assert "4/11 When do you work" in newcomer.text


def test_two_hours_of_one_morning_are_no_night(newcomer: Talk, user_of: ReadUser) -> None:
    begun(newcomer, "Ann", "between 7 and 8")
    assert profile_of(user_of(newcomer)).bed_time is None
    assert "3/11" in newcomer.text


@pytest.mark.parametrize(
    ("said", "at"),
    [
        ("half past midnight", time(0, 30)),
        ("around 11ish", time(23)),
        ("at about 23h", time(23)),
        ("2 in the morning", time(2)),
    ],
)
def test_going_to_bed_is_understood(newcomer: Talk, user_of: ReadUser, said: str, at: time) -> None:
    begun(newcomer, "Ann", "8", said)
    assert profile_of(user_of(newcomer)).bed_time == at


@pytest.mark.parametrize(
    ("said", "hours"),
    [
        ("mostly 8:30 till half four, tues to sat", "Tue-Sat, 08:30 to 16:30"),
        ("quarter to 9 until 5", "Mon-Fri, 08:45 to 17:00"),
        ("6 to 8pm on weekdays", "Mon-Fri, 18:00 to 20:00"),
    ],
)
def test_hours_with_halves_and_quarters(newcomer: Talk, said: str, hours: str) -> None:
    assert hours in begun(newcomer, "Ann", "7", "23:00", said)


UPTO_FIXED = ("Ann", "7", "23:00", "no", "evening", "Lisbon")


@pytest.mark.parametrize(
    ("said", "understood"),
    [
        ("football on wednesdays 6 to 8pm", "Football (Wed 18:00, 2 h)"),
        ("therapy every monday at 4", "Therapy (Mon 16:00, 1 h)"),
        ("tennis tuesdays half six", "Tennis (Tue 18:30, 1 h)"),
        ("wednesday dance 19:30-21:00", "Dance (Wed 19:30, 1 h 30)"),
        ("swimming sat and sun mornings at 9", "Swimming (Sat and Sun 09:00, 1 h)"),
    ],
)
def test_what_is_fixed_every_week_in_words(newcomer: Talk, said: str, understood: str) -> None:
    assert understood in begun(newcomer, *UPTO_FIXED, "home, the gym & my studio", said)


def test_places_lose_their_small_words(newcomer: Talk, user_of: ReadUser) -> None:
    begun(newcomer, *UPTO_FIXED, "mostly home, the gym & my studio")
    assert sorted(profile_of(user_of(newcomer)).locations) == ["gym", "home", "studio"]


def test_a_reminder_is_no_bed_time_and_the_questions_go_on_behind_it(
    newcomer: Talk, user_of: ReadUser
) -> None:
    said = begun(newcomer, "Ann", "6", "remind me to water the plants tomorrow at 8am")
    assert "which city" in said
    assert "7 o'clock reminder" in newcomer.say("wait, why do you need that?")
    assert "Thu 12 Mar 08:00 - Water the plants" in newcomer.say("Lisbon")
    assert "3/11" in newcomer.say("ok")
    assert profile_of(user_of(newcomer)).bed_time is None


def test_a_goal_said_while_a_reminder_is_open_is_kept(newcomer: Talk, user_of: ReadUser) -> None:
    begun(newcomer, *UPTO_FIXED, "pay rent on the first at 9")
    assert "keep that goal" in newcomer.say("I want to learn Spanish")
    assert profile_of(user_of(newcomer)).onboarding.held_goal == "I want to learn Spanish"


def test_a_goal_said_where_places_were_asked_is_no_place(newcomer: Talk, user_of: ReadUser) -> None:
    assert "7/11" in begun(newcomer, *UPTO_FIXED, "I'd like to sleep better")
    assert profile_of(user_of(newcomer)).locations == {}

"""Talking a task over before it is kept: another hour, another name, and what was left out."""

from __future__ import annotations

from typing import Any

import pytest

Talk = Any  # tests/agents/conftest.py


def day_of(text: str) -> str:
    """The weekday and date that a proposal begins with."""
    return " ".join(text.split()[:3])


@pytest.mark.parametrize(
    "said", ["7pm", "no, 7pm", "hmm make it 7pm instead", "19:00", "at 7 in the evening"]
)
def test_another_hour_keeps_the_day(talk: Talk, said: str) -> None:
    day = day_of(talk.say("lunch with Bo in three days at 12"))
    changed = talk.say(said)
    assert day_of(changed) == day
    assert "19:00 - Lunch with Bo" in changed


def test_another_day_is_counted_from_today(talk: Talk) -> None:
    tomorrow = day_of(talk.say("yoga tomorrow at 18:00"))
    talk.say("no")
    talk.say("yoga in three days at 18:00")
    assert day_of(talk.say("no, tomorrow at 18:00")) == tomorrow


def test_a_time_said_first_is_kept_for_the_title_said_next(talk: Talk) -> None:
    asked = talk.say("remind me in 20 minutes")
    assert "What shall I remind you of on" in asked
    assert "- Check the oven" in talk.say("to check the oven")


def test_the_question_for_a_title_can_be_left(talk: Talk) -> None:
    talk.say("remind me in 20 minutes")
    talk.tap("Leave it out")
    assert "Left out" in talk.text


def test_a_task_on_the_table_can_be_renamed(talk: Talk) -> None:
    talk.say("dentist tomorrow at 18:00")
    assert "- Doctor Who" in talk.say("rename to doctor Who")


def test_an_impossible_date_is_named(talk: Talk) -> None:
    assert "Is it something" not in talk.say("dentist on 31 February")
    assert "31" in talk.text or "February" in talk.text


def test_offered_times_come_in_order(talk: Talk) -> None:
    talk.say("water plants")
    moments = [choice.data.rsplit(":", 1)[-1] for reply in talk.replies for choice in reply.flat_choices][:2]
    assert moments == sorted(moments)


@pytest.mark.parametrize(
    ("said", "then"),
    [
        ("no, friday", "Fri 13 Mar 10:00"),
        ("not thursday, make it friday", "Fri 13 Mar 10:00"),
        ("and make it 11", "Thu 12 Mar 11:00"),
        ("make it 11:30", "Thu 12 Mar 11:30"),
        ("saturday please", "Sat 14 Mar 10:00"),
        ("rather on the 20th", "Fri 20 Mar 10:00"),
    ],
)
def test_a_day_alone_keeps_its_clock_and_a_clock_its_day(talk: Talk, said: str, then: str) -> None:
    talk.say("haircut thursday 10am")
    assert f"{then} - Haircut" in talk.say(said)


def test_a_day_that_is_refused_is_asked_for(talk: Talk) -> None:
    talk.say("haircut thursday 10am")
    assert talk.say("not thursday").endswith("When suits you instead?")


def test_another_day_for_a_weekly_series_moves_its_weekday(talk: Talk) -> None:
    talk.say("piano every thursday 18:00")
    changed = talk.say("no, friday")
    assert "Fri 13 Mar 18:00 - Piano" in changed
    assert "Fri at 18:00" in changed


def test_the_clock_beside_an_impossible_date_is_kept(talk: Talk) -> None:
    talk.say("dentist on 31 April at 9am")
    assert "Thu 30 Apr 09:00 - Dentist" in talk.say("30 April")


@pytest.mark.parametrize("said", ["k", "go", "kk", "nice", "save it", "yep", "ok go", "K!"])
def test_very_few_words_are_enough_for_a_task(talk: Talk, said: str) -> None:
    talk.say("call mum thursday 6pm")
    assert talk.say(said).startswith("Noted: Thu 12 Mar 18:00 - Call mum")


@pytest.mark.parametrize(
    ("said", "place"),
    [
        ("the first one is fine", 0),
        ("second", 1),
        ("the later one please", 1),
        ("i'll take the first", 0),
        ("either works", 0),
        ("you choose", 0),
        ("the earlier slot", 0),
        ("let's do the second one", 1),
    ],
)
def test_an_offered_time_is_named_by_its_place(talk: Talk, said: str, place: int) -> None:
    talk.say("renew my passport")
    label = talk.labels[place]
    assert f"Noted: {label} - Renew my passport" in talk.say(said)


def test_half_of_the_day_is_no_greeting_when_it_was_asked(talk: Talk) -> None:
    asked = talk.say("gym at 7 on friday")
    assert asked.startswith("Do you mean 7 in the morning or in the evening?")
    assert "Fri 13 Mar 19:00 - Gym" in talk.say("evening")


def test_a_yes_to_two_times_is_asked_which(talk: Talk) -> None:
    talk.say("renew my passport")
    assert talk.say("ok").startswith("Gladly, one of these.")


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("gym on friday at 6pm, no wait, 7pm", "Fri 13 Mar 19:00 - Gym"),
        ("dentist monday 10am, sorry tuesday", "Tue 17 Mar 10:00 - Dentist"),
        ("haircut fri 3pm no wait sat", "Sat 14 Mar 15:00 - Haircut"),
        ("call mum, no wait, call dad friday 6pm", "Fri 13 Mar 18:00 - Call dad"),
        (
            "so my aunt rang, the plumber comes on thursday, no wait she said friday, anyway remind me friday at 8am to let the plumber in",
            "Fri 13 Mar 08:00 - Let the plumber in",
        ),
        ("oh no, put it back: buy flowers saturday 11am", "Sat 14 Mar 11:00 - Buy flowers"),
        ("whatever. gym friday 6pm", "Fri 13 Mar 18:00 - Gym"),
        ("remnd me to call teh bank friday 10am", "Fri 13 Mar 10:00 - Call the bank"),
        ("put the recycling out friday 8pm", "Fri 13 Mar 20:00 - Put the recycling out"),
    ],
)
def test_what_is_meant_is_one_task(talk: Talk, said: str, kept: str) -> None:
    assert talk.say(said).startswith(kept)


def test_a_story_behind_a_saved_task_moves_it(talk: Talk) -> None:
    talk.say("let the plumber in friday 8am")
    talk.say("ok")
    assert "Fri 13 Mar 08:45" in talk.say("actually he comes at 9, make it 8:45")


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("ok but 7", "Thu 12 Mar 19:00 - Gym ("),
        ("sorry i meant saturday", "Sat 14 Mar 18:00 - Gym ("),
        ("the day after", "Fri 13 Mar 18:00 - Gym ("),
        ("every thursday", "Thu 12 Mar 18:00 - Gym ("),
        ("with Tom", "Thu 12 Mar 18:00 - Gym with Tom ("),
        ("it's called bouldering", "Thu 12 Mar 18:00 - Bouldering ("),
        ("no, yoga", "Thu 12 Mar 18:00 - Yoga ("),
        ("and swim on friday 7pm", "2. Fri 13 Mar 19:00 - Swim ("),
    ],
)
def test_a_short_answer_changes_only_what_it_names(talk: Talk, said: str, shown: str) -> None:
    talk.say("gym thursday 6pm")
    assert shown in talk.say(said)


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("so tired. remind me to pay rent friday 9am", "Fri 13 Mar 09:00 - Pay rent ("),
        ("i'm so stressed, i have to send the report friday 10am", "Fri 13 Mar 10:00 - Send the report ("),
        ("omg omg call the school tomorow 9am", "Thu 12 Mar 09:00 - Call the school ("),
        ("just a quick one: bins out thursday 8pm", "Thu 12 Mar 20:00 - Bins out ("),
        ("i was thinking i should ring the bank friday at 10am", "Fri 13 Mar 10:00 - Ring the bank ("),
        ("rmeind me to email teh landlord on firday 9am", "Fri 13 Mar 09:00 - Email the landlord ("),
    ],
)
def test_a_mood_around_a_task_is_no_part_of_its_name(talk: Talk, said: str, shown: str) -> None:
    assert shown in talk.say(said)


def test_a_noted_task_is_corrected_by_a_time_alone(talk: Talk) -> None:
    talk.say("dentist friday 3pm")
    talk.say("ok")
    assert "Dentist is on Fri 13 Mar 16:00 now" in talk.say("oh wait it's at 4")


def test_a_noun_alone_waits_for_its_time(talk: Talk) -> None:
    talk.say("milk")
    assert "Sat 14 Mar 10:00 - Milk" in talk.say("sat 10am")


def test_what_comes_to_it_with_a_time_of_its_own_is_a_task_of_its_own(talk: Talk) -> None:
    talk.say("call mum tomorrow 6pm")
    said = talk.say("also dentist tuesday 11am and pick up the parcel on monday")
    assert "1. Thu 12 Mar 18:00 - Call mum (15 min)" in said
    assert "Tue 17 Mar 11:00 - Dentist (30 min)" in said
    assert "Pick up the parcel" in said
    assert "Mum and dentist" not in said


@pytest.mark.parametrize("words", ["the second one", "one thing only", "both", "the other"])
def test_words_that_only_point_are_no_name_of_a_task(talk: Talk, words: str) -> None:
    talk.say(words)
    assert "Dentist" in talk.say("dentist friday 3pm")
    assert words not in talk.text.casefold()
    talk.say("no")
    talk.say(words)
    assert words not in talk.say("friday 3pm").casefold()


def test_a_reminder_for_a_day_of_quiet_says_that_it_will_not_be_heard(talk: Talk) -> None:
    talk.say("I'm on holiday until sunday")
    talk.say("call mum in two days at 18:00")
    assert "But I'm quiet through Sun" in talk.tap("OK")
    talk.say("dentist in three weeks at 18:00")
    assert "quiet" not in talk.tap("OK")


def test_what_two_tasks_meet_is_said_once(talk: Talk) -> None:
    talk.say("call mum tomorrow at 6pm for 30 min")
    talk.say("ok")
    said = talk.say("stretch tomorrow at 6pm and drink water tomorrow at 6:05pm")
    assert said.count("It overlaps with Call mum") == 1

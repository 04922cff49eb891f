"""People who do not talk as one would like: in pieces, at night, in other tongues, about everything at once."""

from __future__ import annotations

from datetime import time, timedelta

import pytest

from agents.plans.address import drops_goal
from agents.tasks.night_work import in_day_parts
from storage.profile import WorkHours
from tests.agents.conftest import Talk
from tests.agents.test_onboarding import begin, person, profile_of, skip_to, tasks

NIGHTS = WorkHours(start=time(21), end=time(7), days=["Monday", "Tuesday"])
OFFICE = WorkHours(start=time(9), end=time(17), days=["Monday"])


def test_a_question_that_is_not_answered_twice_lets_go_and_says_what_it_left(talk: Talk) -> None:
    talk.say("laundry")
    assert "When suits you?" in talk.say("hmm purple")
    assert "not noted" in talk.say("zebra crossing thing")
    assert not tasks(talk)


def test_a_time_that_has_passed_since_it_was_offered_is_offered_anew(talk: Talk) -> None:
    talk.say("laundry")
    talk.now += timedelta(days=3)
    shown = talk.tap(talk.replies[-1].flat_choices[0].label)
    assert "has passed meanwhile" in shown
    assert not tasks(talk)


@pytest.mark.parametrize("words", ["skip", "nvm", "later", "eh skip", "actually never mind", "not now"])
def test_a_task_on_the_table_can_be_waved_away(talk: Talk, words: str) -> None:
    talk.say("call mum tomorrow 6pm")
    assert "Left out" in talk.say(words)


@pytest.mark.parametrize("words", ["skip", "stop", "Stop."])
def test_a_bare_skip_never_takes_a_task_off(talk: Talk, words: str) -> None:
    talk.say("call mum tomorrow 6pm")
    talk.tap("OK")
    talk.say(words)
    assert [task.status for task in tasks(talk)] == ["pending"]


def test_several_times_are_corrected_by_name_on_their_own_day(talk: Talk) -> None:
    talk.say("clean the kitchen and call mum and pay rent tomorrow")
    shown = talk.say("rent at 10, mum 18:00")
    assert "Thu 12 Mar 18:00 - Call mum" in shown
    assert "Thu 12 Mar 10:00 - Pay rent" in shown


@pytest.mark.parametrize("words", ["dentist tomorrow at noon or 3", "call mum at 5pm or 6 tomorrow"])
def test_of_two_times_none_is_taken_at_a_guess(talk: Talk, words: str) -> None:
    assert "more than one time" in talk.say(words)
    assert not tasks(talk)


def test_a_place_beside_a_time_is_where_and_not_when(talk: Talk) -> None:
    assert "07:30 - Take vitamins" in talk.say("take vitamins when I get home at 7:30am every day")


@pytest.mark.parametrize(
    ("words", "cadence"),
    [
        ("water the plants every second day at 5pm", "Every other day at 17:00"),
        ("water the plants every 3 days at 5pm", "Every 3 days at 17:00"),
        ("water the plants every three weeks on friday 5pm", "Every 3 weeks on Fri"),
    ],
)
def test_a_series_is_said_as_often_as_it_comes(talk: Talk, words: str, cadence: str) -> None:
    assert cadence in talk.say(words)


def test_a_day_years_away_is_asked_about(talk: Talk) -> None:
    assert "two years" in talk.say("remind me in 5 years to renew my passport")


def test_a_task_between_the_questions_of_a_goal_is_noted_and_the_questions_go_on(talk: Talk) -> None:
    question = talk.say("I want to learn guitar").splitlines()[2]
    talk.say("wait also remind me to call the dentist tomorrow 3pm")
    shown = talk.tap("OK")
    assert "Noted: Thu 12 Mar 15:00" in shown
    assert question in shown


def test_another_goal_is_no_answer_to_a_question_about_this_one(talk: Talk) -> None:
    talk.say("I want to learn guitar")
    assert "Run 5 km" in talk.say("I want to run 5 km")


def test_a_goal_is_dropped_by_its_name_between_its_questions(talk: Talk) -> None:
    talk.say("i wanna learn guitar")
    assert "we leave it" in talk.say("cancel guitar")
    assert not drops_goal("cancel the dentist", "Learn guitar")


def test_an_aside_leaves_one_question_only(newcomer: Talk) -> None:
    begin(newcomer)
    newcomer.say("Ada")
    shown = newcomer.say("fuck off")
    assert len(newcomer.replies) == 1
    assert shown.count("?") == 1
    assert "2/11" in shown


@pytest.mark.parametrize("words", ["yes", "no", "ok", "👍", "😀"])
def test_an_answer_is_no_first_goal(newcomer: Talk, words: str) -> None:
    begin(newcomer)
    skip_to(newcomer, "first_goal")
    newcomer.say(words)
    assert "version 1" not in newcomer.text
    assert "first step" not in newcomer.text


def test_a_topic_that_is_not_understood_twice_is_left_open(newcomer: Talk) -> None:
    begin(newcomer)
    skip_to(newcomer, "chronotype")
    assert "5/11" in newcomer.say("brain fog and bees")
    shown = newcomer.say("the bees again")
    assert "leave that one" in shown
    assert "5/11" not in shown


def test_a_city_typed_too_early_is_kept(newcomer: Talk) -> None:
    begin(newcomer)
    newcomer.say("Priya")
    shown = newcomer.say("Sydney")
    assert "Sydney, so it is" in shown
    assert "2/11" in shown
    assert person(newcomer).timezone == "Australia/Sydney"


def test_a_zone_is_no_name_and_a_nickname_is(newcomer: Talk) -> None:
    begin(newcomer)
    assert "1/11" in newcomer.say("Europe/London")
    newcomer.say("jo but everyone calls me Jojo")
    assert profile_of(person(newcomer)).name == "Jojo"


def test_a_goal_among_the_working_hours_is_kept_for_later(newcomer: Talk) -> None:
    begin(newcomer)
    skip_to(newcomer, "work")
    assert "keep that goal" in newcomer.say("I want to learn guitar and never stop")


def test_a_place_nobody_knows_is_asked_for_twice_at_most(newcomer: Talk) -> None:
    newcomer.say("call mum tomorrow 6pm")
    assert "don't know that place" in newcomer.say("purple")
    assert "without a reminder" in newcomer.say("zebra")


def test_before_and_after_a_night_shift_are_the_evening_and_the_morning() -> None:
    assert in_day_parts("move it to before my shift", NIGHTS) == "move it to the evening"
    assert in_day_parts("run after work", NIGHTS) == "run in the morning"
    assert in_day_parts("run before work", OFFICE) == "run before work"
    assert in_day_parts("run before work", None) == "run before work"


def test_too_much_at_once_is_answered_kindly_and_nagging_is_no_medicine(talk: Talk) -> None:
    assert "smaller" in talk.say("ugh my brain")
    assert "smaller" in talk.say("I feel like I'm failing at everything")
    assert "medicine" not in talk.say("stop reminding me about meds")


def test_a_task_that_is_a_verb_cannot_be_done_on_its_day(week: Talk) -> None:
    said = week.say("I can't run tomorrow")
    assert said.startswith("Easy run, now Thu 12 Mar 07:30.")


def test_several_days_at_once_are_no_time(week: Talk) -> None:
    said = week.say("move easy run to tuesday, thursday and saturday at 6:30, all future")
    assert said.startswith("I move a task to one day at a time")
    assert "morning or in the evening" not in said

"""Getting to know people who shrug, ask back, change their mind, or only wanted a reminder."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from storage.tables import User
from storage.users import profile_of

Talk = Any  # tests/agents/conftest.py
ReadUser = Callable[[Talk], User]
UPTO_WORK = ("Ann", "7", "23:00")


def asked(newcomer: Talk, *answers: str) -> str:
    newcomer.say("hi")
    newcomer.tap("Start")
    for answer in answers:
        newcomer.say(answer)
    return newcomer.text


@pytest.mark.parametrize("shrug", ["depends", "no", "no idea", "I don't know", "it varies a lot", "dunno"])
def test_a_shrug_about_the_night_is_offered_a_usual_time(newcomer: Talk, shrug: str) -> None:
    assert "Shall I take 07:00" in asked(newcomer, "Ann", shrug)


@pytest.mark.parametrize("agreement", ["skip", "yes", "ok", "👍"])
def test_the_usual_time_can_be_agreed_to_in_words(newcomer: Talk, agreement: str) -> None:
    assert "3/11" in asked(newcomer, "Ann", "skip", agreement)


def test_all_questions_can_be_skipped_by_typing_skip(newcomer: Talk, user_of: ReadUser) -> None:
    asked(newcomer, *["skip"] * 16)
    assert user_of(newcomer).onboarded


@pytest.mark.parametrize("question", ["why?", "Why do you ask", "what for?", "what do you need that for?"])
def test_a_question_in_return_gets_its_reason_and_the_question_again(newcomer: Talk, question: str) -> None:
    assert asked(newcomer, "Ann", question).startswith("So that I never wake you")
    assert "2/11" in newcomer.text


@pytest.mark.parametrize("word", ["yes", "ok", "why?", "no", "🙂"])
def test_small_words_are_nobodys_name(newcomer: Talk, user_of: ReadUser, word: str) -> None:
    asked(newcomer, word)
    assert profile_of(user_of(newcomer)).name is None


@pytest.mark.parametrize(
    ("said", "hours"),
    [
        ("nine to five, monday to friday", "Mon-Fri, 09:00 to 17:00"),
        ("I work nights, 22 to 6", "Mon-Fri, 22:00 to 06:00"),
        ("10 to 6", "Mon-Fri, 10:00 to 18:00"),
        ("between 8 and 4 on weekdays", "Mon-Fri, 08:00 to 16:00"),
    ],
)
def test_work_is_understood_in_words(newcomer: Talk, said: str, hours: str) -> None:
    assert hours in asked(newcomer, *UPTO_WORK, said)


def test_a_reminder_typed_where_the_zone_was_asked_is_kept_and_its_time_is_no_zone(newcomer: Talk) -> None:
    newcomer.say("hi")
    newcomer.tap("Just a reminder")
    assert "which city" in newcomer.say("call mum tomorrow 6pm")
    assert "18:00 - Call mum" in newcomer.say("London")


@pytest.mark.parametrize("refusal", ["no", "skip", "never mind", "[Not now]"])
def test_the_zone_question_can_be_left(newcomer: Talk, refusal: str) -> None:
    newcomer.say("hi")
    newcomer.tap("Just a reminder")
    if refusal.startswith("["):
        newcomer.tap(refusal.strip("[]"))
    else:
        newcomer.say(refusal)
    assert "No problem" in newcomer.text


def test_a_watch_still_tells_the_zone(newcomer: Talk, user_of: ReadUser) -> None:
    newcomer.say("hi")
    newcomer.tap("Just a reminder")
    local = f"{(newcomer.now.hour + 3) % 24}:{newcomer.now.minute:02d}"
    newcomer.say(f"it's {local} here right now")
    assert user_of(newcomer).timezone == "Etc/GMT-3"


def test_somebody_who_only_wants_reminders_is_answered_and_not_greeted_twice(newcomer: Talk) -> None:
    newcomer.say("hi")
    newcomer.tap("Just a reminder")
    newcomer.say("London")
    assert "Nothing is planned" in newcomer.say("what's today?")
    assert "welcome" in newcomer.say("thanks")
    assert "Hi, I'm Flux" not in newcomer.say("hello")
    assert "1/11" in newcomer.say("I want to learn Spanish")


def test_the_agenda_can_be_asked_for_between_two_questions(newcomer: Talk) -> None:
    asked(newcomer, "Ann")
    assert "Nothing is planned" in newcomer.say("what's today?")
    assert "2/11" in newcomer.text, "and the open question is put again"


def test_a_number_given_later_is_proved_like_any_other(newcomer: Talk, user_of: ReadUser) -> None:
    asked(newcomer, *["skip"] * 16)
    assert user_of(newcomer).onboarded
    assert "code" in newcomer.say("my number is +49 170 1234567")
    assert "how may I reach you" in newcomer.say("4711")
    assert user_of(newcomer).phone_verified
    newcomer.say("both")
    assert user_of(newcomer).whatsapp_opt_in_at is not None


def test_a_new_code_can_be_asked_for_with_a_yes_and_left_with_a_no(newcomer: Talk) -> None:
    asked(newcomer, *["skip"] * 16)
    newcomer.say("my number is +49 170 1234567")
    for _ in range(5):
        newcomer.say("1234")
    assert "Shall I send a new one?" in newcomer.text
    newcomer.say("yes")
    assert len(newcomer.verifier.sent) == 2
    assert "No problem" in newcomer.say("no")


@pytest.mark.parametrize(
    ("said", "echo"),
    [
        (
            "choir thursdays 7pm 90 min and therapy every other tuesday at 5pm",
            "Choir (Thu 19:00, 1 h 30) and Therapy (every other Tue 17:00, from 17 Mar, 1 h)",
        ),
        ("swim mon and wed 18:00, yoga fri 9:00", "Swim (Mon and Wed 18:00, 1 h) and Yoga (Fri 09:00, 1 h)"),
        ("gym mon 18:00 and wed 19:00", "Gym (Mon 18:00, 1 h) and Gym (Wed 19:00, 1 h)"),
        ("choir thu 7pm, 90 min", "Choir (Thu 19:00, 1 h 30)"),
    ],
)
def test_several_commitments_in_one_breath_are_kept_apart(newcomer: Talk, said: str, echo: str) -> None:
    rest = ("none", "Morning", "Berlin", "none")
    assert f"I'll plan around {echo}." in asked(newcomer, *UPTO_WORK, *rest, said)


@pytest.mark.parametrize(
    ("said", "called"),
    [
        ("it's Robin but friends say Rob", "Rob"),
        ("Elizabeth, but please call me Liz", "Liz"),
        ("Butler", "Butler"),
    ],
)
def test_the_name_that_friends_use_is_used(newcomer: Talk, user_of: ReadUser, said: str, called: str) -> None:
    asked(newcomer, said)
    assert profile_of(user_of(newcomer)).name == called


def test_a_bedtime_in_the_afternoon_has_to_be_said_plainly(newcomer: Talk, user_of: ReadUser) -> None:
    assert "3/11" in asked(newcomer, "Ann", "6", "6:30")
    newcomer.say("18:30")
    assert str(profile_of(user_of(newcomer)).bed_time) == "18:30:00"

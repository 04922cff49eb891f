"""Onboarding: eleven questions in any mood, and what a person came for is never lost."""

from __future__ import annotations

from datetime import time, timedelta
from typing import Any

from sqlalchemy import select

from storage.tables import Identity, Message, Task, User
from storage.users import preferences_of, profile_of
from storage.vocabulary import ONBOARDING_TOPICS, Chronotype

Talk = Any  # tests/agents/conftest.py


def person(talk: Talk) -> User:
    with talk.database.service() as session:
        return session.get_one(User, talk.user_id)


def tasks(talk: Talk) -> list[Task]:
    with talk.database.service() as session:
        found = select(Task).where(Task.user_id == talk.user_id).order_by(Task.scheduled_at)
        return list(session.scalars(found))


def begin(talk: Talk) -> None:
    talk.say("/start")
    talk.tap("Start")


def skip_to(talk: Talk, topic: str) -> None:
    """Answer whatever comes in the shortest way until this topic is asked."""
    wanted = f"{ONBOARDING_TOPICS.index(topic) + 1}/11"
    wanted = "10/10" if topic == "first_goal" else wanted  # without a number there is one question less
    short = {"2/11": "7:00", "3/11": "23:00", "6/11": "Berlin"}
    for _ in range(12):
        number = next(word for word in talk.text.split() if word.endswith(("/11", "/10")))
        if number == wanted:
            return
        talk.say(short.get(number, "skip"))
    raise AssertionError(f"never asked {wanted}")


def test_the_first_contact_says_who_it_is_and_gives_an_example(newcomer: Talk) -> None:
    shown = newcomer.say("/start")
    assert "Flux" in shown
    assert "call mum" in shown
    assert newcomer.labels == ["Start", "Just a reminder", "What do you store?"]


def test_all_eleven_topics_are_asked_in_order_and_end_in_a_known_person(newcomer: Talk) -> None:
    begin(newcomer)
    answers = [
        ("1/11", "I'm Ada"),
        ("2/11", "half six"),
        ("3/11", "[23:00]"),
        ("4/11", "9 to 5 mon-fri"),
        ("5/11", "[Morning]"),
        ("6/11", "[Berlin]"),
        ("7/11", "home, office, gym"),
        ("8/11", "yoga tue 18:00 60 min; choir thursdays 7pm"),
        ("9/11", "+49 170 1234567"),
        ("code", "4711"),
        ("10/11", "[WhatsApp and calls]"),
        ("11/11", "I want to run 5 km"),
    ]
    for expected, answer in answers:
        assert expected in newcomer.text
        if answer.startswith("["):
            newcomer.tap(answer.strip("[]"))
        else:
            newcomer.say(answer)

    user, profile = person(newcomer), profile_of(person(newcomer))
    assert user.onboarded
    assert user.timezone == "Europe/Berlin"
    assert (profile.name, profile.wake_time, profile.bed_time) == ("Ada", time(6, 30), time(23))
    assert profile.sleep_window is not None
    assert profile.work_hours is not None
    assert profile.work_hours.days == ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday"]
    assert profile.chronotype is Chronotype.MORNING
    assert set(profile.locations) == {"home", "office", "gym"}
    assert user.phone_verified
    assert user.whatsapp_opt_in_at is not None
    assert preferences_of(user).calls_opted_in
    assert "Run 5 km" in newcomer.text  # the goal's first question came at once


def test_fixed_commitments_become_six_weeks_of_tasks(newcomer: Talk) -> None:
    begin(newcomer)
    skip_to(newcomer, "commitments")
    newcomer.say("yoga tue 18:00 60 min; choir thursdays 7pm")
    newcomer.say("skip")
    newcomer.say("skip")
    rows = tasks(newcomer)
    titles = [row.title for row in rows]
    assert titles.count("Yoga") == 6
    assert titles.count("Choir") == 6
    assert {row.duration_minutes for row in rows} == {60}
    assert rows[0].scheduled_at.isoformat() == "2026-03-12T18:00:00+00:00"  # choir: 19:00 in Berlin


def test_a_proved_number_becomes_an_address_for_whatsapp_and_calls(newcomer: Talk) -> None:
    begin(newcomer)
    skip_to(newcomer, "phone")
    newcomer.say("+49 170 1234567")
    newcomer.say("1234")
    assert "isn't the code" in newcomer.text
    assert not person(newcomer).phone_verified
    newcomer.say("4711")
    with newcomer.database.service() as session:
        found = session.scalars(select(Identity).where(Identity.user_id == newcomer.user_id)).all()
        written = session.scalars(select(Message.content)).all()
    assert {identity.channel for identity in found} == {"telegram", "whatsapp", "call"}
    assert not any("4711" in content for content in written)


def test_a_code_is_dead_after_five_wrong_tries_and_only_three_are_sent_an_hour(newcomer: Talk) -> None:
    begin(newcomer)
    skip_to(newcomer, "phone")
    newcomer.say("+49 170 1234567")
    for _ in range(5):
        newcomer.say("0000")
    assert "tried too often" in newcomer.say("4711")
    newcomer.tap("Send again")
    newcomer.tap("Send again")
    assert "as many codes as I may" in newcomer.tap("Send again")
    assert len(newcomer.verifier.sent) == 3
    newcomer.now += timedelta(hours=1)
    newcomer.tap("Send again")
    newcomer.say("4711")
    assert person(newcomer).phone_verified


def test_a_number_without_country_code_or_one_that_takes_no_code_is_asked_again(newcomer: Talk) -> None:
    begin(newcomer)
    skip_to(newcomer, "phone")
    assert (
        newcomer.say("0170 1234567").count("country code") == 1
    )  # said once, not above and below the question
    assert "Another number" in newcomer.say("+999 123 456 789")
    newcomer.tap("Skip")
    assert (
        "10/10" in newcomer.text
    )  # consent is only asked for a proved number, so no question is jumped over


def test_what_planning_needs_is_offered_as_a_default_when_skipped(newcomer: Talk) -> None:
    begin(newcomer)
    skip_to(newcomer, "wake_time")
    newcomer.tap("Skip")
    assert newcomer.labels == ["Take 07:00", "I'll type it", "Back"]
    newcomer.tap("Take 07:00")
    assert profile_of(person(newcomer)).wake_time == time(7)
    assert "3/11" in newcomer.text


def test_back_asks_the_topic_before_again(newcomer: Talk) -> None:
    begin(newcomer)
    newcomer.say("Ada")
    newcomer.tap("06:30")
    newcomer.tap("Back")
    assert "2/11" in newcomer.text
    newcomer.tap("08:00")
    assert profile_of(person(newcomer)).wake_time == time(8)
    assert "3/11" in newcomer.text


def test_a_person_who_comes_back_days_later_goes_on_where_they_stopped(newcomer: Talk) -> None:
    begin(newcomer)
    newcomer.say("Ada")
    newcomer.now += timedelta(days=5)
    assert "07:15, got it" in newcomer.say("7:15")
    assert "3/11" in newcomer.text


def test_a_goal_typed_at_first_contact_is_kept_and_planned_at_the_end(newcomer: Talk) -> None:
    newcomer.say("I want to run 5 km")
    assert "kept your goal" in newcomer.text
    newcomer.tap("Start")
    skip_to(newcomer, "phone")
    newcomer.say("skip")
    assert person(newcomer).onboarded
    assert "Run 5 km" in newcomer.text


def test_just_a_reminder_needs_the_zone_alone(newcomer: Talk) -> None:
    newcomer.say("call mum tomorrow 6pm")
    assert "Which city" in newcomer.text or "which city" in newcomer.text
    newcomer.say("Berlin")
    assert "Thu 12 Mar 18:00 - Call mum" in newcomer.text
    newcomer.tap("OK")
    (row,) = tasks(newcomer)
    assert row.scheduled_at.isoformat() == "2026-03-12T17:00:00+00:00"
    assert not person(newcomer).onboarded
    newcomer.say("start")
    assert "1/11" in newcomer.text


def test_an_answer_that_makes_no_sense_is_asked_again_without_the_old_echo(newcomer: Talk) -> None:
    begin(newcomer)
    newcomer.say("Ada")
    shown = newcomer.say("purple")
    assert "2/11" in shown
    assert "Nice to meet you" not in shown


def test_a_name_with_markup_is_kept_as_plain_text(newcomer: Talk) -> None:
    begin(newcomer)
    newcomer.say("<b>Ada</b> *_[x](http://evil.example)")
    assert profile_of(person(newcomer)).name == "<b>Ada</b> *_[x](http://evil.example)"


def test_an_old_button_is_recognised_and_changes_nothing(newcomer: Talk) -> None:
    begin(newcomer)
    newcomer.say("Ada")
    old = newcomer.replies[0]
    newcomer.tap("06:30")
    shown = newcomer.tap("08:00", of=old)
    assert "older message" in shown
    assert "3/11" in shown
    assert profile_of(person(newcomer)).wake_time == time(6, 30)

"""Moving in words: one task, a series, a whole day, and two that change places."""

from __future__ import annotations

import pytest

from tests.agents.weeks import Talk, at, pending, plan


@pytest.mark.parametrize(
    ("said", "title", "then"),
    [
        ("move the dentist to Friday 3pm", "Dentist", "Fri 13 15:00"),
        ("postpone the dentist by a week", "Dentist", "Fri 20 11:00"),
        ("move the dentist an hour later", "Dentist", "Fri 13 12:00"),
        ("bring yoga forward by a day", "Yoga", "Fri 13 10:00"),
        ("push back yoga half an hour", "Yoga", "Sat 14 10:30"),
        ("can we do yoga on Sunday at 11am instead", "Yoga", "Sun 15 11:00"),
        ("make the call to mum 7pm", "Call mum", "Thu 12 19:00"),
        ("can the dentist be on Monday at 11?", "Dentist", "Mon 16 11:00"),
        ("could yoga be an hour later", "Yoga", "Sat 14 11:00"),
        ("could the call to mum be moved to 7pm?", "Call mum", "Thu 12 19:00"),
    ],
)
def test_a_move_to_a_free_moment_is_made_at_once(week: Talk, said: str, title: str, then: str) -> None:
    assert week.say(said).startswith("Moved: ")
    assert pending(week, title) == [then]
    week.tap("Undo")
    assert pending(week, title) != [then]


@pytest.mark.parametrize(
    ("said", "day", "hours"),
    [
        ("move yoga to Sunday", "Sun 15 Mar", range(8, 22)),
        ("move tomorrow's run to the evening", "Thu 12 Mar", range(17, 23)),
        ("bring the dentist forward", "Fri 13 Mar", range(7, 11)),
    ],
)
def test_a_rough_time_brings_three_times_with_reasons(week: Talk, said: str, day: str, hours: range) -> None:
    week.say(said)
    offers = [label for label in week.labels if label.startswith(day)]
    assert 2 <= len(offers) <= 3
    assert all(int(label[-5:-3]) in hours for label in offers)
    assert all(f"{label} - " in week.text for label in offers)
    assert pending(week) == pending(week)


def test_the_usual_hour_of_another_day_is_among_the_offers(week: Talk) -> None:
    week.say("move yoga to Sunday")
    assert "Sun 15 Mar 10:00" in week.labels


def test_a_time_that_is_taken_is_refused_by_name_and_near_ones_are_offered(week: Talk) -> None:
    said = week.say("move the dentist to Thursday 6pm")
    assert "Thu 12 Mar 18:00 doesn't work: Call mum is there." in said
    assert all(label.startswith("Thu 12 Mar") for label in week.labels[:3])


def test_nothing_moves_into_sleep(week: Talk) -> None:
    assert "asleep" in week.say("move yoga to Saturday 2am")
    assert pending(week, "Yoga") == ["Sat 14 10:00"]


def test_of_a_series_it_is_asked_and_just_this_one_leaves_the_rest(week: Talk) -> None:
    week.say("move my run to Friday 8am")
    assert week.labels[:2] == ["Just this one", "All future"]
    week.say("just this one")
    assert pending(week, "Easy run") == [
        "Fri 13 08:00",
        "Mon 16 07:30",
        "Thu 19 07:30",
        "Mon 23 07:30",
        "Thu 26 07:30",
    ]


def test_all_future_of_a_weekday_leaves_the_other_weekday(week: Talk) -> None:
    week.say("move my Monday run to Tuesday from now on")
    week.tap("Tue 17 Mar 07:30")
    assert "all later ones with it" in week.text
    assert pending(week, "Easy run") == [
        "Thu 12 07:30",
        "Tue 17 07:30",
        "Thu 19 07:30",
        "Tue 24 07:30",
        "Thu 26 07:30",
    ]
    week.say("undo")
    assert "and one more is back too" in week.text
    assert "Mon 16 07:30" in pending(week, "Easy run")


def test_from_now_on_needs_no_question(week: Talk) -> None:
    week.say("from now on run at 9am")
    assert {when[-5:] for when in pending(week, "Easy run")} == {"09:00"}


def test_a_question_about_one_of_a_series_asks_which_are_meant(week: Talk) -> None:
    before = pending(week, "Easy run")
    assert "Just this one, or all future ones?" in week.say("can the run on monday be at 10?")
    assert pending(week, "Easy run") == before
    week.tap("Just this one")
    assert pending(week, "Easy run") == [before[0], "Mon 16 10:00", *before[2:]]


def test_what_cannot_be_moved_is_no_move(week: Talk) -> None:
    before = pending(week)
    assert "Free for you" not in week.say("can yoga be cancelled on sunday?")
    assert pending(week) == before


def test_several_days_at_once_are_answered_with_what_works(week: Talk) -> None:
    before = pending(week)
    said = week.say("move the dentist and yoga to monday and wednesday")
    assert said == "Which one on which day? One at a time works, for example: move Dentist to Monday."
    assert pending(week) == before
    assert "Mon 16 Mar" in week.say("move Dentist to Monday")


def test_today_and_tomorrow_mean_just_that_one(week: Talk) -> None:
    week.say("move tomorrow's run to 9am")
    assert pending(week, "Easy run")[:2] == ["Thu 12 09:00", "Mon 16 07:30"]


def test_it_is_what_was_spoken_of_last(week: Talk) -> None:
    week.say("move call mum to Saturday")
    week.say("actually make it 7pm")
    assert pending(week, "Call mum") == ["Thu 12 19:00"]
    week.say("change it to Sunday 5pm")
    assert pending(week, "Call mum") == ["Sun 15 17:00"]
    week.say("rename it to call dad")
    assert pending(week, "Call dad") == ["Sun 15 17:00"]


def test_seven_alone_is_asked_about(week: Talk) -> None:
    week.say("move yoga to Sunday 11am")
    week.say("actually make it 7")
    assert week.labels[:2] == ["Sun 15 Mar 07:00", "Sun 15 Mar 19:00"]


def test_which_one_is_answered_by_name_and_the_time_said_before_holds(week: Talk) -> None:
    plan(week, "Call dad", at(15, "18:00"))
    week.say("move the call to Monday 5pm")
    assert "Which one" in week.text
    week.say("dad")
    assert pending(week, "Call dad") == ["Mon 16 17:00"]


def test_an_answer_that_names_nothing_is_asked_about_once_and_then_left(week: Talk) -> None:
    plan(week, "Call dad", at(15, "18:00"))
    week.say("move the call to Monday 5pm")
    assert "I couldn't tell" in week.say("the blue one")
    assert not week.labels or "Leave it" in week.labels
    assert "everything stays" in week.say("the green one")
    assert week.labels == []


def test_everything_of_a_day_moves_together_and_goes_home_together(week: Talk) -> None:
    before = pending(week)
    said = week.say("push everything tomorrow by an hour")
    assert "Easy run: Thu 12 Mar 08:30" in said
    assert pending(week) == before
    week.say("yes")
    assert pending(week)[:2] == ["Thu 12 08:30 Easy run", "Thu 12 19:00 Call mum"]
    week.say("put it back")
    assert pending(week) == before


def test_two_change_places(week: Talk) -> None:
    week.say("swap the dentist and yoga")
    week.tap("Yes, move them")
    assert pending(week)[2:4] == ["Fri 13 11:00 Yoga", "Sat 14 10:00 Dentist"]
    week.say("undo")
    assert pending(week)[2:4] == ["Fri 13 11:00 Dentist", "Sat 14 10:00 Yoga"]


def test_an_empty_day_has_nothing_to_move(week: Talk) -> None:
    assert "Nothing is planned there" in week.say("push everything today by an hour")
    assert "Nothing is planned there" in week.say("I can't make it tonight")


def test_a_day_on_which_it_is_not_is_named(week: Talk) -> None:
    assert "There is no Yoga on that day" in week.say("move Monday's yoga to Sunday")


def test_a_new_task_that_sounds_like_a_new_name_is_a_new_task(week: Talk) -> None:
    assert "Thu 12 Mar 17:00 - Call mum to ask" in week.say("call mum to ask about dinner tomorrow at 5pm")
    week.say("ok")
    assert len(pending(week)) == 9

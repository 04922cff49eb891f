"""Taken off and ticked off in words, by name, day or number; and what waits for a place."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from storage.tables import Task
from storage.vocabulary import TaskStatus
from tests.agents.weeks import Talk, at, pending, plan

# ------------------------------------------------------------------ taking off


@pytest.mark.parametrize(
    ("said", "gone"),
    [
        ("cancel the dentist on Friday", ["Fri 13 11:00 Dentist"]),
        ("skip the next run", ["Thu 12 07:30 Easy run"]),
        ("skip this week's runs", ["Thu 12 07:30 Easy run"]),
        ("take yoga off my list", ["Sat 14 10:00 Yoga"]),
        ("cancel everything on Friday", ["Fri 13 11:00 Dentist"]),
    ],
)
def test_one_is_taken_off_at_once_and_comes_back(week: Talk, said: str, gone: list[str]) -> None:
    before = pending(week)
    assert week.say(said).startswith("Taken off")
    assert [one for one in before if one not in pending(week)] == gone
    week.say("undo")
    assert pending(week) == before


@pytest.mark.parametrize(
    ("said", "count"),
    [
        ("delete all my tasks", 8),
        ("cancel everything tomorrow", 2),
        ("cancel the dentist and yoga", 2),
        ("skip next week's runs", 2),
    ],
)
def test_more_than_one_is_asked_first(week: Talk, said: str, count: int) -> None:
    before = pending(week)
    week.say(said)
    assert week.labels == [f"Yes, take off {count}", "Keep them"]
    assert pending(week) == before
    week.say("yes")
    assert len(pending(week)) == len(before) - count
    week.say("undo")
    assert pending(week) == before


def test_a_month_keeps_the_rest_of_the_series(week: Talk) -> None:
    week.say("remove all the runs in April")
    assert len(pending(week, "Easy run")) == 5
    assert "Enjoy the break" not in week.say("don't remind me of yoga any more")
    assert pending(week, "Yoga") == []


def test_a_number_is_a_line_of_what_was_listed_last(week: Talk) -> None:
    week.say("what's on tomorrow?")
    week.say("move 2 to Friday 5pm")
    assert pending(week, "Call mum") == ["Fri 13 17:00"]
    week.say("what's on tomorrow?")
    week.say("cancel 1")
    week.say("just this one")
    assert pending(week, "Easy run")[0] == "Mon 16 07:30"


def test_each_part_of_an_and_has_its_own_day(week: Talk) -> None:
    week.say("cancel call mum tomorrow and the dentist")
    assert week.labels == ["Yes, take off 2", "Keep them"]
    assert "One at a time" in week.say("move call mum to Friday and yoga to Sunday")


def test_a_series_dropped_for_good_goes_without_a_question(week: Talk) -> None:
    assert "all 5 of Easy run" in week.say("drop the run for good")
    assert pending(week, "Easy run") == []


def test_what_is_not_there_brings_what_is(week: Talk) -> None:
    assert "I don't find that" in week.say("cancel the opera on Thursday")
    assert "Keep it" in week.labels
    week.say("keep it")
    assert len(pending(week)) == 8


def test_skipping_a_day_without_it_asks_for_the_next(week: Talk) -> None:
    assert "There is no Easy run on that day" in week.say("skip Friday's run")
    week.say("yes")
    assert pending(week, "Easy run")[0] == "Mon 16 07:30"


# ------------------------------------------------------------------ ticking off


@pytest.mark.parametrize(
    ("said", "done"),
    [
        ("mark the run done", ["Easy run"]),
        ("I did the run and the call", ["Call mum", "Easy run"]),
        ("done with 2", ["Call mum"]),
        ("I finished my run", ["Easy run"]),
    ],
)
def test_what_was_named_is_done(week: Talk, said: str, done: list[str]) -> None:
    week.now = at(12, "12:00")
    week.say(said)
    with week.database.service() as session:
        titles = session.scalars(select(Task.title).where(Task.status == TaskStatus.DONE)).all()
    assert sorted(titles) == done


@pytest.mark.parametrize("question", ["move my meds", "cancel something", "move the dentist"])
def test_what_was_done_is_heard_while_something_else_is_asked(week: Talk, question: str) -> None:
    plan(week, "Take my meds", at(11, "10:05"))
    week.say(question)
    assert week.say("i took my meds").startswith("Done 10:00 - Take my meds.")
    assert pending(week, "Take my meds") == []


# ------------------------------------------------------------------ places


@pytest.mark.parametrize(
    ("said", "title", "trigger"),
    [
        ("remind me when I leave home to take the keys", "Take the keys", "away_from_home"),
        ("when I get to the office, mail Tom", "Mail Tom", "at_office"),
        ("next time I'm at the supermarket buy eggs", "Buy eggs", "at_supermarket"),
        ("buy milk on the way home", "Buy milk", "away_from_work"),
        ("water the plants once I'm back home", "Water the plants", "at_home"),
    ],
)
def test_a_task_for_a_place_waits_for_it(talk: Talk, said: str, title: str, trigger: str) -> None:
    assert "I can't see where you are, so I'll ask you" in talk.say(said)
    talk.say("ok")
    with talk.database.service() as session:
        task = session.scalars(select(Task)).one()
    assert (task.title, task.trigger_type, task.location_trigger) == (title, "location", trigger)
    assert task.wakes_at == task.scheduled_at
    assert task.scheduled_at > talk.now


@pytest.mark.parametrize("said", ["remind me to call mum when I'm done", "what's on when I get home?"])
def test_what_only_sounds_like_a_place_is_none(talk: Talk, said: str) -> None:
    assert "I can't see where you are" not in talk.say(said)


def test_a_place_is_asked_for_its_task_and_learned(talk: Talk, user_of: Any) -> None:
    talk.say("remind me when I get to the allotment")  # no place that anybody knows
    talk.say("leave it out")
    talk.say("remind me when I get home")
    talk.say("to water the plants")
    talk.say("ok")
    assert "home" in user_of(talk).profile["locations"]


def test_saying_where_one_is_brings_what_waited_there(talk: Talk) -> None:
    talk.say("when I get to the office, mail Tom")
    talk.say("ok")
    assert "it's time for: Mail Tom" in talk.say("I'm at the office now")
    assert talk.labels == ["Done", "Not yet", "Not today"]


def test_a_task_for_a_place_is_taken_off_and_comes_back(talk: Talk) -> None:
    talk.say("remind me when I leave home to take the keys")
    talk.say("ok")
    assert "Take the keys, when you leave home" in talk.say("cancel the keys")
    talk.now += timedelta(hours=3)
    talk.say("undo")
    talk.say("yes")
    assert len(pending(talk, "Take the keys")) == 1

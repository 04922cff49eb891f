"""Quick capture and changes by words: said back with its time, kept only once the person agrees."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from storage.tables import Task
from storage.vocabulary import TaskStatus

Talk = Any  # tests/agents/conftest.py
BERLIN = ZoneInfo("Europe/Berlin")


def tasks(talk: Talk, status: str = TaskStatus.PENDING) -> list[Task]:
    with talk.database.service() as session:
        wanted = select(Task).where(Task.user_id == talk.user_id, Task.status == status)
        return list(session.scalars(wanted.order_by(Task.scheduled_at)))


def captured(talk: Talk, words: str) -> Task:
    talk.say(words)
    talk.tap("OK")
    return tasks(talk)[-1]


def test_a_task_with_a_time_is_said_back_and_written_on_ok(talk: Talk) -> None:
    assert "Thu 12 Mar 18:00 - Call mum (15 min)" in talk.say("call mum tomorrow 6pm")
    assert talk.labels == ["OK", "Change"]
    assert tasks(talk) == []
    talk.tap("OK")
    (task,) = tasks(talk)
    assert (task.title, task.duration_minutes) == ("Call mum", 15)
    assert task.scheduled_at == datetime(2026, 3, 12, 17, 0, tzinfo=UTC)
    assert task.wakes_at is not None


@pytest.mark.parametrize(
    ("said", "length"),
    [
        ("take my meds tomorrow at 8am", "5 min"),
        ("remind me to take a vitamin tomorrow at 8am", "5 min"),
        ("drink more water tomorrow at 3pm", "5 min"),
        ("take the car to the garage tomorrow at 3pm", "30 min"),
        ("buy vitamins tomorrow at 3pm", "15 min"),
        ("take my meds tomorrow at 8am for 20 min", "20 min"),
    ],
)
def test_what_is_done_in_a_moment_takes_no_half_hour(talk: Talk, said: str, length: str) -> None:
    assert f"({length})" in talk.say(said)


@pytest.mark.parametrize("yes", ["ok", "yes", "sounds good", "👍", "OK!"])
def test_agreement_may_be_typed(talk: Talk, yes: str) -> None:
    talk.say("call mum tomorrow 6pm")
    talk.say(yes)
    assert len(tasks(talk)) == 1


@pytest.mark.parametrize("no", ["no", "forget it", "never mind"])
def test_a_no_writes_nothing(talk: Talk, no: str) -> None:
    talk.say("call mum tomorrow 6pm")
    talk.say(no)
    assert tasks(talk) == []
    assert talk.labels == []


def test_a_change_of_time_length_or_name_is_said_back_again(talk: Talk) -> None:
    talk.say("call mum tomorrow 6pm")
    talk.tap("Change")
    assert "Thu 12 Mar 19:30 - Call mum (15 min)" in talk.say("tomorrow at 7:30pm")
    assert "(45 min)" in talk.say("45 minutes")
    talk.tap("OK")
    (task,) = tasks(talk)
    assert (task.duration_minutes, task.scheduled_at.astimezone(BERLIN).hour) == (45, 19)


def test_no_time_gets_two_free_slots_with_reasons_and_a_tap_keeps_one(talk: Talk) -> None:
    talk.say("remind me to water the plants")
    first, second, other = talk.labels
    assert other == "Another time"
    assert first != second
    assert "free" in talk.text
    talk.tap(second)
    (task,) = tasks(talk)
    local = task.scheduled_at.astimezone(BERLIN)
    assert f"{local:%a} {local.day} {local:%b %H:%M}" == second


def test_a_recurring_task_becomes_six_weeks_of_rows_at_the_same_wall_time(talk: Talk) -> None:
    shown = talk.say("gym every mon wed fri at 7am for 45 min")
    assert "Mon, Wed and Fri at 07:00" in shown
    talk.tap("OK")
    rows = tasks(talk)
    assert len(rows) == 18
    assert {row.scheduled_at.astimezone(BERLIN).strftime("%H:%M") for row in rows} == {"07:00"}
    assert {row.scheduled_at.hour for row in rows} == {5, 6}  # the clock changes on 29 March
    assert len({row.series_id for row in rows}) == 1
    assert {row.duration_minutes for row in rows} == {45}


def test_a_time_in_the_persons_sleep_is_said(talk: Talk) -> None:
    assert "in your sleep (23:00-07:00)" in talk.say("take out the bins tomorrow at 4am")


def test_a_conflict_names_the_other_task(talk: Talk) -> None:
    captured(talk, "dentist tomorrow at 3pm for 60 min")
    assert "It overlaps with Dentist" in talk.say("call mum tomorrow at 3:30pm")


@pytest.mark.parametrize("words", ["call mum on 31 february", "call mum yesterday at 5pm"])
def test_an_impossible_time_is_asked_about(talk: Talk, words: str) -> None:
    assert talk.say(words).rstrip().endswith("?")
    assert tasks(talk) == []
    talk.say("friday at 6pm")
    talk.tap("OK")
    (task,) = tasks(talk)
    assert task.title == "Call mum"


def test_undo_takes_a_new_task_off_again(talk: Talk) -> None:
    captured(talk, "call mum tomorrow 6pm")
    talk.tap("Undo")
    assert tasks(talk) == []
    assert len(tasks(talk, TaskStatus.CANCELLED)) == 1


def test_a_tap_after_the_time_has_passed_writes_nothing(talk: Talk) -> None:
    talk.say("call mum today at 11am")
    talk.now += timedelta(hours=3)
    assert "passed" in talk.tap("OK")
    assert tasks(talk) == []


def test_a_task_is_moved_to_a_free_moment_that_was_said(talk: Talk) -> None:
    captured(talk, "dentist tomorrow at 3pm for 60 min")
    talk.say("move the dentist to friday at 4pm")
    assert "Moved: Dentist is on Fri 13 Mar 16:00" in talk.text
    (task,) = tasks(talk)
    assert task.scheduled_at == datetime(2026, 3, 13, 15, 0, tzinfo=UTC)
    assert len(tasks(talk, TaskStatus.RESCHEDULED)) == 1


def test_a_rough_wish_is_answered_with_free_times_and_their_reasons(talk: Talk) -> None:
    captured(talk, "dentist tomorrow at 3pm for 60 min")
    talk.say("move the dentist to friday evening")
    assert "Free for you" in talk.text
    assert all(label.startswith("Fri 13 Mar") for label in talk.labels[:-2])
    talk.tap(talk.labels[0])
    assert "Moved: Dentist" in talk.text


def test_moving_one_of_a_series_asks_whether_all_should_move(talk: Talk) -> None:
    captured(talk, "gym every mon wed fri at 7am for 45 min")
    talk.say("move the gym to saturday at 9am")
    assert talk.labels == ["Just this one", "All future", "Leave it"]
    talk.tap("Just this one")
    rows = tasks(talk)
    assert len(rows) == 18
    assert sum(row.scheduled_at.astimezone(BERLIN).weekday() == 5 for row in rows) == 1


def test_several_tasks_that_fit_the_words_are_asked_about(talk: Talk) -> None:
    captured(talk, "call mum tomorrow 6pm")
    captured(talk, "call dad tomorrow 7pm")
    talk.say("move the call to friday")
    assert "Which one" in talk.text
    talk.tap(next(label for label in talk.labels if "dad" in label))
    assert "Fri 13 Mar" in talk.text


def test_done_by_words_closes_the_task(talk: Talk) -> None:
    captured(talk, "call mum today at 6pm")
    talk.now += timedelta(hours=9)
    talk.say("I did the call with mum")
    (task,) = tasks(talk, TaskStatus.DONE)
    assert task.title == "Call mum"


def test_a_task_is_dropped_by_words(talk: Talk) -> None:
    captured(talk, "dentist tomorrow at 3pm")
    assert "Taken off: Dentist" in talk.say("cancel the dentist")
    assert tasks(talk) == []


def test_several_tasks_in_one_message_are_listed_and_written_together(talk: Talk) -> None:
    talk.say("call mum tomorrow 6pm, and buy milk on friday at 5pm")
    assert "1. " in talk.text
    assert "2. " in talk.text
    talk.tap("OK")
    assert [task.title for task in tasks(talk)] == ["Call mum", "Buy milk"]


def test_dropping_one_of_a_series_asks_how_much_of_it(talk: Talk) -> None:
    captured(talk, "gym every mon wed fri at 7am for 45 min")
    talk.say("delete the gym")
    assert talk.labels == ["Just this one", "All 18", "Keep it"]
    talk.tap("All 18")
    assert tasks(talk) == []


def test_another_wish_interrupts_an_open_question(talk: Talk) -> None:
    captured(talk, "dentist tomorrow at 3pm")
    talk.say("move the dentist")
    talk.say("call mum on friday at 6pm")
    assert "Fri 13 Mar 18:00 - Call mum" in talk.text
    assert "Dentist" in talk.say("what's on tomorrow?")


def test_a_move_to_another_zone_asks_whether_times_stay_on_the_clock(talk: Talk) -> None:
    captured(talk, "call mum tomorrow 6pm")
    assert "Tokyo" in talk.say("I'm in Tokyo")
    talk.tap("Same times there")
    (task,) = tasks(talk)
    assert task.scheduled_at.astimezone(ZoneInfo("Asia/Tokyo")).strftime("%a %H:%M") == "Thu 18:00"


@pytest.mark.parametrize(
    "words",
    ["Ich möchte morgen um 18 Uhr meine Mutter anrufen", "明日の午後6時に電話する", "do you speak German?"],
)
def test_another_language_is_answered_politely(talk: Talk, words: str) -> None:
    assert "English" in talk.say(words)
    assert tasks(talk) == []


def test_an_hour_later_moves_what_was_proposed(talk: Talk) -> None:
    talk.say("call mum tomorrow 6pm")
    assert "19:00 - Call mum (15 min)" in talk.say("an hour later")

"""What is typed while a reminder or an offer is open: it answers that, if it can only mean that."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.clock import ManualClock
from channels.messages import Address
from channels.simulator import tapped
from reminders.plans import TaskDraft, schedule_tasks
from storage.tables import Task

OWNER = Address("telegram", "sim:owner")


def test_a_typed_number_chooses_a_line_of_the_offer_before_it(services, owner, say, text, clock: ManualClock):
    with services.database.service() as session:
        draft = TaskDraft("Easy run", clock.now() + timedelta(hours=2), 30)
        [task] = schedule_tasks(session, owner, [draft], clock.now())
    clock.shift(timedelta(minutes=111))
    services.dispatcher.run_due(clock.now())
    clock.shift(timedelta(seconds=10))
    [offer] = say(text("2"))
    labels = [choice["label"] for row in offer["rows"] for choice in row]
    assert len(labels) >= 2, "2 means another time"
    [moved] = say(text("2"))
    assert moved["text"].startswith("Moved: Easy run is")
    with services.database.service() as session:
        assert session.get_one(Task, task.id).status == "rescheduled"


def test_typed_done_takes_the_buttons_off_the_reminder(
    services, owner, say, text, phones, clock: ManualClock
):
    with services.database.service() as session:
        schedule_tasks(
            session, owner, [TaskDraft("Easy run", clock.now() + timedelta(hours=2), 30)], clock.now()
        )
    clock.shift(timedelta(minutes=111))
    services.dispatcher.run_due(clock.now())
    [reminder] = phones.events([OWNER])
    edited, reply = say(text("did it"))
    assert edited["replaces"] == reminder["id"]
    assert edited["rows"] == []
    assert reply["text"].startswith("Done ")
    assert reply["rows"][0][0]["label"] == "Undo"


def test_an_answer_that_names_a_day_moves_the_reminded_task_there(
    services, owner, say, text, clock: ManualClock
):
    with services.database.service() as session:
        schedule_tasks(
            session, owner, [TaskDraft("Easy run", clock.now() + timedelta(hours=2), 30)], clock.now()
        )
    clock.shift(timedelta(minutes=111))
    services.dispatcher.run_due(clock.now())
    [offer] = say(text("move it to the day after tomorrow"))
    wanted = (clock.now() + timedelta(days=2)).astimezone(ZoneInfo(owner.timezone))
    offered = [choice["label"] for row in offer["rows"][:-1] for choice in row]
    assert offered
    assert all(label.startswith(f"{wanted:%a} {wanted.day}") for label in offered)


def test_a_tapped_question_keeps_its_answer_and_loses_its_buttons(services, owner, say, text, now):
    [question] = say(text("call mum tomorrow 6pm"))
    ok = question["rows"][0][0]
    _, edited, noted = say(tapped(OWNER, ok["data"], question["id"], now))
    assert edited["replaces"] == question["id"]
    assert edited["text"] == f"{question['text']}\n\n✓ {ok['label']}"
    assert edited["rows"] == []
    assert noted["text"].startswith("Noted")


def test_remind_me_in_a_while_snoozes_the_open_reminder(services, owner, say, text, clock: ManualClock):
    with services.database.service() as session:
        draft = TaskDraft("Easy run", clock.now() + timedelta(hours=2), 30)
        [task] = schedule_tasks(session, owner, [draft], clock.now())
    clock.shift(timedelta(minutes=111))
    services.dispatcher.run_due(clock.now())
    reply = say(text("remind me in 15 minutes"))[-1]
    assert reply["text"].startswith("I'll remind you of Easy run again")
    with services.database.service() as session:
        assert session.get_one(Task, task.id).wakes_at == clock.now() + timedelta(minutes=15)


def test_a_typed_undo_means_the_button_under_the_last_answer(services, owner, say, text, clock: ManualClock):
    with services.database.service() as session:
        draft = TaskDraft("Easy run", clock.now() + timedelta(hours=2), 30)
        [task] = schedule_tasks(session, owner, [draft], clock.now())
    start = task.scheduled_at
    clock.shift(timedelta(minutes=111))
    services.dispatcher.run_due(clock.now())
    say(text("snooze until tonight"))
    assert say(text("undo"))[-1]["text"] == "Taken back: Easy run is open again."
    with services.database.service() as session:
        assert session.get_one(Task, task.id).scheduled_at == start


def test_tonight_instead_moves_the_reminded_task(services, owner, say, text, clock: ManualClock):
    with services.database.service() as session:
        draft = TaskDraft("Easy run", clock.now() + timedelta(hours=2), 30)
        schedule_tasks(session, owner, [draft], clock.now())
    clock.shift(timedelta(minutes=111))
    services.dispatcher.run_due(clock.now())
    assert say(text("tonight instead"))[-1]["text"].startswith("Easy run, now Wed 11 Mar 12:00.")


@pytest.mark.parametrize("words", ["done", "1", "👍", "/delete", "/pause", "cancel it", "delete my account"])
def test_somebody_elses_words_answer_no_reminder_and_give_no_command(
    services, owner, say, text, clock: ManualClock, words: str
):
    with services.database.service() as session:
        draft = TaskDraft("Easy run", clock.now() + timedelta(hours=2), 30)
        [task] = schedule_tasks(session, owner, [draft], clock.now())
    clock.shift(timedelta(minutes=111))
    services.dispatcher.run_due(clock.now())
    [reply] = say(text(words, forwarded=True))
    assert reply["text"].startswith("That was forwarded")
    with services.database.service() as session:
        assert session.get_one(Task, task.id).status == "pending"


def test_a_number_answers_the_question_that_was_asked_after_the_reminder(
    services, owner, say, text, clock: ManualClock
):
    with services.database.service() as session:
        [run] = schedule_tasks(
            session, owner, [TaskDraft("Easy run", clock.now() + timedelta(hours=2), 30)], clock.now()
        )
    clock.shift(timedelta(minutes=111))
    services.dispatcher.run_due(clock.now())
    clock.shift(timedelta(seconds=10))
    [offer] = say(text("I need to do the laundry"))
    assert len([choice for row in offer["rows"] for choice in row]) > 1
    [noted] = say(text("1"))
    assert noted["text"].startswith("Noted: ")
    *_, done = say(text("1"))
    assert done["text"].startswith("Done "), "a lone Undo is no question"
    with services.database.service() as session:
        assert session.get_one(Task, run.id).status == "done"

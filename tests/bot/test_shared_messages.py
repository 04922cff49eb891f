"""One message about several tasks in the chat: each answer leaves the others their buttons, whoever gives it and where."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.clock import ManualClock
from channels.messages import Address
from channels.simulator import tapped, typed
from reminders.answering import answer_task
from reminders.plans import TaskDraft, schedule_tasks
from storage.tables import Task
from storage.vocabulary import Answer

OWNER = Address("telegram", "sim:owner")


@pytest.fixture
def shared(services, owner, phones, clock: ManualClock):
    """A reminder of three tasks on the phone, and the tasks."""
    starts = clock.now() + timedelta(minutes=10)
    with services.database.service() as session:
        titles = ("Run", "Read", "Write")
        drafts = [TaskDraft(one, starts + timedelta(seconds=number), 5) for number, one in enumerate(titles)]
        tasks = schedule_tasks(session, owner, drafts, clock.now())
    services.dispatcher.run_due(clock.now())
    [reminder] = phones.events([OWNER])
    clock.shift(timedelta(seconds=10))
    return reminder, tasks


def labels(event) -> list[str]:
    return [choice["label"] for row in event["rows"] for choice in row]


def press(say, reminder, event, label: str, clock: ManualClock):
    data = next(one["data"] for row in event["rows"] for one in row if one["label"] == label)
    return [
        one for one in say(tapped(OWNER, data, reminder["id"], clock.now())) if one.get("kind") == "message"
    ][-1]


def status(services, task: Task) -> str:
    with services.database.service() as session:
        return session.get_one(Task, task.id).status


def test_a_tap_leaves_the_other_tasks_their_buttons(services, shared, say, clock: ManualClock):
    reminder, tasks = shared
    first = press(say, reminder, reminder, "Done: Run", clock)
    assert first["replaces"] == reminder["id"]
    assert first["text"].startswith("Done ")
    assert labels(first) == ["Undo", "Done: Read", "Later", "Done: Write", "Later"]
    offer = press(say, reminder, first, "Later", clock)
    assert offer["text"].startswith("Read: For how long?")
    assert "Done: Write" in labels(offer)
    assert "Done: Read" not in labels(offer)
    press(say, reminder, offer, "Done: Write", clock)
    assert [status(services, task) for task in tasks] == ["done", "pending", "done"]


def test_done_typed_under_it_asks_which_and_the_last_one_left_is_meant(
    services, shared, say, clock: ManualClock
):
    reminder, tasks = shared
    [which] = say(typed(OWNER, "done", clock.now(), message_ref=reminder["id"]))
    assert (which["text"], labels(which)) == ("Which one do you mean?", ["Run", "Read", "Write"])
    for title in ("Run", "Read"):
        press(say, reminder, reminder, f"Done: {title}", clock)
    say(typed(OWNER, "done", clock.now(), message_ref=reminder["id"]))
    assert [status(services, task) for task in tasks] == ["done"] * 3


@pytest.mark.parametrize("which", [0, 1])
def test_an_answer_given_elsewhere_shows_in_it_and_the_others_keep_their_buttons(
    services, shared, phones, owner, clock: ManualClock, which: int
):
    reminder, tasks = shared
    with services.database.service() as session:
        answer_task(session, owner.id, tasks[which].id, Answer.DONE, clock.now(), source="api")
    services.dispatcher.run_due(clock.now())
    edited = phones.events([OWNER])[-1]
    assert edited["replaces"] == reminder["id"]
    assert f"- {tasks[which].title}." in edited["text"]
    others = [f"Done: {task.title}" for task in tasks if task is not tasks[which]]
    assert [one for one in labels(edited) if one.startswith("Done")] == others

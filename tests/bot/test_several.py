"""Several reminders are open: one answer for all of them, and one of two that bear the same name."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.clock import ManualClock
from channels.messages import Address
from channels.simulator import typed
from reminders.plans import TaskDraft, schedule_tasks
from storage.tables import Task

OWNER = Address("telegram", "sim:owner")


@pytest.fixture
def remind(services, owner, clock: ManualClock):
    """Remind of tasks with these titles at once, and hand them back."""

    def run(*titles: str) -> list[Task]:
        starts = clock.now() + timedelta(minutes=10)
        with services.database.service() as session:
            drafts = [
                TaskDraft(one, starts + timedelta(seconds=number), 5) for number, one in enumerate(titles)
            ]
            tasks = schedule_tasks(session, owner, drafts, clock.now())
        services.dispatcher.run_due(clock.now())
        clock.shift(timedelta(seconds=10))
        return tasks

    return run


@pytest.fixture
def write(say, clock: ManualClock):
    """Type into the chat, and read the last thing that came of it."""

    def run(words: str):
        clock.shift(timedelta(seconds=1))
        return [one for one in say(typed(OWNER, words, clock.now())) if one.get("kind") == "message"]

    return run


def statuses(services, tasks: list[Task]) -> list[str]:
    with services.database.service() as session:
        return [session.get_one(Task, task.id).status for task in tasks]


def labels(event) -> list[str]:
    return [choice["label"] for row in event["rows"] for choice in row]


@pytest.mark.parametrize(
    "words", ["both done", "did both", "i did both", "done with both", "finished all of them"]
)
def test_one_word_for_both_answers_both(services, remind, write, words: str):
    tasks = remind("Run", "Read")
    above, reply = write(words)
    assert reply["text"].count("Done ") == 2
    assert labels(reply) == ["Undo: Run", "Undo: Read"]
    assert above["replaces"] and labels(above) == []
    assert statuses(services, tasks) == ["done", "done"]


@pytest.mark.parametrize(("first", "status"), [("1", "done"), ("3", "missed")])
@pytest.mark.parametrize("words", ["both", "all of them", "everything."])
def test_both_is_an_answer_to_which_one(services, remind, write, first: str, status: str, words: str):
    tasks = remind("Run", "Read")
    [which] = write(first)
    assert which["text"] == "Which one do you mean?"
    above, _ = write(words)
    assert "Still open" not in above["text"]
    assert statuses(services, tasks) == [status, status]


def test_both_to_another_time_are_asked_one_by_one(services, remind, write):
    tasks = remind("Run", "Read")
    write("2")
    [again] = write("both")
    assert (again["text"], labels(again)) == ("Which one do you mean?", ["Read", "Run"])
    assert statuses(services, tasks) == ["pending", "pending"]


@pytest.mark.parametrize("words", ["both", "can't do both", "call both of them tomorrow", "all good things"])
def test_words_that_answer_nothing_are_left_to_the_conversation(services, remind, write, words: str):
    tasks = remind("Run", "Read")
    write(words)
    assert statuses(services, tasks) == ["pending", "pending"]


def test_two_of_one_name_are_told_apart(services, remind, write):
    remind("Meds", "Meds", "Run")
    [which] = write("1")
    assert [label.split(",")[0] for label in labels(which)] == ["Run", "Meds", "Meds"]
    assert [", today " in label for label in labels(which)] == [False, True, True]

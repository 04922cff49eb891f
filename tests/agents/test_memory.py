"""A long talk as it is remembered: summaries are stored once, what is open stays open, a restart changes nothing."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import event, select, text

from agents.graph import conversation
from agents.model import ModelRole, Question, T
from agents.offline.model import OfflineModel
from agents.turn import Limits
from storage.database import Database
from storage.goals import active_goals
from storage.tables import Message
from storage.vocabulary import MessageRole

Talk = Any  # tests/agents/conftest.py

GOAL = "I want to run 5 km, Tuesday and Thursday mornings"
CHATTER = ("what's on today?", "thanks", "how am I doing?", "hello")


class Listening:
    """The offline model, and all that it was asked."""

    def __init__(self) -> None:
        self.asked: list[Question[Any]] = []

    def ask(self, question: Question[T]) -> T:
        self.asked.append(question)
        return OfflineModel().ask(question)


def to_the_plan(talk: Talk) -> None:
    talk.say(GOAL)
    for _ in range(4):
        if "Looks good" in talk.labels:
            return
        talk.tap("Skip")
    raise AssertionError("no plan came")


def stored(talk: Talk, role: MessageRole) -> list[str]:
    with talk.database.service() as session:
        query = select(Message.content).where(Message.role == role).order_by(Message.created_at)
        return list(session.scalars(query))


def goals(talk: Talk) -> list[str]:
    with talk.database.service() as session:
        return [goal.title for goal in active_goals(session, talk.user_id)]


def restarted(talk: Talk, url: str) -> Talk:
    """Another process: another pool of connections, another compiled graph."""
    conversation.cache_clear()
    fresh = Database(url)
    again = type(talk)(fresh, talk.user_id, talk.now)
    again.replies = talk.replies
    return again


def test_a_long_talk_is_summarised_and_its_open_plan_is_still_approved(talk: Talk) -> None:
    to_the_plan(talk)
    [plan] = talk.replies[-1:]
    for turn in range(30):
        talk.say(CHATTER[turn % len(CHATTER)])
    assert stored(talk, MessageRole.SUMMARY)
    talk.tap("Looks good", of=plan)
    assert len(goals(talk)) == 1


def test_no_message_is_summarised_twice(talk: Talk) -> None:
    talk.model = Listening()
    talk.limits = Limits(history_messages=6)
    for turn in range(25):
        talk.say(f"call friend number {turn} tomorrow at 18:00")
        talk.say("leave it")
    briefs = [one.brief for one in talk.model.asked if one.role is ModelRole.SUMMARISER]
    seen = [
        line
        for brief in briefs
        for line in brief.lines
        if "friend number" in line and line.startswith("person")
    ]
    assert len(briefs) > 5
    assert len(seen) == len(set(seen))
    assert len(stored(talk, MessageRole.SUMMARY)) == len(briefs)


def test_what_the_models_are_shown_keeps_its_order_when_the_clock_stands_still(talk: Talk) -> None:
    stands = talk.now
    for turn in range(3):
        talk.now = stands
        talk.say(f"what's on in {turn + 2} days?")
    assert stored(talk, MessageRole.USER) == [f"what's on in {turn + 2} days?" for turn in range(3)]


@pytest.mark.parametrize("turns", [5, 60])
def test_recalling_reads_a_bounded_number_of_rows(talk: Talk, turns: int) -> None:
    for turn in range(turns):
        talk.say(CHATTER[turn % len(CHATTER)])
    limits: list[int] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        if "FROM messages" in statement:
            limits.extend(value for name, value in parameters.items() if "param" in name)

    event.listen(talk.database.engine, "before_cursor_execute", note)
    talk.say("thanks")
    event.remove(talk.database.engine, "before_cursor_execute", note)
    assert limits == [40]


def test_a_restart_in_the_middle_of_a_negotiation_changes_nothing(talk: Talk, database_url: str) -> None:
    to_the_plan(talk)
    talk = restarted(talk, database_url)
    assert "Version 2" in talk.say("move 1 to the evening")
    talk = restarted(talk, database_url)
    assert "tasks" in talk.tap("Looks good")
    assert len(goals(talk)) == 1
    with talk.database.service() as session:
        size = session.scalar(text("select coalesce(sum(length(blob)), 0) from checkpoint_blobs"))
    assert size < 60_000
    talk.database.dispose()


def test_a_process_killed_within_the_approval_leaves_the_plan_to_be_approved(
    talk: Talk, database_url: str
) -> None:
    to_the_plan(talk)
    approval = talk.message("looks good")
    talk.hear_and_lose(approval, approval_event := uuid4())
    assert goals(talk) == []
    talk = restarted(talk, database_url)
    talk.hear(approval, approval_event)
    assert len(goals(talk)) == 1
    talk.database.dispose()

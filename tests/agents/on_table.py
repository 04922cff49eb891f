"""A plan put on the table, and what the conversation and the database then hold of it."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from agents.checkpoints import Memory
from agents.nodes.orchestrator import answered_kinds
from agents.plans.draft import Draft, read_draft
from storage.conversations import open_conversation
from storage.tables import Goal, Task
from storage.vocabulary import TaskStatus

Talk = Any  # tests/agents/conftest.py
BERLIN = ZoneInfo("Europe/Berlin")


def on_table(talk: Talk, goal: str = "I want to run 5k") -> str:
    talk.say(goal)
    for _ in range(4):
        if "Looks good" in talk.labels:
            break
        talk.tap("Skip")
    assert "Looks good" in talk.labels
    return talk.text


def rows(talk: Talk, status: str = TaskStatus.PENDING) -> list[Task]:
    with talk.database.service() as session:
        found = select(Task).where(Task.user_id == talk.user_id, Task.status == status)
        return list(session.scalars(found.order_by(Task.scheduled_at)))


def goals(talk: Talk) -> list[Goal]:
    with talk.database.service() as session:
        return list(session.scalars(select(Goal).where(Goal.user_id == talk.user_id)))


def state(talk: Talk) -> dict[str, Any]:
    """What the conversation remembers."""
    with talk.database.service() as session:
        thread = open_conversation(session, talk.user_id, talk.now).langgraph_thread_id
        return Memory(session, thread, answered_kinds()).values


def draft(talk: Talk) -> Draft:
    found = read_draft(state(talk)["goal_draft"])
    assert found is not None
    return found


def cues(talk: Talk) -> list[tuple[str, list[int], str]]:
    return [(one["title"], one["weekdays"], one["at"]) for one in draft(talk).placed]

"""The state one conversation carries through the graph and, where it must outlive the turn, into the checkpoint."""

from __future__ import annotations

import operator
from typing import Annotated, Any, TypedDict

from langgraph.channels import UntrackedValue
from langgraph.types import Overwrite

from storage.vocabulary import ApprovalStatus

Json = dict[str, Any]
Update = dict[str, Any]


class AdviserState(TypedDict):
    """What one node of the fan-out sees: only its own need, never the session."""

    need: Json


class AgentState(TypedDict, total=False):
    """Only str, int, list and dict: a checkpoint must be readable by any later version.

    Fields marked UntrackedValue live for one turn; their truth is in our own tables.
    """

    user_id: str
    correlation_id: str
    conversation_history: Annotated[list[Json], UntrackedValue]  # [{role, content}], a window
    user_profile: Annotated[Json, UntrackedValue]
    needs: Annotated[Json, UntrackedValue]  # what each adviser of the fan-out is given
    heard: Annotated[Json, UntrackedValue]  # agents.hearing.Heard of this turn
    aside: Annotated[Json, UntrackedValue]  # {kind, ...}: what `clarify` is to answer
    intent: str  # storage.vocabulary.Intent
    shelf: list[Json]  # other drafts that wait (agents.plans.shelf), the newest last
    approved: Json  # what can be taken back: the last approval {draft, goal_id, at, number}, or {dropped, at, number}
    goal_draft: Json  # the plan under negotiation (agents.plans.draft); {} when there is none
    proposed_tasks: list[Json]  # what save_tasks writes once the person agreed
    approval_status: str  # storage.vocabulary.ApprovalStatus
    error: str
    token_usage: int  # tokens of this turn

    # What the fan-out brings back: parallel writers add, every turn begins empty (`fresh_turn`).
    classifier_output: Annotated[list[Json], operator.add]
    scheduler_output: Annotated[list[Json], operator.add]
    pattern_output: Annotated[list[Json], operator.add]
    replies: Annotated[list[Json], operator.add]  # [{text, rows: [[{label, data}]], node}]

    asked: int  # how many questions with buttons this conversation has seen: numbers the buttons
    question: Json  # the open one: {number, text, rows}; {} when nothing is asked
    focus: Json  # what it is about: {kind, ...}; {} when nothing is asked
    agent_node: str  # who spoke last
    changes: list[Json]  # reminders.changes.Change, the newest last: what undo takes back
    about: list[str]  # ids (hex) of the tasks spoken of last: what "it" stands for
    about_at: str  # when that was (ISO)


def fresh_turn(user_id: str, correlation_id: str) -> Update:
    """The input that begins a turn: whatever the last one collected is emptied, what must survive is not named."""
    return {
        "user_id": user_id,
        "correlation_id": correlation_id,
        "classifier_output": Overwrite([]),
        "scheduler_output": Overwrite([]),
        "pattern_output": Overwrite([]),
        "replies": Overwrite([]),
        "proposed_tasks": [],
        "intent": "",
        "approval_status": ApprovalStatus.PENDING,
        "error": "",
        "token_usage": 0,
    }

"""The graph itself: ten nodes, the ways between them, and the drawing of it in ARCHITECTURE.md."""

from __future__ import annotations

from pathlib import Path

import pytest
from langgraph.graph import END
from langgraph.types import Send

from agents.graph import ADVISERS, NODES, ROUTES, after_onboarding, after_planning, conversation, diagram
from agents.state import fresh_turn
from storage.vocabulary import ApprovalStatus, Intent

ARCHITECTURE = Path(__file__).parents[2] / "ARCHITECTURE.md"


def test_the_ten_nodes_have_the_names_of_the_seed() -> None:
    assert set(NODES) == {
        "orchestrator",
        "clarify",
        "onboarding",
        "goal_planner",
        "classifier",
        "scheduler",
        "pattern_observer",
        "task_handler",
        "goal_modifier",
        "save_tasks",
    }
    assert set(conversation().nodes) == {"__start__", *NODES}


def test_every_intent_leads_somewhere() -> None:
    assert set(ROUTES) == set(Intent)
    assert set(ROUTES.values()) <= set(NODES)


def test_the_planner_asks_three_advisers_at_once_and_each_sees_only_its_need() -> None:
    needs = {name: {"goal": name} for name in ADVISERS}
    sends = after_planning({"needs": needs, "scheduler_output": []})
    assert [(send.node, send.arg) for send in sends if isinstance(send, Send)] == [
        (name, {"need": {"goal": name}}) for name in ADVISERS
    ]


@pytest.mark.parametrize(
    ("status", "following"),
    [
        (ApprovalStatus.APPROVED, "save_tasks"),
        (ApprovalStatus.NEGOTIATING, END),
        (ApprovalStatus.ABANDONED, END),
    ],
)
def test_only_an_approved_plan_is_saved(status: str, following: str) -> None:
    assert after_planning({"approval_status": status}) == following


def test_onboarding_waits_for_the_person_until_something_else_is_wanted() -> None:
    assert after_onboarding({"intent": Intent.ONBOARDING}) == END
    assert after_onboarding({"intent": Intent.GOAL}) == "orchestrator"


def test_every_turn_begins_with_empty_collections_and_keeps_what_must_survive() -> None:
    given = fresh_turn("someone", "ref")
    for survivor in ("goal_draft", "question", "focus", "asked"):
        assert survivor not in given
    assert {"classifier_output", "scheduler_output", "pattern_output", "replies"} <= set(given)


def test_the_drawing_in_the_architecture_document_is_the_graph() -> None:
    assert diagram().strip() in ARCHITECTURE.read_text(), "paste what agents.graph.diagram() returns"

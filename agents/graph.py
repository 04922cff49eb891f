"""The whole conversation on one screen: ten nodes, the ways between them, and END, which means "wait for the person"."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

from langgraph.graph import END, START, StateGraph
from langgraph.graph.state import CompiledStateGraph
from langgraph.types import Send

from agents.nodes.clarify import clarify
from agents.nodes.classifier import classifier
from agents.nodes.goal_modifier import goal_modifier
from agents.nodes.goal_planner import goal_planner
from agents.nodes.onboarding import onboarding
from agents.nodes.orchestrator import orchestrator
from agents.nodes.pattern_observer import pattern_observer
from agents.nodes.save_tasks import save_tasks
from agents.nodes.scheduler import scheduler
from agents.nodes.task_handler import task_handler
from agents.state import AgentState
from agents.turn import TurnContext
from storage.vocabulary import ApprovalStatus, Intent

RECURSION_LIMIT = 25  # a turn passes six nodes at most; an endless loop must end here, not at ten thousand
NODES: dict[str, Callable[..., Any]] = {
    "orchestrator": orchestrator,
    "clarify": clarify,
    "onboarding": onboarding,
    "goal_planner": goal_planner,
    "classifier": classifier,
    "scheduler": scheduler,
    "pattern_observer": pattern_observer,
    "task_handler": task_handler,
    "goal_modifier": goal_modifier,
    "save_tasks": save_tasks,
}
ADVISERS = ("classifier", "scheduler", "pattern_observer")
ROUTES = {
    Intent.ONBOARDING: "onboarding",
    Intent.GOAL: "goal_planner",
    Intent.NEW_TASK: "task_handler",
    Intent.RESCHEDULE_TASK: "task_handler",
    Intent.MODIFY_GOAL: "goal_modifier",
    Intent.CLARIFY: "clarify",
}

Conversation = CompiledStateGraph[AgentState, TurnContext, AgentState, AgentState]


def build() -> StateGraph[AgentState, TurnContext, AgentState, AgentState]:
    graph = StateGraph(AgentState, context_schema=TurnContext)
    for name, node in NODES.items():
        graph.add_node(name, node)
    graph.add_edge(START, "orchestrator")
    graph.add_conditional_edges("orchestrator", route_from_orchestrator, [*dict.fromkeys(ROUTES.values())])
    graph.add_edge("clarify", END)
    graph.add_conditional_edges("onboarding", after_onboarding, ["orchestrator", END])
    graph.add_conditional_edges("goal_planner", after_planning, [*ADVISERS, "save_tasks", END])
    for adviser in ADVISERS:
        graph.add_edge(adviser, "goal_planner")
    for proposer in ("task_handler", "goal_modifier"):
        graph.add_conditional_edges(proposer, save_when_approved, ["save_tasks", END])
    graph.add_edge("save_tasks", END)
    return graph


@cache
def conversation() -> Conversation:
    """The compiled graph, once per process; each turn runs a copy with its own checkpointer."""
    return build().compile()


def diagram() -> str:
    """The graph as mermaid text, drawn from the graph itself."""
    return conversation().get_graph().draw_mermaid()


# ------------------------------------------------------------------ the ways


def route_from_orchestrator(state: AgentState) -> str:
    return ROUTES[Intent(state["intent"])]


def after_onboarding(state: AgentState) -> str:
    """Back to the start when the person wanted something else, or is known now; else wait for the next answer."""
    return END if state["intent"] == Intent.ONBOARDING else "orchestrator"


def after_planning(state: AgentState) -> Sequence[Send] | str:
    """First ask the three advisers at once; with their advice the planner has spoken, and the person is next."""
    needs = state.get("needs") or {}
    if needs and not state.get("scheduler_output"):
        return [Send(name, {"need": needs[name]}) for name in ADVISERS]
    return save_when_approved(state)


def save_when_approved(state: AgentState) -> str:
    return "save_tasks" if state.get("approval_status") == ApprovalStatus.APPROVED else END

"""Adviser: which of the fourteen tags a goal belongs to."""

from __future__ import annotations

from langgraph.runtime import Runtime

from agents.consult import consult
from agents.model import ClassifierBrief, ModelRole
from agents.outputs import ClassifierOutput
from agents.state import AdviserState, Update
from agents.turn import TurnContext


def classifier(state: AdviserState, runtime: Runtime[TurnContext]) -> Update:
    brief = ClassifierBrief(goal=state["need"]["goal"], description=state["need"].get("description", ""))
    answer = consult(runtime.context, ModelRole.CLASSIFIER, brief, ClassifierOutput)
    return {"classifier_output": [answer.model_dump(mode="json")]}

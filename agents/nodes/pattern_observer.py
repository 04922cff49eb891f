"""Adviser: what the person's own history says about times; the numbers come from code, a model may word them."""

from __future__ import annotations

from langgraph.runtime import Runtime

from agents.consult import consult
from agents.model import ModelRole, ObserverBrief
from agents.outputs import PatternObserverOutput
from agents.state import AdviserState, Update
from agents.turn import TurnContext

_ENOUGH = 3  # data points before anything is worth putting into words


def pattern_observer(state: AdviserState, runtime: Runtime[TurnContext]) -> Update:
    findings = PatternObserverOutput.model_validate(state["need"]["findings"])
    points = state["need"]["data_points"]
    if points >= _ENOUGH:
        brief = ObserverBrief(findings=findings, data_points=points)
        worded = consult(runtime.context, ModelRole.PATTERN_OBSERVER, brief, PatternObserverOutput)
        findings = findings.reworded_by(worded)
    return {"pattern_output": [findings.model_dump(mode="json")]}

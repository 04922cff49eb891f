"""The offline orchestrator: what was understood, as one of the conversation's intents."""

from __future__ import annotations

from agents.briefs import OrchestratorBrief
from agents.offline.understand import understand
from agents.outputs import OrchestratorOutput
from storage.vocabulary import Intent

_INTENTS = {
    "CREATE": Intent.NEW_TASK,
    "NEW_TASK": Intent.NEW_TASK,
    "GOAL": Intent.GOAL,
    "RESCHEDULE": Intent.RESCHEDULE_TASK,
    "RESCHEDULE_TASK": Intent.RESCHEDULE_TASK,
    "MODIFY_GOAL": Intent.MODIFY_GOAL,
}
_QUESTION = "Is this a goal to plan for, a single thing to be reminded of, or a change to something you have?"


def route(brief: OrchestratorBrief) -> OrchestratorOutput:
    """The intent and what code needs to go on: `understood` is the finer intent (QUERY, DONE, SNOOZE, ...)."""
    read = understand(brief.text, brief.local_now, brief.timezone)
    slots = {key: str(value) for key, value in dict(read.slots).items() if value is not None}
    intent = _INTENTS.get(str(read.intent).upper(), Intent.CLARIFY)
    return OrchestratorOutput(
        intent=intent,
        payload={"understood": str(read.intent), "slots": slots},
        clarification_question=_QUESTION if intent is Intent.CLARIFY else None,
    )

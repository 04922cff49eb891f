"""The offline orchestrator: what was understood, as one of the conversation's intents."""

from __future__ import annotations

import re
from datetime import timedelta

from agents.briefs import OrchestratorBrief
from agents.offline.lexicons import names_errand
from agents.offline.titles import title_of
from agents.offline.understand import Understanding, understand
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
_CHANGES_GOAL = re.compile(
    r"\b(?:change|modify|adjust|adapt|update|give up|abandon|quit|stop|drop|pause|end|rework|redo)\b.{0,40}\b(?:goals?|plan)\b",
    re.I,
)
_WISH = re.compile(
    r"^\W*(?:(?:my|a|the) (?:new )?goal\b|i(?:'d|’d| would)? (?:really )?(?:want|like|love|wish|hope|need) to (?:learn|get|be|become|start|"
    r"stop|improve|run|write|lose|gain|save|build|master|finish)\b|help me (?:to )?(?:learn|get|become|start|stop|improve|run|write|lose))",
    re.I,
)
_HORIZON = re.compile(
    r"\b(?:in|within|over|for) (?:the )?(?:next )?(?:\w+ )?(?:weeks|months?|years?)\b|\bby (?:the )?(?:end of )?(?:summer|autumn|fall|winter|spring|"
    r"(?:next |the |this )?year|christmas|new year)\b",
    re.I,
)
_CLEAR = frozenset({"AFFIRM", "CANCEL", "DONE", "NEGATE", "ON_IT", "QUERY", "SNOOZE"})
_QUESTIONS = {
    "DELETE": "Which task should go?",
    "DONE": "Which task did you finish?",
    "QUERY": "Shall I show you today or the whole week?",
    "AFFIRM": "I'm not sure what that is a yes to. What would you like to do?",
    "NEGATE": "All right. What would you like instead?",
    "CANCEL": "All right. What would you like instead?",
    "SMALLTALK": "Good to hear from you. What would you like to get done?",
    "HELP": "I can plan a goal with you or remind you of things. Which shall we start with?",
}
_QUESTION = (
    "I'm not sure what to do with that. Is it something to be reminded of (call mum tomorrow 6pm), "
    "or a goal to plan (run 5 km)?"
)


def route(brief: OrchestratorBrief) -> OrchestratorOutput:
    """The intent, and in the payload what code needs to go on: `understood` is the finer intent (QUERY, DONE, ...)."""
    read = understand(brief.text, brief.local_now, brief.timezone)
    understood = str(read.intent).upper()
    intent = _intent(brief.text, understood, read)
    asks = _QUESTIONS.get(understood, _QUESTION) if intent is Intent.CLARIFY else None
    slots = {key: str(value) for key, value in dict(read.slots).items() if value is not None}
    return OrchestratorOutput(
        intent=intent, payload={"understood": understood, "slots": slots}, clarification_question=asks
    )


def certain(brief: OrchestratorBrief) -> OrchestratorOutput | None:
    """What rules can tell without doubt: an answer, a question about the agenda, a task with its moment. None for all else.

    No other model is asked then, so none can take "done" for a goal.
    """
    read = understand(brief.text, brief.local_now, brief.timezone)
    when = read.slots.get("when")
    ahead = (
        when is not None and when.first is not None and when.first - brief.local_now > timedelta(minutes=1)
    )
    clear = read.intent in _CLEAR or (read.intent == "CREATE" and ahead and not _WISH.search(brief.text))
    return route(brief) if clear else None


def _intent(text: str, understood: str, read: Understanding) -> Intent:
    if _CHANGES_GOAL.search(text):
        return Intent.MODIFY_GOAL
    known = _INTENTS.get(understood)
    wishes = _WISH.search(text) is not None
    if wishes and (known is None or (known is Intent.NEW_TASK and _HORIZON.search(text))):
        return Intent.GOAL  # "I want to run 5 km in six weeks" names a horizon, not a moment
    if known is None and understood == "OTHER" and _may_be_a_task(text, read):
        return Intent.NEW_TASK  # said back before it is kept, so that a guess does no harm
    return known or Intent.CLARIFY


# Verbs that as often ask somebody else's service for something.
_NO_ERRAND = re.compile(
    r"^(?:check|get|give|tell|make|show|play|find|see|go|do|read|watch|start|set|book|turn|ask)\b", re.I
)


def _may_be_a_task(text: str, read: Understanding) -> bool:
    """ "Email Sara", "cinema tomorrow 7.45pm", or only a time: nothing else it could sensibly be."""
    when = read.slots.get("when")
    timed = bool(when is not None and when.first is not None)
    if "?" in text or _ASKS.match(text):
        return False
    title = title_of(text, when.span if when is not None else ())
    if not title:
        return timed
    if names_errand(title) and _NO_ERRAND.match(title) is None:
        return len(title.split()) <= 10
    return when is not None and timed and when.timed and len(title.split()) <= 6


_ASKS = re.compile(
    r"\W*(?:what|who|when|where|why|how|which|is|are|will|does|play|turn|rate|find|show|tell|maybe|not|i (?:don'?t|can'?t|was|am|think|feel|hate|love))\b",
    re.I,
)

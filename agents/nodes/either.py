"""A reminder or a goal: one question with two buttons where the words may mean both."""

from __future__ import annotations

import re

from agents.hearing import Heard
from agents.offline.aspirations import may_be_either
from agents.plans.replies import says_no
from agents.reply import Option, ask
from agents.state import AgentState, Json, Update
from agents.turn import TurnContext
from reminders.rules.when import read_when
from reminders.rules.when.tokens import fold
from storage.vocabulary import Intent

KIND = "either"
_LONGEST = 500  # characters that are kept of what was said
_ASK = "Is one reminder enough, or shall we plan it over a few weeks?"
_ROWS = [[Option("A reminder", "as_task"), Option("A goal to plan", "as_goal")]]
_LEAD = r"\W*(?:(?:just|only|oh|as|make it|it'?s|it is|i mean|ok(?:ay)?|one|an?|the|my|please)\W+)*"
_TASK = re.compile(
    rf"{_LEAD}(?:(?:quick |single )?(?:reminder|task|errand|to-?do)|remind me|once)\b.{{0,20}}", re.I
)
_GOAL = re.compile(
    rf"{_LEAD}(?:(?:big |real )?(?:goal|plan|project)|plan (?:it|that)|let'?s plan)\b.{{0,20}}", re.I
)


def unclear(ctx: TurnContext, text: str) -> bool:
    """Whether what looks like a task may as well be a goal."""
    when = read_when(text, ctx.local_now, ctx.user.timezone).when
    return may_be_either(" ".join(fold(text).split()), when, ctx.local_now)


def which(state: AgentState, node: str, text: str) -> Update:
    return ask(state, node, _ASK, _ROWS, {"kind": KIND, "text": text[:_LONGEST]})


def chosen(ctx: TurnContext, focus: Json, heard: Heard) -> Update | None:
    """The turn as if the person had said at once which of the two they mean; None for words about something else."""
    said = focus["text"]
    if heard.word == "as_goal" or (not heard.word and _GOAL.fullmatch(heard.text)):
        return _go_on(Intent.GOAL, said)
    if heard.word == "as_task" or _TASK.fullmatch(heard.text):
        return _go_on(Intent.NEW_TASK, said)
    if says_no(heard.text):
        return {"intent": Intent.CLARIFY, "aside": {"kind": "no"}, "question": {}, "focus": {}}
    reading = read_when(heard.text, ctx.local_now, ctx.user.timezone)
    only_a_time = reading.when is not None and len(heard.text.split()) <= 4 and reading.when.kind == "instant"
    return _go_on(Intent.NEW_TASK, f"{said} {heard.text}") if only_a_time else None


def _go_on(intent: Intent, text: str) -> Update:
    return {"intent": intent, "heard": Heard(text).as_json(), "question": {}, "focus": {}}

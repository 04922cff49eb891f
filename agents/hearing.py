"""What a person did, made out against what they were asked: a tap, a typed label, a number, or free words."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass

from agents.reply import SAY
from agents.state import AgentState, Json
from channels.messages import InboundMessage

PLAN_GOAL = "plan_goal"  # the word of a tap that asks for the plan of a goal that waits
_BUTTON = re.compile(r"c:(\d{1,9}):([a-z_]{1,20})(?::(.{0,48}))?", re.DOTALL)
_PLAN_GOAL = re.compile(r"g:([0-9a-f]{32}):plan")  # under a message of ours about a goal that waits
_NOT_WORDS = re.compile(r"[^\w+:]+")


@dataclass(frozen=True, slots=True)
class Heard:
    """`word` is set when a button was meant, tapped or typed; `text` is what was said or the button's label."""

    text: str
    word: str = ""
    argument: str = ""
    stale: bool = False
    old_word: str = ""  # what a stale button once meant, so that it can be explained
    about_plan: bool = False  # a tap on the current plan message while something else was being asked

    def as_json(self) -> Json:
        return asdict(self)


def heard_of(state: AgentState) -> Heard:
    return Heard(**state["heard"])


def hear(state: AgentState, message: InboundMessage) -> Heard:
    """Read one message in the light of the open question and the plan on the table."""
    if message.choice is not None:
        return _tapped(state, message.choice)
    text = message.text.strip()
    return _typed(state, text)


def _tapped(state: AgentState, data: str) -> Heard:
    if goal := _PLAN_GOAL.fullmatch(data):
        return Heard("Plan it now", PLAN_GOAL, goal[1])
    found = _BUTTON.fullmatch(data)
    if found is None:
        return Heard("", stale=True)
    number, word, argument = int(found[1]), found[2], found[3] or ""
    question, draft = state.get("question") or {}, state.get("goal_draft") or {}
    if number == question.get("number"):
        label = next((b["label"] for b in _buttons(question) if b["data"] == data), None)
        if label is None:
            return Heard("", stale=True)
        return Heard(label, "" if word == SAY else word, argument)
    if number == draft.get("question_number"):
        return Heard(word, word, argument, about_plan=True)
    return Heard("", stale=True, old_word=word)


def _typed(state: AgentState, text: str) -> Heard:
    """The label of a button of the open question, or its number, counts as a tap on it."""
    question, focus = state.get("question") or {}, state.get("focus") or {}
    buttons = _buttons(question)
    wanted = _plain(text)
    for index, button in enumerate(buttons, start=1):
        by_number = text == str(index) and not focus.get("numbers_are_answers")
        asks = "?" in text and "?" not in button["label"]  # "looks good?" is no tap on "Looks good"
        if wanted and not asks and (wanted == _plain(button["label"]) or by_number):
            return _tapped(state, button["data"])
    return Heard(text)


def _buttons(question: Json) -> list[Json]:
    return [button for row in question.get("rows", []) for button in row]


def _plain(text: str) -> str:
    return _NOT_WORDS.sub(" ", text.casefold()).strip()

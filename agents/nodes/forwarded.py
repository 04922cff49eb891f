"""Forwarded messages are somebody else's words: they are never obeyed, but a task can be made of one if the person says so."""

from __future__ import annotations

from agents.hearing import Heard
from agents.plans.replies import says_no, says_yes
from agents.privacy.folding import visible
from agents.reply import Option, ask, ask_again
from agents.state import AgentState, Update
from agents.turn import TurnContext

KIND = "forwarded"
_LONGEST = 500  # characters; a task needs less
_OFFER = "That was forwarded, so I only read it. Shall I make a task of it?"
_LATER = (
    "That was forwarded, so I left it alone; tell me in your own words if there is something to do in it."
)
_ROWS = [[Option("Make a task", "keep"), Option("No, thanks", "leave")]]
_WAITS = frozenset(
    {"onboarding", "goal_question", "capture", "move", "which_goal", "full"}
)  # for an answer of their own


def hear_forwarded(state: AgentState, ctx: TurnContext) -> Heard:
    """What was forwarded, marked as such wherever it is kept; it taps no button and answers no question."""
    if not ctx.user.onboarded and not state.get("focus"):
        return Heard("")  # a stranger's first message: they are greeted as if they had said nothing yet
    return Heard(f"(forwarded) {ctx.turn.message.text.strip()}")


def offer(state: AgentState, ctx: TurnContext, node: str) -> Update:
    """Ask what to do with it; a question that waits for the person's own answer is put again instead."""
    kind = (state.get("focus") or {}).get("kind", "")
    if not ctx.user.onboarded or kind in _WAITS:
        return ask_again(state, node, _LATER)
    words = " ".join(visible(ctx.turn.message.text).split())[:_LONGEST]
    if not any(character.isalnum() for character in words):
        return ask_again(state, node, _LATER)
    return ask(state, node, _OFFER, _ROWS, {"kind": KIND, "text": words})


def decides(focus_kind: str, heard: Heard) -> bool:
    """Whether typed words say yes or no to the offer; all others are about something else."""
    return focus_kind == KIND and not heard.word and (says_yes(heard.text) or says_no(heard.text))


def accepted(heard: Heard) -> bool:
    return heard.word == "keep" or (not heard.word and says_yes(heard.text))

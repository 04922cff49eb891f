"""Getting to know a person: who Flux is, eleven short questions in any mood, and what they came for kept in mind."""

from __future__ import annotations

import re

from langgraph.runtime import Runtime

from agents.hearing import Heard, heard_of
from agents.nodes.aside_words import aside_kind
from agents.nodes.onboarding_answers import hold_goal, name_given
from agents.nodes.onboarding_questions import (
    ask_topic,
    begin,
    focus_on,
    hear_name,
    hear_new_number,
    hear_topic,
    next_topic,
)
from agents.nodes.onboarding_quick import hear_zone, quick, wants, zone_known
from agents.plans.replies import says_yes
from agents.reply import Option, ask, ask_again, close
from agents.state import AgentState, Update
from agents.tongues import is_foreign, sorry
from agents.turn import TurnContext
from storage.vocabulary import Intent

_NODE = "onboarding"
_HELLO = (
    "Hi, I'm Flux. I help you get things done: I turn a goal into a plan that fits your week, remind you, "
    "and follow up if you don't answer.\nFor example, write: call mum tomorrow 6pm."
)
_PRIVACY = (
    "I store what you tell me here, your tasks and when you did them, and your number only if you give it. "
    "/export hands you all of it, /delete erases it.\nReady when you are?"
)
_INTRO = "Eleven short questions, about two minutes. Skip whatever you like."
_NO_HURRY = "No hurry. Write me a reminder any time, or say start when you are ready."
_WHAT_I_AM = (
    "I'm a program: I plan goals into your week, remind you, and ask once how it went. People stay in charge."
)
_BEGINS = re.compile(
    r"\W*(?:(?:👍|y|yes|yeah|yep|yup|sure|ok|okay|k|fine|right|alright|great|cool|good|please|then|now|well|hm+|um+|i'?m|i am|we|can|shall|may|let'?s|let us|do it|go|gladly|why not|of course|sounds good)\W*)*"
    r"(?:👍|yes|yeah|yep|sure|okay|ok|k|y|start|begin|ready|go|go ahead|do (?:it|this)|get started|get going|gladly|why not|of course|sounds good|start then|start now)(?: (?:now|then|please|it|us|with it))*\W*",
    re.I,
)
_NOT_YET = re.compile(r"\W*(?:no|nope|later|not (?:now|yet|today)|maybe later|no thanks?)\b.{0,15}", re.I)
_WHAT_IS_IT = re.compile(
    r"\W*(?:what(?:'s| is) (?:this|flux|it)|what (?:does|do) (?:this|flux|it|you) do|how does (?:this|it) work|is this a (?:bot|person|human|robot|program))\b.{0,40}",
    re.I,
)
_START = [
    Option("Start", "begin"),
    Option("Just a reminder", "quick"),
    Option("What do you store?", "privacy"),
]


def onboarding(state: AgentState, runtime: Runtime[TurnContext]) -> Update:
    ctx, heard = runtime.context, heard_of(state)
    focus = state.get("focus") or {}
    step = focus.get("step", "") if focus.get("kind") == "onboarding" else ""
    match step, heard.word:
        case "", _ if ctx.user.onboarded:
            return hear_new_number(state, ctx, heard.text)
        case _, "privacy":
            return _tell_privacy(state)
        case _, "begin":
            return begin(state, ctx, _INTRO)
        case _, "quick":
            return quick(state, ctx, "")
        case _, _ if step == "" or heard.text.casefold() == "/start":
            return _arrive(state, ctx, heard)
        case "hello", _:
            return _before_start(state, ctx, heard)
        case "zone", _:
            return hear_zone(state, ctx, heard) or resume(
                state, ctx, "No problem, without a reminder for now."
            )
        case _:
            return hear_topic(state, ctx, heard, step, focus["topic"])


def resume(state: AgentState, ctx: TurnContext, before: str) -> Update:
    """Go back to the questions after something else was dealt with, when they had begun."""
    name = next_topic(ctx)
    if name is None or not ctx.profile().onboarding.began:
        return close(_NODE, f"{before}\nWhenever you want a plan for a goal, just say: start.")
    return ask_topic(state, ctx, name, before)


# ------------------------------------------------------------------ before the questions


def _arrive(state: AgentState, ctx: TurnContext, heard: Heard) -> Update:
    """The first word ever, or the first after the thread was put aside."""
    if ctx.profile().onboarding.began and wants(ctx, heard.text) is Intent.GOAL:
        hold_goal(ctx, heard.text)
        return begin(state, ctx, "I'll keep that goal for the end of our questions.")
    if ctx.profile().onboarding.began and wants(ctx, heard.text) is Intent.NEW_TASK:
        return quick(state, ctx, heard.text)
    if ctx.profile().onboarding.began:
        return _between(state, ctx, heard)
    if heard.text.casefold().strip(" .!") in ("start", "let's start", "begin"):
        return begin(state, ctx, _INTRO)
    if wants(ctx, heard.text) is Intent.NEW_TASK:
        return quick(state, ctx, heard.text)
    if zone_known(ctx):
        return _arrive_again(state, ctx, heard)
    text = _HELLO
    if wants(ctx, heard.text) is Intent.GOAL:
        hold_goal(ctx, heard.text)
        text = f"{_HELLO}\nI've kept your goal; a few questions first, so that the plan fits your days."
    return ask(state, _NODE, "Shall we start?", [_START[:2], _START[2:]], focus_on("hello"), before=text)


def _between(state: AgentState, ctx: TurnContext, heard: Heard) -> Update:
    """The questions had begun and something else came between: what is said now counts, then they go on."""
    wanted = wants(ctx, heard.text)
    if wanted is Intent.NEW_TASK:
        return quick(state, ctx, heard.text)
    if wanted is Intent.GOAL:
        hold_goal(ctx, heard.text)
        return begin(state, ctx, "I'll keep that goal for the end of our questions.")
    if is_foreign(heard.text):
        return begin(state, ctx, sorry(heard.text))
    return begin(state, ctx, "Welcome back. We were getting to know each other.")


def _arrive_again(state: AgentState, ctx: TurnContext, heard: Heard) -> Update:
    """Somebody who so far only wanted reminders."""
    if wants(ctx, heard.text) is Intent.GOAL:
        hold_goal(ctx, heard.text)
        return begin(state, ctx, "Gladly. A few short questions first, so that the plan fits your days.")
    return close(
        _NODE, "Tell me what to remind you of and when; or say start, and we make a plan for a goal."
    )


def _tell_privacy(state: AgentState) -> Update:
    return ask(state, _NODE, _PRIVACY, [_START[:2]], focus_on("hello"), short="Ready when you are?")


def _before_start(state: AgentState, ctx: TurnContext, heard: Heard) -> Update:
    """Words instead of the first buttons: yes, a reminder, a goal, or something else."""
    if _BEGINS.fullmatch(heard.text) or says_yes(heard.text):
        return begin(state, ctx, _INTRO)
    if _NOT_YET.fullmatch(heard.text):
        return close(_NODE, _NO_HURRY)
    aside = aside_kind(heard.text)
    if aside == "privacy":
        return _tell_privacy(state)
    if aside in ("yourself", "help") or _WHAT_IS_IT.fullmatch(heard.text):
        return ask_again(state, _NODE, _WHAT_I_AM)
    if name_given(heard.text):
        return hear_name(state, ctx, heard.text)
    match wants(ctx, heard.text):
        case Intent.NEW_TASK:
            return quick(state, ctx, heard.text)
        case Intent.GOAL:
            hold_goal(ctx, heard.text)
            return begin(state, ctx, "I'll keep that goal and plan it once I know your days a little.")
        case _:
            return ask_again(state, _NODE, "I'd like to know your days a little before I advise you.")

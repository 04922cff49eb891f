"""Just a reminder: somebody who is not known yet wants one thing noted, and their zone is all it takes."""

from __future__ import annotations

import re

from agents.hearing import Heard
from agents.nodes.onboarding_topics import TOPICS, question
from agents.offline.lexicons import names_errand
from agents.offline.understand import understand
from agents.reply import Option, ask, ask_again, close
from agents.state import AgentState, Update
from agents.turn import TurnContext
from storage.vocabulary import Intent

_NODE = "onboarding"
_FOCUS = {"kind": "onboarding", "step": "zone", "topic": ""}
_COMMAND = re.compile(
    r"\W*(?:(?:ok(?:ay)?|oh|wait|actually|and|also|hey|please|first|but|by the way|btw|can you|could you)\W+)*"
    r"(?:remind me|don'?t let me forget|note to self|remember to|add (?:a )?(?:task|reminder)|set (?:a|an) (?:reminder|alarm)|i (?:need|have) to remember)\b",
    re.I,
)
_WISH = re.compile(
    r"\W*(?:(?:oh|wait|actually|and|also|but|hey|please|so|ok(?:ay)?)\W+)*(?:i(?:'d| would)? (?:really |also |just )*(?:want|like|love|wish|hope) to|i wanna|help me|my (?:big )?(?:goal|dream) is)\b",
    re.I,
)
_OF_THE_DAY = re.compile(
    r"\b(?:bed|sleep|asleep|wake|get up|rise|up|alarm|night|lights out|nap|morning|evening|work|study|school|office)\b",
    re.I,
)
_WHY = re.compile(
    r"\W*(?:(?:wait|but|and|hm+|um+|ok(?:ay)?|sorry|so)\W+)*(?:why|what for|how come|what do you (?:mean|need))\b.*|\W*\?+\W*",
    re.I | re.DOTALL,
)
_NOT_NOW = re.compile(
    r"\W*(?:no|nope|skip|later|not now|cancel|never ?mind|forget it|stop|leave it)\W*", re.I
)


def quick(state: AgentState, ctx: TurnContext, text: str) -> Update:
    """Ask for the zone unless it is known; `text` is the reminder, when it was said already."""
    profile = ctx.profile()
    if zone_known(ctx):
        return redirect(Intent.NEW_TASK, text) if text else _ask_reminder()
    profile.onboarding.held_task = text[:300] or None
    ctx.save(profile)
    topic = TOPICS["timezone"]
    rows = [*question(ctx, "timezone")[1][:-1], [Option("Not now", "not_now")]]
    lead = (
        "Happy to. One thing first so that it comes at the right time:"
        if text
        else "Of course. One thing first:"
    )
    text = f"{lead} {topic.question[0].lower()}{topic.question[1:]}"
    return ask(state, _NODE, text, rows, _FOCUS, short=topic.question)


def zone_known(ctx: TurnContext) -> bool:
    return "timezone" in ctx.profile().onboarding.answered


def hear_zone(state: AgentState, ctx: TurnContext, heard: Heard) -> Update | None:
    """The zone, a reminder said before its zone, or None when the person would rather not."""
    profile = ctx.profile()
    if heard.word == "not_now" or _NOT_NOW.fullmatch(heard.text):
        profile.onboarding.held_task = None
        ctx.save(profile)
        return None
    echo = TOPICS["timezone"].record(ctx, heard.text)
    if echo is None:
        if _WHY.fullmatch(heard.text):
            return ask_again(state, _NODE, TOPICS["timezone"].why)
        return _no_place(state, ctx, heard.text)
    profile = ctx.profile()
    held, profile.onboarding.held_task = profile.onboarding.held_task, None
    profile.onboarding.answered.append("timezone")
    ctx.save(profile)
    return redirect(Intent.NEW_TASK, held) if held else _ask_reminder(f"{echo} ")


def _no_place(state: AgentState, ctx: TurnContext, text: str) -> Update | None:
    """Another reminder, a goal to keep, or unclear: asked once more, then left (None) rather than asked for ever."""
    wanted, focus = wants(ctx, text), state.get("focus") or {}
    if wanted is Intent.NEW_TASK:
        return quick(state, ctx, text)
    profile = ctx.profile()
    if wanted is Intent.GOAL:
        profile.onboarding.held_goal = text[:1000]
        ctx.save(profile)
        return ask_again(state, _NODE, "I'll keep that goal for later.")
    if focus.get("tries"):
        profile.onboarding.held_task = None
        ctx.save(profile)
        return None
    unclear = f"I don't know that place. {TOPICS['timezone'].hint}"
    return ask_again(state, _NODE, unclear) | {"focus": {**focus, "tries": 1}}


def _ask_reminder(before: str = "") -> Update:
    return close(_NODE, f"{before}What shall I remind you of, and when?")


def redirect(intent: Intent, text: str) -> Update:
    """Hand the turn back to the orchestrator as if this had just been said."""
    return {"intent": intent, "heard": Heard(text).as_json(), "question": {}, "focus": {}}


def wants_else(ctx: TurnContext, name: str, text: str) -> bool:
    """Whether words are a reminder or a goal rather than an answer to this topic, although one could be read into them."""
    if _COMMAND.match(text):
        return True
    wanted = wants(ctx, text)
    if wanted is Intent.GOAL:
        return name not in ("first_goal", "chronotype") and _WISH.match(text) is not None
    if wanted is not Intent.NEW_TASK or name not in (
        "name",
        "wake_time",
        "bed_time",
        "chronotype",
        "timezone",
    ):
        return False
    read = understand(text[:300], ctx.local_now, ctx.user.timezone)
    title, when = str(read.slots.get("title") or ""), read.slots.get("when")
    errand = names_errand(title) and not _OF_THE_DAY.search(text)
    return errand and ((when is not None and when.timed) or len(text.split()) >= 4)


def wants(ctx: TurnContext, text: str) -> Intent | None:
    """Whether free words are a reminder or a goal rather than an answer; greetings and commands are neither."""
    if len(text.split()) < 2 or text.startswith("/"):
        return None
    intent = understand(text[:300], ctx.local_now, ctx.user.timezone).intent.upper()
    return {"CREATE": Intent.NEW_TASK, "NEW_TASK": Intent.NEW_TASK, "GOAL": Intent.GOAL}.get(intent)

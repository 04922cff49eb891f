"""The eleven questions in any mood: answers, skips, steps back, questions in return, and goals said in between."""

from __future__ import annotations

import re

from agents import tongues
from agents.hearing import Heard
from agents.nodes import onboarding_phone as phone
from agents.nodes.commitments import seed_commitments
from agents.nodes.onboarding_answers import hold_goal
from agents.nodes.onboarding_quick import quick, redirect, wants, wants_else
from agents.nodes.onboarding_topics import BACK, SKIP, TOPICS, counter, no_consent_needed, question
from agents.places import is_city
from agents.plans.replies import says_no, says_yes
from agents.reply import Option, ask, ask_again, close
from agents.state import AgentState, Update
from agents.tongues import is_foreign
from agents.turn import TurnContext
from reminders.rules.when import parse_weekdays
from storage.vocabulary import ONBOARDING_TOPICS, Intent

_NODE = "onboarding"
_SKIPS = frozenset({"skip", "next", "pass", "later", "skip it", "skip this", "skip that"})
_BACKS = frozenset({"back", "go back", "previous"})
_ASKS = re.compile(
    r"\W*(?:why|what for|how come|what do you (?:mean|need))\b.*|[^\d]*\?\W*", re.I | re.DOTALL
)
_SHRUG = re.compile(
    r"\W*(?:i )?(?:it |that )?(?:no|nope|none|depends|varies|whatever|any(?:time)?|dunno|idk|no idea|not sure|unsure|never|differs"
    r"|(?:really )?(?:don'?t|do not) (?:really )?(?:know|care|mind)|hard to say|always different(?:ly)?|prefer not(?: to say)?)\b.{0,30}",
    re.I,
)


def next_topic(ctx: TurnContext) -> str | None:
    """The first topic not yet met."""
    progress = ctx.profile().onboarding
    met = {*progress.answered, *progress.skipped}
    if no_consent_needed(ctx):
        met.add("consent")
    if progress.held_goal:
        met.add("first_goal")
    return next((name for name in ONBOARDING_TOPICS if name not in met), None)


def begin(state: AgentState, ctx: TurnContext, before: str) -> Update:
    profile = ctx.profile()
    profile.onboarding.began = True
    ctx.save(profile)
    name = next_topic(ctx)
    return finish(ctx, before) if name is None else ask_topic(state, ctx, name, before)


def ask_topic(state: AgentState, ctx: TurnContext, name: str, before: str = "") -> Update:
    text, rows = question(ctx, name)
    return ask(state, _NODE, text, rows, focus_on("topic", name), before=before)


def focus_on(step: str, topic: str = "") -> dict[str, str | int]:
    numbers = topic in ("wake_time", "bed_time", "phone")
    return {"kind": "onboarding", "step": step, "topic": topic} | (
        {"numbers_are_answers": 1} if numbers else {}
    )


def hear_topic(state: AgentState, ctx: TurnContext, heard: Heard, step: str, name: str) -> Update:
    match heard.word:
        case "skip":
            return _skip(state, ctx, name, step)
        case "back":
            return _back(state, ctx, name)
        case "other" | "type" | "number":
            return ask(
                state,
                _NODE,
                f"{counter(ctx, name)} {TOPICS[name].hint}",
                _controls(name),
                focus_on("topic", name),
            )
        case "take":
            return _record(state, ctx, name, TOPICS[name].default or "", step)
        case "resend":
            number = ctx.profile().phone_check.number
            return phone.send_code(state, ctx, number) if number else ask_topic(state, ctx, name)
        case _ if name == "phone":
            return _hear_phone(state, ctx, heard, step)
        case _:
            return _record(state, ctx, name, heard.text, step)


def _controls(name: str) -> list[list[Option]]:
    back = [Option("Back", "back")] if name != ONBOARDING_TOPICS[0] else []
    return [[Option("Skip", "skip"), *back]]


def _record(state: AgentState, ctx: TurnContext, name: str, text: str, step: str) -> Update:
    """Store an answer and go on; what is no answer is a skip, a question, a goal or a reminder, or is asked again."""
    said = " ".join(text.casefold().split()).strip(" .!")
    if said in _SKIPS:
        return _skip(state, ctx, name, step)
    if said in _BACKS:
        return _back(state, ctx, name)
    if step == "default" and says_yes(text):
        text = TOPICS[name].default or ""
    if _ASKS.fullmatch(text):
        return ask_again(state, _NODE, TOPICS[name].why)
    if wants_else(ctx, name, text):
        aside = _aside(state, ctx, name, text)
        if aside is not None:
            return aside
    echo = TOPICS[name].record(ctx, text)
    if echo is not None:
        return _met(state, ctx, name, echo)
    if _SHRUG.fullmatch(text):
        return _skip(state, ctx, name, step)
    if name in ("work", "commitments", "places") and parse_weekdays(text):
        return _unclear(state, ctx, name, text, step)  # an answer, and no task
    elsewhere = _aside(state, ctx, name, text) or _zone_said(state, ctx, name, text)
    return elsewhere or _unclear(state, ctx, name, text, step)


def _zone_said(state: AgentState, ctx: TurnContext, name: str, text: str) -> Update | None:
    """A city typed before it was asked for, and nothing else."""
    progress = ctx.profile().onboarding
    if name == "timezone" or "timezone" in progress.answered or not is_city(text):
        return None
    echo = TOPICS["timezone"].record(ctx, text)
    if echo is None:
        return None
    profile = ctx.profile()
    profile.onboarding.answered.append("timezone")
    ctx.save(profile)
    return ask_topic(state, ctx, name, echo)


def _unclear(state: AgentState, ctx: TurnContext, name: str, text: str, step: str) -> Update:
    """Asked once more; then left open, or a default is offered where planning needs one."""
    focus = state.get("focus") or {}
    topic = TOPICS[name]
    if focus.get("tries") and topic.default is None:
        return _met(state, ctx, name, "Let's leave that one; tell me whenever you like.", skipped=True)
    if focus.get("tries") and step != "default":
        return _skip(state, ctx, name, step)
    unclear = tongues.sorry(text) if is_foreign(text) else "I didn't get that."
    return _with_hint(state, unclear, topic.hint) | {"focus": {**focus, "tries": 1}}


def _with_hint(state: AgentState, before: str, hint: str) -> Update:
    """The question again; its hint comes with it, once."""
    asked = str((state.get("question") or {}).get("text", ""))
    return ask_again(state, _NODE, before if hint in asked else f"{before} {hint}")


def hear_name(state: AgentState, ctx: TurnContext, text: str) -> Update:
    """A name said before anything was asked: the questions begin behind it."""
    profile = ctx.profile()
    profile.onboarding.began = True
    ctx.save(profile)
    return _record(state, ctx, "name", text, "topic")


def _aside(state: AgentState, ctx: TurnContext, name: str, text: str) -> Update | None:
    """A goal or a reminder typed where an answer was expected."""
    match wants(ctx, text):
        case Intent.GOAL:
            hold_goal(ctx, text)
            return ask_topic(state, ctx, name, "I'll keep that goal for the end of our questions.")
        case Intent.NEW_TASK:
            return quick(state, ctx, text)
        case _:
            return None


def _met(state: AgentState, ctx: TurnContext, name: str, echo: str, *, skipped: bool = False) -> Update:
    profile = ctx.profile()
    progress = profile.onboarding
    progress.answered = [met for met in progress.answered if met != name]
    progress.skipped = [met for met in progress.skipped if met != name]
    (progress.skipped if skipped else progress.answered).append(name)
    ctx.save(profile)
    following = next_topic(ctx)
    return finish(ctx, echo) if following is None else ask_topic(state, ctx, following, echo)


def _skip(state: AgentState, ctx: TurnContext, name: str, step: str) -> Update:
    """Skip a topic; the three that planning needs are offered a default first."""
    topic = TOPICS[name]
    if topic.default is None:
        return _met(state, ctx, name, "No problem.", skipped=True)
    if step == "default":
        return _record(state, ctx, name, topic.default, step)
    text = f"{topic.why_needed} Shall I take {topic.default} for now? You can change it any time."
    rows = [[Option(f"Take {topic.default}", "take"), Option("I'll type it", "type"), BACK]]
    return ask(state, _NODE, text, rows, focus_on("default", name))


def _back(state: AgentState, ctx: TurnContext, name: str) -> Update:
    """Ask the topic before this one again."""
    profile = ctx.profile()
    progress = profile.onboarding
    met = {*progress.answered, *progress.skipped}
    earlier = [one for one in ONBOARDING_TOPICS[: ONBOARDING_TOPICS.index(name)] if one in met]
    if not earlier:
        return ask_topic(state, ctx, name, "This is the first one.")
    progress.answered = [one for one in progress.answered if one != earlier[-1]]
    progress.skipped = [one for one in progress.skipped if one != earlier[-1]]
    ctx.save(profile)
    return ask_topic(state, ctx, earlier[-1])


def _hear_phone(state: AgentState, ctx: TurnContext, heard: Heard, step: str) -> Update:
    number = ctx.profile().phone_check.number
    if step == "code" and number and says_yes(heard.text):
        return phone.send_code(state, ctx, number)  # "Shall I send a new one?"
    if step == "code" and says_no(heard.text):
        return _skip(state, ctx, "phone", step)
    if step == "code":
        unproved = phone.hear_code(state, ctx, heard.text)
        told = unproved or _met(state, ctx, "phone", "That's the one. Your number is confirmed.")
        return told | {"heard": Heard("(a code)").as_json()}  # the secret itself is never written down
    asked = phone.hear_number(state, ctx, heard.text)
    if asked is not None:
        return asked
    if _SHRUG.fullmatch(heard.text) or heard.text.casefold().strip(" .!") in _SKIPS:
        return _skip(state, ctx, "phone", step)
    if heard.text.casefold().strip(" .!") in _BACKS:
        return _back(state, ctx, "phone")
    if _ASKS.fullmatch(heard.text):
        return ask_again(state, _NODE, TOPICS["phone"].why)
    return _with_hint(state, "I need the whole number.", TOPICS["phone"].hint)


def hear_new_number(state: AgentState, ctx: TurnContext, text: str) -> Update:
    """A number given after all: proved as it would have been at the start."""
    asked = phone.hear_number(state, ctx, text)
    if asked is not None:
        return asked
    return ask(state, _NODE, f"Gladly. {TOPICS['phone'].hint}", [[SKIP]], focus_on("topic", "phone"))


def finish(ctx: TurnContext, before: str) -> Update:
    """All topics met: the profile is complete, fixed commitments become tasks, and a held goal is planned at once."""
    if ctx.user.onboarded:
        return close(_NODE, f"{before} Is there anything else to change?")
    profile = ctx.profile()
    held, profile.onboarding.held_goal = profile.onboarding.held_goal, None
    ctx.save(profile)
    ctx.user.onboarded = True
    seed_commitments(ctx)
    thanks = f"{before} That's all I need{', ' + profile.name if profile.name else ''}."
    if not held:
        return close(_NODE, f"{thanks}\nWhat would you like to work on, or be reminded of?")
    return redirect(Intent.GOAL, held) | {
        "replies": [{"text": f"{thanks} Now to your goal.", "rows": [], "node": _NODE}]
    }

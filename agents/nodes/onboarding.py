"""Getting to know a person: who Flux is, eleven short questions in any mood, and what they came for kept in mind."""

from __future__ import annotations

from langgraph.runtime import Runtime

from agents.hearing import Heard, heard_of
from agents.nodes import onboarding_phone as phone
from agents.nodes.commitments import seed_commitments
from agents.nodes.onboarding_answers import hold_goal
from agents.nodes.onboarding_topics import TOPICS, counter, question
from agents.offline.understand import understand
from agents.reply import Option, ask, ask_again, close
from agents.state import AgentState, Update
from agents.turn import TurnContext
from storage.vocabulary import ONBOARDING_TOPICS, Intent

_NODE = "onboarding"
_HELLO = (
    "Hi, I'm Flux. I help you get things done: I turn a goal into a plan that fits your week, remind you, "
    "and follow up if you don't answer.\nFor example, write: call mum tomorrow 6pm."
)
_PRIVACY = (
    "I store what you tell me here, your tasks and when you did them, and your number only if you give it. "
    "/export sends you everything, /delete erases it.\nReady when you are?"
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
        case _, "privacy":
            return ask(state, _NODE, _PRIVACY, [_START[:2]], _focus("hello"))
        case _, "begin":
            return _begin(state, ctx, "Eleven short questions, about two minutes. Skip whatever you like.")
        case _, "quick":
            return _quick(state, ctx, "")
        case "", _:
            return _arrive(state, ctx, heard)
        case "hello", _:
            return _before_start(state, ctx, heard)
        case "zone", _:
            return _hear_zone(state, ctx, heard)
        case _:
            return _hear_topic(state, ctx, heard, step, focus["topic"])


def resume(state: AgentState, ctx: TurnContext, before: str) -> Update:
    """Go back to the questions after something else was dealt with, when they had begun."""
    name = next_topic(ctx)
    if name is None or not ctx.profile().onboarding.began:
        return close(_NODE, f"{before}\nWhenever you want a plan for a goal, just say: start.")
    return _ask_topic(state, ctx, name, before)


def next_topic(ctx: TurnContext) -> str | None:
    """The first topic not yet met; consent makes sense only for a proved number."""
    progress = ctx.profile().onboarding
    met = {*progress.answered, *progress.skipped}
    if not ctx.user.phone_verified and "phone" in met:
        met.add("consent")
    if progress.held_goal:
        met.add("first_goal")
    return next((name for name in ONBOARDING_TOPICS if name not in met), None)


# ------------------------------------------------------------------ before the questions


def _arrive(state: AgentState, ctx: TurnContext, heard: Heard) -> Update:
    """The first word ever, or the first after the thread was put aside."""
    if ctx.profile().onboarding.began:
        return _begin(state, ctx, "Welcome back. We were getting to know each other.")
    if heard.text.casefold().strip(" .!") in ("start", "let's start", "begin"):
        return _begin(state, ctx, "Eleven short questions, about two minutes. Skip whatever you like.")
    if _wants(ctx, heard.text) is Intent.NEW_TASK:
        return _quick(state, ctx, heard.text)
    text = _HELLO
    if _wants(ctx, heard.text) is Intent.GOAL:
        hold_goal(ctx, heard.text)
        text = f"{_HELLO}\nI've kept your goal; a few questions first, so that the plan fits your days."
    return ask(state, _NODE, "Shall we start?", [_START[:2], _START[2:]], _focus("hello"), before=text)


def _before_start(state: AgentState, ctx: TurnContext, heard: Heard) -> Update:
    """Words instead of the first buttons: yes, a reminder, a goal, or something else."""
    said = heard.text.casefold().strip(" .!")
    if said in ("yes", "yeah", "yep", "sure", "ok", "okay", "go", "let's go", "ready", "y", "start"):
        return _begin(state, ctx, "Eleven short questions, about two minutes. Skip whatever you like.")
    if said in ("no", "later", "not now", "nope"):
        return close(_NODE, "No hurry. Write me a reminder any time, or say start when you are ready.")
    match _wants(ctx, heard.text):
        case Intent.NEW_TASK:
            return _quick(state, ctx, heard.text)
        case Intent.GOAL:
            hold_goal(ctx, heard.text)
            return _begin(state, ctx, "I'll keep that goal and plan it once I know your days a little.")
        case _:
            return ask_again(state, _NODE, "I'd like to know your days a little before I advise you.")


def _quick(state: AgentState, ctx: TurnContext, text: str) -> Update:
    """Just a reminder: the zone is all it takes."""
    profile = ctx.profile()
    if "timezone" in profile.onboarding.answered:
        return _redirect(Intent.NEW_TASK, text) if text else _ask_reminder()
    profile.onboarding.held_task = text[:300] or None
    ctx.save(profile)
    topic = TOPICS["timezone"]
    rows = question(ctx, "timezone")[1][:-1]
    lead = (
        "Happy to. One thing first so that it comes at the right time:"
        if text
        else "Of course. One thing first:"
    )
    return ask(state, _NODE, f"{lead} {topic.question[0].lower()}{topic.question[1:]}", rows, _focus("zone"))


def _hear_zone(state: AgentState, ctx: TurnContext, heard: Heard) -> Update:
    echo = TOPICS["timezone"].record(ctx, heard.text)
    if echo is None:
        return ask_again(state, _NODE, f"I don't know that place. {TOPICS['timezone'].hint}")
    profile = ctx.profile()
    held, profile.onboarding.held_task = profile.onboarding.held_task, None
    profile.onboarding.answered.append("timezone")
    ctx.save(profile)
    return _redirect(Intent.NEW_TASK, held) if held else _ask_reminder(f"{echo} ")


def _ask_reminder(before: str = "") -> Update:
    return close(_NODE, f"{before}What shall I remind you of, and when?")


def _redirect(intent: Intent, text: str) -> Update:
    """Hand the turn back to the orchestrator as if this had just been said."""
    return {"intent": intent, "heard": Heard(text).as_json(), "question": {}, "focus": {}}


def _wants(ctx: TurnContext, text: str) -> Intent | None:
    """Whether free words are a reminder or a goal rather than an answer; greetings and commands are neither."""
    if len(text.split()) < 2 or text.startswith("/"):
        return None
    intent = understand(text[:300], ctx.local_now, ctx.user.timezone).intent.upper()
    return {"CREATE": Intent.NEW_TASK, "NEW_TASK": Intent.NEW_TASK, "GOAL": Intent.GOAL}.get(intent)


# ------------------------------------------------------------------ the eleven questions


def _begin(state: AgentState, ctx: TurnContext, before: str) -> Update:
    profile = ctx.profile()
    profile.onboarding.began = True
    ctx.save(profile)
    name = next_topic(ctx)
    return _finish(ctx, before) if name is None else _ask_topic(state, ctx, name, before)


def _ask_topic(state: AgentState, ctx: TurnContext, name: str, before: str = "") -> Update:
    text, rows = question(ctx, name)
    return ask(state, _NODE, text, rows, _focus("topic", name), before=before)


def _focus(step: str, topic: str = "") -> dict[str, str | int]:
    numbers = topic in ("wake_time", "bed_time", "phone")
    return {"kind": "onboarding", "step": step, "topic": topic} | (
        {"numbers_are_answers": 1} if numbers else {}
    )


def _hear_topic(state: AgentState, ctx: TurnContext, heard: Heard, step: str, name: str) -> Update:
    match heard.word:
        case "skip":
            return _skip(state, ctx, name, step)
        case "back":
            return _back(state, ctx, name)
        case "other" | "type" | "number":
            return ask(
                state, _NODE, f"{counter(name)} {TOPICS[name].hint}", _controls(name), _focus("topic", name)
            )
        case "take":
            return _record(state, ctx, name, TOPICS[name].default or "")
        case "resend":
            number = ctx.profile().phone_check.number
            return phone.send_code(state, ctx, number) if number else _ask_topic(state, ctx, name)
        case _ if name == "phone":
            return _hear_phone(state, ctx, heard, step)
        case _:
            return _record(state, ctx, name, heard.text)


def _controls(name: str) -> list[list[Option]]:
    back = [Option("Back", "back")] if name != ONBOARDING_TOPICS[0] else []
    return [[Option("Skip", "skip"), *back]]


def _record(state: AgentState, ctx: TurnContext, name: str, text: str) -> Update:
    """Store an answer and go on; words that are rather a goal or a reminder are kept or done at once."""
    said = text.casefold().strip(" .!")
    if said in ("skip", "next", "pass", "later", "back"):
        word = "back" if said == "back" else "skip"
        return _hear_topic(state, ctx, Heard(said, word), "topic", name)
    aside = None if name in ("first_goal", "commitments", "work") else _aside(state, ctx, name, text)
    if aside is not None:
        return aside
    echo = TOPICS[name].record(ctx, text)
    if echo is None:
        other = _aside(state, ctx, name, text, unsure=True)
        return other or ask_again(state, _NODE, f"I didn't get that. {TOPICS[name].hint}")
    return _met(state, ctx, name, echo)


def _aside(
    state: AgentState, ctx: TurnContext, name: str, text: str, *, unsure: bool = False
) -> Update | None:
    """A goal or a reminder typed where an answer was expected."""
    if not unsure and (name != "name" or len(text.split()) < 4):
        return None
    match _wants(ctx, text):
        case Intent.GOAL:
            hold_goal(ctx, text)
            return _ask_topic(state, ctx, name, "I'll keep that goal for the end of our questions.")
        case Intent.NEW_TASK:
            return _quick(state, ctx, text)
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
    return _finish(ctx, echo) if following is None else _ask_topic(state, ctx, following, echo)


def _skip(state: AgentState, ctx: TurnContext, name: str, step: str) -> Update:
    """Skip a topic; the three that planning needs are offered a default first."""
    topic = TOPICS[name]
    if topic.default is None:
        return _met(state, ctx, name, "No problem.", skipped=True)
    if step == "default":
        return _record(state, ctx, name, topic.default)
    text = f"{topic.why_needed} Shall I take {topic.default} for now? You can change it any time."
    rows = [[Option(f"Take {topic.default}", "take"), Option("I'll type it", "type")]]
    return ask(state, _NODE, text, rows, _focus("default", name))


def _back(state: AgentState, ctx: TurnContext, name: str) -> Update:
    """Ask the topic before this one again."""
    profile = ctx.profile()
    progress = profile.onboarding
    met = {*progress.answered, *progress.skipped}
    earlier = [one for one in ONBOARDING_TOPICS[: ONBOARDING_TOPICS.index(name)] if one in met]
    if not earlier:
        return _ask_topic(state, ctx, name, "This is the first one.")
    progress.answered = [one for one in progress.answered if one != earlier[-1]]
    progress.skipped = [one for one in progress.skipped if one != earlier[-1]]
    ctx.save(profile)
    return _ask_topic(state, ctx, earlier[-1])


def _hear_phone(state: AgentState, ctx: TurnContext, heard: Heard, step: str) -> Update:
    if step == "code":
        unproved = phone.hear_code(state, ctx, heard.text)
        told = unproved or _met(state, ctx, "phone", "That's the one. Your number is confirmed.")
        return told | {"heard": Heard("(a code)").as_json()}  # the secret itself is never written down
    asked = phone.hear_number(state, ctx, heard.text)
    if asked is not None:
        return asked
    if heard.text.casefold().strip(" .!") in ("no", "skip", "later", "none", "nope"):
        return _skip(state, ctx, "phone", step)
    return ask_again(state, _NODE, f"I need the whole number. {TOPICS['phone'].hint}")


def _finish(ctx: TurnContext, before: str) -> Update:
    """All topics met: the profile is complete, fixed commitments become tasks, and a held goal is planned at once."""
    profile = ctx.profile()
    held, profile.onboarding.held_goal = profile.onboarding.held_goal, None
    ctx.save(profile)
    ctx.user.onboarded = True
    seed_commitments(ctx)
    thanks = f"{before} That's all I need{', ' + profile.name if profile.name else ''}."
    if not held:
        return close(_NODE, f"{thanks}\nWhat would you like to work on, or be reminded of?")
    return _redirect(Intent.GOAL, held) | {
        "replies": [{"text": f"{thanks} Now to your goal.", "rows": [], "node": _NODE}]
    }

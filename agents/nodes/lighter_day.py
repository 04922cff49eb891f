"""A smaller day: one thing only or a day off, offered to whoever is tired or low, or asked for in words."""

from __future__ import annotations

import re
from collections.abc import Sequence

from agents import wording
from agents.hearing import Heard
from agents.nodes.small_talk import small_talk
from agents.nodes.taking_off import coming, drop, take_off
from agents.plans.replies import says_no, says_yes
from agents.reply import Option, ask, ask_again, close
from agents.state import AgentState, Json, Update
from agents.tasks.selecting import days_named
from agents.tasks.titles import matching
from agents.turn import TurnContext
from storage.tables import Task

KIND = "lighter"
_NODE = "clarify"
_SHOWN = 5
_QUESTION = "Shall we make today smaller: one thing only, or a day off?"
_KEEP = Option("Leave it as it is", "keep")
_OFF = re.compile(r"\b(?:off|rest|nothing|none|all of (?:it|them)|everything)\b", re.I)
_ONE = re.compile(r"\b(?:one|1|single|smaller|first)\b", re.I)
_KEPT = re.compile(r"\b(?:keep|leave|stays?|as it is|nah|i'?ll manage|i can do it)\b", re.I)
_ANY = re.compile(
    r"\W*(?:any(?:thing)?|whichever|whatever|you (?:choose|pick|decide)|i don'?t (?:care|know|mind)|dunno|idk|the (?:next|first)(?: one)?)\W*",
    re.I,
)
_FEW_WORDS = 8


def offer(state: AgentState, ctx: TurnContext, kind: str) -> Update:
    """ "I'm overwhelmed": kind words, and what can be taken off today, if anything is left of it."""
    lead, tasks = small_talk(ctx, kind) or "", _today(ctx)
    if not tasks:
        return close(
            _NODE,
            f"{lead} Nothing more is planned for today, so it cannot get smaller: you are free to rest.",
        )
    if len(tasks) == 1:
        left = f"Only {tasks[0].title}, {_clock(ctx, tasks[0])}, is left today. Shall I take it off?"
        rows = [[Option("Take it off", "off"), Option("Keep it", "keep")]]
        return ask(state, _NODE, f"{lead} {left}", rows, {"kind": KIND, "step": "only"}, short=left)
    rows = [[Option("One thing only", "one"), Option("A day off", "off")], [_KEEP]]
    return ask(state, _NODE, f"{lead} {_QUESTION}", rows, {"kind": KIND, "step": "how"}, short=_QUESTION)


def day_off(state: AgentState, ctx: TurnContext, text: str) -> Update:
    """ "Can I have a day off tomorrow?": what goes is shown before it goes."""
    today = ctx.local_now.date()
    day = next((day for day in days_named(ctx, text) if day >= today), today)
    name = "today" if day == today else f"{day:%A}"
    if not any(task.local_day == day for task in coming(ctx)):
        return close(_NODE, f"Nothing is planned for {name}, so that day is yours already.")
    return drop(state, ctx, f"cancel everything on {day.isoformat()}")


def answers(text: str, focus: Json) -> bool:
    """Whether words answer the open question; anything longer or else is about something new."""
    if len(text.split()) > _FEW_WORDS:
        return False
    if focus.get("step") == "stays":
        return True
    signs = (_OFF, _ONE, _KEPT)
    return says_yes(text) or says_no(text) or any(sign.search(text) for sign in signs)


def answer(state: AgentState, ctx: TurnContext, heard: Heard, focus: Json) -> Update:
    tasks, chooses = _today(ctx), focus.get("step") == "stays"
    kept = not chooses and _KEPT.search(heard.text) is not None  # "the run stays" is a choice
    if heard.word == "keep" or (not heard.word and (says_no(heard.text) or kept)):
        return close(_NODE, "Then today stays as it is. Small steps count.")
    if not tasks:
        return close(_NODE, "Nothing more is planned for today, so you are free to rest.")
    if chooses:
        return _hear_which(state, ctx, heard, focus, tasks)
    if focus.get("step") == "only":
        return take_off(state, ctx, tasks)
    if heard.word == "off" or (not heard.word and _OFF.search(heard.text)):
        return drop(state, ctx, "cancel everything today")
    return _ask_which(state, ctx, tasks)


def _ask_which(state: AgentState, ctx: TurnContext, tasks: Sequence[Task]) -> Update:
    if len(tasks) == 1:
        return close(
            _NODE, f"Then only {tasks[0].title}, {_clock(ctx, tasks[0])}. The rest of today is yours."
        )
    rows = [
        [Option(f"{_clock(ctx, task)} {task.title[:30]}", "task", task.id.hex)] for task in tasks[:_SHOWN]
    ]
    return ask(
        state,
        _NODE,
        "Good. Which one stays? The others go.",
        [*rows, [_KEEP]],
        {"kind": KIND, "step": "stays"},
    )


def _hear_which(
    state: AgentState, ctx: TurnContext, heard: Heard, focus: Json, tasks: Sequence[Task]
) -> Update:
    found = [task for task in tasks if task.id.hex == heard.argument] if heard.word == "task" else []
    found = found or list(matching(heard.text, tasks, lambda task: task.title))
    if not found and (says_yes(heard.text) or _ANY.fullmatch(heard.text)):
        found = [tasks[0]]
    if not found and focus.get("tries"):
        return close(_NODE, "I couldn't tell, so everything stays. /today shows what is planned.")
    if not found:
        return ask_again(state, _NODE, "I couldn't tell from that.") | {"focus": {**focus, "tries": 1}}
    others = [task for task in tasks if task.id != found[0].id]
    if not others:
        return _ask_which(state, ctx, tasks)
    return take_off(state, ctx, others, lead=f"Today it is only {found[0].title}, {_clock(ctx, found[0])}.")


def _today(ctx: TurnContext) -> list[Task]:
    """What is still to come today, by time."""
    return [task for task in coming(ctx) if task.local_day == ctx.local_now.date()]


def _clock(ctx: TurnContext, task: Task) -> str:
    return wording.clock(task.scheduled_at.astimezone(ctx.zone).time())

"""Everything that is answered on the spot: a question back, the agenda, small talk, a pause, an old button, care."""

from __future__ import annotations

import re

from langgraph.runtime import Runtime

from agents import erasing, tongues, wording
from agents.care import REPLIES
from agents.hearing import heard_of
from agents.nodes import (
    after_miss,
    asides,
    either,
    forwarded,
    lighter_day,
    open_task,
    renaming,
    settings,
    taking_off,
    ticking,
    welcome,
)
from agents.nodes.small_talk import EXPORT_NODE, small_talk
from agents.nodes.undoing import tell_changes, undo
from agents.reply import Option, ask, ask_again, close, tell
from agents.state import AgentState, Json, Update
from agents.tasks.wishes import Wish
from agents.turn import TurnContext

_NODE = "clarify"
_MOST_WISHES = 10
_LOOSE = re.compile(
    r"(?!(?:skip|pass|next|stop|nothing|none|never ?mind|whatever|(?:the |just |only )?(?:one|first|second|third|last|other|same|both|this|that|it))\b)[^\W\d_][\w'’-]*(?: [\w'’-]+){0,2}[.!]?",
    re.IGNORECASE,
)
_LAST_QUESTION = re.compile(
    r"(?:(?<=[.!?;])|(?<=\n)|^)[^.!?;\n]*\?\s*$"
)  # of an aside: the open question takes its place


def clarify(state: AgentState, runtime: Runtime[TurnContext]) -> Update:
    """Answer; a question of the first eleven, or before a plan, is put again below what interrupted it."""
    update = _answer(state, runtime.context)
    question, replies = state.get("question") or {}, update["replies"]
    kind = (state.get("focus") or {}).get("kind")
    asked = any(question.get("text", "") in reply["text"] for reply in replies)
    if not question or "question" in update or asked or kind not in ("onboarding", "goal_question"):
        return update
    again = {"text": question["text"], "rows": question["rows"], "node": _NODE}
    last = replies[-1]
    if last["rows"] or last["node"] == EXPORT_NODE:
        return update | {"replies": [*replies, again]}
    said = _LAST_QUESTION.sub("", last["text"]).strip()
    return update | {"replies": [*replies[:-1], again | {"text": f"{said}\n\n{question['text']}".strip()}]}


def _answer(state: AgentState, ctx: TurnContext) -> Update:
    heard, focus, aside = heard_of(state), state.get("focus") or {}, state.get("aside") or {}
    if focus.get("kind") == "drop" and not aside.get("kind"):
        return taking_off.answer(state, ctx, heard, focus)
    return _tapped(state, ctx, heard.word, focus) or _said(state, ctx)


def _tapped(state: AgentState, ctx: TurnContext, word: str, focus: Json) -> Update | None:
    """A button under one of our own offers; None for words."""
    match focus.get("kind"):
        case _ if not word:
            return None
        case "changed" if word == "leave":
            return close(_NODE, "Then it stays as it is.")
        case "changed" if word == "undo":
            meant = focus.get("named") or ctx.turn.message.choice  # typed, it may be about something newer
            return undo(state, ctx, focus["at"] if meant else "")
        case "saved" if word == "undo":
            return undo(state, ctx)
        case "zone":
            return asides.change_place(ctx, focus["zone"], word)
        case _ if word == "wake":
            return asides.wake_up(ctx)
        case _:
            return None


def _said(state: AgentState, ctx: TurnContext) -> Update:
    heard, aside, focus = heard_of(state), state.get("aside") or {}, state.get("focus") or {}
    match aside.get("kind", ""):
        case "stale":
            return ask_again(
                state, _NODE, "That button belongs to an older message, so I left everything as it is."
            )
        case "crisis" | "medical" | "dose" | "diet" as kind:
            return close(_NODE, REPLIES[kind])
        case forwarded.KIND:
            return forwarded.offer(state, ctx, _NODE)
        case either.KIND:
            return either.which(state, _NODE, heard.text)
        case "changed":
            return tell(_NODE, f"{aside['said']} Anything else?")
        case "agenda":
            return asides.agenda(ctx, heard.text)
        case "missed" | "partly" | "snooze" | "on_it" as kind:
            return open_task.answer(ctx, kind, heard.text)
        case "return":
            return welcome.welcome(state, ctx)
        case "hello" | "wake" if welcome.was_away(ctx) and ctx.user.paused_until is None:
            return welcome.welcome(state, ctx)
        case "better" if ctx.user.paused_until is not None and ctx.user.paused_until > ctx.now:
            return asides.wake_up(ctx)
        case "excused":
            return after_miss.console(state, ctx)
        case "another_time":
            return after_miss.another_time(ctx)
        case "when_is":
            return asides.when_is(ctx, heard.text)
        case "zone_answer":
            return asides.change_place(ctx, focus["zone"], asides.zone_word(heard.text))
        case "many_goals":
            return _which_goal(state, aside["goals"])
        case "undo":
            return undo(state, ctx)
        case "arrived":
            return ticking.arrived(ctx, heard.text)
        case "changes":
            return tell_changes(state, ctx)
        case "rename":
            return renaming.rename(state, ctx, heard.text)
        case "resize":
            return renaming.resize(state, ctx, heard.text)
        case _:
            return _told(ctx, aside.get("kind", ""), heard.text) or _also_said(state, ctx)


def _told(ctx: TurnContext, kind: str, text: str) -> Update | None:
    """What only looks something up."""
    match kind:
        case "why":
            return asides.why(ctx)
        case "progress":
            return asides.progress(ctx, text)
        case "settings":
            return tell(_NODE, settings.show(ctx))
    return None


def _also_said(state: AgentState, ctx: TurnContext) -> Update:
    """The rest: what was done or is dropped, pauses, places, and small talk."""
    heard, aside, focus = heard_of(state), state.get("aside") or {}, state.get("focus") or {}
    match aside.get("kind", ""):
        case "yes" | "no" as kind if focus.get("kind") == "pause":
            return close(_NODE, asides.PAUSED[kind])
        case lighter_day.KIND:
            return lighter_day.answer(state, ctx, heard, focus)
        case "day_off":
            return lighter_day.day_off(state, ctx, heard.text)
        case "low" | "tired" as kind:
            return lighter_day.offer(state, ctx, kind)
        case "done":
            return ticking.done(state, ctx, heard.text)
        case "drop":
            return taking_off.drop(state, ctx, heard.text)
        case "pause":
            return asides.pause(state, ctx, heard.text)
        case "language":
            own = tongues.sorry(heard.text)
            return (
                tell(_NODE, own)
                if focus.get("kind") in ("saved", "changed")
                else ask_again(state, _NODE, own)
            )
        case "zone":
            return asides.ask_zone(state, ctx, heard.text)
        case "wake":
            return asides.wake_up(ctx)
        case "plan":
            return asides.show_plans(ctx)
        case "help":
            return tell(_NODE, asides.HELP)
        case "erase":
            return tell(_NODE, erasing.ask(ctx.session, ctx.user.id, ctx.now))
        case kind if (said := small_talk(ctx, kind)) is not None:
            return tell(EXPORT_NODE if kind == "export" else _NODE, said)
        case _:
            question = _not_again(state, aside.get("question") or asides.UNSURE)
            return _unsure(state, ctx, heard.text, question)


def _not_again(state: AgentState, question: str) -> str:
    """Asked a second time in a row it is put another way."""
    history = state.get("conversation_history") or []
    return asides.STILL_UNSURE if history and history[-1]["content"] == question else question


def _unsure(state: AgentState, ctx: TurnContext, text: str, question: str) -> Update:
    """ "Milk" may become a reminder: a time that follows is for it."""
    if (state.get("focus") or {}).get("kind") or not ctx.user.onboarded or not _LOOSE.fullmatch(text):
        return tell(_NODE, question)
    wish = Wish(wording.capital(" ".join(text.split()))[:60])
    focus = {"kind": "capture", "step": "loose", "wishes": [wish.as_json()]}
    return ask(state, _NODE, question, [], focus)


def _which_goal(state: AgentState, goals: list[str]) -> Update:
    """Very many wishes at once: a choice of three to begin with, none of them lost to a plan nobody can keep."""
    rows = [[Option(wording.capital(goal)[:40])] for goal in goals[:3]]
    text = (
        f"I heard {wording.count(len(goals), 'goal')}, and each of them is worth it. One at a time is how they get done; "
        f"the {'others' if len(goals) > 2 else 'other'} can follow. Which one comes first?"
    )
    return ask(state, _NODE, text, rows, {"kind": "which_wish", "goals": goals[:_MOST_WISHES]})

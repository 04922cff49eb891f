"""Everything that is answered on the spot: a question back, the agenda, small talk, a pause, an old button, care."""

from __future__ import annotations

from uuid import UUID

from langgraph.runtime import Runtime

from agents import erasing, tongues, wording
from agents.care import REPLIES
from agents.hearing import heard_of
from agents.nodes import asides, open_task, settings
from agents.nodes.small_talk import EXPORT_NODE, small_talk
from agents.reply import Option, ask, ask_again, close, tell
from agents.state import AgentState, Json, Update
from agents.turn import TurnContext
from reminders.plans import cancel_tasks

_NODE = "clarify"


def clarify(state: AgentState, runtime: Runtime[TurnContext]) -> Update:
    """Answer; a question of the first eleven, or before a plan, is put again below what interrupted it."""
    update = _answer(state, runtime.context)
    question, replies = state.get("question") or {}, update["replies"]
    kind = (state.get("focus") or {}).get("kind")
    asked = any(question.get("text", "") in reply["text"] for reply in replies)
    if not question or "question" in update or asked or kind not in ("onboarding", "goal_question"):
        return update
    again = {"text": question["text"], "rows": question["rows"], "node": _NODE}
    return update | {"replies": [*replies, again]}


def _answer(state: AgentState, ctx: TurnContext) -> Update:
    return _tapped(ctx, heard_of(state).word, state.get("focus") or {}) or _said(state, ctx)


def _tapped(ctx: TurnContext, word: str, focus: Json) -> Update | None:
    """A button under one of our own offers; None for words."""
    match focus.get("kind"):
        case _ if not word:
            return None
        case "saved" if word == "undo":
            return _undo(ctx, focus["task_ids"])
        case "drop":
            return asides.drop_chosen(ctx, focus["task_ids"], word)
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
        case "changed":
            return tell(_NODE, f"{aside['said']} Anything else?")
        case "agenda":
            return asides.agenda(ctx, heard.text)
        case "missed" | "partly" | "snooze" | "on_it" as kind:
            return open_task.answer(ctx, kind, heard.text)
        case "many_goals":
            return _which_goal(state, aside["goals"])
        case "undo":
            return _undo(ctx, focus["task_ids"]) if focus.get("kind") == "saved" else asides.undo(ctx)
        case "why":
            return asides.why(ctx)
        case "progress":
            return asides.progress(ctx)
        case "settings":
            return tell(_NODE, settings.show(ctx))
        case "yes" | "no" as kind if focus.get("kind") == "pause":
            return close(_NODE, asides.PAUSED[kind])
        case "done":
            return asides.done(ctx, heard.text)
        case "drop":
            return asides.drop(state, ctx, heard.text)
        case "pause":
            return asides.pause(state, ctx, heard.text)
        case "language":
            return ask_again(state, _NODE, tongues.sorry(heard.text))
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
            return tell(_NODE, aside.get("question") or asides.UNSURE)


def _which_goal(state: AgentState, goals: list[str]) -> Update:
    """Very many wishes at once: a choice of three to begin with, none of them lost to a plan nobody can keep."""
    rows = [[Option(wording.capital(goal)[:40])] for goal in goals[:3]]
    text = (
        f"I heard {len(goals)} goals, and each of them is worth it. One at a time is how they get done; "
        "the others can follow. Which one comes first?"
    )
    return ask(state, _NODE, text, rows, {})


def _undo(ctx: TurnContext, task_ids: list[str]) -> Update:
    cancel_tasks(ctx.session, ctx.user.id, [UUID(one) for one in task_ids], ctx.now)
    return close(_NODE, "Undone, it is off your list.")

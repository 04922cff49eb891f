"""Everything that is answered on the spot: a question back, the agenda, small talk, a pause, an old button, care."""

from __future__ import annotations

from uuid import UUID

from langgraph.runtime import Runtime

from agents import tongues
from agents.care import REPLIES
from agents.hearing import heard_of
from agents.nodes import asides
from agents.reply import ask_again, close, tell
from agents.state import AgentState, Update
from agents.turn import TurnContext
from reminders.plans import cancel_tasks

_NODE = "clarify"


def clarify(state: AgentState, runtime: Runtime[TurnContext]) -> Update:
    ctx, heard = runtime.context, heard_of(state)
    aside = state.get("aside") or {}
    focus = state.get("focus") or {}
    if heard.word == "undo" and focus.get("kind") == "saved":
        return _undo(ctx, focus["task_ids"])
    if focus.get("kind") == "drop" and heard.word:
        return asides.drop_chosen(ctx, focus["task_ids"], heard.word)
    if focus.get("kind") == "zone" and heard.word:
        return asides.change_place(ctx, focus["zone"], heard.word)
    if heard.word == "wake":
        return asides.wake_up(ctx)
    match aside.get("kind", ""):
        case "stale":
            return ask_again(
                state, _NODE, "That button belongs to an older message, so I left everything as it is."
            )
        case "crisis" | "medical" | "diet" as kind:
            return close(_NODE, REPLIES[kind])
        case "agenda":
            return asides.agenda(ctx, heard.text)
        case "done":
            return asides.done(ctx, heard.text)
        case "drop":
            return asides.drop(state, ctx, heard.text)
        case "pause":
            return asides.pause(state, ctx, heard.text)
        case "language":
            return ask_again(state, _NODE, tongues.REPLY)
        case "zone":
            return asides.ask_zone(state, ctx, heard.text)
        case "snooze":
            return tell(_NODE, "No reminder is open right now. Which task shall I move?")
        case "wake":
            return asides.wake_up(ctx)
        case "plan":
            return asides.show_plans(ctx)
        case "help":
            return tell(_NODE, asides.HELP)
        case "thanks" | "hello" | "smalltalk" as kind:
            return tell(_NODE, asides.small_talk(ctx, kind))
        case _:
            return tell(_NODE, aside.get("question") or asides.UNSURE)


def _undo(ctx: TurnContext, task_ids: list[str]) -> Update:
    cancel_tasks(ctx.session, ctx.user.id, [UUID(one) for one in task_ids], ctx.now)
    return close(_NODE, "Undone, it is off your list.")

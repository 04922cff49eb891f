"""The return after days of silence: good to see them, nothing to catch up on, what comes next, and one question."""

from __future__ import annotations

from datetime import datetime, timedelta

from agents import diary, wording
from agents.journal import spoken
from agents.plans.next_part import unplanned
from agents.reply import Option, ask, tell
from agents.state import AgentState, Update
from agents.turn import TurnContext
from reminders.sprints import plan_button
from storage.conversations import find_conversation

_NODE = "clarify"
_AWAY = timedelta(days=5)
_SUITS = [Option("That's fine"), Option("Move it")]


def was_away(ctx: TurnContext) -> bool:
    """Whether nothing was heard for days before this message."""
    talk = find_conversation(ctx.session, ctx.user.id)
    last = talk.last_message_at if talk is not None else None
    return _aware(last or ctx.user.created_at, ctx) < ctx.now - _AWAY


def welcome(state: AgentState, ctx: TurnContext) -> Update:
    """What was missed is not counted up: it is over, and the way on is short."""
    name = ctx.profile().name
    hello = f"Good to see you again{', ' + name if name else ''}. Nothing is lost."
    part = unplanned(ctx)
    if part is not None:
        return next_part(f"{hello} Next comes {part.title}. Shall I plan it?", ctx)
    tasks = [task for task in diary.open_tasks(ctx) if task.scheduled_at > ctx.now]
    if not tasks:
        return tell(_NODE, f"{hello} What would you like to begin with?")
    when = wording.moment(tasks[0].scheduled_at, ctx.zone)
    text = f"{hello} Next is {tasks[0].title}, {when}. Does that still suit you?"
    return ask(state, _NODE, text, [_SUITS], {}) | spoken(tasks[:1], ctx.now.isoformat())


def next_part(text: str, ctx: TurnContext) -> Update:
    """Words about the sprint that waits for its plan, with the button for it."""
    part = unplanned(ctx)
    button = plan_button(part) if part is not None else None
    rows = [[{"label": button.label, "data": button.data}]] if button else []
    return {"replies": [{"text": text, "rows": rows, "node": _NODE}], "agent_node": _NODE}


def _aware(at: datetime, ctx: TurnContext) -> datetime:
    return at if at.tzinfo else at.replace(tzinfo=ctx.now.tzinfo)

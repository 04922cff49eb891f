"""Taking back the last change, whatever it was, then the one before; and saying what was changed."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select

from agents.journal import moments, noted, recent, spoken, taken_back
from agents.reply import Option, ask, close, tell
from agents.state import AgentState, Update
from agents.turn import TurnContext
from agents.wording import moment
from reminders.answering import answer_tap
from reminders.changes import RECENT, Change, recent_moves, says_back, take_back
from reminders.people import load_person
from reminders.rules.answers import TaskTap
from storage.tables import Task
from storage.vocabulary import TaskStatus

_NODE = "clarify"
NOTHING = "There is nothing recent that I could take back. What went wrong?"
NO_MORE = "There is nothing more from today that I could take back. What went wrong?"
_TOLD = 5
_AT_ONCE = timedelta(minutes=10)


def undo(state: AgentState, ctx: TurnContext, at: str = "") -> Update:
    """The newest of: a change in this talk, a move made elsewhere, a task ticked off. `at` names one of our own."""
    changes = recent(state, ctx)
    if at:
        own = next((one for one in changes if one.at == at), None)
        return close(_NODE, "That is taken back already.") if own is None else _take_back(state, ctx, own)
    newest = [*changes[-1:], *_moved_elsewhere(state, ctx)]
    last = max(newest, key=lambda one: one.at, default=None)
    done = _done(ctx)
    if done is not None and done.completed_at and (last is None or done.completed_at.isoformat() > last.at):
        return _reopen(ctx, done)
    if last is None:
        return tell(_NODE, NO_MORE if state.get("changes") else NOTHING)
    if datetime.fromisoformat(last.at) < ctx.now - _AT_ONCE:
        return _ask_first(state, ctx, last)
    return _take_back(state, ctx, last)


def _ask_first(state: AgentState, ctx: TurnContext, change: Change) -> Update:
    """What was not just now may be long forgotten: it is named before it is undone."""
    when = moment(datetime.fromisoformat(change.at), ctx.zone)
    rows = [[Option("Yes", "undo"), Option("Keep it", "leave")]]
    text = f"The last change was on {when}: {change.words}. Shall I take that back?"
    noted_change = (
        {} if change.at in {one["at"] for one in state.get("changes", [])} else noted(state, change)
    )
    return ask(state, _NODE, text, rows, {"kind": "changed", "at": change.at, "named": True}) | noted_change


def tell_changes(state: AgentState, ctx: TurnContext) -> Update:
    """ "What did I change?": the last few, the newest first."""
    found = sorted([*recent(state, ctx), *_moved_elsewhere(state, ctx)], key=lambda one: one.at, reverse=True)
    if not found:
        return tell(_NODE, "Nothing since yesterday. What would you like to change?")
    lines = [f"- {one.words}" for one in found[:_TOLD]]
    return tell(
        _NODE, "\n".join(["Since yesterday, newest first:", *lines, "Say undo to take the last one back."])
    )


def _take_back(state: AgentState, ctx: TurnContext, change: Change) -> Update:
    back = take_back(ctx.session, ctx.user.id, change, ctx.now)
    person = load_person(ctx.session, ctx.user.id)
    said = change.back if change.back and (back.count or change.goal) else ""
    if not said and person is not None:
        said = says_back(back, person, ctx.now)
    return (
        close(_NODE, said or NOTHING)
        | taken_back(state, ctx, change)
        | spoken(back.home[:1], ctx.now.isoformat())
    )


def _moved_elsewhere(state: AgentState, ctx: TurnContext) -> list[Change]:
    """A move by a button under a reminder, which the talk has not seen."""
    found = recent_moves(ctx.session, ctx.user.id, ctx.now)
    if found is None or found.at in {at.isoformat() for at in moments(state)}:
        return []
    return [found]


def _done(ctx: TurnContext) -> Task | None:
    return ctx.session.scalars(
        select(Task)
        .where(
            Task.user_id == ctx.user.id,
            Task.status == TaskStatus.DONE,
            Task.completed_at > ctx.now - RECENT,
        )
        .order_by(Task.completed_at.desc())
        .limit(1)
    ).first()


def _reopen(ctx: TurnContext, task: Task) -> Update:
    tap = TaskTap(task.id, task.version, "undo", "")
    source = ctx.turn.message.sender.channel
    said = answer_tap(ctx.session, ctx.user.id, tap, ctx.now, source=source).text
    return tell(_NODE, said) | spoken([task], ctx.now.isoformat())

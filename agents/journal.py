"""What was changed in this talk and what was spoken of last: enough to take it back, and to know what "it" is."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from agents.reply import Option, ask
from agents.state import AgentState, Json, Update
from agents.turn import TurnContext
from reminders.answering import open_reminders
from reminders.changes import RECENT, Change, newest
from storage.tables import Task
from storage.vocabulary import TaskStatus

_NUMBER = re.compile(r"(?:number |no\.? ?|#)?(\d{1,2})", re.I)
_KEPT = 12  # changes
_SPOKEN = 20  # tasks
_FRESH = timedelta(hours=3)  # later "it" is something else


def changed(state: AgentState, node: str, text: str, change: Change, about: Iterable[Task] = ()) -> Update:
    """Say what was changed with a way back under it, and remember it."""
    focus = {"kind": "changed", "at": change.at}
    return (
        ask(state, node, text, [[Option("Undo", "undo")]], focus)
        | noted(state, change)
        | spoken(about, change.at)
    )


def noted(state: AgentState, change: Change) -> Update:
    """Remember a change that is told in words of its own."""
    since = (datetime.fromisoformat(change.at) - RECENT).isoformat()  # what is older cannot be taken back
    kept = [one for one in state.get("changes", []) if one["at"] > since]
    return {"changes": [*kept, change.as_json()][-_KEPT:]}


def spoken(tasks: Iterable[Task], at: str) -> Update:
    """What "it" stands for from now on (`at` in ISO)."""
    ids = [task.id.hex for task in tasks][:_SPOKEN]
    return {"about": ids, "about_at": at} if ids else {}


def spoken_of(state: AgentState, ctx: TurnContext) -> list[Task]:
    """What "it" is: the task spoken of last while that is fresh, or what we reminded of since; open ones only."""
    at = state.get("about_at") or ""
    fresh = at > (ctx.now - _FRESH).isoformat()
    since = datetime.fromisoformat(at) if fresh else ctx.now - _FRESH
    reminded = open_reminders(ctx.session, ctx.user.id, ctx.now)
    newer = [task for task in reminded if task.reminder_sent_at is not None and task.reminder_sent_at > since]
    if newer or not fresh:
        return newer or list(reminded)
    found = [newest(ctx.session, ctx.user.id, UUID(hex=key)) for key in state.get("about", [])]
    open_ones = {task.id: task for task in found if task is not None and task.status == TaskStatus.PENDING}
    return sorted(open_ones.values(), key=lambda task: (task.scheduled_at, task.id))


def numbered(state: AgentState, ctx: TurnContext, text: str) -> Task | None:
    """ "2": that line of what was listed last, if it is still open."""
    found, listed = _NUMBER.fullmatch(text.strip()), state.get("about", [])
    if found is None or not 1 <= int(found[1]) <= len(listed):
        return None
    task = newest(ctx.session, ctx.user.id, UUID(hex=listed[int(found[1]) - 1]))
    return task if task is not None and task.status == TaskStatus.PENDING else None


def recent(state: AgentState, ctx: TurnContext) -> Sequence[Change]:
    """What was changed in the last day and not taken back, the newest last."""
    since = (ctx.now - RECENT).isoformat()
    return [Change.of(one) for one in state.get("changes", []) if not one.get("gone") and one["at"] > since]


def moments(state: AgentState) -> set[datetime]:
    """When this talk changed anything, taking back included: rows written then are accounted for."""
    return {datetime.fromisoformat(one["at"]) for one in state.get("changes", [])}


def taken_back(state: AgentState, ctx: TurnContext, change: Change | None) -> Update:
    """The change is gone, and the rows written by taking it back are no change of their own."""
    kept: list[Json] = [
        {"at": one["at"], "words": "", "gone": True} if change is not None and one["at"] == change.at else one
        for one in state.get("changes", [])
    ]
    mark: Json = {"at": ctx.now.isoformat(), "words": "", "gone": True}
    return {"changes": [*kept, mark][-_KEPT:]}

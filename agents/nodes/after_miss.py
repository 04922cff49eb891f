"""What is said after a miss: a reason, another time, or only a time; nothing of it needs the task's name."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import select

from agents.offline.understand import understand
from agents.selecting import names_something
from agents.shifts import read_move
from agents.state import Update
from agents.titles import matching
from agents.turn import TurnContext
from reminders.answering import open_reminders
from reminders.rules.when import read_when
from reminders.wording import tap
from storage.tables import Task
from storage.vocabulary import TaskStatus

_NODE = "clarify"
_FRESH = timedelta(hours=24)
_LONGEST = 9  # words; whoever says more than a time has something else in mind
_REASON = re.compile(
    r"^\W*(?:(?:oh|ah|sorry|well|yeah|yes|no|hey|ugh|damn|argh|because|cause|cuz)\b[,.! ]*)*"
    r"(?:(?:i|we) (?:was|were|got|had|fell|lost|couldn'?t|forgot|overslept|slept|ran (?:out|late|into)|worked|felt|wasn'?t|didn'?t have|completely forgot)\b"
    r"|(?:my|the|our) [\w' ]{2,30}? (?:was|were|got|broke|came|had|took|ran|called|rang|fell|needed|is (?:ill|sick))\b"
    r"|(?:there|it) was\b|something came up\b|(?:had|got|was|fell|stuck|overslept|work|traffic|bad|long|rough|crazy|busy|tired|exhausted|life)\b)",
    re.I,
)


def fresh_misses(ctx: TurnContext) -> Sequence[Task]:
    """Missed or called off within a day and given no other time, the newest first."""
    return ctx.session.scalars(
        select(Task)
        .where(
            Task.user_id == ctx.user.id,
            Task.status == TaskStatus.MISSED,
            Task.scheduled_at > ctx.now - _FRESH,
            Task.scheduled_at < ctx.now + _FRESH,
        )
        .order_by(Task.scheduled_at.desc(), Task.id)
    ).all()


def meant(ctx: TurnContext, text: str) -> Sequence[Task]:
    """The fresh misses that words about another time can mean: by name, or all when none is named."""
    missed = fresh_misses(ctx)
    if not missed or open_reminders(ctx.session, ctx.user.id, ctx.now):
        return ()
    move = read_move(ctx, text)
    if move is not None and names_something(move.source):
        return matching(move.source, missed, lambda task: task.title)
    return missed if _says_only_when(ctx, text) else ()


def explains(ctx: TurnContext, text: str) -> bool:
    """ "I was stuck in traffic", right after a miss: a reason, which nobody asked for and nobody weighs."""
    return _REASON.match(text) is not None and len(fresh_misses(ctx)) > 0


def console(ctx: TurnContext) -> Update:
    """The reason is taken as it is; what counts is whether there is another time."""
    task = fresh_misses(ctx)[0]
    rows = [
        [{"label": one.label, "data": one.data}]
        for one in (tap(task, "Find a time", "resched"), tap(task, "A smaller version", "resched", "small"))
    ]
    text = f"That happens. Shall I find another time for {task.title}?"
    return {"replies": [{"text": text, "rows": rows, "node": _NODE}], "agent_node": _NODE}


def _says_only_when(ctx: TurnContext, text: str) -> bool:
    if len(text.split()) > _LONGEST:
        return False
    when = read_when(text, ctx.local_now, ctx.user.timezone).when
    title = understand(text, ctx.local_now, ctx.user.timezone).slots.get("title")
    return when is not None and when.first is not None and not names_something(str(title or ""))

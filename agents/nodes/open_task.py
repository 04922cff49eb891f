"""Free words about a task that is due or was just due: not done, half done, begun, or later."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import select

from agents.nodes.after_miss import fresh_misses
from agents.reply import tell
from agents.state import Update
from agents.tasks.selecting import names_something
from agents.tasks.titles import matching
from agents.turn import TurnContext
from reminders.answering import answer_task, open_reminders
from reminders.replies import AnswerOutcome
from reminders.rules.answers import snooze_argument
from reminders.wording import tap
from storage.tables import Task
from storage.vocabulary import Answer, TaskStatus

_NODE = "clarify"
_ANSWERS = {"missed": Answer.MISSED, "snooze": Answer.SNOOZE, "on_it": Answer.ON_IT}
_UNKNOWN = {
    "missed": "That happens. Which task was it?",
    "snooze": "No reminder of that is open right now. Which task shall I move?",
    "on_it": "Good. Which task are you on?",
    "partly": "Part of it counts. Which task was it?",
}
_SNOOZED = re.compile(
    r"\bsnooze (?:the|my|that) (?P<what>.+?)(?: (?:thing|one|task|reminder|alarm))?(?: (?:for|until|till|to|by|in|again|later)\b.*)?\W*$",
    re.I,
)


def answer(ctx: TurnContext, kind: str, text: str) -> Update:
    """Record it for the task that is named, or for the only one it can mean; otherwise ask which."""
    task = _meant(ctx, text)
    if task is None and kind == "snooze" and (missed := matching(text, fresh_misses(ctx), _title)):
        source = ctx.turn.message.sender.channel
        return _said(
            answer_task(ctx.session, ctx.user.id, missed[0].id, Answer.RESCHEDULE, ctx.now, source=source)
        )
    if task is None:
        return tell(_NODE, _UNKNOWN[kind])
    if kind == "partly":
        return _partly(task)
    source = ctx.turn.message.sender.channel
    argument = snooze_argument(text) if kind == "snooze" else ""
    outcome = answer_task(
        ctx.session, ctx.user.id, task.id, _ANSWERS[kind], ctx.now, argument=argument, source=source
    )
    return _said(outcome)


def _meant(ctx: TurnContext, text: str) -> Task | None:
    tasks = _due(ctx)
    named = matching(text, tasks, _title)
    if named:
        return min(named, key=lambda task: abs(task.scheduled_at - ctx.now))
    other = _SNOOZED.search(text)
    if other is not None and names_something(other["what"]):
        return None  # it has a name, and it is not the one that waits
    waiting = open_reminders(ctx.session, ctx.user.id, ctx.now)
    return waiting[0] if len(waiting) == 1 else None


def _title(task: Task) -> str:
    return task.title


def _due(ctx: TurnContext) -> Sequence[Task]:
    """Open tasks of the last day and the next hours."""
    return ctx.session.scalars(
        select(Task)
        .where(
            Task.user_id == ctx.user.id,
            Task.status == TaskStatus.PENDING,
            Task.scheduled_at > ctx.now - timedelta(hours=24),
            Task.scheduled_at < ctx.now + timedelta(hours=12),
        )
        .order_by(Task.scheduled_at)
    ).all()


def _partly(task: Task) -> Update:
    """Half of it is more than nothing: ticked off, or a small rest later."""
    choices = [tap(task, "Tick it off", "done"), tap(task, "The rest later", "resched", "small")]
    rows = [[{"label": one.label, "data": one.data} for one in choices]]
    text = f"Part of {task.title} counts. Shall I tick it off, or find a time for the rest?"
    return {"replies": [{"text": text, "rows": rows, "node": _NODE}], "agent_node": _NODE}


def _said(outcome: AnswerOutcome) -> Update:
    rows = [[{"label": one.label, "data": one.data} for one in row] for row in outcome.choices]
    return {"replies": [{"text": outcome.text, "rows": rows, "node": _NODE}], "agent_node": _NODE}

"""Ticking off by words: "I did yoga and the run", "done with 2", "mark the run done"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import timedelta

from agents import diary, wording
from agents.journal import spoken, spoken_of
from agents.reply import tell
from agents.state import AgentState, Json, Update
from agents.tasks.place_tasks import says_where
from agents.tasks.selecting import one_each
from agents.tasks.titles import matching
from agents.turn import TurnContext
from reminders import agenda as planned
from reminders.answering import AnswerOutcome, answer_task
from reminders.wording import place_rows
from storage.tables import Task
from storage.tasks import waiting_for_place
from storage.vocabulary import Answer, TaskStatus

_NODE = "clarify"
_NUMBER = re.compile(
    r"^\W*(?:i'?m |i am |i )?(?:done|finished|did|completed|tick(?: off)?|mark|check(?: off)?)\b(?: with)? (?:number |no\.? |#)?(\d{1,2})\b(?: (?:as )?(?:done|off))?\W*$",
    re.I,
)
_IT = re.compile(r"\b(?:it|that|this|them)\b", re.I)
_ALL = re.compile(r"\b(?:mark|tick|check|cross|set|make|put)\b.*\b(?:all|every\w*|each)\b", re.I)
_AND = re.compile(r"\s*(?:,|\band\b|\bplus\b|&)\s*", re.I)


def done(state: AgentState, ctx: TurnContext, text: str) -> Update:
    """The open tasks of these titles nearest to now are done; what cannot be told is asked."""
    tasks = diary.around_now(ctx)
    numbered = _NUMBER.match(text)
    found = _numbered(ctx, int(numbered[1])) if numbered else _named(tasks, text)
    if not found:
        found = _it(state, ctx, tasks, text)
    if not found:
        return _ask_which(ctx)
    source = ctx.turn.message.sender.channel
    outcomes = [
        answer_task(ctx.session, ctx.user.id, task.id, Answer.DONE, ctx.now, source=source) for task in found
    ]
    return _said(outcomes) | spoken(found, ctx.now.isoformat())


def arrived(ctx: TurnContext, text: str) -> Update:
    """ "I'm home": what waited for that, each with its answers."""
    waiting = waiting_for_place(ctx.session, ctx.user.id)
    trigger = says_where(text, frozenset(task.location_trigger or "" for task in waiting))
    here = [task for task in waiting if task.location_trigger == trigger]
    if not here:
        return tell(_NODE, "Good to know. Nothing waited for that place.")
    replies = []
    for task in here:
        rows = [[{"label": one.label, "data": one.data} for one in row] for row in place_rows(task)]
        replies.append({"text": f"Then it's time for: {task.title}.", "rows": rows, "node": _NODE})
    return {"replies": replies, "agent_node": _NODE} | spoken(here, ctx.now.isoformat())


def _named(tasks: Sequence[Task], text: str) -> list[Task]:
    """Each part of "yoga and the run" for itself."""
    found: dict[object, Task] = {}
    for part in _AND.split(text):
        fitting = matching(part, tasks, lambda task: task.title)
        for task in _nearest(fitting)[:1]:
            found[task.id] = task
    return list(found.values())


def _nearest(tasks: Sequence[Task]) -> list[Task]:
    now_first = sorted(tasks, key=lambda task: (task.status != TaskStatus.PENDING, task.scheduled_at))
    return one_each(now_first)


def _numbered(ctx: TurnContext, number: int) -> list[Task]:
    """The line of today's agenda."""
    listed = planned.tasks_of(ctx.session, ctx.user, ctx.local_now.date(), 1)
    return [listed[number - 1]] if 1 <= number <= len(listed) else []


def _it(state: AgentState, ctx: TurnContext, tasks: Sequence[Task], text: str) -> list[Task]:
    """What was spoken of, or the only one that has begun; an order about all of them is nobody's word about one."""
    if _ALL.search(text):
        return []
    begun = [task for task in tasks if task.scheduled_at <= ctx.now + timedelta(minutes=15)]
    if len(begun) == 1:
        return begun
    about = [task for task in spoken_of(state, ctx) if task.local_day == ctx.local_now.date()]
    return about if len(about) == 1 and _IT.search(text) else []


def _ask_which(ctx: TurnContext) -> Update:
    listed = planned.for_days(ctx.session, ctx.user, ctx.local_now.date(), 1)
    rows = [[{"label": label, "data": data}] for label, data in listed.done_buttons]
    text = "Well done. Which task was it?" if rows else "Well done. I had nothing like it planned for today."
    return _reply(text, rows)


def _said(outcomes: Sequence[AnswerOutcome]) -> Update:
    if len(outcomes) == 1:
        rows = [[{"label": one.label, "data": one.data} for one in row] for row in outcomes[0].choices]
        return _reply(outcomes[0].text, rows)
    names = [one.task.title for one in outcomes if one.task is not None]
    rest = [line for one in outcomes for line in one.text.splitlines()[1:]]
    return tell(_NODE, "\n".join([f"Done: {wording.listed(names)}.", *rest]))


def _reply(text: str, rows: Sequence[Sequence[Json]]) -> Update:
    return {
        "replies": [{"text": text, "rows": [list(row) for row in rows], "node": _NODE}],
        "agent_node": _NODE,
    }

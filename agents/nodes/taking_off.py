"""Taking tasks off: one, the rest of a series, a whole day or all; asked first where it is more than one, undone at will."""

from __future__ import annotations

import re
from collections.abc import Sequence

from sqlalchemy import select as select_rows

from agents import wording
from agents.hearing import Heard
from agents.journal import changed, numbered, spoken_of
from agents.plans.replies import says_no, says_yes
from agents.reply import Option, ask, ask_again, close
from agents.state import AgentState, Json, Update
from agents.tasks.course import DROP
from agents.tasks.selecting import Meant, one_each, select
from agents.tasks.shifts import without_story
from agents.tasks.titles import matching
from agents.turn import TurnContext
from reminders.changes import Change
from reminders.plans import cancel_tasks
from reminders.rules.places import when_words
from reminders.rules.recurrence import ends
from reminders.series_ends import end_series
from storage.tables import Task
from storage.vocabulary import TaskStatus, TriggerType

_NODE = "clarify"
_KEEP = Option("Keep it", "keep")
_SHOWN = 5
_TAKE = re.compile(r"^\W*(?:please )?take\b", re.I)


def drop(state: AgentState, ctx: TurnContext, text: str) -> Update:
    """ "Cancel the dentist": one is taken off at once, with a way back; of several it is asked which."""
    tasks, text = coming(ctx), without_story(text)
    said = DROP.sub("", text) if DROP.match(text) else _TAKE.sub("", text)
    listed = numbered(state, ctx, said)
    if listed is not None:
        return _one(state, ctx, Meant((listed,), named=True), tasks)
    meant = select(ctx, said, tasks, spoken_of(state, ctx))
    if not meant.named:
        return _unknown(state, ctx, tasks)
    if not meant.tasks:
        return close(_NODE, "Nothing is planned there, so there is nothing to take off.")
    if meant.every or (meant.span and not meant.day_missing):
        return _ask_each(state, ctx, meant.tasks, series=not meant.scope and not meant.span)
    if len(meant.heads) > 1:
        return _ask_which(state, ctx, meant.heads, "There are several. Which one?")
    if meant.day_missing:
        then = "in that time" if meant.span else "on that day"
        shown = [task for task in meant.tasks if task.series_id is None or task is meant.heads[0]]
        text = f"There is no {meant.tasks[0].title} {then}. Do you mean this one?"
        return _ask_which(state, ctx, shown, text, "one")
    return _one(state, ctx, meant, tasks)


def _one(state: AgentState, ctx: TurnContext, meant: Meant, tasks: Sequence[Task]) -> Update:
    """A one-off, or of a series what was said: the next one or all of it."""
    first = meant.tasks[0]
    series = [task for task in tasks if task.series_id is not None and task.series_id == first.series_id]
    if meant.scope == "all" and first.series_id is not None:
        kept = [task for task in series if task in meant.tasks]
        return take_off(state, ctx, kept, ended=len(kept) == len(series))
    if first.series_id is None or meant.scope == "one":
        return take_off(state, ctx, [first], others=len(series) - 1)
    return _ask_scope(state, ctx, first, series)


def coming(ctx: TurnContext) -> Sequence[Task]:
    return ctx.session.scalars(
        select_rows(Task)
        .where(
            Task.user_id == ctx.user.id,
            Task.status == TaskStatus.PENDING,
            (Task.scheduled_at > ctx.now) | (Task.trigger_type == TriggerType.LOCATION),
        )
        .order_by(Task.scheduled_at, Task.id)
    ).all()


def answer(state: AgentState, ctx: TurnContext, heard: Heard, focus: Json) -> Update:
    """A tap or words about what we offered to take off."""
    ids, word = list(focus["task_ids"]), heard.word or _word(heard.text, focus)
    if word == "keep":
        return close(_NODE, "Then it stays.")
    if focus.get("step") == "which":
        return _hear_which(state, ctx, heard, focus, ids)
    if word not in ("drop_one", "drop_all"):
        if focus.get("tries"):
            return close(_NODE, "Then everything stays as it is.")
        return ask_again(state, _NODE, "I didn't get that.") | {"focus": {**focus, "tries": 1}}
    rows = [task for task in coming(ctx) if task.id.hex in ids]
    gone = rows if word == "drop_all" else rows[:1]
    if not gone:
        return close(_NODE, "That has passed or gone already.")
    ends = word == "drop_all" and focus.get("series", True)
    return take_off(state, ctx, gone, ended=ends, others=0 if ends else len(rows) - len(gone))


def _word(text: str, focus: Json) -> str:
    said = text.casefold()
    if says_no(text):
        return "keep"
    if re.search(r"\b(?:all|every|both|everything|whole|series)\b", said):
        return "drop_all"
    if re.search(r"\b(?:just|only|this one|that one|next|first|one)\b", said):
        return "drop_one"
    if says_yes(text):
        return "drop_all" if focus.get("step") == "each" else ""
    return ""


def _hear_which(state: AgentState, ctx: TurnContext, heard: Heard, focus: Json, ids: Sequence[str]) -> Update:
    tasks = coming(ctx)
    offered = [task for task in tasks if task.id.hex in ids]
    if heard.word == "task":
        found = [task for task in offered if task.id.hex == heard.argument]
    elif len(offered) == 1 and says_yes(heard.text):
        found = offered
    elif re.search(r"\b(?:all|both|everything)\b", heard.text, re.I):
        return take_off(state, ctx, offered)
    else:
        found = matching(heard.text, offered, lambda task: task.title) or list(
            select(ctx, heard.text, offered).tasks
        )
    if len(found) == 1 or (found and len(one_each(found)) == 1):
        scope = "one" if focus.get("scope") == "one" else ""
        return _one(state, ctx, Meant((found[0],), scope=scope, named=True), tasks)
    if focus.get("tries"):
        return close(_NODE, "I couldn't tell, so everything stays. /week shows what is planned.")
    return ask_again(state, _NODE, "I couldn't tell from that.") | {"focus": {**focus, "tries": 1}}


def _unknown(state: AgentState, ctx: TurnContext, tasks: Sequence[Task]) -> Update:
    shown = one_each(tasks)[:_SHOWN]
    if not shown:
        return close(_NODE, "Nothing is planned, so there is nothing to take off.")
    return _ask_which(state, ctx, shown, "I don't find that among your coming tasks. Is it one of these?")


def _ask_which(
    state: AgentState, ctx: TurnContext, found: Sequence[Task], text: str, scope: str = ""
) -> Update:
    shown = found[:_SHOWN]
    rows = [[Option(f"{_when(ctx, task)} {task.title[:30]}"[:60], "task", task.id.hex)] for task in shown]
    ids = [task.id.hex for task in shown]
    return ask(
        state,
        _NODE,
        text,
        [*rows, [_KEEP]],
        {"kind": "drop", "step": "which", "task_ids": ids, "scope": scope},
    )


def _ask_each(state: AgentState, ctx: TurnContext, tasks: Sequence[Task], *, series: bool) -> Update:
    """ "Clear my Friday": what goes is shown before it goes."""
    if len(tasks) == 1:
        return take_off(state, ctx, tasks)
    names = list(dict.fromkeys(task.title for task in tasks))
    more = [f"{len(names) - _SHOWN} more"] if len(names) > _SHOWN else []
    listed = wording.listed([*names[:_SHOWN], *more])
    first, last = (tasks[index].scheduled_at.astimezone(ctx.zone) for index in (0, -1))
    span = f"{first:%a} {first.day} {first:%b}"
    span = span if first.date() == last.date() else f"{span} to {last:%a} {last.day} {last:%b}"
    goals = (
        " Your goals would stay, with nothing planned." if series and any(t.goal_id for t in tasks) else ""
    )
    text = f"Take off {wording.count(len(tasks), 'task')} ({span}): {listed}?{goals}"
    rows = [[Option(f"Yes, take off {len(tasks)}", "drop_all"), Option("Keep them", "keep")]]
    ids = [task.id.hex for task in tasks]
    return ask(state, _NODE, text, rows, {"kind": "drop", "step": "each", "task_ids": ids, "series": series})


def _ask_scope(state: AgentState, ctx: TurnContext, first: Task, series: Sequence[Task]) -> Update:
    rest = [task for task in series if task.scheduled_at >= first.scheduled_at]
    endless = first.goal_id is None and not ends(first.recurrence_rule or "UNTIL=")
    often = f"comes {wording.count(len(rest), 'time')}" + (" and goes on" if endless else "")
    all_of_it = f"All {len(rest)}" if len(rest) > 1 else "All of it"
    rows = [[Option("Just this one", "drop_one"), Option(all_of_it, "drop_all")], [_KEEP]]
    when = wording.moment(first.scheduled_at, ctx.zone)
    text = f"{first.title} {often if len(rest) > 1 else 'comes again and again'}. Only {when}, or all of it?"
    ids = [task.id.hex for task in rest]
    return ask(state, _NODE, text, rows, {"kind": "drop", "step": "scope", "task_ids": ids})


def take_off(
    state: AgentState,
    ctx: TurnContext,
    gone: Sequence[Task],
    *,
    ended: bool = False,
    others: int = 0,
    lead: str = "",
) -> Update:
    """`ended`: these are all that is left of their series, which shall not go on either. `lead` is said first."""
    first = gone[0]
    before = end_series(ctx.session, gone) if ended else []
    cancel_tasks(ctx.session, ctx.user.id, [task.id for task in gone], ctx.now)
    when = _when(ctx, first)
    if len(gone) == 1:
        stay = f" The other {others} stay." if others > 1 else " The other one stays." if others == 1 else ""
        text, words = f"Taken off: {first.title}, {when}.{stay}", f"took off {first.title}, {when}"
    elif len({task.title for task in gone}) == 1:
        text = f"Taken off: all {len(gone)} of {first.title}."
        words = f"took off {first.title}, {wording.count(len(gone), 'time')}"
    else:
        text = f"Taken off: {wording.count(len(gone), 'task')}."
        words = f"took off {wording.count(len(gone), 'task')}"
    change = Change(
        ctx.now.isoformat(), words, cancelled=tuple(task.id.hex for task in gone), before=tuple(before)
    )
    return changed(state, _NODE, f"{lead} {text}".strip(), change)


def _when(ctx: TurnContext, task: Task) -> str:
    if task.trigger_type == TriggerType.LOCATION and task.location_trigger:
        return when_words(task.location_trigger)
    return wording.moment(task.scheduled_at, ctx.zone)

"""Rescheduling by words: which task, three free times with their reasons, this one or all to come, and the move."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

from agents import diary, wording
from agents.capture import Target, read_target
from agents.hearing import Heard
from agents.replies_to_plan import says_no, says_yes
from agents.reply import Option, ask, ask_again, close
from agents.state import AgentState, Json, Update
from agents.titles import matching
from agents.turn import TurnContext
from reminders.answering import open_reminders
from reminders.plans import PlanError, move_task
from reminders.rules.diary import Diary, Slot
from reminders.rules.slots import find_slots
from reminders.series_moves import move_series
from reminders.wording import all_later
from storage.tables import Task
from storage.vocabulary import TaskStatus

_NODE = "task_handler"
_NEVER_MIND = Option("Leave it", "leave")


def move(state: AgentState, ctx: TurnContext, heard: Heard) -> Update:
    focus = state.get("focus") or {}
    if focus.get("kind") != "move":
        return _which(state, ctx, heard.text)
    if heard.word == "leave" or (not heard.word and says_no(heard.text)):
        return close(_NODE, "Then it stays where it is.")
    if heard.word == "task":
        return _offer(state, ctx, _task(ctx, heard.argument), focus.get("said", ""))
    task = _task(ctx, focus.get("task", ""))
    match heard.word:
        case "slot" if task and heard.argument.isdigit():
            return _chosen(state, ctx, task, datetime.fromtimestamp(int(heard.argument), UTC))
        case "one" | "all" if task:
            return _carry_out(ctx, task, datetime.fromisoformat(focus["to"]), heard.word == "all")
        case "other":
            again = {**focus, "step": "time"}
            return ask(state, _NODE, "When would suit you? A day and a time.", [[_NEVER_MIND]], again)
    if focus.get("to") and task and says_yes(heard.text):
        return _carry_out(ctx, task, datetime.fromisoformat(focus["to"]), all_future=False)
    if task is None:
        return _which(state, ctx, heard.text)
    return _offer(state, ctx, task, heard.text, again=True)


def _which(state: AgentState, ctx: TurnContext, text: str) -> Update:
    """Find the task by its title; ask when several or none fit. Of a series the next one is meant."""
    tasks = diary.open_tasks(ctx)
    if not tasks:
        return close(_NODE, "There is nothing planned that I could move. Is there something to add?")
    found = _distinct(matching(text, tasks, lambda task: task.title))
    if not found and state.get("focus", {}).get("kind") != "move":
        found = list(open_reminders(ctx.session, ctx.user.id, ctx.now))  # "make it 7pm" after a reminder
    if len(found) == 1:
        return _offer(state, ctx, found[0], text)
    offered = (found or _distinct(tasks))[:5]
    rows = [[Option(_label(ctx, task), "task", task.id.hex)] for task in offered]
    again = "I couldn't tell from that. " if state.get("focus", {}).get("kind") == "move" else ""
    focus = {"kind": "move", "said": text}
    return ask(state, _NODE, f"{again}Which one shall I move?", [*rows, [_NEVER_MIND]], focus)


def _distinct(tasks: Sequence[Task]) -> list[Task]:
    """One of each series: the next."""
    seen: dict[object, Task] = {}
    for task in tasks:
        seen.setdefault(task.series_id or task.id, task)
    return list(seen.values())


def _label(ctx: TurnContext, task: Task) -> str:
    return f"{wording.moment(task.scheduled_at, ctx.zone)} {task.title[:30]}"


def _offer(
    state: AgentState, ctx: TurnContext, task: Task | None, text: str, *, again: bool = False
) -> Update:
    """A moment that was said and is free needs only a yes; anything else is answered with three free times."""
    if task is None or task.status != TaskStatus.PENDING:
        return close(_NODE, "That one is no longer open, so there is nothing to move.")
    target = read_target(ctx, text, task.scheduled_at)
    if target.either:
        return _ask_half(state, ctx, task, target)
    if target.problem:
        return (
            ask_again(state, _NODE, target.problem)
            if again
            else _slots(state, ctx, task, text, target.problem)
        )
    if target.at is None:
        return _slots(state, ctx, task, text, "")
    note = _obstacle(ctx, task, target.at)
    if note:
        return _slots(state, ctx, task, text, f"{wording.moment(target.at, ctx.zone)} doesn't work: {note}.")
    return _chosen(state, ctx, task, target.at)


def _ask_half(state: AgentState, ctx: TurnContext, task: Task, target: Target) -> Update:
    options = [Option(wording.moment(at, ctx.zone), "slot", f"{at.timestamp():.0f}") for at in target.either]
    focus: Json = {"kind": "move", "task": task.id.hex}
    return ask(state, _NODE, target.problem, [options, [_NEVER_MIND]], focus)


def _obstacle(ctx: TurnContext, task: Task, at: datetime) -> str:
    end = at + timedelta(minutes=task.duration_minutes)
    if diary.rhythm(ctx).sleeps_between(at, end):
        return "you are asleep then"
    clash = Diary.of(diary.busy_without(ctx, task.id)).clash(at, end)
    return f"{clash.title} is there" if clash else ""


def _slots(state: AgentState, ctx: TurnContext, task: Task, text: str, before: str) -> Update:
    offers = _free(ctx, task, text)
    if not offers:
        return close(_NODE, f"{before} I found no free time in the next two weeks, so it stays.".strip())
    lines = [f"{wording.moment(slot.start, ctx.zone)} - {slot.reason}" for slot in offers]
    lead = before or f"{task.title}, now {wording.moment(task.scheduled_at, ctx.zone)}."
    rows = [
        [Option(wording.moment(slot.start, ctx.zone), "slot", f"{slot.start.timestamp():.0f}")]
        for slot in offers
    ]
    body = "\n".join([lead, "Free for you:", *lines, "Which one?"])
    focus: Json = {"kind": "move", "task": task.id.hex, "said": text}
    return ask(state, _NODE, body, [*rows, [Option("Another time", "other"), _NEVER_MIND]], focus)


def _free(ctx: TurnContext, task: Task, text: str) -> list[Slot]:
    target = read_target(ctx, text, task.scheduled_at)
    earliest = max(ctx.now + timedelta(minutes=30), target.earliest or ctx.now)
    latest = target.latest or earliest + timedelta(days=14)
    rhythm, busy = diary.rhythm(ctx), diary.busy_without(ctx, task.id)
    found = find_slots(task.duration_minutes, earliest, latest, rhythm, busy, 3, target.prefer)
    if found:
        return found
    later = earliest + timedelta(days=14)
    return find_slots(task.duration_minutes, earliest, later, rhythm, busy, 3, target.prefer)


def _chosen(state: AgentState, ctx: TurnContext, task: Task, to: datetime) -> Update:
    """A one-off moves at once when it was tapped; a series asks whether this one or all of it."""
    if task.series_id is None:
        return _carry_out(ctx, task, to, all_future=False)
    focus: Json = {"kind": "move", "task": task.id.hex, "to": to.isoformat()}
    rows = [[Option("Just this one", "one"), Option("All future", "all")], [_NEVER_MIND]]
    text = f"{task.title} to {wording.moment(to, ctx.zone)}. Just this one, or all future ones?"
    return ask(state, _NODE, text, rows, focus)


def _carry_out(ctx: TurnContext, task: Task, to: datetime, all_future: bool) -> Update:
    was = wording.moment(task.scheduled_at, ctx.zone)
    try:
        which = (ctx.session, ctx.user.id, task.id, to, ctx.now)
        if all_future:
            series = move_series(*which)
            moved, rest = series.task, all_later(series.stayed, series.own)
        else:
            moved, rest = move_task(*which), ""
    except PlanError as error:
        return close(_NODE, f"It stays where it is: {error}. Shall I look for another time?")
    return close(
        _NODE,
        f"Moved: {moved.title} is on {wording.moment(moved.scheduled_at, ctx.zone)} now (was {was}){rest}.",
    )


def _task(ctx: TurnContext, key: str) -> Task | None:
    try:
        task = ctx.session.get(Task, UUID(hex=key))
    except ValueError:
        return None
    return task if task is not None and task.user_id == ctx.user.id else None

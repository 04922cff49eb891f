"""Rescheduling by words: which task, three free times with their reasons, this one or all to come, and the move."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

from agents import diary, wording
from agents.hearing import Heard
from agents.journal import changed, numbered, spoken, spoken_of
from agents.nodes import after_miss, moving_many
from agents.plans.replies import says_no, says_yes
from agents.reply import Option, ask, ask_again, close
from agents.state import AgentState, Json, Update
from agents.tasks.free_times import free_times, obstacle
from agents.tasks.selecting import Meant, select
from agents.tasks.shifts import Move, Shift, read_move, read_shift, read_swap
from agents.tasks.targets import Target, read_target
from agents.tasks.titles import matching
from agents.turn import TurnContext
from reminders.changes import Change
from reminders.plans import PlanError, move_task
from reminders.series_moves import move_series
from reminders.wording import all_later
from storage.tables import Task
from storage.vocabulary import TaskStatus

_NODE = "task_handler"
_NEVER_MIND = Option("Leave it", "leave")
_SHOWN = 5
_TWO = re.compile(r"^\W*(?:\w+ )?(?:move|shift|push|reschedule|change|put)\b.+ to .+\band\b.+ to .+", re.I)
LEFT = "Then it stays where it is."


def move(state: AgentState, ctx: TurnContext, heard: Heard) -> Update:
    focus = state.get("focus") or {}
    if focus.get("kind") != "move":
        return _which(state, ctx, heard.text)
    if heard.word == "leave" or (not heard.word and says_no(heard.text)):
        return close(_NODE, LEFT)
    if focus.get("moves"):
        return moving_many.answer(state, ctx, heard, focus)
    if heard.word == "task":
        return _offer(state, ctx, _task(ctx, heard.argument), _kept(focus))
    task = _task(ctx, focus.get("task", ""))
    if task is None:
        return _hear_which(state, ctx, heard.text, focus)
    return _hear_when(state, ctx, heard, focus, task)


def _hear_when(state: AgentState, ctx: TurnContext, heard: Heard, focus: Json, task: Task) -> Update:
    """The answer about one task: a slot, this one or all, or another time in words."""
    to = focus.get("to", "")
    scope = {"one": "one", "all": "all"}.get(heard.word) or (_scope_in(heard.text) if to else "")
    if to and not scope and says_yes(heard.text):
        scope = "one"
    if to and scope:
        return carry_out(state, ctx, task, datetime.fromisoformat(to), {**focus, "scope": scope})
    match heard.word:
        case "slot" if heard.argument.isdigit():
            return _chosen(state, ctx, task, datetime.fromtimestamp(int(heard.argument), UTC), focus)
        case "other":
            text = "When would suit you? A day and a time."
            return ask(state, _NODE, text, [[_NEVER_MIND]], {**focus, "step": "time"})
    if not to and _scope_in(heard.text) and read_target(ctx, heard.text, task.scheduled_at).at is None:
        before = "All of them, then." if _scope_in(heard.text) == "all" else "Just this one, then."
        return ask_again(state, _NODE, before) | {"focus": {**focus, "scope": _scope_in(heard.text)}}
    return _offer(state, ctx, task, _in_answer(ctx, heard.text, focus), again=True)


def _in_answer(ctx: TurnContext, text: str, focus: Json) -> Json:
    """Another time said in answer to our question, read as a target of the task that is being asked about."""
    read = read_move(ctx, text)
    by = read_shift(text)
    if by is not None and not by[1]:
        return {**_kept(focus), "target": "", "shift": _shift_json(by[0])}
    if read is not None and read.shift is not None:
        return {**_kept(focus), "target": "", "shift": _shift_json(read.shift)}
    target = read.target if read is not None and read.target else text
    scope = _scope_in(text) or focus.get("scope", "")
    return {**_kept(focus), "target": target, "shift": [], "scope": scope}


def _scope_in(text: str) -> str:
    said = text.casefold()
    if any(word in said for word in ("all", "every", "future", "from now on", "always", "series")):
        return "all"
    return "one" if any(word in said for word in ("just", "only", "this one", "once", "this time")) else ""


def _which(state: AgentState, ctx: TurnContext, text: str) -> Update:
    """Find the task by its title; ask when several or none fit. Of a series the next one is meant."""
    tasks = diary.open_tasks(ctx)
    if late := after_miss.meant(ctx, text):
        return _missed(state, ctx, text, late)
    if not tasks:
        return close(_NODE, "There is nothing planned that I could move. Is there something to add?")
    if _TWO.match(text) and read_swap(text) is None:
        return close(_NODE, "One at a time, so that nothing gets lost. Which one first?")
    swap = read_swap(text)
    if swap is not None:
        return moving_many.swap(state, ctx, tasks, *swap)
    read = read_move(ctx, text)
    wish = read or Move(text, text)
    about = spoken_of(state, ctx)
    listed = numbered(state, ctx, wish.source)
    meant = Meant((listed,), named=True) if listed else select(ctx, wish.source, tasks, about)
    focus = _focus(wish, meant, select(ctx, text, tasks, about).scope)
    if meant.every and not meant.tasks:
        return close(_NODE, "Nothing is planned there, so there is nothing to move.")
    if meant.every and len(meant.tasks) > 1 and (wish.target or wish.shift):
        return moving_many.each(state, ctx, meant.tasks, wish)
    found = meant.heads
    if not found and not meant.strange:
        found = about  # "make it 7pm" after a reminder
    if meant.day_missing and read is not None:
        return _other_day(state, ctx, found, focus)
    if len(found) == 1:
        return _offer(state, ctx, found[0], focus)
    return _ask_which(state, found or _distinct(tasks), focus, ctx, known=not meant.strange)


def _missed(state: AgentState, ctx: TurnContext, text: str, late: Sequence[Task]) -> Update:
    """Another time for what was just missed; of a series only this one."""
    read = read_move(ctx, text)
    wish = read if read is not None and (read.target or read.shift) else Move("", text)
    focus = _focus(wish, Meant(tuple(late), scope="one", named=True), "one")
    if len(late) == 1:
        return _offer(state, ctx, late[0], focus)
    return _ask_which(state, late, focus, ctx, known=True)


def _focus(wish: Move, meant: Meant, scope: str) -> Json:
    return {
        "kind": "move",
        "target": wish.target,
        "shift": _shift_json(wish.shift),
        "scope": meant.scope or scope,
        "weekday": meant.weekday is not None,
    }


def _kept(focus: Json) -> Json:
    """What was said before the question: where to, by how much, one or all."""
    return {key: focus[key] for key in ("kind", "target", "shift", "scope", "weekday") if key in focus}


def _shift_json(shift: Shift | None) -> list[int]:
    return [shift.days, shift.minutes, shift.way] if shift is not None else []


def _ask_which(
    state: AgentState, found: Sequence[Task], focus: Json, ctx: TurnContext, *, known: bool
) -> Update:
    offered = found[:_SHOWN]
    rows = [[Option(_label(ctx, task), "task", task.id.hex)] for task in offered]
    before = "" if known else "I don't find that among your coming tasks. "
    return ask(state, _NODE, f"{before}Which one shall I move?", [*rows, [_NEVER_MIND]], focus)


def _other_day(state: AgentState, ctx: TurnContext, found: Sequence[Task], focus: Json) -> Update:
    """The task is there, but not on the day that was named: say when it is, and let them choose."""
    shown = found[:_SHOWN]
    rows = [[Option(_label(ctx, task), "task", task.id.hex)] for task in shown]
    text = f"There is no {shown[0].title} on that day. Which one do you mean?"
    return ask(state, _NODE, text, [*rows, [_NEVER_MIND]], {**focus, "scope": focus.get("scope") or "one"})


def _hear_which(state: AgentState, ctx: TurnContext, text: str, focus: Json) -> Update:
    """ "The dentist": one of those that were offered, or any other; what was said before about the time still holds."""
    asked = (state.get("question") or {}).get("rows", [])
    keys = [button["data"].rpartition(":")[2] for row in asked for button in row]
    offered = [task for key in keys if (task := _task(ctx, key)) is not None]
    found = matching(text, offered, lambda task: task.title)
    if len(found) == 1:
        return _offer(state, ctx, found[0], _kept(focus))
    meant = select(ctx, text, found or diary.open_tasks(ctx))
    if len(meant.heads) == 1 or (len(found) > 1 and len(meant.tasks) == 1):
        return _offer(state, ctx, meant.tasks[0], _kept(focus))
    if focus.get("tries"):
        return close(
            _NODE, "I couldn't tell, so everything stays. Say it like this: move the dentist to Friday."
        )
    again = ask_again(state, _NODE, "I couldn't tell from that.")
    return again | {"focus": {**focus, "tries": 1}}


def _distinct(tasks: Sequence[Task]) -> list[Task]:
    return Meant(tuple(tasks)).heads


def _label(ctx: TurnContext, task: Task) -> str:
    return f"{wording.moment(task.scheduled_at, ctx.zone)} {task.title[:30]}"


def _offer(
    state: AgentState, ctx: TurnContext, task: Task | None, focus: Json, *, again: bool = False
) -> Update:
    """A moment that was said and is free is taken; anything else is answered with three free times."""
    if task is None or not (task.status == TaskStatus.PENDING or task in after_miss.fresh_misses(ctx)):
        return close(_NODE, "That one is no longer open, so there is nothing to move.")
    focus = {**focus, "kind": "move", "task": task.id.hex}
    target = _target(ctx, task, focus)
    if target.either:
        return _ask_half(state, ctx, target, focus)
    if target.problem:
        return (
            ask_again(state, _NODE, target.problem)
            if again
            else _slots(state, ctx, task, target, focus, target.problem)
        )
    if target.at is None:
        return _slots(state, ctx, task, target, focus, "")
    if target.at == task.scheduled_at:
        return _slots(state, ctx, task, Target(), focus, f"{task.title} is at that time already.")
    note = "that has passed" if target.at <= ctx.now else obstacle(ctx, task, target.at)
    if note:
        lead = f"{wording.moment(target.at, ctx.zone)} doesn't work: {note}."
        return _slots(state, ctx, task, Target(at=max(target.at, ctx.now)), focus, lead)
    return _chosen(state, ctx, task, target.at, focus)


def _target(ctx: TurnContext, task: Task, focus: Json) -> Target:
    shift = Shift(*focus["shift"]) if focus.get("shift") else None
    if shift is not None and (shift.days or shift.minutes):
        return Target(at=shift.of(ctx, task.scheduled_at))
    if shift is not None:
        end = task.scheduled_at + timedelta(minutes=task.duration_minutes)
        return Target(latest=task.scheduled_at) if shift.way < 0 else Target(earliest=end)
    said = focus.get("target") or focus.get("said") or ""
    return read_target(ctx, said, task.scheduled_at) if said else Target()


def _ask_half(state: AgentState, ctx: TurnContext, target: Target, focus: Json) -> Update:
    options = [Option(wording.moment(at, ctx.zone), "slot", f"{at.timestamp():.0f}") for at in target.either]
    return ask(state, _NODE, target.problem or "Morning or evening?", [options, [_NEVER_MIND]], focus)


def _slots(
    state: AgentState, ctx: TurnContext, task: Task, target: Target, focus: Json, before: str
) -> Update:
    offers = free_times(ctx, task, target)
    if not offers:
        return close(_NODE, f"{before} I found no free time in the next two weeks, so it stays.".strip())
    lines = [f"{wording.moment(slot.start, ctx.zone)} - {slot.reason}" for slot in offers]
    lead = before or f"{task.title}, now {wording.moment(task.scheduled_at, ctx.zone)}."
    rows = [
        [Option(wording.moment(slot.start, ctx.zone), "slot", f"{slot.start.timestamp():.0f}")]
        for slot in offers
    ]
    body = "\n".join([lead, "Free for you:", *lines, "Which one?"])
    asked = ask(state, _NODE, body, [*rows, [Option("Another time", "other"), _NEVER_MIND]], focus)
    return asked | spoken([task], ctx.now.isoformat())


def _chosen(state: AgentState, ctx: TurnContext, task: Task, to: datetime, focus: Json) -> Update:
    """A one-off moves at once; a series asks whether this one or all of it, unless that was said."""
    if task.series_id is None or focus.get("scope"):
        return carry_out(state, ctx, task, to, focus)
    rows = [[Option("Just this one", "one"), Option("All future", "all")], [_NEVER_MIND]]
    text = f"{task.title} to {wording.moment(to, ctx.zone)}. Just this one, or all future ones?"
    return ask(state, _NODE, text, rows, {**focus, "to": to.isoformat()})


def carry_out(state: AgentState, ctx: TurnContext, task: Task, to: datetime, focus: Json) -> Update:
    was = wording.moment(task.scheduled_at, ctx.zone)
    try:
        if obstacle(ctx, task, to):  # taken since it was offered
            return _slots(
                state, ctx, task, Target(at=to), focus, f"{wording.moment(to, ctx.zone)} is gone by now."
            )
        if focus.get("scope") == "all" and task.series_id is not None:
            weekday = bool(focus.get("weekday"))
            series = move_series(ctx.session, ctx.user.id, task.id, to, ctx.now, weekday_only=weekday)
            moved, rest = [series.task, *series.also], all_later(series.stayed, series.own)
        else:
            moved, rest = [move_task(ctx.session, ctx.user.id, task.id, to, ctx.now)], ""
    except PlanError as error:
        return close(_NODE, f"It stays where it is: {error}. Shall I look for another time?")
    when = wording.moment(moved[0].scheduled_at, ctx.zone)
    words = f"{moved[0].title} from {was} to {when}" + (" with all later ones" if len(moved) > 1 else "")
    change = Change(ctx.now.isoformat(), words, moved=tuple(one.id.hex for one in moved))
    text = f"Moved: {moved[0].title} is on {when} now (was {was}){rest}."
    return changed(state, _NODE, text, change, moved[:1])


def _task(ctx: TurnContext, key: str) -> Task | None:
    try:
        task = ctx.session.get(Task, UUID(hex=key))
    except ValueError:
        return None
    return task if task is not None and task.user_id == ctx.user.id else None

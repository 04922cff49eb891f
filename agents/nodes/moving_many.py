"""Several tasks at once: everything of a day by an hour, two that change places; shown first, then done together."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from agents import diary, wording
from agents.hearing import Heard
from agents.journal import changed
from agents.plans.replies import says_yes
from agents.reply import Option, ask, ask_again, close
from agents.state import AgentState, Json, Update
from agents.tasks.selecting import select
from agents.tasks.shifts import Move
from agents.tasks.targets import read_target
from agents.turn import TurnContext
from reminders.changes import Change
from reminders.plans import PlanError, move_task
from reminders.rules.diary import Diary
from reminders.rules.when import parse_weekdays
from storage.tables import Task
from storage.vocabulary import WEEKDAYS

_NODE = "task_handler"
_ASK = [Option("Yes, move them", "yes"), Option("Leave it", "leave")]
_SHOWN = 6


def each(state: AgentState, ctx: TurnContext, tasks: Sequence[Task], wish: Move) -> Update:
    """ "Push everything today by an hour", "everything on Friday to Saturday": all keep their order and distance."""
    if wish.shift is not None and not (wish.shift.days or wish.shift.minutes):
        return close(_NODE, "By how much? Say, for example: push everything today by an hour.")
    wanted = {task: _to(ctx, task, wish) for task in tasks}
    moves = {task: at for task, at in wanted.items() if at is not None}
    if not moves and (days := sorted(parse_weekdays(wish.target))):
        example = f"move {tasks[0].title} to {WEEKDAYS[days[0]]}"
        return close(_NODE, f"Which one on which day? One at a time works, for example: {example}.")
    if not moves:
        return close(_NODE, "Where to? Say, for example: move everything today to tomorrow.")
    return _propose(state, ctx, moves)


def swap(state: AgentState, ctx: TurnContext, tasks: Sequence[Task], one: str, two: str) -> Update:
    """Two tasks change places, the next of each."""
    found = [select(ctx, words, tasks) for words in (one, two)]
    missing = [words for words, meant in zip((one, two), found, strict=True) if not meant.tasks]
    if missing:
        return close(_NODE, f"I don't find {missing[0]} among your coming tasks, so nothing is swapped.")
    first, second = (meant.tasks[0] for meant in found)
    if first.id == second.id:
        return close(_NODE, "That is one and the same task. Which two shall change places?")
    return _propose(state, ctx, {first: second.scheduled_at, second: first.scheduled_at})


def answer(state: AgentState, ctx: TurnContext, heard: Heard, focus: Json) -> Update:
    if heard.word == "yes" or (not heard.word and says_yes(heard.text)):
        return _carry_out(state, ctx, focus)
    if focus.get("tries"):
        return close(_NODE, "Then I leave everything where it is.")
    return ask_again(state, _NODE, "Yes or no will do.") | {"focus": {**focus, "tries": 1}}


def _to(ctx: TurnContext, task: Task, wish: Move) -> datetime | None:
    if wish.shift is not None:
        return wish.shift.of(ctx, task.scheduled_at)
    target = read_target(ctx, wish.target, task.scheduled_at)
    day = target.at or target.earliest
    if day is None:
        return None
    rhythm = diary.rhythm(ctx)  # another day keeps each one's hour
    return rhythm.utc(rhythm.day(day), rhythm.local(task.scheduled_at).time().replace(tzinfo=None))


def _propose(state: AgentState, ctx: TurnContext, moves: dict[Task, datetime]) -> Update:
    """What can move, as a list; what would meet something else, or the night, is named and stays."""
    rest = [entry for entry in diary.busy(ctx) if entry.task_id not in {task.id for task in moves}]
    rhythm, lines, kept = diary.rhythm(ctx), list[str](), list[tuple[Task, datetime]]()
    for task, at in sorted(moves.items(), key=lambda pair: pair[1]):
        end = at + timedelta(minutes=task.duration_minutes)
        clash = Diary.of(rest).clash(at, end, timedelta(0))
        why = (
            "that has passed"
            if at <= ctx.now
            else "you are asleep then"
            if rhythm.sleeps_between(at, end)
            else ""
        )
        why = why or (f"{clash.title} is there" if clash else "")
        if why:
            lines.append(f"{task.title} stays at {wording.moment(task.scheduled_at, ctx.zone)}: {why}.")
            rest.append(diary.as_busy(task))
            continue
        kept.append((task, at))
    if not kept:
        return close(_NODE, "\n".join([*lines[:_SHOWN], "So nothing moves."]))
    shown = [f"{task.title}: {wording.moment(at, ctx.zone)}" for task, at in kept]
    more = [f"and {len(shown) - _SHOWN} more"] if len(shown) > _SHOWN else []
    text = "\n".join(["Like this?", *shown[:_SHOWN], *more, *lines[:_SHOWN]])
    pairs = [[task.id.hex, at.isoformat()] for task, at in kept]
    return ask(state, _NODE, text, [_ASK], {"kind": "move", "moves": pairs})


def _carry_out(state: AgentState, ctx: TurnContext, focus: Json) -> Update:
    moved, stayed = list[Task](), 0
    for key, at in focus["moves"]:
        try:
            to = datetime.fromisoformat(at)
            moved.append(move_task(ctx.session, ctx.user.id, UUID(hex=key), to, ctx.now))
        except PlanError:
            stayed += 1
    if not moved:
        return close(_NODE, "None of them is open any more, so nothing has moved.")
    first = min(moved, key=lambda task: task.scheduled_at)
    when = f"the first is {first.title}, {wording.moment(first.scheduled_at, ctx.zone)}"
    rest = f" {wording.count(stayed, 'other')} had closed meanwhile." if stayed else ""
    change = Change(
        ctx.now.isoformat(),
        f"moved {wording.count(len(moved), 'task')}",
        moved=tuple(t.id.hex for t in moved),
    )
    return changed(state, _NODE, f"Moved {wording.count(len(moved), 'task')}; {when}.{rest}", change, moved)

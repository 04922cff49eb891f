"""A goal ends before its plan does, or rests: asked first, told in numbers, and taken back at will."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from uuid import UUID

from agents import wording
from agents.hearing import Heard
from agents.journal import changed
from agents.reply import Option, ask, ask_again, close
from agents.state import AgentState, Json, Update
from agents.tasks.targets import read_until
from agents.turn import TurnContext
from reminders.changes import Change, call_back_free
from reminders.goal_ends import end_goal, let_go
from reminders.plans import cancel_tasks
from storage.goals import active_goals, future_task_ids, set_status
from storage.tables import Goal
from storage.tasks import get_task
from storage.vocabulary import GoalStatus

_NODE = "goal_modifier"
_LEAVE = Option("Keep it", "leave")
_LENGTHS = (("A week", 7), ("Two weeks", 14))


def ask_end(state: AgentState, ctx: TurnContext, goal: Goal, kind: str) -> Update:
    """What would go, in numbers, before anything goes."""
    if goal.status not in (GoalStatus.ACTIVE, GoalStatus.PIPELINE):
        return close(_NODE, f"{goal.title} is not active any more.")
    alone = len(future_task_ids(ctx.session, ctx.user.id, goal.id, ctx.now))
    going = f"Its {wording.count(alone, 'coming task')} would go" if alone else "Nothing of it is planned"
    if kind == "complete":
        text = f"Is {goal.title} done? {going}, and it counts as reached."
        rows = [[Option("Yes, it's done", "complete", goal.id.hex), Option("Not yet", "leave")]]
    else:
        text = f"Stop {goal.title}? {going}; what you did stays in your history."
        rows = [[Option("Yes, stop it", "giveup", goal.id.hex), _LEAVE]]
    return ask(state, _NODE, text, rows, {"kind": "which_goal", "change": kind, "goal": goal.id.hex})


def end(state: AgentState, ctx: TurnContext, goal: Goal, kind: str) -> Update:
    """Given up, or reached before the plan was through."""
    was = goal.status
    if was not in (GoalStatus.ACTIVE, GoalStatus.PIPELINE):
        return close(_NODE, "That goal is no longer active.")
    reached = kind == "complete"
    status = GoalStatus.COMPLETED if reached else GoalStatus.ABANDONED
    ended = end_goal(ctx.session, ctx.user.id, goal, status, ctx.now, sprints=not reached)
    gone = wording.count(len(ended.cancelled), "coming task")
    shared = (
        f", {wording.count(len(ended.handed), 'task')} that another goal needs too stay"
        if ended.handed
        else ""
    )
    sprints = f", and {wording.count(len(ended.sprints), 'later sprint')} with it" if ended.sprints else ""
    text = (
        f"{goal.title} is done: well done. {wording.capital(gone)} taken off{shared}."
        if reached
        else f"{goal.title} is stopped, {gone} taken off{shared}{sprints}. What would help you now?"
    )
    change = Change(
        ctx.now.isoformat(),
        f"{'finished' if reached else 'stopped'} {goal.title}",
        cancelled=tuple(one.hex for one in ended.cancelled),
        goal={"id": goal.id.hex, "status": was, "sprints": [one.hex for one in ended.sprints]},
        handed=ended.handed,
        back=f"{goal.title} is on again, with all it had.",
    )
    return changed(state, _NODE, text, change)


# ------------------------------------------------------------------ a rest


def pause(state: AgentState, ctx: TurnContext, goal: Goal, text: str) -> Update:
    until = read_until(ctx, text)
    if until is not None:
        return _rest_until(state, ctx, goal, until)
    rows = [
        [Option(label, "rest", str(days)) for label, days in _LENGTHS],
        [Option("Until I say", "rest", "0"), _LEAVE],
    ]
    focus = {"kind": "which_goal", "change": "pause", "goal": goal.id.hex}
    return ask(state, _NODE, f"For how long shall {goal.title} rest?", rows, focus)


def hear_length(state: AgentState, ctx: TurnContext, goal: Goal, heard: Heard, focus: Json) -> Update:
    if heard.word == "rest" and heard.argument != "0":
        return _rest_until(state, ctx, goal, ctx.now + timedelta(days=int(heard.argument)))
    until = None if heard.word else read_until(ctx, heard.text)
    if until is not None:
        return _rest_until(state, ctx, goal, until)
    if heard.word == "rest" or any(
        word in heard.text.casefold() for word in ("say", "know", "further", "notice")
    ):
        return _rest(state, ctx, goal)
    if focus.get("tries"):
        return close(_NODE, "Then it goes on as planned.")
    return ask_again(state, _NODE, "I need a length or a day.") | {"focus": {**focus, "tries": 1}}


def _rest_until(state: AgentState, ctx: TurnContext, goal: Goal, until: datetime) -> Update:
    """What lies in the rest is taken off; the goal stays active and goes on afterwards."""
    last = until.astimezone(ctx.zone).date()
    if last < ctx.local_now.date():
        return close(_NODE, "That day has passed already, so it goes on as planned.")
    ends = datetime.combine(last + timedelta(days=1), time(0), ctx.zone).astimezone(UTC)
    ids = future_task_ids(ctx.session, ctx.user.id, goal.id, ctx.now)
    inside = [
        one for one in ids if (task := get_task(ctx.session, ctx.user.id, one)) and task.scheduled_at < ends
    ]
    cancel_tasks(ctx.session, ctx.user.id, inside, ctx.now, "the goal rests")
    _remember(goal, inside, last.isoformat())
    text = f"{goal.title} rests through {last:%a} {last.day} {last:%b}"
    if inside:
        stay = wording.capital(wording.count(len(ids) - len(inside), "task"))
        text += f": {wording.count(len(inside), 'task')} taken off. {stay} after that stay"
    text += ". Say resume to go on earlier."
    change = Change(ctx.now.isoformat(), f"paused {goal.title}", cancelled=tuple(one.hex for one in inside))
    return changed(state, _NODE, text, change)


def _rest(state: AgentState, ctx: TurnContext, goal: Goal) -> Update:
    """Without an end it makes room for others and waits in line."""
    was = goal.status
    ids, handed = let_go(ctx.session, ctx.user.id, goal, ctx.now, "the goal rests")
    set_status(goal, GoalStatus.PIPELINE, ctx.now)
    _remember(goal, ids, "")
    text = f"{goal.title} rests, {wording.count(len(ids), 'coming task')} taken off. Say resume {goal.title} to go on."
    change = Change(
        ctx.now.isoformat(),
        f"paused {goal.title}",
        cancelled=tuple(one.hex for one in ids),
        goal={"id": goal.id.hex, "status": was, "sprints": []},
        handed=handed,
        back=f"{goal.title} is on again, with all it had.",
    )
    return changed(state, _NODE, text, change)


def resume(ctx: TurnContext, goal: Goal) -> Update | None:
    """Back on, with what still lies ahead; None when nothing does and a plan is needed."""
    if (
        goal.status != GoalStatus.ACTIVE
        and len(active_goals(ctx.session, ctx.user.id)) >= ctx.tools.limits.active_goals
    ):
        limit = wording.count(ctx.tools.limits.active_goals, "goal")
        return close(
            _NODE,
            f"You have {limit} running already, and more rarely gets done. Which one shall rest instead?",
        )
    kept = (goal.plan_json or {}).get("paused") or {}
    ids = [UUID(hex=one) for one in kept.get("ids", [])]
    back, taken = call_back_free(ctx.session, ctx.user.id, ids, ctx.now)
    was = goal.status
    if not back and not future_task_ids(ctx.session, ctx.user.id, goal.id, ctx.now):
        return None
    if was != GoalStatus.ACTIVE:
        begun = goal.activated_at
        set_status(goal, GoalStatus.ACTIVE, ctx.now)
        goal.activated_at = begun or ctx.now
    goal.plan_json = {key: value for key, value in (goal.plan_json or {}).items() if key != "paused"}
    ahead = len(future_task_ids(ctx.session, ctx.user.id, goal.id, ctx.now))
    stays = f"{wording.count(len(taken), 'task')} {'stays' if len(taken) == 1 else 'stay'} off"
    off = f" {wording.capital(stays)}: something else is there now." if taken else ""
    text = f"{goal.title} goes on: {wording.count(ahead, 'task')} ahead.{off} Good to have you back at it."
    return close(_NODE, text)


def _remember(goal: Goal, ids: list[UUID], until: str) -> None:
    """What the rest took off, so that going on earlier can bring it back."""
    goal.plan_json = {**(goal.plan_json or {}), "paused": {"until": until, "ids": [one.hex for one in ids]}}


def already_there(state: AgentState, goal: Goal) -> Update:
    """The same goal again: said so, and a change of it is one tap away."""
    if goal.status != GoalStatus.ACTIVE:
        text = f"{goal.title} is already waiting in line. Would you like to change it, or add something else?"
        return close(_NODE, text)
    rows = [[Option("Change it", "goal", goal.id.hex), Option("Leave it", "leave")]]
    text = f"{goal.title} is already on. Would you like to change it?"
    return ask(state, _NODE, text, rows, {"kind": "which_goal", "said": ""})

"""Agreeing to a plan: looked at once more before it is saved, room for it made, and taken back when asked."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from uuid import UUID

from agents import wording
from agents.hearing import Heard
from agents.journal import recent, taken_back
from agents.nodes.plan_table import NODE, ask_again_plan, show
from agents.plans.check import renewed, still_stands
from agents.plans.draft import Draft, read_draft
from agents.plans.replies import says_no
from agents.plans.words import difference, whole_plan
from agents.reply import Option, ask, ask_again, tell
from agents.state import AgentState, Update
from agents.turn import TurnContext
from reminders import changes
from reminders.goal_ends import let_go
from storage.goals import active_goals, get_goal, goal_tasks, replace_pipeline, set_status
from storage.tables import Goal
from storage.vocabulary import ApprovalStatus, GoalStatus, TaskStatus

_TAKE_BACK = re.compile(
    r"\W*(?:(?:oops|sorry|wait|no|please|can you|could you|i want to)\W+)*/?(?:undo|revert|take (?:it|that) back|unapprove)\b(?: (?:it|that|this|the approval|the plan|my approval|please))*\W*"
    r"|.*\b(?:undo|take back|revert|unapprove)\b.*\b(?:plan|approval)\b.*",
    re.I,
)


def approve(state: AgentState, ctx: TurnContext, draft: Draft) -> Update:
    """Approved, unless the diary has changed: then the person sees what moved, and agrees to that."""
    if ctx.turn.message.forwarded:
        return ask_again_plan("That yes was forwarded, and only your own counts. Is the plan right for you?")
    fresh = draft if still_stands(ctx, draft) else renewed(ctx, draft)
    changed = difference(draft.placed, fresh.placed)
    if changed or fresh.starts_on != draft.starts_on:
        starts = date.fromisoformat(fresh.starts_on)
        lines = ["Not saved yet: something has changed since I made this plan."]
        if fresh.starts_on != draft.starts_on:
            lines.append(f"It starts on {starts:%a} {starts.day} {starts:%b} now.")
        text = "\n".join([*lines, *([changed] if changed else [])])
        return show(state, fresh, f"{text}\n\nIs it right like this?")
    active = active_goals(ctx.session, ctx.user.id)
    replaces = draft.goal_id and any(str(goal.id) == draft.goal_id for goal in active)
    full = len(active) >= ctx.tools.limits.active_goals
    if full and not (replaces or draft.queue or draft.pause_goal):
        return _ask_room(state, fresh, active)
    return approved(fresh)


def approved(draft: Draft) -> Update:
    return {
        "goal_draft": draft.as_json(),
        "approval_status": ApprovalStatus.APPROVED,
        "question": {},
        "focus": {},
        "agent_node": NODE,
    }


def _ask_room(state: AgentState, draft: Draft, active: Sequence[Goal]) -> Update:
    rows = [[Option(f"Pause {goal.title[:40]}", "pause", goal.id.hex)] for goal in active]
    rows.append([Option("Queue this one", "queue"), Option("Cancel", "cancel")])
    limit = wording.count(len(active), "goal")
    text = f"You have {limit} running, and more rarely gets done. Shall one pause, or should this one wait in line?"
    update = ask(state, NODE, text, rows, {"kind": "full"})
    return update | {"goal_draft": draft.as_json(), "approval_status": ApprovalStatus.NEGOTIATING}


def make_room(state: AgentState, ctx: TurnContext, heard: Heard, draft: Draft) -> Update | None:
    """The answer to which goal makes room; None when the draft is to be dropped."""
    match heard.word:
        case "pause":
            return approve(state, ctx, replace(draft, pause_goal=str(UUID(hex=heard.argument))))
        case "queue":
            return approved(replace(draft, queue=True))
        case "cancel":
            return None
        case _ if re.search(r"\b(queue|wait|later|line)\b", heard.text, re.I):
            return approved(replace(draft, queue=True))
        case _ if says_no(heard.text):
            return None
    named = [
        goal
        for goal in active_goals(ctx.session, ctx.user.id)
        if goal.title.casefold() in heard.text.casefold()
    ]
    if len(named) == 1:
        return approve(state, ctx, replace(draft, pause_goal=str(named[0].id)))
    return ask_again(state, NODE, "I need to know which one makes room.")


# ------------------------------------------------------------------ taken back


def takes_back(state: AgentState, ctx: TurnContext, heard: Heard) -> bool:
    """Whether this takes the last approval (or drop) back: its button, a bare "undo" soon after it, or its name."""
    kept = state.get("approved") or {}
    if not kept:
        return False
    asked_last = (state.get("question") or {}).get("number") == kept.get("number")
    just_now = asked_last and not (state.get("focus") or {}).get("kind")
    if heard.word:
        return heard.word == "undo" and just_now
    if not _TAKE_BACK.fullmatch(heard.text):
        return False
    recent = datetime.fromisoformat(kept["at"]) > ctx.now - timedelta(days=1)
    return (just_now and recent) or re.search(r"\b(?:plan|approval)\b", heard.text, re.I) is not None


def take_back(state: AgentState, ctx: TurnContext) -> Update:
    """The tasks are called off and the draft is on the table again, as long as nothing of it was done."""
    kept = state.get("approved") or {}
    dropped = read_draft(kept.get("dropped") or {})
    if dropped is not None:
        back = renewed(ctx, dropped)
        return show(state, back, f"Here it is again.\n\n{whole_plan(back)}") | {"approved": {}}
    draft = read_draft(kept.get("draft") or {})
    goal = get_goal(ctx.session, ctx.user.id, UUID(kept["goal_id"])) if draft else None
    if draft is None or goal is None or goal.status != GoalStatus.ACTIVE:
        return tell(NODE, "There is no approval that I could take back. What should I do instead?")
    done = sum(task.status == TaskStatus.DONE for task in goal_tasks(ctx.session, ctx.user.id, goal.id))
    if done:
        text = f"You have done {done} of {goal.title} already, so it stays. I can change what is still to come: what should be different?"
        return tell(NODE, text)
    ids, _ = let_go(ctx.session, ctx.user.id, goal, ctx.now, "taken back")
    change = next((one for one in recent(state, ctx) if one.at == kept["at"]), None)
    if change is not None:  # the goal that made room is on again
        changes.take_back(ctx.session, ctx.user.id, change, ctx.now)
    replace_pipeline(ctx.session, goal, [], ctx.now)
    set_status(goal, GoalStatus.ABANDONED, ctx.now)
    back = renewed(ctx, replace(draft, row_id=str(goal.id), pause_goal="", queue=False))
    lead = (
        f"Taken back: {wording.count(len(ids), 'task')} off your diary, and the plan is on the table again."
    )
    shown = show(state, back, f"{lead}\n\n{whole_plan(back)}")
    return shown | {"approved": {}} | taken_back(state, ctx, change)

"""What comes after a finished sprint, or when there is room again: the draft that a waiting goal begins with."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date, timedelta

from agents.outputs import GoalPlannerOutput
from agents.plans.draft import Draft
from agents.plans.placing import place
from agents.state import Json
from agents.turn import TurnContext
from storage.goals import get_goal, goal_tasks, pipeline_of, waiting_in_line, without_plan
from storage.tables import Goal
from storage.vocabulary import GoalStatus, TaskStatus

_NEXT = re.compile(
    r"\W*(?:(?:yes|ok|okay|sure|please)\W+)*(?:plan|start|begin|show me|let'?s plan|let'?s start)\W+(?:it|(?:the |my )?next (?:part|sprint|goal))"
    r"(?: now| please)?\W*",
    re.IGNORECASE,
)
_OFFERED = timedelta(days=7)


def names_next_part(text: str) -> bool:
    """ "Plan it now", "plan the next part"."""
    return _NEXT.fullmatch(text) is not None


def unplanned(ctx: TurnContext) -> Goal | None:
    """The sprint that began in the last week and has no plan yet: what a bare yes means after it was offered."""
    goal = without_plan(ctx.session, ctx.user.id)
    fresh = goal is not None and goal.activated_at is not None and ctx.now - goal.activated_at < _OFFERED
    return goal if fresh else None


def waits_next(ctx: TurnContext) -> Goal | None:
    """A sprint without a plan, else the goal that waits longest in line."""
    return without_plan(ctx.session, ctx.user.id) or waiting_in_line(ctx.session, ctx.user.id)


def draft_of_waiting(ctx: TurnContext, goal: Goal) -> Draft | None:
    """A queued or paused goal with the plan it had, placed anew; None when it never had one."""
    kept = goal.plan_json or {}
    if not kept.get("output"):
        return None
    draft = _draft(ctx, goal, kept, sprint=int(kept.get("sprint", 1)), parts=int(kept.get("parts", 1)))
    plan = GoalPlannerOutput.model_validate(kept["output"])
    return draft.planned(plan, place(ctx, draft, plan))


def draft_of_sprint(ctx: TurnContext, goal: Goal) -> Draft:
    """A sprint still to be planned: the words and answers of the goal it belongs to, and how the part before went."""
    first = get_goal(ctx.session, ctx.user.id, goal.parent_goal_id) if goal.parent_goal_id else None
    line = pipeline_of(ctx.session, ctx.user.id, first.id) if first else [goal]
    before = [one for one in ([first] if first else []) + [*line] if one.status == GoalStatus.COMPLETED]
    sprint = 2 + next((place for place, one in enumerate(line) if one.id == goal.id), 0)
    kept = (first.plan_json if first else None) or {}
    draft = _draft(ctx, goal, kept, sprint=sprint, parts=1 + len(line))
    return draft if not before else _with_share(ctx, draft, max(before, key=_completed))


def _draft(ctx: TurnContext, goal: Goal, kept: Json, sprint: int, parts: int) -> Draft:
    today = ctx.local_now.date()
    deadline = kept.get("deadline") or ""
    return Draft(
        goal=kept.get("goal", goal.title),
        title=goal.title,
        starts_on=(today + timedelta(days=1)).isoformat(),
        answers=dict(kept.get("answers", {})),
        tags=list(goal.class_tags),
        avoid=list(kept.get("avoid", [])),
        goal_id=str(goal.id),
        deadline=deadline if deadline and date.fromisoformat(deadline) > today else "",
        sprint=sprint,
        parts=parts,
    )


def _with_share(ctx: TurnContext, draft: Draft, before: Goal) -> Draft:
    """How much of the finished part was done: the next one grows, holds or eases by it."""
    counts = Counter(task.status for task in goal_tasks(ctx.session, ctx.user.id, before.id))
    done, missed = counts[TaskStatus.DONE], counts[TaskStatus.MISSED]
    if not done + missed:
        return draft
    percent = round(100 * done / (done + missed))
    return Draft(**draft.as_json() | {"done_percent": percent})


def _completed(goal: Goal) -> float:
    return goal.completed_at.timestamp() if goal.completed_at else 0.0

"""An approved plan becomes rows: the goal, its waiting sprints, and every task at its time, once however often it runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID, uuid5

from agents import wording
from agents.journal import changed, noted, spoken
from agents.plans import shelf
from agents.plans.draft import Draft, draft_of
from agents.plans.words import first_task
from agents.reply import Option, ask, close
from agents.state import AgentState, Json, Update
from agents.turn import TurnContext
from reminders.changes import Change
from reminders.goal_ends import Handed, let_go
from reminders.plans import TaskDraft, schedule_tasks
from reminders.rules.recurrence import weekly_rule
from storage.goals import (
    get_goal,
    pipeline_of,
    replace_pipeline,
    save_goal,
    share_tasks,
)
from storage.tables import Goal, Task
from storage.vocabulary import GoalStatus

_NODE = "save_tasks"


def save_plan(state: AgentState, ctx: TurnContext) -> Update:
    draft = draft_of(state)
    if draft is None:
        return close(_NODE, "There is no plan on the table right now. What would you like to work on?")
    known = get_goal(ctx.session, ctx.user.id, UUID(draft.goal_id)) if draft.goal_id else None
    was_active = known is not None and known.status == GoalStatus.ACTIVE and bool(known.plan_json)
    before = _as_it_was(ctx, draft)
    goal = _save_goal(ctx, draft)
    if draft.queue:
        return close(_NODE, f"{draft.title} waits in line. I'll bring it up when there is room.") | {
            "goal_draft": {}
        }
    gone, handed = _made_room(ctx, draft, goal)
    tasks = schedule_tasks(ctx.session, ctx.user, _rows(ctx, draft, goal.id), ctx.now)
    for series in draft.placed:
        ids = [UUID(one) for one in (series.get("shared") or {}).get("task_ids", [])]
        share_tasks(ctx.session, ctx.user.id, ids, goal.id)
    change = replace(_change(ctx, draft, goal, before, gone, tasks), handed=handed)
    text = _told(ctx, draft, len(tasks), shelf.reminder(state), changed=was_active)
    if draft.goal_id:
        return changed(state, _NODE, text, change, tasks[:1]) | {"goal_draft": {}}
    said = ask(state, _NODE, text, [[Option("Undo", "undo")]], {})
    approved: Json = {"draft": draft.put_aside().as_json(), "goal_id": str(goal.id)}
    approved |= {"at": change.at, "number": said["asked"]}
    return (
        said | {"goal_draft": {}, "approved": approved} | noted(state, change) | spoken(tasks[:1], change.at)
    )


def _as_it_was(ctx: TurnContext, draft: Draft) -> Json:
    """What undo needs: a changed goal's plan; of a new one that it was not there; and the goal that makes room."""
    was = get_goal(ctx.session, ctx.user.id, UUID(draft.goal_id)) if draft.goal_id else None
    kept: Json = (
        {"status": GoalStatus.ABANDONED} if was is None else {"status": was.status, "plan": was.plan_json}
    )
    if draft.pause_goal:
        kept["also"] = {"id": UUID(draft.pause_goal).hex, "status": GoalStatus.ACTIVE}
    return kept


def _change(
    ctx: TurnContext, draft: Draft, goal: Goal, before: Json, gone: Sequence[UUID], tasks: Sequence[Task]
) -> Change:
    sprints = [] if draft.goal_id else pipeline_of(ctx.session, ctx.user.id, goal.id)
    back = (
        f"{goal.title} is as it was before."
        if draft.goal_id
        else f"{goal.title} is off again, and its tasks with it."
    )
    return Change(
        ctx.now.isoformat(),
        f"{'changed' if draft.goal_id else 'started'} {goal.title}",
        cancelled=tuple(one.hex for one in gone),
        added=tuple(task.id.hex for task in tasks),
        goal={**before, "id": goal.id.hex, "ends": [one.id.hex for one in sprints]},
        back=back,
    )


def _save_goal(ctx: TurnContext, draft: Draft) -> Goal:
    kept = draft.goal_id or draft.row_id
    goal_id = UUID(kept) if kept else uuid5(ctx.turn.event_id, "goal")
    plan = {"output": draft.output, "placed": draft.placed, "version": draft.version, "goal": draft.goal}
    plan |= {"approved": {"version": draft.version, "at": ctx.now.isoformat()}}
    plan |= {"starts_on": draft.starts_on, "answers": draft.answers, "tags": draft.tags, "avoid": draft.avoid}
    plan |= {"deadline": draft.deadline, "sprint": draft.sprint, "parts": draft.parts}
    plan["spares"] = {
        str(_series_id(ctx, number)): series["spare"]
        for number, series in enumerate(draft.placed)
        if series.get("spare")
    }
    weeks = max((task.week_range[1] for task in draft.plan.proposed_tasks), default=6)
    goal = save_goal(
        ctx.session,
        ctx.user.id,
        draft.title,
        ctx.now,
        goal_id=goal_id,
        status=GoalStatus.PIPELINE if draft.queue else GoalStatus.ACTIVE,
        tags=draft.tags or ["Other"],
        plan=plan,
        weeks=weeks,
        description=draft.plan.plan_summary,
    )
    sprints = sorted(draft.plan.micro_goal_roadmap, key=lambda sprint: sprint.pipeline_order)
    later = [(sprint.title, sprint.description, sprint.target_weeks) for sprint in sprints[1:]]
    replace_pipeline(ctx.session, goal, later, ctx.now)
    return goal


def _made_room(ctx: TurnContext, draft: Draft, goal: Goal) -> tuple[list[UUID], tuple[Handed, ...]]:
    """An active goal waits in line instead, and what the goal itself had planned gives way; says what went."""
    leaving = [goal] if draft.goal_id else []
    other = get_goal(ctx.session, ctx.user.id, UUID(draft.pause_goal)) if draft.pause_goal else None
    if other is not None and other.status == GoalStatus.ACTIVE:
        other.status = GoalStatus.PIPELINE
        leaving.append(other)
    gone, handed = list[UUID](), list[Handed]()
    for one in leaving:
        ids, shared = let_go(ctx.session, ctx.user.id, one, ctx.now, "planned anew")
        gone += ids
        handed += shared
    return gone, tuple(handed)


def _rows(ctx: TurnContext, draft: Draft, goal_id: UUID) -> list[TaskDraft]:
    """One row for each occurrence still to come; the ids follow from the event that approved the plan."""
    rows: list[TaskDraft] = []
    for number, series in enumerate(draft.placed):
        rule = weekly_rule(series["weekdays"]) if len(series["tasks"]) > 1 else None
        for task in series["tasks"]:
            at = datetime.fromisoformat(task["start"])
            if at <= ctx.now:
                continue
            rows.append(
                TaskDraft(
                    id=uuid5(ctx.turn.event_id, f"{number}-{task['start']}"),
                    title=task["title"],
                    description=task["description"],
                    scheduled_at=at,
                    duration_minutes=task["minutes"],
                    goal_id=goal_id,
                    recurrence_rule=rule,
                    series_id=_series_id(ctx, number) if rule else None,
                    original_at=at,
                )
            )
    return rows


def _series_id(ctx: TurnContext, number: int) -> UUID:
    return uuid5(ctx.turn.event_id, f"series-{number}")


def _told(ctx: TurnContext, draft: Draft, number: int, waiting: str = "", *, changed: bool) -> str:
    """How many tasks, the first one, the calendar, what still waits, and one question."""
    shared = sum(len((series.get("shared") or {}).get("task_ids", [])) for series in draft.placed)
    if not number and shared:
        tasks = wording.count(shared, "task")
        return f"{draft.title} is on: {tasks} on your list already count for it too. Is there anything else on your mind?"
    if not number:
        return f"{draft.title} is saved, but I found no free time for its tasks. Shall we look at your week together?"
    state = "is changed" if changed else "is on"
    text = (
        f"{draft.title} {state}: {wording.count(number, 'task')}, the first is {first_task(draft, ctx.zone)}."
    )
    if shared:
        text += f" {wording.capital(wording.count(shared, 'task'))} on your list already count for it too."
    sprints = len(draft.plan.micro_goal_roadmap) - 1
    if sprints > 0:
        text += f" {wording.capital(wording.count(sprints, 'later sprint'))} {'waits' if sprints == 1 else 'wait'} in line."
    if ctx.tools.calendar_link is not None:
        text += f"\nIn your calendar: {ctx.tools.calendar_link(ctx.user.id)}"
    text += f"\n{waiting}" if waiting else ""
    return f"{text}\nI'll remind you each time. Is there anything else on your mind?"

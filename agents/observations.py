"""What a person's own history says about times, computed from rows: the numbers behind the pattern observer."""

from __future__ import annotations

from sqlalchemy import func, select

from agents.outputs import AvoidSlot, CategoryPerformance, PatternObserverOutput
from agents.turn import TurnContext
from storage.tables import Goal, Pattern, Task
from storage.vocabulary import WEEKDAYS, Chronotype, PatternType, TaskStatus

_SUPPRESSED = 0.1  # a pattern of this confidence or less is not believed
_BASELINE = {Chronotype.MORNING: ["06:00-09:00"], Chronotype.EVENING: ["18:00-21:00"]}


def findings_of(ctx: TurnContext) -> tuple[PatternObserverOutput, int]:
    """The findings, and how many finished tasks they rest on. A cold start has the chronotype's hours only."""
    rows = ctx.session.scalars(
        select(Pattern).where(
            Pattern.user_id == ctx.user.id,
            Pattern.pattern_type == PatternType.TIME_AVOIDANCE,
            Pattern.confidence > _SUPPRESSED,
        )
    ).all()
    avoid = [slot for slot in map(_avoid, rows) if slot is not None]
    performance, points = _performance(ctx)
    best = _BASELINE.get(ctx.profile().chronotype, [])
    return PatternObserverOutput(best_times=best, avoid_slots=avoid, category_performance=performance), points


def _avoid(row: Pattern) -> AvoidSlot | None:
    day, span = row.data.get("day"), row.data.get("time_range")
    if day not in WEEKDAYS or not isinstance(span, str):
        return None
    return AvoidSlot(day=day, time_range=span, reason=row.description[:200], confidence=row.confidence)


def _performance(ctx: TurnContext) -> tuple[list[CategoryPerformance], int]:
    """The share of finished tasks that were done, by the first tag of their goal."""
    tag_of_goal = Goal.class_tags[1].label("tag")
    rows = ctx.session.execute(
        select(
            tag_of_goal,
            func.count().filter(Task.status == TaskStatus.DONE),
            func.count(),
        )
        .select_from(Task)
        .outerjoin(Goal, Goal.id == Task.goal_id)
        .where(Task.user_id == ctx.user.id, Task.status.in_([TaskStatus.DONE, TaskStatus.MISSED]))
        .group_by(tag_of_goal)
    ).all()
    performance = [
        CategoryPerformance(category=tag, completion_rate=round(done / total, 2))
        for tag, done, total in rows
        if tag
    ]
    return performance, sum(total for _, _, total in rows)

"""What a person's own history says about times, computed from rows: the numbers behind the pattern observer."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

from sqlalchemy import select

from agents.outputs import AvoidSlot, CategoryPerformance, PatternObserverOutput
from agents.turn import TurnContext
from storage.tables import Pattern
from storage.task_history import task_history
from storage.vocabulary import WEEKDAYS, Chronotype, PatternType, TaskStatus

_SUPPRESSED = 0.1  # a pattern of this confidence or less is not believed
_LOOKS_BACK = timedelta(weeks=52)  # what was done before that says little about the next weeks
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
    """The share of finished tasks that were done, by the tags of their goal; and how many were finished."""
    history = task_history(ctx.session, [ctx.user.id], ctx.local_now.date() - _LOOKS_BACK)
    finished = Counter(tag for one in history for tag in one.tags or ())
    done = Counter(tag for one in history if one.status == TaskStatus.DONE for tag in one.tags or ())
    performance = [
        CategoryPerformance(category=tag, completion_rate=round(done[tag] / total, 2))
        for tag, total in sorted(finished.items())
    ]
    return performance, len(history)


def times_known(ctx: TurnContext) -> bool:
    """Whether the person's own history, not only their chronotype, says which times work."""
    findings, _ = findings_of(ctx)
    return bool(findings.best_times) and findings.best_times != _BASELINE.get(ctx.profile().chronotype)

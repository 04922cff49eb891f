"""What a person's own history says about times, computed from rows: the numbers behind the pattern observer."""

from __future__ import annotations

from agents.outputs import AvoidSlot, CategoryPerformance, PatternObserverOutput
from agents.turn import TurnContext
from reminders.habits import Habits, refresh
from reminders.people import load_person
from storage.patterns import SUPPRESSED, list_patterns
from storage.tables import Pattern
from storage.vocabulary import WEEKDAYS, Chronotype, PatternType

_BASELINE = {Chronotype.MORNING: ["06:00-09:00"], Chronotype.EVENING: ["18:00-21:00"]}


def findings_of(ctx: TurnContext) -> tuple[PatternObserverOutput, int]:
    """The findings, and how many finished tasks they rest on. A cold start has the chronotype's hours only.

    What is added up here is written down too, so that placing tasks, in this turn and later, knows of it.
    """
    person = load_person(ctx.session, ctx.user.id)
    habits = refresh(ctx.session, person, ctx.now) if person else Habits((), (), 0)
    rows = [row for row in list_patterns(ctx.session, ctx.user.id) if row.confidence > SUPPRESSED]
    avoid = [slot for slot in map(_avoid, rows) if slot is not None]
    hours = [one.range for one in habits.hours] if any("best_times" in row.data for row in rows) else []
    best = hours or _BASELINE.get(ctx.profile().chronotype, [])
    performance = [
        CategoryPerformance(category=row.data["category"], completion_rate=row.data["completion_rate"])
        for row in sorted(rows, key=lambda row: str(row.data.get("category")))
        if row.pattern_type == PatternType.CATEGORY_PERFORMANCE
    ]
    found = PatternObserverOutput(best_times=best, avoid_slots=avoid, category_performance=performance)
    return found, habits.points


def _avoid(row: Pattern) -> AvoidSlot | None:
    if row.pattern_type != PatternType.TIME_AVOIDANCE:
        return None
    day, span = row.data.get("day"), row.data.get("time_range")
    if day not in WEEKDAYS or not isinstance(span, str):
        return None
    return AvoidSlot(day=day, time_range=span, reason=row.description[:200], confidence=row.confidence)


def times_known(ctx: TurnContext) -> bool:
    """Whether the person's own history, not only their chronotype, says which times work."""
    findings, _ = findings_of(ctx)
    return bool(findings.best_times) and findings.best_times != _BASELINE.get(ctx.profile().chronotype)

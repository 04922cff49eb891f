"""What works for a person, kept as rows: the hours, the rate of each category, and how long the streak is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from reminders.people import Person
from reminders.progress import progress_of
from reminders.rules.habits import (
    BestHours,
    CategoryRate,
    Worked,
    best_hours,
    category_rates,
    milestone_of,
    sureness,
)
from reminders.rules.patterns import SUPPRESSED
from storage.patterns import Finding, list_patterns, save_findings
from storage.tables import Task
from storage.task_history import Finished, task_history
from storage.vocabulary import PatternType, TaskStatus

LOOKS_BACK = timedelta(weeks=8)  # what was longer ago says little about the next weeks
_SPAN = "the last eight weeks"


@dataclass(frozen=True, slots=True)
class Habits:
    hours: tuple[BestHours, ...]
    rates: tuple[CategoryRate, ...]
    points: int  # finished tasks they rest on


def refresh(session: Session, person: Person, now: datetime) -> Habits:
    """Add up the last eight weeks and write down what they say; one query for the history, one for the rows."""
    rhythm, today = person.ladder.rhythm, person.ladder.rhythm.day(now)
    finished = [
        Worked(one.stood_at, _done_at(one), one.local_day, tuple(one.tags or ()))
        for one in task_history(session, [person.user_id], today - LOOKS_BACK)
        if person.zone_since is None or one.stood_at >= person.zone_since
    ]
    hours, rates = best_hours(finished, rhythm, today), category_rates(finished)
    known_for = now - person.joined_at
    found = [_of_category(rate, known_for) for rate in rates]
    save_findings(session, person.user_id, [*found, _of_hours(hours, known_for)], now)
    return Habits(tuple(hours), tuple(rates), len(finished))


def _done_at(one: Finished) -> datetime | None:
    return (one.completed_at or one.stood_at) if one.status == TaskStatus.DONE else None


def _of_category(rate: CategoryRate, known_for: timedelta) -> Finding:
    text = f"{rate.category}: {rate.done} of {rate.finished} done in {_SPAN}"
    data = {
        "category": rate.category,
        "completion_rate": rate.rate,
        "done": rate.done,
        "finished": rate.finished,
    }
    sure = sureness(rate.finished, known_for)
    return Finding(PatternType.CATEGORY_PERFORMANCE, rate.category, text, data, sure)


def _of_hours(hours: Sequence[BestHours], known_for: timedelta) -> Finding:
    """Also that nothing stands out any longer: an old row would go on steering plans."""
    text = "; ".join(f"{one.range}: {one.done} of {one.finished} done" for one in hours)
    sure = sureness(sum(one.finished for one in hours), known_for)
    data = {"best_times": [one.range for one in hours]}
    return Finding(
        PatternType.COMPLETION_STREAK, "hours", text or "No hours stand out", data, sure, not hours
    )


def first_done_of_the_day(session: Session, task: Task, person: Person, now: datetime) -> str:
    """After a task was done: bring the rows up to date once a day, and name a milestone of the streak, once.

    Returns the words for the person, "" mostly. Nothing is ever sent for it: they stand in the answer they belong to.
    """
    today = person.ladder.rhythm.day(now)
    if task.local_day != today or _done_on(session, person, today) != 1:
        return ""
    refresh(session, person, now)
    return _milestone(session, person, today, now)


def _done_on(session: Session, person: Person, day: date) -> int:
    query = select(func.count()).where(
        Task.user_id == person.user_id, Task.local_day == day, Task.status == TaskStatus.DONE
    )
    return session.scalar(query) or 0


def _milestone(session: Session, person: Person, today: date, now: datetime) -> str:
    """A streak that began anew may pass the same milestones again."""
    days = progress_of(session, person.user_id, today).streak_days
    rows = list_patterns(session, person.user_id, PatternType.COMPLETION_STREAK)
    known = next((row for row in rows if row.data.get("about") == "streak"), None)
    told = known.data.get("milestone", 0) if known and known.data.get("days", 0) <= days else 0
    reached = milestone_of(days)
    if known is None and not reached:
        return ""
    best = max(days, known.data.get("best", 0) if known else 0)
    data = {"days": days, "best": best, "milestone": reached, "day": today.isoformat()}
    text = f"{days} days in a row with something done, {best} at most"
    found = Finding(PatternType.COMPLETION_STREAK, "streak", text, data, 0.95)
    (kept,) = save_findings(session, person.user_id, [found], now)
    quiet = kept.confidence <= SUPPRESSED or kept.data.get("milestone") != reached
    return "" if reached <= told or quiet else f"That makes {days} days in a row."

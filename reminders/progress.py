"""How a person is getting on: the totals of the days behind them, and the streak they make."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from reminders.rules.streaks import DayTotal, streak_days
from storage.analytics import day_totals
from storage.pauses import frozen_days

_LOOKS_BACK = timedelta(days=730)


@dataclass(frozen=True, slots=True)
class Progress:
    streak_days: int
    days: tuple[DayTotal, ...]  # two years of them, those without tasks left out


def progress_of(session: Session, user_id: UUID, today: date) -> Progress:
    """Cut at the person's own midnights; `today` is their calendar day. Days of a pause break no streak."""
    first = today - _LOOKS_BACK
    days = tuple(DayTotal(*row) for row in day_totals(session, user_id, first, today))
    frozen = frozen_days(session, user_id, first, today)
    return Progress(streak_days(days, today, frozen), days)

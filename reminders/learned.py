"""What is believed about a person's times, in sentences they can read and correct."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy.orm import Session

from storage.patterns import SUPPRESSED, list_patterns
from storage.vocabulary import PatternType

_MOST = 3  # times that do not work; more would be a reproach


def learned(session: Session, user_id: UUID) -> list[str]:
    """What works first, then the newest of what does not; suppressed patterns are left out."""
    rows = [row for row in list_patterns(session, user_id) if row.confidence > SUPPRESSED]
    hours: list[str] = next((row.data["best_times"] for row in rows if row.data.get("best_times")), [])
    works = [f"Most gets done between {' and between '.join(map(_spoken, hours))}"] if hours else []
    avoid = [row.description for row in rows if row.pattern_type == PatternType.TIME_AVOIDANCE]
    return [f"{line}." for line in (*works, *avoid[:_MOST])]


def _spoken(span: str) -> str:
    start, _, end = span.partition("-")
    return f"{start} and {end}"

"""What Flux noticed about a person, as rows; what the person has overruled is never overwritten."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from storage.tables import Json, Pattern
from storage.vocabulary import PatternType

SUPPRESSED = 0.1  # at or below this confidence a pattern has no effect
_NEAR = timedelta(hours=1)


def list_patterns(session: Session, user_id: UUID, pattern_type: str | None = None) -> Sequence[Pattern]:
    """A person's patterns, the newest first; suppressed ones included."""
    query = select(Pattern).where(Pattern.user_id == user_id)
    if pattern_type is not None:
        query = query.where(Pattern.pattern_type == pattern_type)
    return session.scalars(query.order_by(Pattern.updated_at.desc(), Pattern.id)).all()


def get_pattern(session: Session, user_id: UUID, pattern_id: UUID) -> Pattern | None:
    """One pattern of this person; None for unknown ids and for other people's."""
    return session.scalar(select(Pattern).where(Pattern.id == pattern_id, Pattern.user_id == user_id))


def save_avoidance(
    session: Session, user_id: UUID, description: str, data: Json, confidence: float, now: datetime
) -> tuple[Pattern, bool]:
    """Note a weekly slot that does not work, or strengthen what was noted; says whether it is new.

    `data` holds at least `weekday` (Monday is 0) and `time` ("07:00"): slots within an hour are the same one. What
    the person has overruled (`user_overridden`) stays as it is.
    """
    for known in list_patterns(session, user_id, PatternType.TIME_AVOIDANCE):
        if not _same_slot(known.data, data):
            continue
        if not known.data.get("user_overridden"):
            known.data = {**known.data, **data}
            known.description, known.confidence, known.updated_at = description, confidence, now
        return known, False
    row = Pattern(
        user_id=user_id,
        pattern_type=PatternType.TIME_AVOIDANCE,
        description=description,
        data=data,
        confidence=confidence,
        created_at=now,
        updated_at=now,
    )
    session.add(row)
    session.flush()
    return row, True


@dataclass(frozen=True, slots=True)
class Finding:
    """A number about the person; `about` says what it counts: a category, "hours", "streak"."""

    pattern_type: str
    about: str
    description: str
    data: Json
    confidence: float
    is_nothing: bool = False  # there is nothing to say any more: it only takes the place of an earlier row


def save_findings(
    session: Session, user_id: UUID, findings: Sequence[Finding], now: datetime
) -> list[Pattern]:
    """Note numbers about the person, one row for each thing counted; what they have overruled stays as it is."""
    rows = {(row.pattern_type, row.data.get("about")): row for row in list_patterns(session, user_id)}
    kept = []
    for found in findings:
        row = rows.get((found.pattern_type, found.about))
        if row is None and found.is_nothing:
            continue
        if row is None:
            row = Pattern(user_id=user_id, pattern_type=found.pattern_type, data={}, created_at=now)
            session.add(row)
        if not row.data.get("user_overridden"):
            row.description, row.confidence, row.updated_at = found.description, found.confidence, now
            row.data = {**row.data, **found.data, "about": found.about}
        kept.append(row)
    session.flush()
    return kept


def overrule(pattern: Pattern, now: datetime, *, confidence: float, said: str) -> None:
    """The person's own word about a pattern; from now on observations leave it alone."""
    pattern.data = {**pattern.data, "user_overridden": True, "said": said}
    pattern.confidence = confidence
    pattern.updated_at = now


def correct(
    pattern: Pattern, now: datetime, description: str | None, confidence: float | None, *, overridden: bool
) -> None:
    """What the person says about a pattern stands; with `overridden` off, observations may write over it again."""
    pattern.description = description or pattern.description
    if confidence is not None:
        pattern.confidence = confidence
        pattern.data = {**pattern.data, "strength": confidence}
    pattern.data = {**pattern.data, "user_overridden": overridden}
    pattern.updated_at = now


def _same_slot(known: Json, found: Json) -> bool:
    if known.get("weekday") != found.get("weekday"):
        return False
    apart = abs(_minutes(str(known.get("time", ""))) - _minutes(str(found.get("time", ""))))
    return timedelta(minutes=apart) <= _NEAR


def _minutes(clock: str) -> int:
    """ "07:30" -> 450; far away from everything when it is no time."""
    hours, _, minutes = clock.partition(":")
    return int(hours) * 60 + int(minutes) if hours.isdigit() and minutes.isdigit() else -1000

"""Pauses as rows: the local days on which a person asked for quiet, and which break no streak."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from storage.tables import Pause

_DAY = timedelta(days=1)


def begin_pause(session: Session, user_id: UUID, first_day: date, last_day: date, now: datetime) -> Pause:
    """Quiet from first_day through last_day, both included.

    A pause that runs already goes on to the new last day instead, which may also be an earlier one. Raises ValueError
    when the last day comes before the first.
    """
    if last_day < first_day:
        raise ValueError("a pause cannot end before it begins")
    met = session.scalars(
        select(Pause)
        .where(Pause.user_id == user_id, Pause.first_day <= last_day, Pause.last_day >= first_day)
        .order_by(Pause.first_day)
    ).all()
    for later in met[1:]:
        session.delete(later)
    running = met[0] if met else Pause(user_id=user_id, first_day=first_day, created_at=now)
    running.first_day, running.last_day = min(running.first_day, first_day), last_day
    session.add(running)
    session.flush()
    return running


def end_pause(session: Session, user_id: UUID, today: date) -> None:
    """Go on today: what runs ends with the day before, and what would begin today or later goes."""
    mine = Pause.user_id == user_id
    session.execute(delete(Pause).where(mine, Pause.first_day >= today))
    session.execute(update(Pause).where(mine, Pause.last_day >= today).values(last_day=today - _DAY))


def frozen_days(session: Session, user_id: UUID, first: date, last: date) -> set[date]:
    """The days of all pauses between first and last, both included."""
    rows = session.execute(
        select(Pause.first_day, Pause.last_day).where(
            Pause.user_id == user_id, Pause.first_day <= last, Pause.last_day >= first
        )
    )
    spans = [(max(begins, first), min(ends, last)) for begins, ends in rows]
    return {begins + _DAY * offset for begins, ends in spans for offset in range((ends - begins).days + 1)}

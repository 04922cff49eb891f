"""Leases that end before their time: a worker that is told to stop lets go of what it holds."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

_HAND_BACK = text("""
    update dispatch_log as d set
        lease_until = :now, outcome = case when :unsent then null else d.outcome end
    from unnest(cast(:ids as uuid[]), cast(:tries as int[])) as a (id, tries)
    where d.id = a.id and d.tries = a.tries and d.status || '' in ('pending', 'unknown')
""")


def hand_back(
    session: Session, attempts: Sequence[tuple[UUID, int]], now: datetime, *, unsent: bool = False
) -> None:
    """Let anybody take these (attempt, tries) over at once. `unsent`: they were begun, but nothing left for the provider."""
    if attempts:
        ids, tries = [one for one, _ in attempts], [number for _, number in attempts]
        session.execute(_HAND_BACK, {"ids": ids, "tries": tries, "now": now, "unsent": unsent})

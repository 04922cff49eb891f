"""A week in the diary of somebody in conversation: tasks put in, and read back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from sqlalchemy import select

from reminders.plans import TaskDraft, schedule_tasks
from storage.tables import Task, User
from storage.vocabulary import TaskStatus

Talk = Any  # tests/agents/conftest.py
BERLIN = ZoneInfo("Europe/Berlin")


def at(day: int, clock: str, month: int = 3) -> datetime:
    hour, minute = map(int, clock.split(":"))
    return datetime(2026, month, day, hour, minute, tzinfo=BERLIN)


def plan(talk: Talk, title: str, *moments: datetime, goal: UUID | None = None, rule: str = "") -> UUID:
    """Put tasks into the diary; several are a series."""
    series = uuid4() if len(moments) > 1 else None
    drafts = [
        TaskDraft(
            title, one, 15, goal_id=goal, series_id=series, recurrence_rule=rule or None, original_at=one
        )
        for one in moments
    ]
    with talk.database.service() as session:
        return schedule_tasks(session, session.get_one(User, talk.user_id), drafts, talk.now)[0].id


def pending(talk: Talk, title: str = "") -> list[str]:
    with talk.database.service() as session:
        rows: Sequence[Task] = session.scalars(
            select(Task).where(Task.status == TaskStatus.PENDING).order_by(Task.scheduled_at)
        ).all()
    return [
        f"{row.scheduled_at.astimezone(BERLIN):%a %d %H:%M}" + ("" if title else f" {row.title}")
        for row in rows
        if title in ("", row.title)
    ]

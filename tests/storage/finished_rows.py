"""Finished rows of any age, for tests of retention; and what is left of them."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import uuid4

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from storage.database import Database
from storage.tables import DispatchLog, InboundEvent, NotificationLog, Task, User
from storage.vocabulary import DispatchStatus, InboundState, TaskStatus

DAY = timedelta(days=1)


def add_task(session: Session, user: User, at: datetime, status: str = TaskStatus.DONE) -> Task:
    task = Task(
        user_id=user.id, title="Run", scheduled_at=at, local_day=at.date(), created_at=at, status=status
    )
    session.add(task)
    session.flush()
    return task


def add_attempt(session: Session, task: Task, at: datetime, status: str = DispatchStatus.DISPATCHED) -> None:
    session.add(DispatchLog(task_id=task.id, channel="telegram", rung="remind", created_at=at, status=status))


def add_notice(session: Session, task: Task, at: datetime) -> None:
    session.add(NotificationLog(task_id=task.id, channel="telegram", external_id=uuid4().hex, sent_at=at))


def add_event(session: Session, user: User, at: datetime, state: str = InboundState.DONE) -> None:
    session.add(
        InboundEvent(
            channel="telegram",
            external_id=uuid4().hex,
            sender=f"sim:{user.id}",
            user_id=user.id,
            payload={},
            received_at=at,
            correlation_id="c",
            state=state,
        )
    )


def count(database: Database, table: type) -> int:
    with database.service() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def ages(database: Database, column: object, now: datetime) -> list[int]:
    """The ages in days of what is left."""
    with database.service() as session:
        return sorted((now - at).days for at in session.scalars(select(column)))  # type: ignore[call-overload] - a column

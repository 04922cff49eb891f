"""A series that a person ends: its rule says so, and nothing follows its last row."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy.orm import Session

from reminders.rules.recurrence import ended_rule
from storage.tables import Task


def end_series(session: Session, tasks: Sequence[Task]) -> list[tuple[str, dict[str, Any]]]:
    """Let the recurrence of these rows end with them; returns what they said before, by id, for the way back."""
    before = list[tuple[str, dict[str, Any]]]()
    for task in tasks:
        if task.recurrence_rule is not None and task.series_id is not None:
            before.append((task.id.hex, {"recurrence_rule": task.recurrence_rule}))
            task.recurrence_rule = ended_rule(task.recurrence_rule, task.scheduled_at)
    session.flush()
    return before

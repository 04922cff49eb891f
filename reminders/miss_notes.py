"""The kind note about a miss, as it was sent and as its words can still be answered."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from channels.messages import OutboundMessage
from reminders.rules.rhythm import Rhythm
from reminders.spare_times import agreed_spare
from reminders.sprints import what_is_next
from reminders.wording import miss_note
from storage.tables import Goal, Task


def about_a_miss(session: Session, task: Task, rhythm: Rhythm, now: datetime) -> OutboundMessage:
    """With the spare time that was agreed, and after a goal's last task with what comes next."""
    goal = session.get(Goal, task.goal_id) if task.goal_id else None
    following, button = what_is_next(session, goal) if goal is not None else ("", ())
    spare = agreed_spare(session, task, rhythm, now)
    return miss_note(task, rhythm, now, spare.start if spare else None, following, button)

"""What is planned for the next days, in words and with a button for each line that can be ticked off."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from reminders.rules.answers import TaskTap, format_tap
from reminders.rules.places import when_words
from reminders.wording import length
from storage.tables import Task, User
from storage.vocabulary import TaskStatus, TriggerType

MARKS = {
    TaskStatus.DONE: "✓",
    TaskStatus.MISSED: "–",
}
MAX_BUTTONS = 8


@dataclass(frozen=True, slots=True)
class Agenda:
    """`text` is empty when nothing is planned; `done_buttons` are (label, payload) for today's open tasks."""

    text: str
    done_buttons: tuple[tuple[str, str], ...] = ()


def tasks_of(session: Session, user: User, first: date, days: int) -> Sequence[Task]:
    """The person's tasks of `days` local days from `first` on, as they are numbered; cancelled and moved ones left out."""
    return session.scalars(
        select(Task)
        .where(
            Task.user_id == user.id,
            Task.local_day >= first,
            Task.local_day < first + timedelta(days=days),
            Task.status.in_((TaskStatus.PENDING, TaskStatus.DONE, TaskStatus.MISSED)),
        )
        .order_by(Task.scheduled_at, Task.id)
    ).all()


def for_days(session: Session, user: User, first: date, days: int) -> Agenda:
    """The same in words, with a button for each line that can be ticked off today."""
    tasks = tasks_of(session, user, first, days)
    zone = ZoneInfo(user.timezone)
    lines: list[str] = []
    number = 0
    for day, of_day in groupby(tasks, key=lambda task: task.local_day):
        lines.append(f"{day:%A %-d %B}")
        for task in of_day:
            number += 1
            lines.append(_line(number, task, zone))
    return Agenda("\n".join(lines), _buttons(tasks, first))


def _line(number: int, task: Task, zone: ZoneInfo) -> str:
    mark = MARKS.get(TaskStatus(task.status), f"{number}.")
    if task.trigger_type == TriggerType.LOCATION and task.location_trigger:
        return f"{mark} {task.title}, {when_words(task.location_trigger)}"
    start = task.scheduled_at.astimezone(zone)
    return f"{mark} {start:%H:%M} {task.title} ({length(task.duration_minutes)})"


def _buttons(tasks: Sequence[Task], first: date) -> tuple[tuple[str, str], ...]:
    open_today = [task for task in tasks if task.local_day == first and task.status == TaskStatus.PENDING]
    return tuple(
        (f"Done: {task.title[:40]}", format_tap(TaskTap(task.id, task.version, "done", "")))
        for task in open_today[:MAX_BUTTONS]
    )

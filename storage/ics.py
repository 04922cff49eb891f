"""Tasks as an iCalendar file, event by event: the calendar feed and the export write the same."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import timedelta

from storage.tables import Task
from storage.vocabulary import TaskStatus

# What was cancelled or moved away is no date any more; a moved task's replacement is.
SHOWN = (TaskStatus.PENDING, TaskStatus.DONE, TaskStatus.MISSED)

_HEAD = b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Flux//Plan//EN\r\nX-WR-CALNAME:Flux\r\n"
_TAIL = b"END:VCALENDAR\r\n"
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")  # iCalendar has no way to write these


def icalendar_of(tasks: Iterable[Task]) -> Iterator[bytes]:
    """The whole calendar in pieces: its head, one event per task, its end."""
    yield _HEAD
    yield from map(_event, tasks)
    yield _TAIL


def _event(task: Task) -> bytes:
    from icalendar import Event  # noqa: PLC0415 - only calendars need it

    event = Event()
    event.add("uid", f"{task.id}@flux")
    event.add("dtstamp", task.created_at)
    event.add("dtstart", task.scheduled_at)
    event.add("duration", timedelta(minutes=task.duration_minutes))
    event.add("summary", _CONTROL.sub("", task.title))
    event.add("sequence", task.version)
    if task.description:
        event.add("description", _CONTROL.sub("", task.description))
    ics: bytes = event.to_ical()
    return ics

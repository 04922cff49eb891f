"""Several tasks in one message: cut where a new task begins, each with its own time."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from agents.offline.lexicons import TASK_START
from agents.offline.titles import title_of
from reminders.rules.when import When, read_when

MOST = 10
_CUT = re.compile(
    r"\s*(?:[\n;•]+|(?:,|\.)?\s*\b(?:and then|then|and also|also|after that|plus)\b|,\s*(?:and\s+)?|\.\s+|\s+and\s+)\s*",
    re.I,
)
_HARD = re.compile(r"[\n;•]|\bthen\b|\balso\b|\bplus\b", re.I)
_BULLET = re.compile(r"^\s*(?:[-*•]|\d{1,2}[.)])\s+")


@dataclass(frozen=True, slots=True)
class Item:
    title: str
    when: When | None
    minutes: int | None


def split_items(text: str, now: datetime, tz: str) -> list[Item]:
    """The tasks of a message in order; one alone when it cannot be cut with confidence. At most ten."""
    cut = _parts(text[:600])
    if len(cut) < 2:
        return []
    items = [_item(part, now, tz) for part in cut[:MOST]]
    return [item for item in items if item.title]


def _parts(text: str) -> list[str]:
    """Cut at joints behind which a task begins: a verb people put on lists, or a list of lines."""
    lines = [_BULLET.sub("", line).strip() for line in text.splitlines() if line.strip()]
    if len(lines) > 1:
        first = lines[0].lower()
        return lines[1:] if first.endswith(":") else lines
    parts: list[str] = []
    start = 0
    for joint in _CUT.finditer(text):
        if _begins_a_task(
            text[joint.end() :], text[start : joint.start()], hard=bool(_HARD.search(joint.group()))
        ):
            parts.append(text[start : joint.start()])
            start = joint.end()
    parts.append(text[start:])
    return [part.strip() for part in parts if part.strip()]


def _begins_a_task(rest: str, before: str, *, hard: bool) -> bool:
    words = before.split()
    if len(words) < 2 or not rest.strip():
        return False
    if re.match(r"(?:remind me|i need to|i have to|set|schedule|add|create)\b", rest, re.I):
        return True
    if not TASK_START.match(rest.lower()):
        return False
    return hard or len(rest.split()) >= 2


def _item(part: str, now: datetime, tz: str) -> Item:
    reading = read_when(part, now, tz)
    when = reading.when
    title = title_of(part, reading.span)
    timed = when if when is not None and when.kind != "duration" else None
    return Item(title, timed, when.minutes if when is not None else None)

"""The tasks in a sentence: their titles and what was said about their times."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from agents.offline.understand import understand
from reminders.rules.when import Reading, read_when


@dataclass(frozen=True, slots=True)
class HeardTask:
    title: str
    reading: Reading
    text: str


def heard_tasks(text: str, now: datetime, timezone: str) -> list[HeardTask]:
    """Every task in the text, in order; a title may be empty when only a time was said."""
    heard = understand(text, now, timezone)
    return [HeardTask(heard.slots.get("title", ""), read_when(text, now, timezone), text)]

""" "Before work" and "after my shift" for people whose work does not begin in the morning."""

from __future__ import annotations

import re
from datetime import time

from reminders.rules.slot_reasons import part_of
from storage.profile import WorkHours

_SHIFT = re.compile(
    r"\b(?P<to>to )?(?P<side>before|after) (?:my |the |a )?(?:work|(?:night |late )?shifts?)\b(?! out\b)",
    re.IGNORECASE,
)
_NOON = 12


def in_day_parts(text: str, work: WorkHours | None) -> str:
    """The same words with the part of the day they mean for these hours; ordinary hours are left as they were said."""
    if work is None or work.start.hour < _NOON < work.end.hour:
        return text
    return _SHIFT.sub(lambda found: f"{found['to'] or 'in '}the {_part(found['side'], work)}", text)


def _part(side: str, work: WorkHours) -> str:
    """Two hours before it begins, or an hour after it ends: those who come from a night want to sleep soon."""
    hour = work.start.hour - 2 if side.casefold() == "before" else work.end.hour + 1
    return part_of(time(hour % 24))

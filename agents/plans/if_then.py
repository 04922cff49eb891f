"""The "if" of an if-then: what happens anyway around a time of the day, and the same words for another time."""

from __future__ import annotations

import re
from datetime import time

_CUES = {
    "early morning": "you have got up and drunk a glass of water",
    "morning": "you have had your first drink of the day",
    "noon": "your lunch is over",
    "afternoon": "you have had your afternoon coffee or tea",
    "evening": "you have come home and put your things down",
    "night": "the dishes are done",
}
_FROM = ((time(4), "early morning"), (time(7), "morning"), (time(11, 30), "noon"), (time(14), "afternoon"))
_LATER = ((time(17), "evening"), (time(20, 30), "night"))
_SAID = re.compile(rf"^When (?:{'|'.join(map(re.escape, _CUES.values()))}),")


def cue_of(when: str | time) -> str:
    """Of a part of the day, or of a local time."""
    part = _part(when) if isinstance(when, time) else when
    return _CUES.get(part, _CUES["evening"])


def with_cue(description: str, at: time) -> str:
    """The description of a task with the cue of the time that it really has; foreign cues are left alone."""
    return _SAID.sub(f"When {cue_of(at)},", description, count=1)


def _part(at: time) -> str:
    return next((part for start, part in reversed((*_FROM, *_LATER)) if at >= start), "night")

"""Several tasks in one message: cut where a new task begins, each with its own time."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time
from functools import lru_cache
from itertools import islice
from zoneinfo import ZoneInfo

from agents.offline.corrections import is_chatter
from agents.offline.lexicons import TASK_NOUN, TASK_START
from agents.offline.titles import title_of
from reminders.rules.when import Reading, When, read_when

MOST = 10
_MOST_JOINTS = 120
_LONGEST = 1500  # characters that are looked through for tasks
_JOINT = re.compile(
    r"\s*(?:[\n;•]+|(?:,|\.)?\s*\b(?:and then|then|and also|also|after that|plus)\b,?|,\s*(?:and\s+)?|[.!]\s+|\s+and\s+|\s+(?=\d{1,2}[.)]\s+[^\W\d_]))"
    r"(?:\s*(?:oh(?:,? yeah)?|also|maybe|please|at some point|sometime|(?:and )?to|(?:i )?(?:also )?(?:need|have|want) to|don'?t forget to)\b,?)*\s*",
    re.I,
)
_HARD = re.compile(r"[\n;•]|\bthen\b|\balso\b|\bplus\b|\bto\b", re.I)
_BULLET = re.compile(r"^\s*(?:[-*•>]|\[[ x]?\]|\d{1,2}[.)])\s*")
_NUMBERED = re.compile(r"(?:^|\s)1[.)]\s+\S.*\s2[.)]\s+\S", re.S)
_HEADER = re.compile(r"^([^,;.\n:]{2,60}):\s+(?=\S)")
# Nouns as often as verbs: "electricity and water bills".
_EITHER = re.compile(
    r"^(?:water|book|run|swim|post|mail|paint|plant|record|dust|text|ring|file|plan|drop|nap|lift|return|check|visit|order|iron|fold|drink|gym|yoga)\b",
    re.I,
)
_BARE_NOUN = re.compile(r"^(?:(?:the|my|some|a|an)\s+)?[^\W\d_]+$", re.I)


@dataclass(frozen=True, slots=True)
class Item:
    title: str
    when: When | None
    minutes: int | None
    problem: str | None = None


def split_items(text: str, now: datetime, tz: str) -> list[Item]:
    """The tasks of a message in order; empty when it cannot be cut with confidence."""
    header, body = _header(text[:_LONGEST], now, tz)
    cut = _parts(body, now, tz)
    if len(cut) < 2:
        return []
    return _shared(cut, header, now, tz)


def _header(text: str, now: datetime, tz: str) -> tuple[Reading, str]:
    """ "Tomorrow: bank, parcel": what stands before the colon is for all of it."""
    found = _HEADER.match(text)
    if found is None or re.search(r"\d$", found[1]):
        return Reading(), text
    reading = read_when(found[1], now, tz)
    known = re.search(r"to-? ?do|tasks?|list|need to|remind|things|plan", found[1], re.I)
    return (reading, text[found.end() :]) if reading.when is not None or known else (Reading(), text)


def _parts(text: str, now: datetime, tz: str) -> list[str]:
    """Cut at joints behind which a task begins: a verb people put on lists, or a time with a name of its own."""
    lines = [_BULLET.sub("", line).strip() for line in text.splitlines() if line.strip()]
    if len(lines) > 1:
        return lines[1:] if lines[0].endswith(":") else lines
    numbered = _NUMBERED.search(text) is not None
    parts: list[str] = []
    start = 0
    for joint in islice(_JOINT.finditer(text), _MOST_JOINTS):
        before, rest = text[start : joint.start()], text[joint.end() :]
        number = numbered and _BULLET.match(rest) is not None
        if number and not _BULLET.sub("", before).strip():
            continue
        if number or _cuts(before, rest, joint.group(), now, tz):
            parts.append(before)
            start = joint.end()
    parts.append(text[start:])
    cleaned = [_BULLET.sub("", part).strip(" ,;") for part in parts]
    return [part for part in cleaned if part]


def _cuts(before: str, rest: str, joint: str, now: datetime, tz: str) -> bool:
    segment = _JOINT.split(rest[:200], maxsplit=1)[0]
    left = before.strip()
    if not left or not segment.strip() or is_chatter(left):
        return False
    if re.match(r"(?:remind me|i need to|i have to|set|schedule|add|create|don'?t forget)\b", rest, re.I):
        return len(left.split()) > 1
    if _names_task(left) and _begins_task(left, rest, segment, joint):
        return True
    own = _own(_read(segment, now, tz))  # the short half first: most segments speak of no time
    if own is None or not _timed(left, now, tz):
        return False
    return _timed(segment, now, tz) or _second_clock(left, segment, now, tz)


def _names_task(left: str) -> bool:
    """ "buy" alone is no task yet; "laundry" is one, and so is whatever has two words."""
    return (
        len(left.split()) > 1
        or TASK_NOUN.match(left) is not None
        or left.lower() in ("gym", "yoga", "run", "swim")
    )


def _begins_task(left: str, rest: str, segment: str, joint: str) -> bool:
    if TASK_NOUN.match(segment) and (TASK_NOUN.match(_last(left)) or _HARD.search(joint)):
        return True
    if not TASK_START.match(rest.lower()):
        return False
    if _EITHER.match(segment) and _BARE_NOUN.match(_last(left)) and "," in left:
        return False
    return bool(_HARD.search(joint)) or len(segment.split()) >= 2


def _last(left: str) -> str:
    return re.split(r",\s*|\s+and\s+", left)[-1].strip()


def _timed(part: str, now: datetime, tz: str) -> bool:
    """Whether the part has a time of its own and a name besides."""
    reading = _read(part, now, tz)
    return reading.when is not None and reading.when.kind != "duration" and bool(title_of(part, reading.span))


def _second_clock(left: str, segment: str, now: datetime, tz: str) -> bool:
    """ "meds at 8am and 8pm": the same once more, later."""
    first, second = (_own(_read(part, now, tz)) for part in (left, segment))
    if first is None or second is None or not (first.kind == second.kind == "instant"):
        return False
    return first.timed and second.timed and second.bare_clock


def _shared(cut: Sequence[str], header: Reading, now: datetime, tz: str) -> list[Item]:
    """Each part's own time; a day said once, at the head or the end, holds for those that have none."""
    readings = [_read(part, now, tz) for part in cut]
    common = header.when or _leading(cut[0], readings[0]) or _trailing(readings)
    day = common or _day_at_the_end(cut[-1], readings, now, tz)
    items: list[Item] = []
    for part, reading in zip(cut, readings, strict=True):
        own = _own(reading)
        if own is not None and own.bare_clock and day is not None:
            reading = _on_day(part, day, reading, now, tz)
        elif own is not None and not own.bare_clock:
            day = own if own.kind == "instant" else day
        item = _item(part, reading, common)
        items.append(item if item.title or not items else replace(item, title=items[-1].title))
    return _once([item for item in items if item.title])


def _once(items: Sequence[Item]) -> list[Item]:
    """The same task at the same moment is one task, however often it is said."""
    kept: dict[tuple[str, object], Item] = {}
    for item in items:
        moment = item.when.first if item.when is not None else None
        kept.setdefault((item.title.casefold(), moment), item)
    return list(kept.values())


@lru_cache(maxsize=128)  # every part is looked at from both of its joints
def _read(part: str, now: datetime, tz: str) -> Reading:
    return read_when(part, now, tz)


def _own(reading: Reading) -> When | None:
    when = reading.when
    return None if when is None or when.kind == "duration" else when


def _leading(part: str, reading: Reading) -> When | None:
    """ "today I need to call the bank, post...": a day without a clock in front of everything."""
    when = _own(reading)
    in_front = bool(reading.span) and not part[: min(reading.span)[0]].strip(" -*•")
    return when if when is not None and in_front and not when.timed else None


def _trailing(readings: Sequence[Reading]) -> When | None:
    """ "cook pasta and clean the kitchen tonight": one day or one rule, said last, and no other time."""
    when = _own(readings[-1])
    if when is None or any(_own(reading) is not None for reading in readings[:-1]):
        return None
    return when if when.kind == "rrule" or (when.kind == "instant" and not when.timed) else None


def _day_at_the_end(last: str, readings: Sequence[Reading], now: datetime, tz: str) -> When | None:
    """ "Anna at 8, Bob at 9 tomorrow": a day behind the last clock, where those before it name only a clock."""
    when, before = _own(readings[-1]), [_own(reading) for reading in readings[:-1]]
    if when is None or when.kind != "instant" or not when.timed or not when.span:
        return None
    if not before or not all(one is not None and one.bare_clock for one in before):
        return None
    first, end = when.span[-1]
    behind = _own(_read(last[first:end], now, tz)) if len(when.span) > 1 else None
    return when if behind is not None and behind.kind == "instant" and not behind.timed else None


def _on_day(part: str, day: When, reading: Reading, now: datetime, tz: str) -> Reading:
    first = day.first_local
    if day.kind != "instant" or first is None or first.date() <= now.astimezone(ZoneInfo(tz)).date():
        return reading
    morning = datetime.combine(first.date(), time(), ZoneInfo(tz))
    return read_when(part, morning, tz)


def _item(part: str, reading: Reading, common: When | None) -> Item:
    own = _own(reading)
    when = own or (None if reading.problem else common)
    minutes = reading.when.minutes if reading.when is not None else None
    if when is not None and own is None:
        when = replace(when, span=())
    return Item(title_of(part, reading.span), when, minutes, reading.problem)

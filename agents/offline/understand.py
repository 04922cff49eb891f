"""What a message asks for, read by rules alone: an intent and its slots. No model, no network, quick to import."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from agents.offline import lexicons as lex
from agents.offline.corrections import as_meant
from agents.offline.intents import classify
from agents.offline.items import MOST, Item, split_items
from agents.offline.spelling import spelled
from agents.offline.titles import people_in, place_in, subject, target_of, title_of
from agents.offline.wish import wish_of
from reminders.rules.answers import parse_answer
from reminders.rules.when import Reading, read_when
from reminders.rules.when.tokens import LONGEST
from storage.vocabulary import Answer

_GAPS = re.compile(r"[^\S\n]{2,}")  # thousands of spaces mean no more than one, and take long to read
INTENTS = (
    "CREATE", "RESCHEDULE", "DELETE", "QUERY", "DONE", "MISSED", "ON_IT", "SNOOZE", "PAUSE", "SETTINGS",
    "GOAL", "MODIFY_GOAL", "AFFIRM", "NEGATE", "CANCEL", "SMALLTALK", "HELP", "OTHER",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Understanding:
    """One message understood. `intent` is one of INTENTS.

    slots: title (of the task, goal, or thing spoken of), full_title (with people and place), when (a When or None),
    problem (a sentence, when a date was impossible), duration_minutes, recurrence (RRULE text), people, place,
    items (a list of {title, when, duration_minutes, problem} when one message holds several tasks), more (how many
    tasks there are beyond those).
    """

    intent: str
    slots: dict[str, Any] = field(default_factory=dict)


# "Remind me to stretch at 8 and also not to remind me at 8": what is wanted stands first, and is read back.
_TAKEN_BACK = re.compile(
    r"(?<=\w)[,.;]?\s+(?:(?:and|but|or)\s+)?(?:also\s+)?(?:not to|don'?t|do not|never) remind me\b[^.;\n]*$",
    re.I,
)


def understand(text: str, now: datetime, tz: str) -> Understanding:
    """Read one message, seen from `now` (aware) in the IANA zone `tz`. Never raises for any text."""
    text = as_meant(wish_of(spelled(_GAPS.sub(" ", text))), now, tz)
    said = text[: LONGEST * 2].strip()
    if not any(char.isalnum() for char in said):
        answer = parse_answer(said)
        return Understanding(
            {Answer.DONE: "AFFIRM", Answer.MISSED: "NEGATE"}.get(answer, "OTHER") if answer else "OTHER"
        )
    if re.fullmatch(r"(?:https?://|www\.)\S+", said):
        return Understanding(
            "CREATE",
            {"title": f"look at {said}", "full_title": f"look at {said}", "when": None, "problem": None},
        )
    said = _TAKEN_BACK.sub("", said)
    reading = read_when(said, now, tz)
    intent = classify(said, reading, now)
    if intent == "CREATE" and not lex.CREATE.search(said) and not title_of(said, reading.span):
        intent = "OTHER"  # "tomorrow" alone answers something else
    items = (
        split_items(_TAKEN_BACK.sub("", text), now, tz)
        if intent in ("CREATE", "OTHER") and not said.endswith("?")
        else []
    )
    if intent == "OTHER":
        items = [item for item in items if lex.names_errand(item.title) or (item.when and item.when.timed)]
        intent = "CREATE" if len(items) > 1 else intent
    return Understanding(intent, _slots(intent, said, reading, items))


def _slots(intent: str, text: str, reading: Reading, items: list[Item]) -> dict[str, Any]:
    when = reading.when
    slots: dict[str, Any] = {
        "when": None if when is not None and when.kind == "duration" else when,
        "problem": reading.problem,
    }
    if when is not None and when.minutes is not None:
        slots["duration_minutes"] = when.minutes
    if when is not None and when.rrule is not None:
        slots["recurrence"] = when.rrule
    match intent:
        case "CREATE" | "GOAL":
            full = title_of(text, reading.span)
            slots["full_title"], slots["title"] = full, subject(full, text) if intent == "CREATE" else full
            slots["people"], slots["place"] = people_in(full), place_in(full)
        case "RESCHEDULE" | "DELETE" | "DONE" | "MISSED":
            slots["title"] = target_of(text, reading.span)
    if intent == "CREATE" and len(items) > 1:
        slots["items"] = [_item(item) for item in items[:MOST]]
        slots["more"] = max(0, len(items) - MOST)
    return slots


def _item(item: Item) -> dict[str, Any]:
    return {"title": item.title, "when": item.when, "duration_minutes": item.minutes, "problem": item.problem}

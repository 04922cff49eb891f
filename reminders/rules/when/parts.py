"""Parts of the day in canonical text: "in the morning", "after lunch", "before bed", "first thing"."""

from __future__ import annotations

import re

from reminders.rules.when.pieces import Clock, Part, Piece

_MEAL = r"(?:my |the |our )?"
# What people measure their day by, and the part of the day that stands for it.
_LANDMARKS: tuple[tuple[str, str], ...] = (
    ("morning", r"(?<!the )(?<!one )(?<!my )1th thing(?: in the morning)?(?! (?:to|that|i|we|you|is|on my)\b)"),
    ("morning", r"before (?:work|breakfast|school|lunch|class|the school run)\b|after breakfast|(?:at|over|during|with) breakfast(?: ?time)?"),
    ("morning", r"at (?:dawn|sunrise|daybreak|the crack of dawn)|early doors"),
    ("noon", rf"(?:at|around|over|during|by|on|in) {_MEAL}lunch(?: ?time| ?break| ?hour)?\b"),
    ("afternoon", r"after (?:lunch|school)\b|(?:at|around) tea ?time"),
    ("evening", r"after (?:work|dinner|supper|tea|the gym)\b|(?:at|around|over|during) (?:dinner|supper)(?: ?time)?|before dinner"),
    ("evening", r"at (?:dusk|sunset|sundown|nightfall)"),
    ("night", r"(?:before|at) (?:bed|bed ?time|going to bed|sleep)\b|before i (?:go to (?:bed|sleep)|sleep)\b|(?<!one )last thing(?: at night)?(?= ?$| ?[.,!])"),
)  # fmt: skip
# A part of the day as the first half of a name: "night shift", "morning pages".
_NAMES = (
    r"(?! ?-? ?(?:shift|light|lights|cream|bus|club|stand|owl|blue|snack|primrose|gown|dress|sickness|glory|pages|star|person"
    r"|show|mare|train|mass|paper|classes)\b)"
)
SCHEDULED = re.compile(
    r" (?:train|bus|flight|ferry|coach|tram|boat|plane|show|showing|screening|film|movie|news|class|service|mass|slot|session|game|match)\b"
)
PART_PATTERNS: dict[str, str] = {
    "landmark": "|".join(f"(?P<l{at}>{words})" for at, (_, words) in enumerate(_LANDMARKS)),
    "part": (
        r"(?:(?:in the|at|during the|by|this|early|late|early in the|late in the|sometime in the|of the|towards?) (?:early |late |mid[- ]?)?)?"
        r"(?:early |late |mid[- ]?(?=morning|afternoon|evening))?(?P<part>morning|afternoon|evening|night|tonight|lunchtime|lunch)\b"
        + _NAMES
    ),
}
_NO_PARTS = re.compile(r"\b(?:game|date|movie|last|good|date|three|two|one|all|over|quiz|fri|late) $")


def read_part(name: str, match: re.Match[str], text: str) -> Part | None:
    """The part of the day a pattern of PART_PATTERNS stands for; None where it is the name of something."""
    if name == "landmark" and re.search(r"\b(?:hour|day)s? $", text[: match.start()]):
        return None  # "2 hours before lunch"
    if name == "landmark":
        return Part(next(part for at, (part, _) in enumerate(_LANDMARKS) if match[f"l{at}"]))
    part = match["part"]
    bare = match.group() == part
    before = text[: match.start()]
    if part.startswith("lunch") and not re.search(
        r"(?:day|tomorrow|at|around|by|during) $", before if bare else "at "
    ):
        return None
    if bare and re.search(r"\b(?:the|my|a|good|our|his|her) $", before):
        return None
    if bare and _NO_PARTS.search(before):
        return None
    return Part({"lunchtime": "noon", "lunch": "noon", "tonight": "night"}.get(part, part))


def names_a_deed(text: str, piece: Piece) -> bool:
    """ "floss before bed", "the 7:15 train": what is done as much as when; it stays in the title."""
    if isinstance(piece.value, Clock):
        return text.endswith("the ", 0, piece.start) and SCHEDULED.match(text, piece.end) is not None
    said = text[piece.start : piece.end]
    return isinstance(piece.value, Part) and (said == "lunch" or said.startswith(("before ", "after ")))

"""Tasks that wait for a place: "remind me when I leave home to take the keys", and "I'm home" when it is reached."""

from __future__ import annotations

import re
from dataclasses import dataclass

from reminders.rules.places import trigger_of

_I = r"(?:i(?:'m| am|'ve| have|'ll| will)?|we(?:'re| are)?)"
_WHEN = r"(?:when(?:ever)?|once|as soon as|(?:the )?next time|if)"
_LEAVES = re.compile(
    rf"\b(?:{_WHEN}|before) {_I} (?:next )?(?:leave|leaving|go out of|walk out of|head out of|left) ", re.I
)
_REACHES = re.compile(
    rf"\b{_WHEN} {_I} (?:next )?(?:(?:get|got|come|arrive|arrived|am|reach|go|going|back|pass by|pass|walk past|visit)\b ?)?"
    r"(?:back )?(?:to |at |in |into |by |near )?",
    re.I,
)
_ON_WAY = r"on (?:the|my) way (?:(?P<back>back )?(?P<home>home)|to (?:the |my )?(?P<to>[a-z][\w-]*(?: [a-z][\w-]*)?))"
_ASKS = re.compile(
    r"^\W*(?:what|where|who|how|why|which|do|does|did|is|are|will|can i|should)\b.*|.*\?\s*$", re.I
)
_LONGEST = 3  # words of a place
_WAY = re.compile(rf"\b{_ON_WAY}\W*$", re.I)
_NO_PLACE = frozenset(
    [
        "done",
        "finished",
        "ready",
        "up",
        "back",
        "free",
        "tired",
        "hungry",
        "bored",
        "late",
        "early",
        "have",
        "has",
        "had",
        "wake",
        "bed",
        "sleep",
        "old",
        "sure",
        "able",
        "done",
        "it",
        "that",
        "this",
        "there",
        "here",
        "feeling",
        "going",
        "good",
        "better",
        "sick",
        "ill",
        "older",
        "time",
        "rich",
        "work-free",
        "not",
        "so",
        "too",
        "in",
        "out",
    ]
)
_PLACES = frozenset(
    [
        "home",
        "house",
        "flat",
        "apartment",
        "office",
        "work",
        "school",
        "university",
        "uni",
        "gym",
        "supermarket",
        "shop",
        "store",
        "shops",
        "market",
        "town",
        "city",
        "centre",
        "center",
        "kitchen",
        "garage",
        "garden",
        "pharmacy",
        "bank",
        "library",
        "station",
        "airport",
        "pool",
        "church",
        "park",
        "bakery",
        "studio",
        "mum's",
        "dad's",
        "parents'",
        "campus",
        "kindergarten",
        "nursery",
        "doctor",
        "dentist",
        "hospital",
        "desk",
        "car",
        "cafe",
    ]
)
_LEAD = re.compile(
    r"^(?:please |can you |could you |hey |ok )*(?:remind me|don'?t let me forget|make sure i remember)?\s*,?\s*(?:to |that i |about |of )?",
    re.I,
)
_REMINDS = re.compile(r"^\W*(?:please |can you |could you )*(?:remind|don'?t let)", re.I)
_HERE = re.compile(
    r"^\W*(?:(?:ok|hey|so|and)\b[,! ]*)*(?:i(?:'m| am)|we(?:'re| are)|just|i(?:'ve| have)?(?: just)?)?\s*(?P<how>got(?: back)?|arrived|reached|back|leaving|left|at|in|now at|now)?\s*"
    r"(?:to |at |in |from )?(?:the |my )?(?P<place>[a-z][\w'’-]*(?: [a-z][\w-]*)?)(?: now)?\W*$",
    re.I,
)


@dataclass(frozen=True, slots=True)
class PlaceTask:
    title: str  # "" when only the place was said
    label: str
    trigger: str


def read_place_task(text: str, known: frozenset[str] = frozenset()) -> PlaceTask | None:
    """A task that waits for a place, known to the person or one that everybody knows; None for all others."""
    line = " ".join(text.split())
    if _ASKS.fullmatch(line) and not _REMINDS.match(line):
        return None
    for leaving, clause in ((True, _LEAVES), (False, _REACHES)):
        found = clause.search(line)
        place = _place(line[found.end() :], known) if found else None
        if found is not None and place is not None:
            label, length = place
            title = _title(f"{line[: found.start()]} {line[found.end() + length :]}")
            return PlaceTask(title, label, trigger_of(label, leaving=leaving))
    way = _WAY.search(line)
    if way is None:
        return None
    title = _title(line[: way.start()])
    label = "work" if way["home"] else "home"
    return PlaceTask(title, label, trigger_of(label, leaving=True)) if title else None


def says_where(text: str, triggers: frozenset[str]) -> str | None:
    """ "I'm home", "just left the office": the one of these triggers that it fires."""
    found = _HERE.match(re.sub(r"\s+now\W*$", "", text, flags=re.I))
    if found is None or len(text.split()) > 7:
        return None
    leaving = (found["how"] or "").lower() in ("leaving", "left")
    trigger = trigger_of(_label(found["place"]), leaving=leaving)
    return trigger if trigger in triggers else None


def _place(text: str, known: frozenset[str]) -> tuple[str, int] | None:
    """The place that a text begins with, and how many characters it takes."""
    begins = re.match(r"(?:my |the |our )?", text, re.I)
    start = begins.end() if begins else 0
    words = list(re.finditer(r"[\w'’-]+", text[start:]))[:_LONGEST]
    for last in reversed(words):
        label = text[start : start + last.end()].casefold()
        if _is_place(label, known):
            return label, start + last.end()
    return None


def _label(place: str) -> str:
    return re.sub(r"^(?:the|my|our)\s+", "", place.strip().casefold())


def _is_place(label: str, known: frozenset[str]) -> bool:
    words = label.split()
    return label in known or (words[-1] in _PLACES and not _NO_PLACE & set(words[:-1]))


def _title(text: str) -> str:
    plain = " ".join(text.replace(" ,", ",").split()).strip(" ,.!?")
    plain = _LEAD.sub("", plain).strip(" ,.!?")
    return re.sub(r"^(?:to|that i|please|then)\s+", "", plain, flags=re.I).strip(" ,.!?")

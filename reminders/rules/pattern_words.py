"""What a person says to "shall I move it?": yes, no, wrong, why, another day, or to take it back."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import time

from storage.vocabulary import WEEKDAYS

_LONGEST = 120  # characters; more is a message, not an answer
_MARKS = re.compile(r"[^\w'/👍👎✅]+")
_FILLERS = frozenset(
    [
        "please",
        "pls",
        "thanks",
        "thank",
        "you",
        "flux",
        "then",
        "so",
        "just",
        "well",
        "and",
        "oh",
        "hm",
        "hmm",
    ]
)
_SAID = {
    "wrong": r"(?:no )?(?:(?:that|it)(?:'s| is)|this is|you're|you are)? ?(?:wrong|not (?:true|right|correct)|incorrect|a mistake|nonsense|false)"
    r"|(?:no )?(?:that|this|it) (?:isn't|wasn't) (?:true|right|correct)|(?:no )?i (?:didn't|never) miss(?:ed)?(?: (?:it|them|that|any))?|3",
    "no": r"(?:no|nope|nah|no way|not now|not really|don't(?: (?:move|do) (?:it|them|that))?"
    r"|(?:keep|leave) ?(?:it|them|everything)?(?: (?:alone|there|as it is|as is|as they are))?|(?:it|that) stays|2|👎)(?: |$)",
    "yes": r"(?:y|yes|yeah|yep|yup|sure|ok|okay|do (?:it|that)|go (?:ahead|for it)|move(?: (?:it|them|all(?: of them)?|\d+))?|leave it out"
    r"|sounds good|good(?: idea)?|fine|great|agreed|1|👍|✅)(?: |$)",
    "why": r"(?:why|how come|how do (?:you )?know|what do (?:you )?mean|when(?: was (?:that|it))?|which(?: (?:ones|days|dates|weeks))?|really|since when)(?: |$)",
    "undo": r"(?:/?undo|take (?:it|that) back|take back|(?:move|put) (?:it|them) back)(?: |$)",
}
_WORDS = {
    kind: re.compile(said if kind == "wrong" else f"(?:{said})+", re.IGNORECASE)
    for kind, said in _SAID.items()
}
_DAY = re.compile(r"\b(mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?s?\b", re.IGNORECASE)
_CLOCK = re.compile(r"\b(\d{1,2})(?:[:.](\d\d))?\s*(am|pm)?\b", re.IGNORECASE)
_ABOUT_MOVING = frozenset(
    [
        "yes",
        "no",
        "sure",
        "but",
        "rather",
        "better",
        "i",
        "i'd",
        "would",
        "prefer",
        "like",
        "can",
        "could",
        "let's",
        "move",
        "make",
        "put",
        "shift",
        "it",
        "them",
        "all",
        "of",
        "to",
        "on",
        "the",
        "every",
        "instead",
        "try",
        "how",
        "what",
        "about",
        "be",
        "is",
        "works",
        "work",
        "suits",
        "me",
        "for",
        "at",
        "after",
        "said",
        "ok",
        "okay",
    ]
)


@dataclass(frozen=True, slots=True)
class PatternWord:
    """`kind`: yes | no | wrong | why | undo | day; a day comes with its weekday (Monday is 0), and a time if one was said."""

    kind: str
    weekday: int | None = None
    at: time | None = None


def read_pattern_word(text: str) -> PatternWord | None:
    """The answer these words are; None when they are about something else."""
    said = text.strip().casefold().replace("\u2019", "'")
    if len(said) > _LONGEST:
        return None
    plain = " ".join(word for word in _MARKS.sub(" ", said).split() if word not in _FILLERS)
    for kind, words in _WORDS.items():
        if words.fullmatch(plain):
            return PatternWord(kind)
    return _another_day(said)


def _another_day(said: str) -> PatternWord | None:
    days = list(_DAY.finditer(said))
    if len(days) != 1:
        return None
    rest = said[: days[0].start()] + " " + said[days[0].end() :]
    clock = _CLOCK.search(rest)
    at = _time(clock) if clock else None
    if clock:
        if at is None:
            return None
        rest = rest[: clock.start()] + " " + rest[clock.end() :]
    if not set(_MARKS.sub(" ", rest).split()) <= _ABOUT_MOVING | _FILLERS:
        return None
    start = days[0][1][:3]
    weekday = next(place for place, name in enumerate(WEEKDAYS) if name.casefold().startswith(start))
    return PatternWord("day", weekday, at)


def _time(found: re.Match[str]) -> time | None:
    """A clock time that says which half of the day it means; None for the others."""
    hour, minute, half = int(found[1]), int(found[2] or 0), (found[3] or "").casefold()
    if half and 1 <= hour <= 12:
        hour = hour % 12 + (12 if half == "pm" else 0)
    elif half or found[2] is None:
        return None
    return time(hour, minute) if hour < 24 and minute < 60 else None

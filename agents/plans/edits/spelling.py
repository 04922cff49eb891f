"""Words of a change with one letter wrong: "evenning" is read as "evening", and names are left alone."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

_WORDS = (
    "monday mondays tuesday tuesdays wednesday wednesdays thursday thursdays friday fridays saturday saturdays sunday sundays "
    "morning mornings evening evenings afternoon afternoons minutes minute easier harder shorter longer earlier instead weekend "
    "weekends weekday weekdays rename remove cancel change everything tomorrow session sessions between without perfect"
)
# Real words one letter away from one of those.
_REAL_WORDS = "easter cancer chance charge remote removed renamed changed harden longed mounting evenly minutes mourning moaning martini shorten shortened earliest sundry evens"
_REAL = frozenset(_REAL_WORDS.split())
_KNOWN = frozenset(_WORDS.split())
_FIGURES = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "ten": 10, "fifteen": 15, "twenty": 20, "twenty-five": 25, "twenty five": 25,
    "thirty": 30, "forty": 40, "forty-five": 45, "forty five": 45, "fifty": 50, "sixty": 60, "ninety": 90,
}  # fmt: skip
_MINUTES = re.compile(
    r"\b(five|ten|fifteen|twenty[- ]five|twenty|thirty|forty[- ]five|forty|fifty|sixty|ninety)(?=[ -]?min)",
    re.IGNORECASE,
)
# "3 days max" is said in one way only to the patterns.
_MOST_DAYS = re.compile(
    r"\b(?:(?:max(?:imum)?|at most|up to|not more than)\.? (?P<a>[1-7]) days?\b(?! (?:a|per|each) week)"
    r"|(?P<b>[1-7]) days?(?: (?:a|per|each) week)? (?:max(?:imum)?|tops|at (?:the )?(?:very )?most)\b)",
    re.IGNORECASE,
)
_NUMBERED = re.compile(r"\b(task|number) (one|two|three|four|five)\b", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_]{6,}")


def mend(text: str, names: Iterable[str] = ()) -> str:
    """The text with such words put right, and numbers as figures; words that occur in `names` stay as they are."""
    text = _MINUTES.sub(lambda found: str(_FIGURES[found[1].casefold()]), text)
    text = _NUMBERED.sub(lambda found: f"{found[1]} {_FIGURES[found[2].casefold()]}", text)
    text = _MOST_DAYS.sub(lambda found: f"no more than {found['a'] or found['b']} days a week", text)
    kept = {word.casefold() for name in names for word in _WORD.findall(name)}

    def right(found: re.Match[str]) -> str:
        word = found[0].casefold()
        if word in _KNOWN or word in _REAL or word in kept:
            return found[0]
        return _nearest(word) or found[0]

    return _WORD.sub(right, text)


@lru_cache(maxsize=512)
def _nearest(word: str) -> str:
    near = [known for known in _KNOWN if known[0] == word[0] and one_slip(word, known)]
    return near[0] if len(near) == 1 else ""


def one_slip(word: str, known: str) -> bool:
    """One letter too many, missing, wrong, or two neighbours exchanged."""
    if abs(len(word) - len(known)) > 1:
        return False
    start = next((i for i, (a, b) in enumerate(zip(word, known, strict=False)) if a != b), None)
    if start is None:
        return len(word) != len(known)
    a, b = word[start:], known[start:]
    if a[1:] == b[1:] or a[1:] == b or a == b[1:]:
        return True
    return len(a) > 1 and len(b) > 1 and a[0] == b[1] and a[1] == b[0] and a[2:] == b[2:]

"""Times in other languages: finds which one a text is in, and where it speaks of time in which English words."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from reminders.rules.when.tongue_words import TONGUES, Tongue

Found = tuple[int, int, str]  # a place in the text and the English for it
_WORD = re.compile(r"[^\W\d_]+")
# Small words that only English has: one of them, and the text is left as it is.
_ENGLISH = frozenset(
    [
        "the",
        "to",
        "at",
        "my",
        "with",
        "and",
        "is",
        "i",
        "you",
        "please",
        "every",
        "for",
        "on",
        "of",
        "remind",
        "call",
        "buy",
        "me",
        "it",
        "that",
        "this",
        "tomorrow",
        "today",
        "next",
        "do",
        "don't",
        "will",
        "want",
        "need",
    ]
)
_ALIKE = frozenset({"me", "is", "on", "do", "for", "of"})  # words of other languages as well


def tongue_of(text: str, *, mixed: bool = False) -> Tongue | None:
    """The language of a text, where its words leave no doubt that it is not English; None otherwise.

    `mixed` lets a few English words pass as long as the others are more.
    """
    words = frozenset(_WORD.findall(_plain(text.casefold()))[:60])
    english = len(words & (_ENGLISH - _ALIKE))
    if not words or (english and not mixed):
        return None
    scored = [(_score(tongue, words), -place, tongue) for place, tongue in enumerate(TONGUES)]
    score, _, best = max(scored, key=lambda one: one[:2])
    return best if score > 2 * english else None


def foreign_times(folded: str) -> list[Found] | None:
    """Where folded text of another language speaks of time, in order; None for English."""
    tongue = tongue_of(folded)
    if tongue is None:
        return None
    plain = _plain(folded)
    taken: list[Found] = []
    for pattern, english in _compiled(tongue):
        for match in pattern.finditer(plain):
            if all(match.end() <= start or end <= match.start() for start, end, _ in taken):
                taken.append((match.start(), match.end(), _english(tongue, match, english)))
    return sorted(taken)


def _plain(text: str) -> str:
    """Without accents, every character at its place."""
    return "".join(map(_bare, text)) if not text.isascii() else text


def _bare(char: str) -> str:
    if char.isascii():
        return char
    base = unicodedata.normalize("NFD", char)[0]
    return {"ı": "i", "ß": "s", "ø": "o"}.get(base, base)


def _score(tongue: Tongue, words: frozenset[str]) -> int:
    """Two points for a sure word, one for a small word; small words alone must be two."""
    sure, small = len(words & tongue.sure), len(words & tongue.small)
    return 2 * sure + small if sure or small >= 2 else 0


@lru_cache(maxsize=16)
def _compiled(tongue: Tongue) -> tuple[tuple[re.Pattern[str], str], ...]:
    number = r"(?P<n>\d{1,2}|" + "|".join(tongue.numbers) + r")(?![\d\w]|[.:,]\d)"
    loose = r"(?P<n>\d{1,2}|" + "|".join(tongue.numbers) + r")"
    return tuple(
        (re.compile(rf"(?<![\w'])(?:{_with_number(phrase, number, loose)})(?![\w])"), english)
        for phrase, english in tongue.phrases
    )


def _with_number(phrase: str, number: str, loose: str) -> str:
    """N in front of a letter or a mark may be glued to it ("9h30"); elsewhere it stands alone."""
    glued = re.sub(r"N(?=[ ]?\??\[|'| \?h|\[|\(\?:')", lambda _: loose, phrase)
    return re.sub(r"\bN\b", lambda _: number, glued)


def _english(tongue: Tongue, match: re.Match[str], english: str) -> str:
    said = match.groupdict().get("n")
    others = [group for group in match.groups() if group is not None and group != said]
    number = _number(tongue, said) if said else 0
    return english.format(
        n=number,
        h=number,
        hh=f"{number:02d}",
        before=(number - 2) % 12 + 1,
        m=others[-1] if others else "00",
        d=others[-1] if others else "",
    )


def _number(tongue: Tongue, said: str) -> int:
    if said.isdigit():
        return int(said)
    return next(value for value, word in enumerate(tongue.numbers, start=1) if re.fullmatch(word, said))

"""The text as the grammar reads it: one spelling per word, digits for numbers, and the way back to the original."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left, bisect_right
from dataclasses import dataclass

from reminders.rules.when.lexicon import (
    GLUE_BREAKS,
    GLUED_UNITS,
    MONTH_NAMES,
    NUMBER_WORDS,
    ORDINAL_WORDS,
    SPELLING,
    TENS,
    UNIT_ORDINALS,
    WEEKDAY_NAMES,
)

LONGEST = 300  # characters of a message that are read for times
_TOKEN = re.compile(
    r"(?P<ordinal>\d{1,2}(?:st|nd|rd|th)(?![^\W\d_]))"
    r"|(?P<number>\d+)"
    r"|(?P<meridiem>(?<=[\d\s:])[ap]\.\s?m\b\.?)"
    r"|(?P<word>[^\W\d_]+(?:'[^\W\d_]+)?)"
    r"|(?P<space>\s+)"
    r"|(?P<mark>.)",
    re.DOTALL,
)
_PLURALS = {name + "s": name + "s" for name in WEEKDAY_NAMES} | {
    short + "s": name + "s"
    for short, name in SPELLING.items()
    if name in WEEKDAY_NAMES and len(short) > 3 and short[-1] != "s"
}
_SHORT_DAYS = frozenset({"sun", "sat", "mon", "wed", "mar"})
_NOT_BEFORE_A_DAY = frozenset({"the", "i", "we", "he", "she", "they", "get", "got", "a", "has", "just"})


@dataclass(frozen=True, slots=True)
class Canon:
    """Canonical text and, token by token, where each piece of it stands in the original."""

    text: str
    starts: tuple[int, ...]  # in the canonical text
    ends: tuple[int, ...]
    original: tuple[tuple[int, int], ...]

    def origin(self, start: int, end: int) -> tuple[int, int]:
        """The span of the original text behind a span of the canonical one."""
        first = bisect_right(self.starts, start) - 1
        last = bisect_left(self.ends, end)
        return self.original[max(first, 0)][0], self.original[min(last, len(self.original) - 1)][1]


def fold(text: str) -> str:
    """Lower case, plain digits, apostrophes and dashes; every character stays at its place."""
    return "".join(map(_fold_one, text[:LONGEST]))


def _fold_one(char: str) -> str:
    if char.isascii():
        return char.lower()
    if char in "’‘ʼ":
        return "'"
    if char in "–—−‐‑‒":
        return "-"
    if unicodedata.category(char) == "Cf":
        return " "
    plain = unicodedata.normalize("NFKC", char).lower()
    if len(plain) != 1:
        return char
    if plain.isdigit():
        return str(unicodedata.digit(plain, 0))
    return plain


@dataclass(frozen=True, slots=True)
class _Token:
    text: str
    start: int
    end: int
    glued: bool  # no space before it
    numeric: bool


def canonical(text: str) -> Canon:
    """Read at most LONGEST characters; linear in their number."""
    tokens = _merged(_tokens(fold(text)))
    parts: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    at = 0
    before: _Token | None = None
    for token in tokens:
        if before is not None and _apart(before, token):
            parts.append(" ")
            at += 1
        starts.append(at)
        parts.append(token.text)
        at += len(token.text)
        ends.append(at)
        before = token
    return Canon("".join(parts), tuple(starts), tuple(ends), tuple((t.start, t.end) for t in tokens))


def _apart(before: _Token, token: _Token) -> bool:
    if not token.glued:
        return True
    return token.text[0].isalnum() and before.text[-1].isalnum()


def _tokens(folded: str) -> list[_Token]:
    tokens: list[_Token] = []
    glued = False
    for found in _TOKEN.finditer(folded):
        if found.lastgroup == "space":
            glued = False
            continue
        word = found.group()
        behind = tokens[-1] if tokens else None
        kind = found.lastgroup
        if kind == "number" and glued and behind is not None and _opaque(behind):
            tokens[-1] = _Token(behind.text + word, behind.start, found.end(), behind.glued, False)
            continue
        said = _spelt(kind, word, behind, glued)
        tokens.append(_Token(said, found.start(), found.end(), glued, kind in ("number", "ordinal")))
        glued = True
    return tokens


def _opaque(token: _Token) -> bool:
    """A number glued behind such a word belongs to it: "A4", "b12"."""
    known = token.text in GLUE_BREAKS or token.text in GLUED_UNITS.values() or token.text in MONTH_NAMES
    return not token.numeric and token.text[-1].isalpha() and not known


def _spelt(kind: str | None, word: str, behind: _Token | None, glued: bool) -> str:
    match kind:
        case "ordinal":
            return word[:-2].lstrip("0") + "th"
        case "number":
            return word[:9]
        case "meridiem":
            return word[0] + "m"
        case "word":
            return _word(word, behind, glued)
        case _:
            return SPELLING.get(word, word)


def _word(word: str, behind: _Token | None, glued: bool) -> str:
    if word.endswith("'s") and word[:-2] not in ("let", "it", "that", "what"):
        word = word[:-2]
    if behind is not None and behind.numeric and (word == "h" or (glued and word in GLUED_UNITS)):
        return GLUED_UNITS[word]
    if word in _SHORT_DAYS and behind is not None and behind.text in _NOT_BEFORE_A_DAY:
        return word
    return _PLURALS.get(word) or SPELLING.get(word, word)


def _merged(tokens: list[_Token]) -> list[_Token]:
    """Numbers in words become digits ("twenty-third" -> 23th), "everyday" becomes two words."""
    merged: list[_Token] = []
    index = 0
    while index < len(tokens):
        token = tokens[index]
        used, text = _number(tokens, index)
        if used:
            merged.append(_Token(text, token.start, tokens[index + used - 1].end, token.glued, True))
            index += used
            continue
        if token.text == "everyday":
            merged.append(_Token("every", token.start, token.end, token.glued, False))
            token = _Token("day", token.start, token.end, False, False)
        merged.append(token)
        index += 1
    return merged


def _number(tokens: list[_Token], index: int) -> tuple[int, str]:
    """How many tokens from here make one number in words, and its digits; (0, "") for none."""
    word = tokens[index].text
    if word in NUMBER_WORDS:
        return 1, str(NUMBER_WORDS[word])
    if word in ORDINAL_WORDS:
        return 1, f"{ORDINAL_WORDS[word]}th"
    if word not in TENS:
        return 0, ""
    skip = 2 if _text_at(tokens, index + 1) == "-" else 1
    follower = _text_at(tokens, index + skip)
    if 0 < NUMBER_WORDS.get(follower, 0) < 10:
        return skip + 1, str(TENS[word] + NUMBER_WORDS[follower])
    if follower in UNIT_ORDINALS:
        return skip + 1, f"{TENS[word] + UNIT_ORDINALS[follower]}th"
    return 1, str(TENS[word])


def _text_at(tokens: list[_Token], index: int) -> str:
    return tokens[index].text if index < len(tokens) else ""

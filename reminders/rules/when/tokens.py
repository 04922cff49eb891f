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
from reminders.rules.when.tongues import foreign_times

LONGEST = 300  # characters of a message that are read for times
_TOKEN = re.compile(
    r"(?P<link>https?://\S+|[\w.+-]{1,64}@[\w-]{1,64}\.[\w.]{2,64})"
    r"|(?P<ordinal>\d{1,2}(?:st|nd|rd|th)(?![^\W\d_]))"
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
    if name in WEEKDAY_NAMES and len(short) > 3 and short[-1] != "s" and short + "s" not in SPELLING
}
_SHORT_DAYS = frozenset({"sun", "sat", "mon", "wed", "mar"})
_NOT_BEFORE_A_DAY = frozenset({"the", "i", "we", "he", "she", "they", "get", "got", "a", "has", "just"})


_TWO = {"moro": "tomorrow", "morro": "tomorrow", "morow": "tomorrow", "morrow": "tomorrow", "mrw": "tomorrow"}
_TWO |= {"nite": "tonight", "night": "tonight", "day": "today"}
_COUNTS_HOURS = frozenset({"in", "for", "within", "after", "a", "of", "last", "every", "about"})


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
    known = foreign_times(folded)
    foreign, own = (
        known or [],
        known is None,
    )  # words of another language keep their spelling: French "mon" is no Monday
    for found in _TOKEN.finditer(folded):
        while foreign and foreign[0][1] <= found.start():
            foreign.pop(0)
        if foreign and foreign[0][0] <= found.start():
            start, end, english = foreign[0]
            if found.start() == start:
                tokens.append(_Token(english, start, end, False, False))
            glued = False
            continue
        if found.lastgroup == "space":
            glued = False
            continue
        word = found.group()
        behind = tokens[-1] if tokens else None
        kind = found.lastgroup
        if kind == "number" and glued and behind is not None and _opaque(behind):
            tokens[-1] = _Token(behind.text + word, behind.start, found.end(), behind.glued, False)
            continue
        if kind == "word" and glued and behind is not None and behind.text == "2" and word in _TWO:
            tokens[-1] = _Token(_TWO[word], behind.start, found.end(), behind.glued, False)
            continue
        said = _spelt(kind, word, behind, glued) if own or kind != "word" else word
        if word == "h" and glued and _is_a_clock(tokens, folded[found.end() : found.end() + 1]):
            said = "o'clock"
        tokens.append(_Token(said, found.start(), found.end(), glued, kind in ("number", "ordinal")))
        glued = True
    return tokens


def _is_a_clock(tokens: list[_Token], following: str) -> bool:
    """ "19h" is a time of day; "in 20h" and "for 16h" are lengths, "19h30" is read elsewhere."""
    hour = tokens[-1].text
    counted = len(tokens) > 1 and tokens[-2].text in _COUNTS_HOURS
    return hour.isdigit() and 13 <= int(hour) <= 23 and not counted and not following.isdigit()


def _opaque(token: _Token) -> bool:
    """A number glued behind such a word belongs to it: "A4", "b12"."""
    known = token.text in GLUE_BREAKS or token.text in GLUED_UNITS.values() or token.text in MONTH_NAMES
    return not token.numeric and token.text[-1].isalpha() and not known


def _spelt(kind: str | None, word: str, behind: _Token | None, glued: bool) -> str:
    match kind:
        case "link":
            return "link"
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
    """Numbers in words become digits ("twenty-third" -> 23th), "everyday" becomes two words, "o clock" one."""
    merged: list[_Token] = []
    index = 0
    while index < len(tokens):
        token = tokens[index]
        if token.text == "o" and _text_at(tokens, index + 1) == "clock":
            merged.append(_Token("o'clock", token.start, tokens[index + 1].end, token.glued, False))
            index += 2
            continue
        used, text = _number(tokens, index)
        spoken = _spoken_clock(tokens, index)
        if used and spoken is None:
            merged.append(_Token(text, token.start, tokens[index + used - 1].end, token.glued, True))
            index += used
            continue
        if spoken is not None:
            merged.append(
                _Token(spoken[1], token.start, tokens[index + spoken[0] - 1].end, token.glued, False)
            )
            index += spoken[0]
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


def _spoken_clock(tokens: list[_Token], index: int) -> tuple[int, str] | None:
    """ "five-thirty", "seven fifteen", "sixish": how many tokens make a time of day in words, and the time."""
    word = tokens[index].text
    if word.endswith("ish") and 0 < NUMBER_WORDS.get(word[:-3], 0) <= 12:
        return 1, f"{NUMBER_WORDS[word[:-3]]} ish"
    if not 0 < NUMBER_WORDS.get(word, 0) <= 12:
        return None
    hyphen = _text_at(tokens, index + 1) == "-"
    at = index + (2 if hyphen else 1)
    used, minutes = _number(tokens, at) if at < len(tokens) else (0, "")
    behind = [_text_at(tokens, at + used), _text_at(tokens, at + used + 1)]
    known = minutes in ("15", "30", "45") or (hyphen and minutes.isdigit() and 10 <= int(minutes) <= 59)
    if not used or not known or tokens[at].text.isdigit() or _UNITS.intersection(behind):
        return None
    return at + used - index, f"{NUMBER_WORDS[word]}:{minutes}"


_UNITS = frozenset({"second", "minute", "hour", "day", "week", "month", "year", "percent", "%", "past", "to"})


def _text_at(tokens: list[_Token], index: int) -> str:
    return tokens[index].text if index < len(tokens) else ""

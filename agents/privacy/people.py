"""Names of people in a text, by what stands around them, by their capitals and by lists of words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import cache
from importlib.resources import files

from agents.privacy import name_cues as cues
from agents.privacy.folding import fold

_WORD = re.compile(r"[^\W\d_]+(?:['’\-][^\W\d_]+)*")
_OWNS = re.compile(r"['’]s$", re.IGNORECASE)
_SHORTENED = re.compile(r"['’](?:m|d|ll|ve|re)$", re.IGNORECASE)  # I'm, Tom'll
_NEAR = re.compile(r"\s?[\"'“‘„(]?|,? |\. ?|\s*[:,]\s*")  # what may stand between a cue and its name
_CLOSE = re.compile(r" {1,3}|\. ?|-|\n {0,2}")  # what may stand within a name
_LIST = re.compile(r"\s*(?:,|&|\+|/|;)\s*")
_LONGEST = 4  # words of one name


class _Cue(IntEnum):
    """How surely the words before say that a person follows."""

    NONE = 0
    WEAK = 1  # for, from, to, and: a known name
    FAIR = 2  # with: any capital
    STRONG = 3  # call, my sister, Dr.: any capital, and known names written small


@dataclass(frozen=True, slots=True)
class _Word:
    text: str
    key: str  # folded, without a possessive ending
    start: int
    end: int
    gap: str  # what stands between the word before and this one
    owns: bool = False
    short: bool = False  # I'm, it's: something was said about it

    @property
    def capital(self) -> bool:
        """Also words of scripts that have no small letters."""
        return not self.text[0].islower()

    @property
    def shouted(self) -> bool:
        return len(self.text) > 1 and self.text.isupper()


def names_in(text: str) -> list[tuple[int, int]]:
    """Where names stand, as (start, end), in order. Linear in the length of the text; a guess, not a promise."""
    return [(start, end) for start, end, _ in _names(text)]


def sure_names_in(text: str) -> list[tuple[int, int]]:
    """Only first names that are known as such, and whoever is called, asked, or somebody's sister."""
    return [(start, end) for start, end, sure in _names(text) if sure]


def _names(text: str) -> Iterator[tuple[int, int, bool]]:
    words = _words(text)
    loud = _capitals_say_nothing(words)
    place, listed = 0, False
    while place < len(words):
        cue = _Cue.STRONG if listed else _cue(words, place)
        if _is_name(words, place, cue, loud):
            end = _end_of_name(words, place, cue, loud)
            yield words[place].start, words[end - 1].end, cue is _Cue.STRONG or _known(words[place].key)
            place, listed = _after(words, end)
        else:
            place, listed = place + 1, False


def is_word(name: str) -> bool:
    """Whether a name is also an ordinary word, so that only its capital tells them apart."""
    key = fold(name)
    return key in _list("also_words") or key in _list("not_names") or len(key) < 3


def is_first_name(key: str) -> bool:
    """Whether a folded word is known as a first name, an ordinary word or not."""
    return key in _list("first_names") or key in _list("also_words")


@cache
def _list(name: str) -> frozenset[str]:
    return frozenset(
        files("agents.privacy").joinpath("names", f"{name}.txt").read_text(encoding="utf-8").split()
    )


def _words(text: str) -> list[_Word]:
    words: list[_Word] = []
    end = 0
    for found in _WORD.finditer(text):
        word = _SHORTENED.sub("", _OWNS.sub("", found[0]))
        stop = found.start() + len(word)
        owns = text[stop : stop + 1] in ("'", "’") and not _SHORTENED.search(found[0])
        words.append(
            _Word(word, fold(word), found.start(), stop, text[end : found.start()], owns, stop < found.end())
        )
        end = found.end()
    return words


def _capitals_say_nothing(words: Sequence[_Word]) -> bool:
    """EVERYTHING IS SHOUTED, or Every Word Begins So."""
    if len(words) < 2:
        return False
    if all(word.text.isupper() for word in words):
        return True
    return len(words) > 3 and sum(word.capital for word in words) >= len(words) - 1


# ------------------------------------------------------------------ the words before


def _cue(words: Sequence[_Word], place: int) -> _Cue:
    if place == 0 or not _NEAR.fullmatch(words[place].gap):
        return _event(words, place)
    one = words[place - 1]
    two = words[place - 2].key if place > 1 else ""
    if (
        one.key in cues.TITLES
        or one.key in cues.RELATIONS
        or one.key in cues.CONTACT
        or f"{two} {one.key}" in cues.PHRASES
    ):
        return _Cue.STRONG
    if one.key in ("back", "up", "old", "dear", "little") and two in cues.CONTACT:
        return _Cue.STRONG
    match one.key:
        case "with" | "w" if two in cues.TOGETHER:
            return _Cue.STRONG
        case "with" | "w" | "mit" | "avec":
            return _Cue.FAIR
        case "i" | "it" | "that" if one.short:
            return _Cue.FAIR
        case "to" if two in cues.TO_WHOM:
            return _Cue.STRONG
        case "for" | "fur" if any(word.key in cues.GIFTS for word in words[max(0, place - 5) : place - 1]):
            return _Cue.STRONG
        case "from" if two in cues.SENT:
            return _Cue.FAIR
        case key if key in cues.WEAK:
            return max(_Cue.WEAK, _event(words, place))
        case "regards" | "love" | "cheers" | "wishes" | "best" if (
            "\n" in words[place].gap or "," in words[place].gap
        ):
            return _Cue.FAIR
        case _:
            return _event(words, place)


def _event(words: Sequence[_Word], place: int) -> _Cue:
    """ "Tom's birthday", "Tom said": what it has and does says that it is a person."""
    if place + 1 < len(words) and words[place + 1].key in cues.SPEAKS and words[place + 1].gap == " ":
        return _Cue.FAIR
    if (
        not words[place].owns
        and place + 2 < len(words)
        and words[place + 1].owns
        and words[place + 1].capital
    ):
        place += 1  # the surname owns it
    if not words[place].owns or place + 1 == len(words):
        return _Cue.NONE
    return _Cue.STRONG if words[place + 1].key in cues.EVENTS else _Cue.WEAK


# ------------------------------------------------------------------ the word itself


def _is_name(words: Sequence[_Word], place: int, cue: _Cue, loud: bool) -> bool:
    word = words[place]
    if word.key in _list("not_names") or len(word.key) < 2:
        return False
    if _known(word.key):
        return word.capital or cue > _Cue.NONE
    if word.key in _list("also_words"):
        return _is_somebody(words, place, cue, loud)
    if not word.capital or word.key in cues.CONTACT or (word.shouted and not loud and len(word.key) < 4):
        return False
    return cue >= (_Cue.STRONG if loud or word.shouted else _Cue.FAIR)


def _is_somebody(words: Sequence[_Word], place: int, cue: _Cue, loud: bool) -> bool:
    """A name that is also a word: the less it looks like one, the surer the cue must be."""
    word = words[place]
    if not word.capital:
        return cue is _Cue.STRONG and words[place - 1].key in cues.CONTACT and word.key not in cues.NEEDS_MORE
    return cue >= (_Cue.FAIR if loud or word.key in cues.NEEDS_MORE else _Cue.WEAK)


def _known(key: str) -> bool:
    """A first name that is no word; of a double one (Jean-Luc) one half may be a word."""
    halves = key.split("-")
    return any(half in _list("first_names") for half in halves) and all(map(is_first_name, halves))


def _end_of_name(words: Sequence[_Word], place: int, cue: _Cue, loud: bool) -> int:
    """One past its last word: surnames, initials and the small words between them belong to it."""
    end, small = place + 1, not words[place].capital or (loud and words[place].text.isupper())
    shouted = words[place].shouted
    while end < len(words) and end - place < _LONGEST and not words[end - 1].owns:
        word = words[end]
        if not _CLOSE.fullmatch(word.gap) or (word.gap.startswith(".") and len(words[end - 1].text) > 1):
            break
        if word.key in cues.PARTICLES and end + 1 < len(words) and words[end + 1].capital:
            end += 1
            continue
        if not _goes_on(word, cue, small, surname=end == place + 1 or (shouted and word.shouted)):
            break
        end += 1
    return end


def _goes_on(word: _Word, cue: _Cue, small: bool, *, surname: bool) -> bool:
    if (
        word.key in _list("not_names")
        or word.key in cues.FOLLOWS
        or word.key in cues.CONTACT
        or word.key in cues.AND
    ):
        return False
    if small:
        return _known(word.key) or (surname and cue is _Cue.STRONG and len(word.key) > 2)
    return word.capital and (surname or not word.shouted)


def _after(words: Sequence[_Word], end: int) -> tuple[int, bool]:
    """Where to look on, and whether a list of names goes on there: "Ahmet, Li and Bo"."""
    if end + 1 < len(words) and words[end].key in cues.AND:
        return end + 1, True
    if end < len(words) and _LIST.fullmatch(words[end].gap):
        ahead = words[end + 1 : end + 4]
        more = len(ahead) < 3 or any(one.key in cues.AND or _LIST.fullmatch(one.gap) for one in ahead)
        return end, more
    return end, False

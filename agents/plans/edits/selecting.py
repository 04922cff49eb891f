"""Which tasks of a plan a wish speaks of: "2", "the last one", "the run", "1 and 3", "everything"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from agents.plans.series import Series
from reminders.rules.when import parse_day_part, parse_weekdays

_ORDINALS = {
    "first": 1, "1st": 1, "second": 2, "2nd": 2, "third": 3, "3rd": 3, "fourth": 4, "4th": 4, "fifth": 5, "5th": 5,
}  # fmt: skip
_UNIT = (
    r"(?!\s*(?:min|m\b|h\b|hours?|days?|x\b|times?|weeks?|wks?|months?|%|percent|:|\.\d|am\b|pm\b|a\.m|p\.m|o'?clock|evenings?|"
    r"mornings?|sessions?|k\b|km|\d))"
)
_NUMBER = re.compile(
    r"(?:\b(?:tasks?|numbers?|nr|no\.?|items?|series|move|shift|put|drop|remove|delete|skip|cancel|rename|name|call|like|hate|make|shorten|lengthen|"
    r"change|do|cut|reduce|without|leave out|out|and|plus|for|keep|only|just|swap|switch|exchange|merge|combine|with|is|has|"
    r"double|halve|have|not|lose|explain|about|or|should|does|did|both|increase|push|bring|start|done?|postpone)\s+|#\s?|^|,\s*|&\s*)"
    rf"(?:task |number |#)?([1-9])\b{_UNIT}",
    re.I,
)
_TO_NUMBER = re.compile(
    rf"\b(?:to|for|from|add|of|on|time of|time for|name of|name for)\s+(?:task |number |#)([1-9])\b{_UNIT}"
    rf"|\b(?:add|extra|more|less|longer|shorter|easier|harder|time|times|day|days|minutes|slot|name)\b[^,]*?\b(?:to|on|for|of|with|from)\s+([1-9])\b{_UNIT}",
    re.I,
)
_EXCEPT = re.compile(
    r"\b(?:except|but not|but|apart from|besides|other than|not)\s+(?:for )?(?:task |number |#|the )?(?:([1-9])\b"
    rf"{_UNIT}|(first|second|third|fourth|last)\b)",
    re.I,
)
_ORDINAL = re.compile(
    r"\b(first|second|third|fourth|fifth|1st|2nd|3rd|4th|5th|last)(?: (?:one|task|series|thing|item))?\b"
    r"(?! (?:weeks?|version|plan|days?|of|half|january|february|march|april|may|june|july|august|september|october|november|december)\b)",
    re.I,
)
_DATED = re.compile(r"\b(?:on|the|after|until|from|by|before) (?:the )?(?:1st|2nd|3rd|4th|5th)\b", re.I)
_EVERYTHING = re.compile(
    r"\b(?:everything|all(?: of (?:it|them))?(?! (?:day|week|right|good|seven|\d))|them all|both|the (?:whole )?plan|every task|each(?! (?:week|day))|"
    r"the (?:whole|entire) (?:thing|lot))\b",
    re.I,
)
_SOMETHING = re.compile(
    r"\b(?:move|put|shift|drop|remove|delete|skip|get rid of|scrap|lose)\s+(?:the |my )?(?!the |my |it\b|that\b|this\b|them\b|one\b|time|start|days?\b|week)(\w{3,})",
    re.IGNORECASE,
)
_COMMON_WORDS = (
    "the and for with one time times day days week weeks more new next once twice little easy easier hard harder morning mornings "
    "evening evenings night nights noon afternoon afternoons monday tuesday wednesday thursday friday saturday sunday move make "
    "put shift drop start minutes minute please can could would you not but then than that this too long short shorter longer less "
    "few fewer only just rather better instead have want like when your you it its first last every another each off out keep "
    "mondays tuesdays wednesdays thursdays fridays saturdays sundays weekend weekends weekday weekdays good great looks later "
    "earlier before after add change plan what why does how hour hours half much about right same"
)
_COMMON = frozenset(_COMMON_WORDS.split())


@dataclass(frozen=True, slots=True)
class Target:
    """`numbers` of the series meant; (0,) for all of them, () when none was named. `rest` is the clause without them."""

    numbers: tuple[int, ...]
    rest: str
    unknown: str = ""  # what was named and is not in the plan

    @property
    def named(self) -> bool:
        return bool(self.numbers)


def find_target(clause: str, series: Sequence[Series]) -> Target:
    """Numbers first, then ordinals, "everything", and words of a title."""
    others = _all_but(clause, series)
    if others is not None:
        return others
    numbers, rest = _by_number(clause, series)
    if numbers:
        missing = [number for number in numbers if number > len(series)]
        return Target((), clause, str(missing[0])) if missing else Target(tuple(numbers), rest)
    if _EVERYTHING.search(clause):
        return Target((0,), clause)
    known = by_words(clause, series)
    if known is not None:
        return Target((known,), _without_title(clause, series[known - 1]))
    stranger = _SOMETHING.search(clause)
    if stranger and len(series) > 1 and not _says_when(stranger[1]):
        return Target((), clause, stranger[1])
    return Target((), clause)


def _all_but(clause: str, series: Sequence[Series]) -> Target | None:
    """ "Everything except 2 in the evening" speaks of the others."""
    found = _EXCEPT.search(clause) if _EVERYTHING.search(clause) else None
    if found is None:
        return None
    one = _excepted(found, series)
    numbers = tuple(number for number in range(1, len(series) + 1) if number != one)
    return Target(numbers, f"{clause[: found.start()]} {clause[found.end() :]}")


def only_excepted(text: str, series: Sequence[Series]) -> tuple[int, str] | None:
    """ "Perfect except 2": the one task that is not agreed to, and the words around it."""
    found = _EXCEPT.search(text)
    if found is None:
        return None
    number = _excepted(found, series)
    rest = f"{text[: found.start()]} {text[found.end() :]}"
    return (number, rest) if 1 <= number <= len(series) else None


def _excepted(found: re.Match[str], series: Sequence[Series]) -> int:
    if found[1]:
        return int(found[1])
    said = found[2].lower()
    return len(series) if said == "last" else _ORDINALS[said]


def _by_number(clause: str, series: Sequence[Series]) -> tuple[list[int], str]:
    numbers: list[int] = []
    spans: list[tuple[int, int]] = []
    for pattern in (_NUMBER, _TO_NUMBER):
        for found in pattern.finditer(clause):
            group = 1 if found[1] else 2
            if clause[: found.start(group)].rstrip().casefold().endswith("instead of"):
                continue  # "three times instead of 2" is a count
            numbers.append(int(found[group]))
            spans.append(found.span(group))
    dated = [found.span() for found in _DATED.finditer(clause)]
    for found in _ORDINAL.finditer(clause):
        said = found[1].lower()
        if said[0].isdigit() and any(start <= found.start() < end for start, end in dated):
            continue  # "start on the 2nd" is a day
        numbers.append(len(series) if said == "last" else _ORDINALS[said])
        spans.append(found.span())
    rest = clause
    for start, end in sorted(set(spans), reverse=True):
        rest = f"{rest[:start]} {rest[end:]}"
    return list(dict.fromkeys(numbers)), rest


def _says_when(word: str) -> bool:
    return bool(parse_weekdays(word) or parse_day_part(word))


def _without_title(clause: str, one: Series) -> str:
    """A title may hold words that mean something else here: "Easy run" asks for nothing easy."""
    whole = re.sub(rf"(?<!\w){re.escape(one.title)}(?!\w)", " it ", clause, flags=re.IGNORECASE)
    stems = _stems(one.title)

    def named(found: re.Match[str]) -> str:
        word = found[1].casefold()
        return "it" if word not in _COMMON and _stem(word) in stems else found[0]

    return re.sub(r"(?:\b(?:the|my)\s+)?\b([^\W\d_]{3,})\b", named, whole)


def by_words(clause: str, series: Sequence[Series]) -> int | None:
    """The series whose title, or else whose description, shares a word with the clause; None for none or several."""
    spoken = _stems(clause)
    texts_of = [[one.title for one in series]]
    if _SOMETHING.search(clause):  # "move the stretching": looked for in what is done, too
        texts_of.append([one.first.description for one in series])
    for texts in texts_of:
        shared = [len(spoken & _stems(text)) for text in texts]
        best = max(shared, default=0)
        if best and shared.count(best) == 1:
            return shared.index(best) + 1
    return None


def _stems(text: str) -> set[str]:
    words = re.findall(r"[^\W\d_]{3,}", text.casefold())
    return {_stem(word) for word in words if word not in _COMMON}


def _stem(word: str) -> str:
    """ "running", "runs" and "run" are one word."""
    plain = re.sub(r"(?:([^aeiou])\1ing|ing|s)$", r"\1", word) if len(word) > 3 else word
    return plain[:5] if len(plain) > 5 else plain

"""Reading a wish for a change in the person's words: "move 2 to the evening", "no Sundays", "drop the last one"."""

from __future__ import annotations

import re
from collections.abc import Sequence

from agents.outputs import GoalPlannerOutput
from agents.plan_edits import EditKind, PlanEdit
from agents.plan_series import Series, series_of
from reminders.rules.when import parse_clock, parse_day_part, parse_minutes, parse_weekdays

_VERB = (
    r"move|shift|put|drop|remove|delete|skip|cancel|rename|call|make|shorten|lengthen|change|no|not|start|easier|harder|fewer|"
    r"less|more|keep|without|only|swap|leave|add|cut|reduce|increase|never|also|please|i"
)
_CLAUSES = re.compile(
    rf"\s*[;\n]\s*|\.\s+|,?\s+(?:and then|then|and also|but)\s+|(?:,|\band\b|,\s*and)\s+(?=(?:{_VERB})\b)",
    re.I,
)
_ORDINALS = {
    "first": 1,
    "1st": 1,
    "second": 2,
    "2nd": 2,
    "third": 3,
    "3rd": 3,
    "fourth": 4,
    "4th": 4,
    "fifth": 5,
    "5th": 5,
}
_NUMBER = re.compile(
    r"(?:\b(?:task|number|nr|no\.?|item|series|move|shift|put|drop|remove|delete|skip|cancel|rename|call|make|shorten|lengthen|"
    r"change|do|cut|reduce|without|leave out|out|of|and|plus|for)\s+|#\s?|^)(?:task |number |#)?([1-9])\b"
    r"(?!\s*(?:min|m\b|h\b|hours?|days?|x\b|times?|weeks?|:|\.\d|am|pm|a\.m|p\.m|o'?clock|evenings?|mornings?|sessions?|k\b|km))",
    re.I,
)
_ORDINAL = re.compile(
    r"\b(first|second|third|fourth|fifth|1st|2nd|3rd|4th|5th|last)(?: (?:one|task|series|thing|item))?\b(?! week)",
    re.I,
)
_EVERYTHING = re.compile(
    r"\b(?:everything|all(?: of (?:it|them))?|them all|both|the (?:whole )?plan|every task|each)\b", re.I
)

_RENAME = re.compile(
    r"\b(?:rename|call|name)\b.*?\b(?:to|as|into|it)?\s*[\"“'‘]([^\"”'’]{1,80})[\"”'’]|\brename\b.*?\b(?:to|as|into)\s+(.{1,80})$",
    re.I,
)
_CALL = re.compile(
    r"\bcall (?:task |number |#)?(?:[1-9]|it|the \w+ (?:one|task))\s+(?!at|on|in|to\b)(.{1,80})$", re.I
)
_DROP = re.compile(
    r"\b(?:drop|remove|delete|skip|cancel|get rid of|without|scrap|leave out|take out|throw out|lose|no more|don'?t want|not do)\b",
    re.I,
)
_NEGATED = re.compile(
    r"\b(?:no|not|never|without|skip|except|avoid|can'?t|cannot|don'?t|nothing|off|free|busy|rather not|drop|remove|less on|fewer on|less often on|hate|too busy)\b",
    re.I,
)
_INSTEAD = re.compile(
    r"(.+)\binstead of\b(.+)|\b(?:move|shift|change|swap)\b(.+?)\b(?:to|for|with)\b(.+)", re.I
)
_START_LATER = re.compile(
    r"\b(?:start|begin|postpone|delay|push)\w*\b.*\b(?:later|next week|week|weeks|fortnight)\b|\bstart later\b|\ba week later\b|\bnot (?:yet|this week)\b",
    re.I,
)
_WEEKS = re.compile(r"\b(?:(\d)|(two|three|four)) weeks?\b|\b(fortnight)\b", re.I)
_EASIER = re.compile(
    r"\b(?:easier|lighter|gentler|simpler|less intense|too (?:hard|much|intense|ambitious|difficult)|take it slow\w*|slower)\b",
    re.I,
)
_HARDER = re.compile(
    r"\b(?:harder|tougher|more (?:intense|challenging|ambitious)|too (?:easy|little|light)|push me|challenge me|step it up)\b",
    re.I,
)
_SHORTER = re.compile(r"\b(?:shorter|shorten|too long|less time|quicker|reduce the time)\b", re.I)
_LONGER = re.compile(r"\b(?:longer|lengthen|too short|more time)\b", re.I)
_FEWER = re.compile(
    r"\b(?:fewer|less|too many) (?:days|times|sessions|evenings|mornings)\b|\bless often\b|\btoo often\b|\b(?:one|a) day less\b|\bfewer\b",
    re.I,
)
_MORE = re.compile(r"\bmore (?:days|times|sessions|often)\b|\b(?:another|one more|an extra) day\b", re.I)
_COUNT = re.compile(
    r"\b(?:([1-7])|(once|one|twice|two|three|four|five|six|seven))\s*(?:x|times?|days?|sessions?)?\s*(?:a|per|each|every|/)\s*week\b|\b(?:only|just|rather|make it|to) (?:([1-7])|(one|two|three|four|five|six|seven)) (?:days?|times)\b",
    re.I,
)
_COUNTS = {"once": 1, "one": 1, "twice": 2, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7}
_DAILY = re.compile(r"\b(?:every ?day|daily)\b", re.I)
_EARLIER = re.compile(r"\bearlier\b|\bsooner\b|\btoo late\b", re.I)
_LATER = re.compile(r"\blater\b|\btoo early\b", re.I)
_MINUTES = re.compile(
    r"\b\d{1,3}\s*-?\s*(?:min(?:ute)?s?|m)\b|\bhalf an hour\b|\ban hour\b|\b\d(?:[.,]5)?\s*h(?:ours?)?\b|\bquarter of an hour\b",
    re.I,
)
_SAYS_MOVE = re.compile(
    r"\b(?:move|shift|put|change|make|do|swap|schedule|rather|better|prefer|could|can|would|instead|only|want|have|let'?s|keep|switch)\b|"
    r"^(?:on |at |in the |to |the )?(?:early |late )?(?:mornings?|evenings?|afternoons?|nights?|noon|lunch\w*|mon|tue|wed|thu|fri|sat|sun|week)\w*",
    re.I,
)
_CLOCK = re.compile(
    r"\d|\b(?:noon|midday|midnight|half|quarter|o'?clock|at (?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve))\b",
    re.I,
)
_SOMETHING = re.compile(
    r"\b(?:move|put|shift|drop|remove|delete|skip)\s+(?:the |my )?(?!the |my |it\b|that\b|this\b|them\b|one\b|time|start|days?\b|week)(\w{3,})",
    re.IGNORECASE,
)
_NOBODY = -1
_COMMON_WORDS = (
    "the and for with one time times day days week weeks more new next once twice little easy easier hard harder morning mornings "
    "evening evenings night nights noon afternoon afternoons monday tuesday wednesday thursday friday saturday sunday move make "
    "put shift drop start minutes minute please can could would you not but then than that this too long short shorter longer less "
    "few fewer only just rather better instead have want like when your you it its first last every another each off out keep"
)
_COMMON = frozenset(_COMMON_WORDS.split())
_STRANGER = re.compile(
    r"\b(?:remind me|what'?s|today|tomorrow|yesterday|my week|agenda|done|did it|new goal)\b", re.I
)


def parse_edit(text: str, plan: GoalPlannerOutput) -> list[PlanEdit]:
    """The changes these words ask for, in their order; [] when they are about something else or not understood."""
    series = series_of(plan)
    edits: list[PlanEdit] = []
    target = 0
    for clause in filter(None, (part.strip() for part in _CLAUSES.split(text[:400]))):
        named, rest = _target(clause, series)
        if named == _NOBODY:
            continue  # a number or a name the plan does not have: better no change than a wrong one
        target = named if named is not None else target  # "move 2 to the evening and make it shorter"
        edits += _read(clause, rest, target, named is not None, series)
    return edits


def sounds_like_edit(text: str) -> bool:
    """A first guess without the plan at hand: might these words be about changing it?"""
    patterns = (
        _EASIER,
        _HARDER,
        _SHORTER,
        _LONGER,
        _FEWER,
        _MORE,
        _START_LATER,
        _NUMBER,
        _COUNT,
        _DROP,
        _RENAME,
    )
    if any(pattern.search(text) for pattern in patterns):
        return True
    return bool(_SAYS_MOVE.search(text) or _NEGATED.search(text)) and bool(
        parse_weekdays(text) or parse_day_part(text)
    )


def _read(clause: str, rest: str, target: int, named: bool, series: Sequence[Series]) -> list[PlanEdit]:
    """One clause. `rest` is the clause without its reference to a task."""
    renamed = _RENAME.search(clause) or _CALL.search(clause)
    if renamed and (named or len(series) == 1):
        title = next(filter(None, renamed.groups()), "").strip(" .!\"'")
        return [PlanEdit(EditKind.RENAME, target or 1, title=title[:1].upper() + title[1:])]
    if _START_LATER.search(rest) and not named:
        return [PlanEdit(EditKind.START_LATER, count=_later_by(rest))]
    # parse_weekdays reads "not Sunday" as the other six days; "every day" is a count
    days = () if _DAILY.search(rest) else tuple(parse_weekdays(_NEGATED.sub(" ", rest)))
    swap = _swap(rest, target) if days else None
    if swap is not None:
        return [swap]
    if days and _NEGATED.search(rest):
        return [PlanEdit(EditKind.NOT_ON, target, weekdays=days)]
    if _DROP.search(rest) and named:
        return [PlanEdit(EditKind.DROP, target)]
    main = target if named else target or 1  # "twice a week" means the main series, not the weekly look back
    amount = _amount(rest, target, main)
    return amount + _move(rest, main if days else target, named, days)


def _amount(rest: str, target: int, main: int) -> list[PlanEdit]:
    """How much: easier, longer, 20 minutes, twice a week."""
    edits: list[PlanEdit] = []
    minutes = parse_minutes(rest) if _MINUTES.search(rest) else None
    count = _COUNT.search(rest)
    if minutes:
        edits.append(PlanEdit(EditKind.MINUTES, main, count=minutes))
    elif _EASIER.search(rest) or _SHORTER.search(rest):
        edits.append(PlanEdit(EditKind.EASIER, target))
    elif _HARDER.search(rest) or _LONGER.search(rest):
        edits.append(PlanEdit(EditKind.HARDER, target))
    if count:
        said = next(filter(None, count.groups()))
        edits.append(PlanEdit(EditKind.DAYS, main, count=_COUNTS.get(said.lower()) or int(said)))
    elif _DAILY.search(rest):
        edits.append(PlanEdit(EditKind.DAYS, main, count=7))
    elif _FEWER.search(rest):
        edits.append(PlanEdit(EditKind.FEWER_DAYS, target))
    elif _MORE.search(rest):
        edits.append(PlanEdit(EditKind.MORE_DAYS, target))
    return edits


def _move(rest: str, target: int, named: bool, days: tuple[int, ...]) -> list[PlanEdit]:
    """Where to: weekdays, a clock time or a part of the day."""
    if not (named or target or _SAYS_MOVE.search(rest)) or (_STRANGER.search(rest) and not named):
        return []
    timed = _MINUTES.sub(" ", _COUNT.sub(" ", rest))
    at = parse_clock(timed) if _CLOCK.search(timed) else None
    part = parse_day_part(timed) if at is None else None
    if days or at is not None or part is not None:
        return [PlanEdit(EditKind.MOVE, target, weekdays=days, at=at, part=part)]
    if _EARLIER.search(rest):
        return [PlanEdit(EditKind.EARLIER, target)]
    return [PlanEdit(EditKind.LATER, target)] if _LATER.search(rest) else []


def _swap(rest: str, target: int) -> PlanEdit | None:
    """ "Tuesday instead of Monday", "move Monday to Tuesday"."""
    found = _INSTEAD.search(rest)
    if found is None:
        return None
    to, away = (found[1], found[2]) if found[1] else (found[4], found[3])
    new, old = tuple(sorted(parse_weekdays(to))), tuple(sorted(parse_weekdays(away)))
    return PlanEdit(EditKind.SWAP_DAY, target, weekdays=new, away=old) if new and old else None


def _target(clause: str, series: Sequence[Series]) -> tuple[int | None, str]:
    """The number of the series a clause speaks of (0: all, None: nothing said) and the clause without it."""
    for pattern in (_NUMBER, _ORDINAL):
        found = pattern.search(clause)
        if found:
            said = found[1].lower()
            number = len(series) if said == "last" else _ORDINALS.get(said) or int(said)
            if number > len(series):
                return _NOBODY, clause
            return number, f"{clause[: found.start(1)]} {clause[found.end() :]}"
    everything = _EVERYTHING.search(clause)
    if everything:
        return 0, clause
    known = _by_words(clause, series)
    stranger = _SOMETHING.search(clause)
    if (
        known is None
        and stranger
        and len(series) > 1
        and not (parse_weekdays(stranger[1]) or parse_day_part(stranger[1]))
    ):
        return _NOBODY, clause
    return known, clause


def _by_words(clause: str, series: Sequence[Series]) -> int | None:
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
    return {word[:5] if len(word) > 5 else word for word in words if word not in _COMMON}


def _later_by(text: str) -> int:
    found = _WEEKS.search(text)
    if found is None:
        return 7
    if found[3]:
        return 14
    return 7 * (int(found[1]) if found[1] else _COUNTS[found[2].lower()])

"""Questions about the plan on the table, answered by code: what a task is for, why then, how much in all."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from agents import wording
from agents.plans.draft import Draft
from agents.plans.edits.selecting import find_target
from agents.plans.series import series_of
from agents.plans.words import reasons
from agents.state import Json
from reminders.rules.when import parse_weekdays
from storage.vocabulary import WEEKDAYS

_WHY = re.compile(
    r"\W*(?:(?:and|but|ok(?:ay)?|so|hm+)\W+)*(?:/?why\b|how come\b|what for\b|for what reason)", re.I
)
_TOTAL = re.compile(
    r"\b(?:how (?:long|much)|what)\b.*\b(?:in total|altogether|in all|per week|a week|each week|every week|weekly|overall|time (?:does|do|will|would|is)|total)\b"
    r"|\b(?:total|weekly) (?:time|hours|minutes|load)\b|\bhow many (?:hours|minutes)\b|\bhow much (?:time|work)\b",
    re.I,
)
_WHAT = re.compile(
    r"\b(?:what (?:does|do|is|are|exactly|happens in|should i do)|what's|what about doing|explain|tell me (?:more )?about|describe|details? (?:of|on|for|about)|how (?:do|should) i do)\b",
    re.I,
)
_EXPLAIN = re.compile(
    r"\W*(?:(?:can|could|would) you (?:please )?|please )?(?:explain|tell me more|more details?|elaborate|i don'?t (?:get|understand) (?:it|this|that|the plan))\W*(?:please|it|this|that|the plan|everything|a bit|more|to me)*\W*",
    re.I,
)
_WHEN = re.compile(
    r"\bwhen\b.*\b(?:start|begin|first|end|finish|over|last|done|stop)\w*\b|\bhow many (?:weeks|tasks|sessions|times)\b|\bhow long does (?:it|the plan|this) (?:last|take|go)\b|\bwhat(?:'s| is) (?:the )?(?:first|start)\b",
    re.I,
)
_LINES = re.compile(
    r"\b(?:which|what|how many) (?:days|times|weekdays)\b(?! are free| do you| would| could|.*\bfree\b)|\bhow long (?:is|are) (?:each|every|one|a|the|it|they)\b|\bwhen (?:do|will|would|should) (?:i|we)\b|\bat what time\b|\bwhat time (?:is|are|do)\b",
    re.I,
)
_MISS = re.compile(
    r"\bwhat (?:happens|if)\b.*\b(?:miss|skip|can'?t|forget|fail|don'?t)\w*\b|\bwhat if i (?:miss|skip|can'?t|forget|fail|don'?t)\w*",
    re.I,
)
_REAL = re.compile(
    r"(?!.*\bpossible to\b)\b(?:is (?:it|this|that)|isn'?t (?:it|this|that)|will (?:it|this))\b.*\b(?:enough|realistic|too much|too little|possible|doable|safe|work|ok(?:ay)?)\b.*\?",
    re.I,
)
_OPTIONS = re.compile(
    r"\W*what can i (?:change|say|do)\b.*|\W*what are my options\W*|\W*how (?:can|do) i change (?:it|this|that|the plan|something)\b.*",
    re.I,
)
_SAVED = re.compile(
    r"\W*(?:so\W+)?(?:did|have|has|is) (?:you|it|this|the plan)\b.*\b(?:saved?|book(?:ed)?|approved?|scheduled?|stored?|on yet|active|started|done)\b.*\?\W*",
    re.I,
)
_WAYS = "Say it in your own words, for example: 2 to the evening, no Sundays, 20 minutes, skip week 3, start on Monday."


def is_question(draft: Draft, text: str) -> bool:
    return answer(draft, text, ZoneInfo("UTC")) is not None


def answer(draft: Draft, text: str, zone: ZoneInfo) -> str | None:
    """The answer to a question about this plan; None when the words ask nothing about it."""
    if _OPTIONS.fullmatch(text):
        return _WAYS
    if _SAVED.search(text):
        return "Not yet. Only your own yes puts it into your diary. Is it right, or what should be different?"
    if _MISS.search(text):
        return "Then it is information, not failure: you get another time that day, or a smaller version. What else would you like to know?"
    if _TOTAL.search(text):
        return f"{_total(draft)} Is that right for you?"
    if _LINES.search(text):
        lines = [f"{number}. {_line(one)}" for number, one in enumerate(draft.placed, start=1)]
        return "\n".join([*lines, "Does that suit you?"])
    if _WHEN.search(text):
        return f"{_span(draft, zone)} Does that suit you?"
    if _WHY.match(text):
        return _why(draft, text)
    if _EXPLAIN.fullmatch(text):
        return f"{draft.plan.plan_summary} {wording.capital(reasons(draft.placed) or 'These times were free')}. Which task shall I say more about?"
    if _REAL.search(text):
        return f"It starts small on purpose and grows. {_total(draft)} Shall I make it easier or harder?"
    return _what(draft, text)


def _why(draft: Draft, text: str) -> str:
    """The reason of the series that was asked about: by its number or name, or by its day."""
    ask = "Would you like other times? Say, for example: move 1 to the evening."
    if re.search(r"\b(?:minutes?|min|long|short|little|small|weeks)\b", text, re.I):
        return "So that even a bad day has room for it: it starts small and grows by itself. Shall it be longer or shorter?"
    asked = _meant(draft, text)
    if asked is not None and asked["tasks"]:
        return f"{asked['title']}: {_reason(asked)}. {ask}"
    days = parse_weekdays(text)
    there = [one for one in draft.placed if set(days) & set(one["weekdays"]) and one["tasks"]]
    if days and not there:
        return f"Nothing is on {wording.days([WEEKDAYS[day] for day in days])} so far. {ask}"
    if days:
        said = "; ".join(f"{one['title']}: {_reason(one)}" for one in there)
        return f"{said}. Days apart leave room to rest. {ask}"
    why = reasons(draft.placed) or "they were free"
    return f"{wording.capital(why)}. {ask}"


def _reason(one: Json) -> str:
    return str(one["reason"]).partition(", ")[0] or "it was free"


def _meant(draft: Draft, text: str) -> Json | None:
    series = series_of(draft.plan)
    target = find_target(re.sub(r"\b(?:mean|does|what|is|why|at)\b", " ", text, flags=re.I), series)
    if len(target.numbers) != 1 or not 1 <= target.numbers[0] <= len(draft.placed):
        bare = re.search(r"\b([1-9])\b(?!\s*(?:x|times|days|min|am|pm|:|weeks|o'))", text)
        number = int(bare[1]) if bare else 0
        return draft.placed[number - 1] if 1 <= number <= len(draft.placed) else None
    return draft.placed[target.numbers[0] - 1]


def _what(draft: Draft, text: str) -> str | None:
    """ "What does 2 mean?": the if-then sentence of its first stage."""
    if not _WHAT.search(text):
        return None
    one = _meant(draft, text)
    if one is None:
        return None
    description = one["tasks"][0]["description"] if one["tasks"] else ""
    when = wording.days([WEEKDAYS[day] for day in one["weekdays"]])
    told = f"{one['title']}, {when} {one['at']}, {one['minutes']}. {description}".strip()
    return f"{told} Does it fit, or what should be different?"


def _line(one: Json) -> str:
    if not one["tasks"]:
        return f"{one['title']}: no free time found"
    return f"{one['title']}: {wording.days([WEEKDAYS[day] for day in one['weekdays']])} {one['at']}, {one['minutes']}"


def _total(draft: Draft) -> str:
    weeks = _minutes_by_week(draft)
    if not weeks:
        return "No free time was found for it yet."
    first, most = weeks[min(weeks)], max(weeks.values())
    sessions = sum(len(one["weekdays"]) for one in draft.placed if one["tasks"])
    said = f"{wording.length(first)} in the first week, {wording.count(sessions, 'session')}"
    return f"{said}; {wording.length(most)} in the fullest." if most > first else f"{said}; never more."


def _minutes_by_week(draft: Draft) -> dict[int, int]:
    starts = date.fromisoformat(draft.starts_on)
    weeks: dict[int, int] = {}
    for series in draft.placed:
        for task in series["tasks"]:
            # The local day is not needed: a week holds as much, an hour more or less.
            day = datetime.fromisoformat(task["start"]).date()
            week = (day - starts) // timedelta(weeks=1) + 1
            weeks[week] = weeks.get(week, 0) + task["minutes"]
    return weeks


def _span(draft: Draft, zone: ZoneInfo) -> str:
    moments = [datetime.fromisoformat(one) for one in draft.moments]
    if not moments:
        return "No free time was found for it yet."
    first, last = wording.moment(moments[0], zone), wording.moment(moments[-1], zone)
    return f"The first is {first}, the last {last}: {wording.count(len(moments), 'session')} in all."

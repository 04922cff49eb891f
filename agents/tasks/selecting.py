"""Which of a person's tasks were meant: by name, by day, by "it"; one, each of some, or a series from now on."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from agents.tasks.titles import matching, words
from agents.turn import TurnContext
from reminders.rules.when import read_when
from storage.tables import Task
from storage.vocabulary import WEEKDAYS

_WEEKDAY = re.compile(
    r"\b(?P<day>mon|tue|tues|wed|wednes|thu|thur|thurs|fri|sat|satur|sun)(?:day)?(?P<every>s)?\b", re.I
)
_STRETCHES = (
    ("today", re.compile(r"\b(?:today|tonight|this (?:morning|afternoon|evening)|my day)\b", re.I)),
    ("tomorrow", re.compile(r"\b(?:tomorrow|tmrw)\b", re.I)),
    ("weekend", re.compile(r"\b(?:the|this|on the)? ?weekend\b", re.I)),
    ("next week", re.compile(r"\bnext week\b", re.I)),
    ("this week", re.compile(r"\b(?:this week|the week|rest of the week)\b", re.I)),
    ("month", re.compile(r"\bthis month\b", re.I)),
)
_DATE = re.compile(
    r"\b(?:on )?(?:the )?(?:\d{1,2}(?:st|nd|rd|th)?(?: of)? (?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)\w*"
    r"|(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)\w* \d{1,2}(?:st|nd|rd|th)?|\d{1,2}(?:st|nd|rd|th)|\d{4}-\d\d-\d\d)\b",
    re.I,
)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = re.compile(
    r"\bin (jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\b",
    re.I,
)
_POSSESSIVE = re.compile(r"(?<=\w)['’]s\b|(?<=s)['’](?=\s)")
_ALL = re.compile(
    r"\b(?:all future|from now on|always|for good|permanently|forever|every (?:time|week|one)|each (?:time|week)|in future|going forward"
    r"|all (?:of )?(?:it|them)|all the (?:rest|others)|whole series|entire series|all of the series|the series|any ?more|altogether|completely|entirely)\b",
    re.I,
)
_ONE = re.compile(
    r"\b(?:just|only)\b(?: for)? (?:this|that|the|my|today|tonight|tomorrow|once|one|\w+day)|\b(?:this|that) (?:one|time|once)\b|\bjust once\b"
    r"|\bonce\b|\bthe next\b(?! (?:week|month|day))|\bmy next\b",
    re.I,
)
_EVENING, _EVENING_FROM = re.compile(r"\b(?:tonight|this evening)\b", re.I), 17
_AND, _SEVERAL = re.compile(r"\s*(?:,|\band\b|&)\s*", re.I), 2
_EACH = re.compile(r"\b(?:all|every|each|both)\b", re.I)
_EVERYTHING = re.compile(
    r"\b(?:everything|all (?:of )?(?:my |the |these |those )?(?:tasks?|reminders?|things?|to-?dos?|plans|appointments|stuff)|(?:my|the) (?:whole |entire )?(?:day|week(?:end)?|agenda|schedule))\b"
    r"|\b(?:everything|all)\s*(?:for|on|of)?\s*(?:today|tomorrow)?\W*$",
    re.I,
)
_IT = re.compile(
    r"\b(?:it|that|this|them|those|these|that one|this one|the last one|the same)\b(?! (?:week|month|morning|evening|afternoon|weekend|time))",
    re.I,
)
_NO_TITLE = frozenset(
    [
        "same",
        "hour",
        "one",
        "ones",
        "day",
        "days",
        "week",
        "weekend",
        "month",
        "only",
        "both",
        "each",
        "thing",
        "session",
        "everything",
        "anything",
        "rest",
        "good",
        "once",
        "time",
        "more",
        "here",
        "there",
        "also",
        "again",
        "instead",
        "event",
        "appointment",
        "reminder",
        "tasks",
        "reminders",
        "things",
        "off",
        "out",
        "mon",
        "tue",
        "wed",
        "thu",
        "fri",
        "sat",
        "sun",
        "mondays",
        "tuesdays",
        "wednesdays",
        "thursdays",
        "fridays",
        "saturdays",
        "sundays",
    ]
)


@dataclass(frozen=True, slots=True)
class Meant:
    """`tasks` fit the words, by time. `every`: each of them; `scope`: "one" or "all" of a series, "" when not said.

    `named` is False when no title fitted and none was asked for; `day_missing` when the title fits, but not on that day.
    """

    tasks: tuple[Task, ...] = ()
    every: bool = False
    scope: str = ""
    named: bool = False
    weekday: int | None = None
    day_missing: bool = False
    strange: bool = False  # something was named that none of the tasks is
    span: bool = False  # a week or the like was named: what lies in it is meant

    @property
    def heads(self) -> list[Task]:
        """One of each series: the next."""
        return one_each(self.tasks)


def one_each(tasks: Sequence[Task]) -> list[Task]:
    seen: dict[object, Task] = {}
    for task in tasks:
        seen.setdefault(task.series_id or task.id, task)
    return list(seen.values())


def select(ctx: TurnContext, text: str, tasks: Sequence[Task], about: Sequence[Task] = ()) -> Meant:
    """Find what is meant among these tasks; `about` is what was spoken of last, which "it" stands for."""
    said = _POSSESSIVE.sub("", text)
    days, weekday, plural = _days(ctx, said)
    scope = _scope(said, weekday_plural=plural)
    on_day = [task for task in tasks if days is None or task.local_day in days]
    if _EVENING.search(said):
        on_day = [
            task for task in on_day if task.scheduled_at.astimezone(ctx.zone).hour >= _EVENING_FROM
        ] or on_day
    bare = _without_days(said)
    if _EVERYTHING.search(said) and not _titled(bare, tasks):
        return Meant(tuple(on_day), every=True, scope="one" if days else "", named=True)
    if (several := _several(ctx, said, tasks)) is not None:
        return Meant(tuple(several), every=True, scope="one", named=True)
    fitting = _fitting(bare, tasks)
    if fitting:
        here = [task for task in fitting if task in on_day] if days is not None else fitting
        every = (
            bool(here) and days is not None and (_EACH.search(said) is not None or _is_plural(bare, fitting))
        )
        if weekday is not None and (plural or _is_plural(bare, fitting)):
            scope, every = scope or "all", False
        if days is None and _EACH.search(said):
            scope = scope or "all"
        found = Meant(
            tuple(here), every, scope, True, weekday, span=days is not None and len(days) > 1 and not plural
        )
        return found if here else replace(found, tasks=tuple(fitting), day_missing=True)
    if about and (_IT.search(said) or (days is None and not _title_words(bare))):
        return Meant(tuple(about), scope=scope, named=True)
    if days is not None and not _title_words(bare):
        return Meant(tuple(on_day), every=True, scope="one", named=True)
    return Meant(scope=scope, weekday=weekday, strange=bool(_title_words(bare)))


def titled(text: str, tasks: Sequence[Task]) -> bool:
    """Whether words name one of these tasks."""
    return _titled(_without_days(_POSSESSIVE.sub("", text)), tasks)


def names_something(text: str) -> bool:
    """Whether words are left that could name a task, once days, "it" and the like are taken off."""
    return bool(_title_words(_without_days(_POSSESSIVE.sub("", _IT.sub(" ", text)))))


def days_named(ctx: TurnContext, text: str) -> Sequence[date]:
    """The local days that were named, in order: "on Monday", "next week", "on the 3rd"; empty when none was."""
    days, _, _ = _days(ctx, text)
    return sorted(days or ())


def _several(ctx: TurnContext, text: str, tasks: Sequence[Task]) -> list[Task] | None:
    """ "The dentist and yoga": the next of each; None unless every part names one and no title has them all."""
    parts = [part for part in _AND.split(text) if part.strip()]
    whole = _fitting(_without_days(text), tasks)
    if len(parts) < _SEVERAL or any(all(titled(part, [task]) for part in parts) for task in whole):
        return None
    found = [select(ctx, part, tasks) for part in parts]
    if any(len(one.heads) != 1 or one.every or one.day_missing for one in found):
        return None
    return sorted((one.heads[0] for one in found), key=lambda task: task.scheduled_at)


def _titled(text: str, tasks: Sequence[Task]) -> bool:
    return bool(_title_words(text)) and bool(_fitting(text, tasks))


def _fitting(text: str, tasks: Sequence[Task]) -> list[Task]:
    kept = " ".join(_title_words(text))
    return matching(kept, tasks, lambda task: task.title) if kept else []


def _title_words(text: str) -> list[str]:
    return [word for word in re.findall(r"\w+", text.casefold()) if word not in _NO_TITLE and words(word)]


def _is_plural(text: str, fitting: Sequence[Task]) -> bool:
    """ "Runs" where the task is called a run."""
    titles = {word for task in fitting for word in re.findall(r"\w+", task.title.casefold())}
    plain = re.findall(r"\w+", text.casefold())
    return any(
        word.endswith("s") and word not in titles and words(word) <= _stems(titles)
        for word in plain
        if words(word)
    )


def _stems(titles: set[str]) -> frozenset[str]:
    return words(" ".join(titles))


def _scope(text: str, *, weekday_plural: bool) -> str:
    if _ONE.search(text):
        return "one"
    if _ALL.search(text) or weekday_plural:
        return "all"
    return "one" if _STRETCHES[0][1].search(text) or _STRETCHES[1][1].search(text) else ""


def _days(ctx: TurnContext, text: str) -> tuple[frozenset[date] | None, int | None, bool]:
    """The local days that were named, the weekday among them, and whether it was every such weekday."""
    today = ctx.local_now.date()
    for name, pattern in _STRETCHES:
        if pattern.search(text):
            return _stretch(name, today), None, False
    found = _WEEKDAY.search(text)
    if found:
        index = next(i for i, day in enumerate(WEEKDAYS) if day.lower().startswith(found["day"].lower()[:3]))
        plural = (
            found["every"] is not None
            or re.search(rf"\b(?:every|all(?: my)?|each) {found[0]}\b", text, re.I) is not None
        )
        ahead = 60 if plural or _ALL.search(text) else 14
        days = (today + timedelta(days=offset) for offset in range(ahead))
        fitting = [day for day in days if day.weekday() == index]
        return frozenset(fitting if ahead == 60 else fitting[:1]), index, plural
    month = _MONTH.search(text)
    if month and not _DATE.search(text):
        number = _MONTHS.index(month[1].lower()[:3]) + 1
        year = (today + timedelta(days=offset) for offset in range(365))
        return frozenset(day for day in year if day.month == number), None, False
    dated = _DATE.search(text)
    when = read_when(dated[0], ctx.local_now, ctx.user.timezone).when if dated else None
    if when is not None and when.first is not None:
        return frozenset([when.first.astimezone(ctx.zone).date()]), None, False
    return None, None, False


def _stretch(name: str, today: date) -> frozenset[date]:
    monday = today - timedelta(days=today.weekday())
    match name:
        case "today":
            return frozenset([today])
        case "tomorrow":
            return frozenset([today + timedelta(days=1)])
        case "weekend":
            return frozenset([monday + timedelta(days=5), monday + timedelta(days=6)])
        case "next week":
            return frozenset(monday + timedelta(days=offset) for offset in range(7, 14))
        case "this week":
            return frozenset(monday + timedelta(days=offset) for offset in range(7))
    return frozenset(today + timedelta(days=offset) for offset in range(31))


def _without_days(text: str) -> str:
    for _, pattern in _STRETCHES:
        text = pattern.sub(" ", text)
    return _DATE.sub(" ", _MONTH.sub(" ", _WEEKDAY.sub(" ", _ONE.sub(" ", _ALL.sub(" ", text)))))

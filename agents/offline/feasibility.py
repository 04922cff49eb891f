"""Whether a goal fits into six weeks, and into which sprints it is cut when it does not."""

from __future__ import annotations

import re

from agents.offline.catalogue import core_of
from agents.offline.templates import Template
from agents.offline.templates_life import GENERIC
from agents.outputs import MicroGoal

_TOO_BIG = re.compile(
    r"\b(?:(?:half |ultra )?-?marathon|triathlon|iron ?man|ultra(?:marathon)?|fluent\w*|native(?:-level)?|bilingual|[bc][12] level|"
    r"become (?:an? )?\w+|write (?:an?|my|the) (?:\w+ )?(?:book|novel|thesis|dissertation|memoir|screenplay)|"
    r"(?:finish|publish) (?:an?|my|the) (?:\w+ )?(?:book|novel|thesis|dissertation|memoir|screenplay)|my (?:thesis|dissertation|novel)|"
    r"phd|doctorate|master(?:'s)? degree|university degree|(?:start|build|launch|found|open) (?:an?|my|our) (?:\w+ )?(?:business|company|"
    r"start-?up|shop|restaurant|agency|caf[eé])|change careers?|career change|buy (?:an?|my|our) (?:house|home|flat|apartment|boat)|"
    r"(?:get|be(?:come)?) (?:completely )?debt[- ]free|pay off (?:all )?(?:my|our|the) (?:\w+ )?(?:debts?|loans?|mortgage)|retire|"
    r"build (?:an?|my|our) (?:house|boat|cabin)|renovate (?:the|my|our) (?:whole )?(?:house|home|flat|apartment)|master (?:the )?\w+|"
    r"run (?:a )?(?:21|42|50|100) ?k(?:m|ms)?\b|climb (?:mount )?\w+)\b",
    re.IGNORECASE,
)
_MONTHS = re.compile(
    r"\b(?:in|within|over|for|next) (?:the )?(?:next )?(?:(\d+|a|an|one|two|three|four|five|six|nine|twelve|few|several) )?(months?|years?)\b",
    re.IGNORECASE,
)
_KILOS = re.compile(r"\b(\d{1,3})(?:[.,]\d+)? ?(kg|kilos?|kilograms?|lbs?|pounds|stone)\b", re.IGNORECASE)
_BOOKS = re.compile(r"\bread (?:about )?(\d{2,3}) books\b", re.IGNORECASE)
_KILO_LIMITS = {"l": 11, "p": 11, "s": 1}  # about five kilograms, in pounds and stone


def fits_six_weeks(goal: str) -> bool:
    """A plain reading of the words; in doubt a goal fits, and its plan is simply a good beginning."""
    if _TOO_BIG.search(goal):
        return False
    months = _MONTHS.search(goal)
    if months and (
        months[2].lower().startswith("year") or (months[1] or "").lower() not in ("1", "a", "an", "one", "")
    ):
        return False
    weight = _KILOS.search(goal)
    if weight and int(weight[1]) > _KILO_LIMITS.get(weight[2][0].lower(), 5):
        return False
    books = _BOOKS.search(goal)
    return not (books and int(books[1]) > 6)


def roadmap(goal: str, template: Template, parts: int) -> list[MicroGoal]:
    """The sprints of a goal that is too big, in order, the first and the last among them; only the first is planned now."""
    if parts < 2:
        return []
    core = core_of(goal)[:60]
    every = template.sprints or GENERIC.sprints
    names = [every[round(part * (len(every) - 1) / (parts - 1))] for part in range(min(parts, len(every)))]
    return [
        MicroGoal(
            title=name,
            description=f"Part {order} of {len(names)} on the way to: {core}",
            pipeline_order=order,
        )
        for order, name in enumerate(names, start=1)
    ]

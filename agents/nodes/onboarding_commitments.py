"""The weekly commitments of an onboarding answer: one for each part that names a day and a time, and how they are echoed."""

from __future__ import annotations

import re

from agents import wording
from agents.nodes.onboarding_clocks import two_times
from agents.tasks.wishes import first_weekly
from agents.turn import TurnContext
from reminders.rules.when import parse_clock, parse_minutes, parse_weekdays
from storage.profile import Commitment
from storage.vocabulary import WEEKDAYS

_BETWEEN = re.compile(r"\s*(?:[;\n]|\band then\b|\bthen\b|,|\band\b|\bplus\b)\s*", re.I)
_EVERY_OTHER = re.compile(
    r"\b(?:every (?:other|second|two weeks)|each other|fortnight\w*|biweekly|alternate)\b", re.I
)


def apart(text: str) -> list[str]:
    """One part for each commitment: cut where both sides name a day and a time; a second time of the same takes its title along."""
    parts, start, title = [], 0, ""
    for joint in _BETWEEN.finditer(text):
        before = commitment_of(f"{title} {text[start : joint.start()]}")
        following = _BETWEEN.split(text[joint.end() :])[0]
        if before is None or commitment_of(f"{before.title} {following}") is None:
            continue
        parts.append(f"{title} {text[start : joint.start()]}")
        start, title = joint.end(), "" if commitment_of(following) else before.title
    return [*parts, f"{title} {text[start:]}"] if text[start:].strip() else parts


_LENGTH = re.compile(r"\b(?:for\s+)?\d+(?:[.,]\d+)?\s*(?:min(?:ute)?s?|h(?:ou)?rs?|h)\b", re.I)
_TIME_WORDS = re.compile(
    r"\b(?:every|each|on|at|from|to|till|until|between|weekly|mondays?|tuesdays?|wednesdays?|thursdays?|fridays?|saturdays?|sundays?"
    r"|mon|tues?|weds?|thu(?:rs?)?|fri|sat|sun|weekdays?|weekends?|daily|evenings?|mornings?|afternoons?|and|other|second|two weeks"
    r"|fortnight\w*|biweekly|alternate"
    r"|(?:half|quarter)(?: (?:past|to))?(?= (?:\d|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)))\b"
    r"|(?<=half )(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)\b|\b\d{1,2}(?:[:.]\d\d)?\s*(?:[ap]m)?\b",
    re.I,
)
_SURE_CLOCK = re.compile(r"\d\s*[ap]\.?m\b|\b0\d|morning|\bnoon\b|\bmidnight\b|\bnight\b", re.I)


def commitment_of(text: str) -> Commitment | None:
    """ "yoga tue 18:00 60 min": a title, at least one weekday and a time; an hour when no length is said."""
    days = sorted(parse_weekdays(text))
    minutes = parse_minutes(text)
    rest = _LENGTH.sub(" ", text)
    both = two_times(rest)
    at = both[0] if both else parse_clock(rest)
    title = " ".join(_TIME_WORDS.sub(" ", rest).split()).strip(" ,.-–&")
    if not days or at is None or not title:
        return None
    if both is not None:
        lasts = (both[1].hour - both[0].hour) * 60 + both[1].minute - both[0].minute
        minutes = lasts % (24 * 60)
    if 1 <= at.hour <= 6 and not _SURE_CLOCK.search(rest):
        at = at.replace(
            hour=at.hour + 12
        )  # "therapy mondays at 4" is no matter of the night; the echo says it
    weeks = 2 if _EVERY_OTHER.search(text) else 1
    return Commitment(
        title=wording.capital(title)[:120],
        days=[WEEKDAYS[index] for index in days],
        time=at,
        duration_minutes=min(minutes or 60, 24 * 60),
        every_weeks=weeks,
    )


def says_commitment(ctx: TurnContext, one: Commitment) -> str:
    when = f"{wording.days(one.days)} {wording.clock(one.time)}"
    if one.every_weeks > 1:  # which of the weeks is a guess, so it is said
        first = first_weekly(ctx, [WEEKDAYS.index(day) for day in one.days], one.time).astimezone(ctx.zone)
        when = f"every other {when}, from {first.day} {first:%b}"
    return f"{one.title} ({when}, {wording.length(one.duration_minutes)})"

"""Words about a plan that can mean two things: the person is asked which, with a button for each reading."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from agents.plans.edits import patterns as say
from agents.plans.edits.selecting import find_target, only_excepted
from agents.plans.series import Series
from reminders.rules.when import parse_clock, parse_weekdays

_WAYS = (("earlier", (say.BARE_EARLIER, say.BARE_TOO_LATE)), ("later", (say.BARE_TOO_EARLY,)))


@dataclass(frozen=True, slots=True)
class Readings:
    """A question and its answers; each choice is a sentence that the grammar reads in one way only."""

    question: str = ""
    choices: tuple[str, ...] = ()
    times: int | None = None  # other times are wanted, of this series; 0 when it was not said which
    about: int = 0  # the one series that was named, and nothing else


def two_readings(text: str, series: Sequence[Series], about: int = 0) -> Readings | None:
    """The readings of a whole message; None when it has one reading, or none."""
    if say.BARE_LATER.fullmatch(text):
        return Readings(
            "Later in the day, or a later start?", (_of("Later in the day", about), "Start a week later")
        )
    if about == 0 and len(series) > 1:
        for way, patterns in _WAYS:
            if any(pattern.fullmatch(text) for pattern in patterns):
                each = tuple(f"{one.number} an hour {way}" for one in series)
                return Readings(f"Which one should be {way}?", (*each, f"Everything an hour {way}"))
    if say.BARE_LESS.fullmatch(text):
        shorter, fewer = _of("Shorter", about), _of("Fewer days", about)
        return Readings(
            "Shorter each time, fewer days, or a later start?", (shorter, fewer, "Start a week later")
        )
    if say.BARE_MORE.fullmatch(text):
        return Readings("Longer each time, or more days?", (_of("Longer", about), _of("More days", about)))
    if say.SHORTER_PLAN.fullmatch(text):
        return Readings("Shorter each time, or fewer weeks?", ("Shorter", "Only 4 weeks"))
    if say.DISLIKE.fullmatch(text):
        return Readings(
            "Good to know. What should be different?", ("Other times", "Shorter", "Fewer days", "Harder")
        )
    if say.START_OVER.fullmatch(text):
        text = "I can change this one in any way, or you drop it and tell me the goal again. Which one?"
        return Readings(text, ("Other times", "Shorter", "Fewer days", "Cancel the plan"))
    if say.REST_DAY.search(text) and not parse_weekdays(text):
        return Readings("Which day should stay free?", ("No Sundays", "No Saturdays", "No Wednesdays"))
    if say.TOO_MANY_WEEKS.search(text):
        return Readings("How many weeks would be right?", ("Only 2 weeks", "Only 3 weeks", "Only 4 weeks"))
    if say.REST_WEEK.search(text) and not say.WEEK_LIST.search(text):
        return _rest_week(series)
    return _bare_name(text, series) or _other_times(text, series, about) or _which(text, series, about)


def _of(words: str, about: int) -> str:
    return f"{about} {words[:1].lower()}{words[1:]}" if about else words


_NAME_ONLY = re.compile(
    r"\W*(?:(?:don'?t|like|hate|dislike|i|except|but|not|only|perfect|all|good|great|looks|look|is|are|fine|ok(?:ay)?|everything|yes|for|task|number|about|what|how|it|and|the|one)\W*)*",
    re.I,
)


def _bare_name(text: str, series: Sequence[Series]) -> Readings | None:
    """A task is named and nothing else: "2", "good except 2", "what about the run?"."""
    excepted = only_excepted(text, series)
    target = find_target(text, series)
    if excepted is not None and _NAME_ONLY.fullmatch(excepted[1]):
        one = excepted[0]
    elif len(target.numbers) == 1 and target.numbers != (0,) and _NAME_ONLY.fullmatch(target.rest):
        one = target.numbers[0]
    else:
        return None
    if say.KEEP_ONLY.search(text) and excepted is None:
        return None
    choices = (f"Other times for {one}", f"{one} shorter", f"{one} fewer days", f"Drop {one}")
    question = f"What should be different about {one}, {series[one - 1].title}?"
    return Readings(question, choices, about=one)


def _rest_week(series: Sequence[Series]) -> Readings:
    last = max(one.stages[-1].week_range[1] for one in series)
    off = {week for one in series for week in one.first.weeks_off}
    weeks = [week for week in (3, 4, 2, 5, 6, 1) if week <= last and week not in off][:3]
    return Readings("Which week should be free?", tuple(f"Skip week {week}" for week in sorted(weeks)))


def _other_times(text: str, series: Sequence[Series], about: int) -> Readings | None:
    target = find_target(text, series)
    rest = target.rest if target.named else text
    if say.OTHER_TIMES.fullmatch(rest.replace(" it ", " ").strip() or "-"):
        return Readings(times=target.numbers[0] if target.named else about)
    return None


def _which(text: str, series: Sequence[Series], about: int) -> Readings | None:
    """A change that fits each of several tasks, and none was named."""
    if say.SOME_ONE.search(text) and not find_target(say.SOME_ONE.sub(" ", text), series).named:
        if len(series) == 1:
            return Readings(
                "There is only one task. Fewer days, or shorter each time?", ("Fewer days", "Shorter")
            )
        return Readings("Which one shall I drop?", tuple(f"Drop {one.number}" for one in series))
    if about or len(series) == 1 or not say.BARE_CLOCK.fullmatch(text) or parse_weekdays(text):
        return None
    at = parse_clock(text)
    if at is None:
        return None
    each = tuple(f"{one.number} at {at:%H:%M}" for one in series)
    return Readings(f"Which one at {at:%H:%M}?", each)

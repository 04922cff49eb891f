"""From a sentence to tasks with times: the language rules read it, this file decides what is certain and what to ask."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from agents import diary, wording
from agents.tasks.capture_answers import as_answer, new_name
from agents.tasks.heard_tasks import HeardTask, each_clock, heard_tasks
from agents.tasks.place_tasks import PlaceTask, read_place_task
from agents.tasks.repeating import Problem, repeated, series, which
from agents.tasks.shifts import read_shift
from agents.tasks.targets import close_to, own_day, stretch
from agents.tasks.wishes import Wish, occurrences
from agents.turn import TurnContext
from reminders.rules.life import ASKS_EVERY
from reminders.rules.rhythm import to_utc
from reminders.rules.when import When, parse_minutes, read_when

_SHORT = re.compile(
    r"\b(?:call|ring|phone|text|email|e-mail|message|write to|pay|book|buy|order|send|take out|water|feed|post)\b",
    re.I,
)
_MOMENT = re.compile(
    r"\btake (?:\w+ ){0,3}?(?:meds?|medicines?|medications?|pills?|tablets?|vitamins?|supplements?|antibiotics?)\b|^(?:my )?(?:meds?|medications?|pills?|vitamins?)$"
    r"|\bdrink (?:a glass of |some |more )?water\b",
    re.I,
)
_MOMENT_MINUTES, _SHORT_MINUTES, _USUAL_MINUTES = 5, 15, 30
_SHIFT = re.compile(r"\b(later|earlier)\s*$", re.I)
_REFUSED_DAY = re.compile(
    r"^\W*(?:no\W+)?(?:just )?(?:not|anything but|any day but)\b(?! (?:at all|before|after|until))", re.I
)
_AT_ONCE = timedelta(minutes=5)
# "Dentist or 3 or maybe": another time is left over in the name, so that none of them is certain.
_EITHER = re.compile(
    r"\s+or(?:\s+(?:maybe|perhaps|at|around|on|possibly))*(?:\s+(?:\d{1,2}(?:[:.]\d\d)?\s*(?:[ap]m)?|noon|midday|midnight|later"
    r"|(?:mon|tues?|wednes|thurs?|fri|satur|sun)(?:day)?))?(?:\s+or\b.{0,30})?$",
    re.I,
)
_NO_NAME = re.compile(
    r"\W*(?:(?:no|not|yes|ok|actually|maybe|wait|well|so|then|sorry|and|but|please|rather|instead)\b\W*)*"
    r"(?:(?:keep|make|do|have|put|leave|set) (?:it|that|this|them)|it|that|this|them|(?:morning|evening|afternoon|night|day|week|weekend)s?|start|stop)?\W*",
    re.I,
)
_MOST_TASKS = 10  # in one message


def read_tasks(ctx: TurnContext, text: str) -> tuple[list[Wish], Problem | None]:
    """The tasks of one message. The first unclear time makes a Problem; the wishes are kept beside it."""
    placed = read_place_task(text, frozenset(ctx.profile().locations))
    if placed is not None and not _says_clock(ctx, text):
        return [_at_place(ctx, placed, text)], None
    wishes: list[Wish] = []
    for task in heard_tasks(text, ctx.local_now, ctx.user.timezone)[:_MOST_TASKS]:
        wish, problem = _wish(ctx, task)
        wishes.append(wish)
        if problem is not None:
            return [wish, *wishes[:-1]], problem
    return [wish for wish in wishes if wish.title or wish.moment], None


def _says_clock(ctx: TurnContext, text: str) -> bool:
    """Whether a time on the clock was said: a place beside it is then where to do it, not when."""
    when = read_when(text, ctx.local_now, ctx.user.timezone).when
    return when is not None and when.timed and re.search(r"\d", text) is not None


def read_change(
    ctx: TurnContext, text: str, wishes: Sequence[Wish], step: str
) -> tuple[list[Wish] | None, Problem | None]:
    """Another time, length or name for the first wish; None when the words hold none of them."""
    first, rest = wishes[0], list(wishes[1:])
    if renamed := new_name(text, step):
        return [replace(first, title=wording.capital(renamed)), *rest], None
    text = as_answer(text)
    if step == "when" and first.rule and (meant := repeated(ctx, text, first)):
        return [*meant, *rest], None
    reading = read_when(text, _seen_from(ctx, text, first), ctx.user.timezone)
    minutes = parse_minutes(text)
    direction = _SHIFT.search(text)
    shift = read_shift(text)
    if shift and shift[0].days and not shift[1] and first.moment:
        return [first.starting(shift[0].of(ctx, first.moment)), *rest], None
    if direction and minutes and first.moment:
        by = timedelta(minutes=minutes if direction[1].lower() == "later" else -minutes)
        return [first.starting(first.moment + by), *rest], None
    if reading.problem:
        return None, Problem(reading.problem)
    if _REFUSED_DAY.match(text) and len(text.split()) <= 4:  # "not Monday" says when it shall not be
        return None, Problem("When suits you instead?")
    if reading.when is not None and reading.when.kind != "duration":
        return _retimed(ctx, first, rest, reading.when, minutes)
    if minutes:
        return [replace(first, minutes=minutes), *rest], None
    if step == "change" and 0 < len(text.split()) <= 8:
        return [replace(first, title=wording.capital(" ".join(text.split())[:120])), *rest], None
    return None, None


def is_no_name(title: str) -> bool:
    """Words that name no task: "actually", "keep it", "mornings"."""
    return _NO_NAME.fullmatch(title) is not None


def _seen_from(ctx: TurnContext, text: str, wish: Wish) -> datetime:
    """From when a change is read: "no, 7pm" keeps the day that was agreed, "no, tomorrow" counts from today."""
    at = wish.moment or (datetime.fromisoformat(wish.after) if wish.after else None)
    return own_day(ctx, text, at) if at else ctx.local_now


# ------------------------------------------------------------------ from a reading to a wish


def _wish(ctx: TurnContext, task: HeardTask) -> tuple[Wish, Problem | None]:
    title = wording.capital(" ".join(task.title.split()))[:120]
    title = title if any(character.isalnum() for character in title) and not is_no_name(title) else ""
    either = _EITHER.search(title) if task.reading.when is not None else None
    short = _SHORT_MINUTES if _SHORT.search(title) else _USUAL_MINUTES
    usual = _MOMENT_MINUTES if _MOMENT.search(title) else short
    when = task.reading.when
    minutes = task.minutes or (when.minutes if when else None) or usual
    wish = Wish(title, minutes=min(minutes, 24 * 60))
    if task.reading.problem:
        return wish, Problem(task.reading.problem)
    if either is not None:
        day = when.first.isoformat() if when is not None and when.first is not None else ""
        named = replace(wish, title=title[: either.start()].strip(), after=day)
        return named, Problem("I heard more than one time. Which one shall I take?")
    if when is None or when.kind == "duration":
        return wish, None
    return _timed(ctx, wish, when)


def _at_place(ctx: TurnContext, task: PlaceTask, text: str) -> Wish:
    """First asked about in two hours, or on the day that was said; never in the night."""
    when = read_when(text, ctx.local_now, ctx.user.timezone).when
    said = when.first if when is not None and when.first is not None and when.first > ctx.now else None
    at = said or ctx.now + ASKS_EVERY
    title = wording.capital(task.title)[:120]
    return Wish(title, minutes=_SHORT_MINUTES, place=task.trigger).starting(diary.rhythm(ctx).wakes_after(at))


def _timed(ctx: TurnContext, wish: Wish, when: When) -> tuple[Wish, Problem | None]:
    """Give a wish the time that was said; what was said only roughly stays open, for slots to be offered."""
    first = when.first
    if first is None:
        return wish, None
    if when.kind == "rrule" and when.rrule:
        return series(ctx, wish, when)
    if first > ctx.now + timedelta(days=730):
        return wish, Problem("That is more than two years away. Which date did you mean?")
    if when.ambiguous:
        return wish, which(ctx, when)
    if when.timed and not when.deadline:
        if when.grain == "second" and abs(first - ctx.now) < _AT_ONCE:  # "now", "asap"
            return wish.starting(ctx.now + _AT_ONCE), None
        if first <= ctx.now:
            said = wording.moment(first, ctx.zone)
            return wish, Problem(f"{said} has passed already. When shall it be instead?")
        return wish.starting(first), None
    earliest, latest = stretch(ctx, when)
    return replace(wish, after=earliest.isoformat(), before=latest.isoformat(), part=when.part or ""), None


def _retimed(
    ctx: TurnContext, first: Wish, rest: list[Wish], when: When, minutes: int | None
) -> tuple[list[Wish] | None, Problem | None]:
    """The first wish at another time; a clock alone keeps its day, and a day alone its clock."""
    fresh = replace(
        first, minutes=minutes or first.minutes, rule=when.rrule or first.rule, after="", before="", part=""
    )
    if (at := _same_clock(ctx, first, when)) is not None:
        if at <= ctx.now:
            return [fresh, *rest], Problem(
                f"{wording.moment(at, ctx.zone)} has passed already. When instead?"
            )
        return [replace(fresh, rule=_on_weekday(first.rule, at, ctx)).starting(at), *rest], None
    close = close_to(first.moment, when) if first.moment else None
    if close is not None and close > ctx.now:
        return [fresh.starting(close), *rest], None
    if when.kind == "rrule" and when.rrule and not when.timed and when.part is None and first.moment:
        again = replace(fresh, rule=when.rrule).starting(first.moment)  # "every Thursday" keeps the hour
        begins = occurrences(ctx, again)
        if begins:
            return [again.starting(begins[0]), *rest], None
    rough = when.kind != "rrule" and not when.timed and not first.place
    fresh = replace(fresh, at="") if rough else fresh  # a stretch: something free in it is looked for
    timed = [_timed(ctx, fresh, one) for one in each_clock(when, ctx.now)]
    problem = next((problem for _, problem in timed if problem is not None), None)
    return [*(wish for wish, _ in timed), *rest], problem


def _same_clock(ctx: TurnContext, wish: Wish, when: When) -> datetime | None:
    """The moment of a wish moved to the day that was said without a clock."""
    day, at = when.first_local, wish.moment
    plain = when.kind == "instant" and when.grain == "day" and when.part is None and not when.deadline
    if day is None or at is None or not plain or when.ambiguous:
        return None
    return to_utc(datetime.combine(day.date(), at.astimezone(ctx.zone).time()), ctx.zone)


def _on_weekday(rule: str, at: datetime, ctx: TurnContext) -> str:
    """A weekly rule of one day follows to the new day."""
    day = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")[at.astimezone(ctx.zone).weekday()]
    return re.sub(r"BYDAY=[A-Z]{2}(?=;|$)", f"BYDAY={day}", rule)

"""Where in time something should go: an exact moment, a stretch to look in, or the end of a time away."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from agents.turn import TurnContext
from reminders.rules.diary import HORIZON, Prefer
from reminders.rules.rhythm import to_utc
from reminders.rules.when import When, parse_weekdays, read_when
from storage.vocabulary import WEEKDAYS

_TOWARDS = re.compile(r"\b(?:to|for|until|till)\b", re.I)
_SAYS_DAY = re.compile(
    r"\b(?:today|tonight|tomorrow|tmrw|tmr|tom|yesterday|overmorrow|(?:mon|tue|tues|wed|weds|thu|thur|thurs|fri|sat|sun)(?:days?)?|wednesdays?"
    r"|thursdays?|saturdays?|tuesdays?|weekdays?|weekend|weeks?|months?|days?|daily|every|next|in \w+ (?:min\w*|hours?|h)|now|noon|soon|\d+(?:st|nd|rd|th)"
    r"|(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)\w*|\d{1,4}[./-]\d{1,2}(?:[./-]\d*)?(?!\d*\s*[ap]m)|(?:christmas|easter|new year)\w*)\b",
    re.I,
)
_BARE_WEEKDAY = re.compile(
    r"^(?:on )?(mon|tue|wed|thu|fri|sat|sun)(?:day|sday|nesday|rsday|urday|s|rs)?\b(?! (?:week|after|next)|.*\b(?:\d{1,2}(?:st|nd|rd|th)|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec))",
    re.I,
)
_ONE_WEEKDAY = re.compile(
    r"^FREQ=WEEKLY;BYDAY=[A-Z]{2}$"
)  # "to Wednesdays at 7pm": the next one and those after
_CLOSE = timedelta(hours=2)
_SAME_TIME = re.compile(r"\b(?:same|usual) (?:time|hour)\b", re.I)


@dataclass(frozen=True, slots=True)
class Target:
    """A wished time: an exact moment, or a stretch in which something free should be found (UTC)."""

    at: datetime | None = None
    earliest: datetime | None = None
    latest: datetime | None = None
    prefer: Prefer | None = None
    either: tuple[datetime, ...] = ()  # the two moments an ambiguous clock can mean
    problem: str = ""


def read_target(ctx: TurnContext, text: str, near: datetime) -> Target:
    """Where something should move to. A bare clock means its own day, as long as that lies ahead."""
    aim = _TOWARDS.sub(" ", text)  # "to Friday" is where to, not until when
    reading = read_when(aim, own_day(ctx, aim, near), ctx.user.timezone)
    when = reading.when
    if len(parse_weekdays(re.split(r"\bto\b", text, flags=re.I)[-1])) > 1:
        return Target(problem="I move a task to one day at a time, so name one, or pick a free time.")
    if reading.problem:
        return Target(problem=reading.problem)
    if when is None or when.kind == "duration" or when.first is None:
        return Target(prefer=Prefer(near=near) if near > ctx.now else None)
    plain = when.kind == "instant" or (when.kind == "rrule" and _ONE_WEEKDAY.search(when.rrule or ""))
    if plain and when.timed and not when.ambiguous:
        return Target(at=when.first)
    if (close := close_to(near, when)) is not None:
        return Target(at=close)
    if when.ambiguous and when.grain != "day":
        return Target(either=_both_halves(ctx, when), problem=when.question or "")
    if _SAME_TIME.search(text):
        day, clock = when.first.astimezone(ctx.zone).date(), near.astimezone(ctx.zone).time()
        return Target(at=to_utc(datetime.combine(day, clock), ctx.zone))
    earliest, latest = stretch(ctx, when)
    return Target(earliest=earliest, latest=latest, prefer=Prefer(part=when.part) if when.part else None)


def own_day(ctx: TurnContext, text: str, at: datetime) -> datetime:
    """The morning of `at` when only a clock was said and that day is still to come; else now.

    A bare weekday means the one nearest to that day: a rent of next month goes to its own Tuesday.
    """
    bare = _BARE_WEEKDAY.match(text.strip())
    if bare:
        return _before_weekday(ctx, at, bare[1].lower()[:3])
    day = at.astimezone(ctx.zone).date()
    if _SAYS_DAY.search(text) or day <= ctx.local_now.date():
        return ctx.local_now
    return datetime.combine(day, time(0), ctx.zone)


def _before_weekday(ctx: TurnContext, at: datetime, name: str) -> datetime:
    """From where a weekday is read so that it is the one nearest to `at`; now when that is not ahead."""
    weekday = next(index for index, day in enumerate(WEEKDAYS) if day.lower().startswith(name))
    day = at.astimezone(ctx.zone).date()
    near = min(
        (day + timedelta(days=offset) for offset in range(-3, 4)), key=lambda one: one.weekday() != weekday
    )
    if near <= ctx.local_now.date():
        return ctx.local_now
    return max(ctx.local_now, datetime.combine(near - timedelta(days=1), time(23, 59), ctx.zone))


def read_until(ctx: TurnContext, text: str) -> datetime | None:
    """The end (UTC) of a time away: "until Sunday", "for two weeks"; None when none was said."""
    when = read_when(text, ctx.local_now, ctx.user.timezone).when
    if when is None:
        return None
    if when.kind == "duration":
        return ctx.now + timedelta(seconds=when.seconds or 0)
    return when.end or when.first


def _both_halves(ctx: TurnContext, when: When) -> tuple[datetime, ...]:
    first = when.first or ctx.now
    return tuple(at for at in (first, first + timedelta(hours=12)) if at > ctx.now)


def stretch(ctx: TurnContext, when: When) -> tuple[datetime, datetime]:
    """The stretch (UTC) in which a roughly said time lies: a part of a day, a day, a week, or up to a deadline."""
    soon = ctx.now + timedelta(minutes=30)
    if when.kind == "interval":
        start = when.start or soon
        end = when.end or start + timedelta(days=7)
        return max(start, soon), min(max(end, soon + timedelta(hours=2)), ctx.now + HORIZON)
    local = (when.first or soon).astimezone(ctx.zone)
    midnight = datetime.combine(local.date(), time(0), ctx.zone)
    length = {"week": 7, "month": 28}.get(when.grain, 1)
    end = datetime.combine(local.date() + timedelta(days=length), time(0), ctx.zone)
    return max(midnight.astimezone(UTC), soon), end.astimezone(UTC)


def close_to(near: datetime, when: When) -> datetime | None:
    """ "Make it 8:45", of something at 8: which half of the day that is need not be asked."""
    if when.kind != "instant" or not (when.ambiguous and when.timed and len(when.others) > 1):
        return None
    close = [at for at in when.others if abs(at - near) <= _CLOSE]
    return close[0] if len(close) == 1 else None

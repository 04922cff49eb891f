"""Adds pieces of time up to a recurrence: its rule, its first moment, and how long it runs."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from dateutil.rrule import rrulestr

from reminders.rules.when.amounts import shift
from reminders.rules.when.clock import settle
from reminders.rules.when.days import calendar_day
from reminders.rules.when.exceptions import STARTS, exceptions, leaves_out_more_than_days
from reminders.rules.when.lexicon import DAY_CODES, DAY_PARTS
from reminders.rules.when.moments import Scene
from reminders.rules.when.pieces import (
    Amount,
    Clock,
    ClockSpan,
    Count,
    Day,
    DaySpan,
    Fault,
    Moment,
    Part,
    Piece,
    Reading,
    Repeat,
    When,
)
from reminders.rules.when.resolve import LIMITS

_ENDS = LIMITS | {"ends", "end", "ending", "to", "thru", "through"}
_HORIZON = 10  # years within which a series must begin


@dataclass(frozen=True, slots=True)
class _Rule:
    repeat: Repeat
    clocks: tuple[Clock, ...] = ()
    start: Day | None = None
    until: datetime | None = None
    count: int | None = None
    seconds: float | None = None


def resolve_series(scene: Scene, pieces: list[Piece]) -> Reading:
    """The reading of pieces of which at least one is a recurrence."""
    fault = next(
        (piece.value for piece in pieces if isinstance(piece.value, Fault) and not piece.value.past), None
    )
    if fault is not None:
        return Reading(problem=fault.text)
    if re.search(r"\b(?:never|not ever)\b(?! (?:on|in|at|before|after)\b)", scene.text):
        return Reading(problem="Again and again, and never: both can't be. On which days should it be?")
    if leaves_out_more_than_days(pieces):
        return Reading(problem="I can leave out weekdays, nothing longer. On which days should it be?")
    pieces, without = exceptions(scene, pieces)
    repeats = [piece.value for piece in pieces if isinstance(piece.value, Repeat)]
    if not repeats:
        return Reading(problem="On which days should it be?")
    rule = _Rule(_merged(repeats))
    for piece in pieces:
        rule = _with(scene, rule, piece)
    if without:
        kept = tuple(day for day in rule.repeat.days or DAY_CODES if day not in without)
        if not kept or rule.repeat.freq not in ("DAILY", "WEEKLY"):
            return Reading(problem="Then no day is left. On which days should it be?")
        rule = replace(rule, repeat=replace(rule.repeat, freq="WEEKLY", days=kept))
    if (impossible := _impossible(scene, rule.repeat)) is not None:
        return Reading(problem=impossible)
    when = _first(scene, rule)
    if when is None:
        return Reading(problem="That series has no day ahead. When should it begin?")
    return Reading(when)


def _merged(repeats: list[Repeat]) -> Repeat:
    """ "every other week" and "on mon and fri" say one thing together; the first phrase leads."""
    first = next((repeat for repeat in repeats if not repeat.loose), repeats[0])
    for other in repeats:
        if other is first:
            continue
        days = first.days or other.days
        first = replace(
            first,
            days=days,
            freq="WEEKLY" if first.freq == "DAILY" and days else first.freq,
            monthdays=first.monthdays or other.monthdays,
            part=first.part or other.part,
        )
    return first


def _with(scene: Scene, rule: _Rule, piece: Piece) -> _Rule:
    match piece.value:
        case Clock() as clock:
            if piece.lead in _ENDS and rule.clocks:
                return rule
            return replace(rule, clocks=(*rule.clocks, clock))
        case ClockSpan() as span if rule.repeat.freq in ("HOURLY", "MINUTELY"):
            return _within_hours(scene, rule, span)
        case ClockSpan(first, last):
            minutes = (last.hour - first.hour) * 60 + last.minute - first.minute
            around = 24 * 60 if first.sure and last.sure else 12 * 60  # "9 to 5" is eight hours
            return replace(rule, clocks=(first,), seconds=minutes % around * 60.0 or None)
        case Part(name):
            return replace(rule, repeat=replace(rule.repeat, part=rule.repeat.part or name))
        case Count(times):
            return replace(rule, count=times)
        case Amount() as amount:
            if amount.total < 86400:
                return replace(rule, seconds=amount.total)
            end = shift(rule.start.first if rule.start else scene.today, amount)
            return replace(rule, until=_end_of(end)) if end else rule
        case DaySpan(first_day, last_day):
            return replace(rule, start=first_day, until=_end_of(last_day.first))
        case Day() as day:
            return _with_day(scene, rule, day, piece)
        case Moment() as moment:
            local = moment.at.astimezone(scene.zone).date()
            return replace(rule, start=Day(local, local + timedelta(days=1)))
        case _:
            return rule


def _within_hours(scene: Scene, rule: _Rule, span: ClockSpan) -> _Rule:
    """ "every 2 hours between 9 and 5": every day at each of these times."""
    tomorrow = scene.today + timedelta(days=1)
    first = settle(span.first, tomorrow, scene.wall, None, scene.text)[0]
    last = span.last if span.last.sure else replace(span.last, hour=span.last.hour % 12 + 12)
    step = rule.repeat.interval * (60 if rule.repeat.freq == "HOURLY" else 1)
    begin, end = first.hour * 60 + first.minute, last.hour * 60 + last.minute
    times = tuple(Clock(at // 60, at % 60, sure=True) for at in range(begin, end + 1, step) if at < 24 * 60)
    even = len({clock.minute for clock in times}) == 1  # BYHOUR and BYMINUTE multiply
    if not times or not even:
        return rule
    return replace(rule, clocks=times, repeat=replace(rule.repeat, freq="DAILY", interval=1))


def _with_day(scene: Scene, rule: _Rule, day: Day, piece: Piece) -> _Rule:
    repeat = rule.repeat
    if piece.lead in _ENDS and rule.until is None:
        last = day.first if day.grain != "day" else day.last
        if rule.start is not None and day.first < rule.start.first and day.month:
            last = last.replace(year=last.year + 1)
        return replace(rule, until=_end_of(last - timedelta(days=1)))
    if piece.lead in STARTS:
        return replace(rule, start=day)
    if day.nth == "weekend" and piece.lead not in STARTS:
        return replace(
            rule,
            repeat=replace(
                repeat,
                days=repeat.days or ("SA", "SU"),
                freq="WEEKLY" if repeat.freq == "DAILY" else repeat.freq,
            ),
        )
    if day.grain != "day":
        if day.grain == "month" and repeat.monthdays and repeat.freq == "MONTHLY" and day.month:
            return replace(rule, repeat=replace(repeat, freq="YEARLY", month=day.month))
        return replace(rule, start=day, until=_end_of(day.last - timedelta(days=1)))
    if day.nth and not repeat.days:
        return replace(rule, repeat=replace(repeat, days=(day.nth,)))
    if day.weekday is not None and not repeat.days and repeat.freq in ("WEEKLY", "MONTHLY", "DAILY"):
        freq = "WEEKLY" if repeat.freq == "DAILY" else repeat.freq
        return replace(rule, repeat=replace(repeat, freq=freq, days=(DAY_CODES[day.weekday],)))
    if day.monthday and not repeat.monthdays and repeat.freq in ("MONTHLY", "YEARLY") and not repeat.days:
        month = day.month if repeat.freq == "YEARLY" else None
        return replace(
            rule,
            start=day if repeat.freq == "YEARLY" else rule.start,
            repeat=replace(repeat, monthdays=(day.monthday,), month=month or repeat.month),
        )
    said = scene.text[piece.start : piece.end]
    if (part := re.search(r"morning|afternoon|evening|night", said)) is not None and repeat.part is None:
        rule = replace(rule, repeat=replace(repeat, part=part.group()))
    return replace(rule, start=rule.start or day)


def _end_of(day: date) -> datetime:
    return datetime.combine(day, time(23, 59, 59))


def _impossible(scene: Scene, repeat: Repeat) -> str | None:
    for day in repeat.monthdays:
        if repeat.month and day > 0:
            found = calendar_day(scene.today, repeat.month, day)
            if isinstance(found, Fault):
                return found.text
        if abs(day) > 31 or day == 0:
            return f"No month has a day {day}. Which day do you mean?"
    if any(abs(int(day[:-2] or 1)) > 5 for day in repeat.days):
        return "No month has that many weeks. Which day do you mean?"
    if not 1 <= repeat.interval <= 1000:
        return "That pause is too long or too short for me. How often do you mean?"
    return None


def _first(scene: Scene, rule: _Rule) -> When | None:
    repeat = rule.repeat
    clocks = _settled(scene, rule)
    text = rule_text(repeat, rule.until, rule.count, clocks)
    start = max(rule.start.first if rule.start else scene.today, scene.today)
    local = datetime.combine(start, clocks[0].time if clocks else time())
    if repeat.freq in ("HOURLY", "MINUTELY", "SECONDLY") and not clocks:
        return _short(scene, rule, text, local)
    if repeat.loose and repeat.ranged is False and rule.count is None and rule.until is None:
        text += f";COUNT={len(repeat.days)}"
    if clocks and local <= scene.wall:
        local = max(local, scene.wall.replace(second=0, microsecond=0))
        local = datetime.combine(
            local.date() + (timedelta(days=1) if len(clocks) == 1 else timedelta()), clocks[0].time
        )
    bounded = rule.count is not None or rule.until is not None or "COUNT=" in text
    horizon = (
        "" if bounded else f";UNTIL={local.year + _HORIZON}0101T000000"
    )  # a rule without any date would search for ever
    # "Every other Tuesday" begins with the next Tuesday, whatever week that is: only later ones keep the interval.
    begins = text.replace(f"INTERVAL={repeat.interval}", "INTERVAL=1") if repeat.freq == "WEEKLY" else text
    dated = rrulestr(begins + horizon, dtstart=local)
    first = next((moment for moment in dated if not clocks or moment > scene.wall), None)
    if first is None:
        return None
    when = When(
        "rrule",
        "minute" if clocks else ("part" if repeat.part else "day"),
        scene.zone.key,
        rrule=text,
        dtstart=scene.utc(first),
        seconds=rule.seconds,
        part=repeat.part,
        per_period=repeat.times,
        clocks=tuple(clock.time for clock in clocks),
    )
    return _doubted(when, repeat, scene, rule)


def _doubted(when: When, repeat: Repeat, scene: Scene, rule: _Rule) -> When:
    if repeat.loose:
        return when.asking("Every week, or just this once?")
    if repeat.times > 1 and not rule.clocks:
        return when.asking(
            "Which times suit you best?" if repeat.freq == "DAILY" else "Which days suit you best?"
        )
    if rule.clocks and not rule.clocks[0].sure and repeat.part is None and len(rule.clocks) == 1:
        _, doubtful = settle(rule.clocks[0], scene.today + timedelta(days=1), scene.wall, None, scene.text)
        if doubtful:
            first = when.first or scene.now
            return replace(when.asking("In the morning or in the evening?"), others=_halves(first, scene))
    return when


def _halves(first: datetime, scene: Scene) -> tuple[datetime, ...]:
    local = first.astimezone(scene.zone).replace(tzinfo=None)
    other = local + timedelta(hours=12 if local.hour < 12 else -12)
    return tuple(sorted((first, scene.utc(other))))


def _short(scene: Scene, rule: _Rule, text: str, local: datetime) -> When:
    """ "every 2 hours": begins one step from now, or in the morning of a later day."""
    repeat = rule.repeat
    step = timedelta(
        **{{"HOURLY": "hours", "MINUTELY": "minutes", "SECONDLY": "seconds"}[repeat.freq]: repeat.interval}
    )
    first = scene.wall.replace(microsecond=0) + step
    if local.date() > scene.today:
        first = datetime.combine(local.date(), time(DAY_PARTS["morning"][2]))
    return When("rrule", "minute", scene.zone.key, rrule=text, dtstart=scene.utc(first), seconds=rule.seconds)


def _settled(scene: Scene, rule: _Rule) -> tuple[Clock, ...]:
    """The clocks of the series in order, their half of the day decided by habit or by the part said."""
    tomorrow = scene.today + timedelta(days=1)
    part = rule.repeat.part
    settled = {settle(clock, tomorrow, scene.wall, part, scene.text)[0] for clock in rule.clocks}
    return tuple(sorted(settled, key=lambda clock: (clock.hour % 24, clock.minute)))


def rule_text(repeat: Repeat, until: datetime | None, count: int | None, clocks: tuple[Clock, ...]) -> str:
    """The rule without DTSTART; one clock lives in the first moment, several need BYHOUR, which multiplies with BYMINUTE."""
    parts = [f"FREQ={repeat.freq}"]
    if repeat.interval > 1:
        parts.append(f"INTERVAL={repeat.interval}")
    if repeat.month:
        parts.append(f"BYMONTH={repeat.month}")
    if repeat.monthdays:
        parts.append("BYMONTHDAY=" + ",".join(map(str, repeat.monthdays)))
    if repeat.days:
        parts.append("BYDAY=" + ",".join(repeat.days))
    if len(clocks) > 1 and len({clock.minute for clock in clocks}) == 1:
        parts.append("BYHOUR=" + ",".join(str(clock.hour % 24) for clock in clocks))
        parts += [f"BYMINUTE={clocks[0].minute}", "BYSECOND=0"]
    if count is not None:
        parts.append(f"COUNT={max(1, min(count, 400))}")
    elif until is not None:
        parts.append(f"UNTIL={until:%Y%m%dT%H%M%S}")
    return ";".join(parts)

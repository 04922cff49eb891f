"""Adds pieces of time up to one reading: which day, which clock, which range, or which question."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from reminders.rules.when_amounts import as_day, later, shift
from reminders.rules.when_clock import next_time, settle
from reminders.rules.when_lexicon import DAY_PARTS, WEEKDAY_NAMES
from reminders.rules.when_pieces import (
    Amount,
    Clock,
    ClockSpan,
    Day,
    DaySpan,
    Fault,
    Grain,
    Moment,
    Part,
    Piece,
    Reading,
    Repeat,
    When,
)

DEADLINES = frozenset({"by", "before", "no later than", "not later than", "until", "to", "thru", "through"})
_OPENINGS = frozenset({"after", "later than", "since"})
_JOINS = frozenset({"to", "until", "-", "~", "thru", "through", "and", "but before"})
_NEAR = re.compile(r"[ ,.;@(-]*(?:(?:of|in|on|at|the|for|around)[ ,]*)*")
GONE = "That is already in the past. When should it be?"


@dataclass(frozen=True, slots=True)
class Scene:
    """What every step of the resolution looks at. `now` is aware, in the person's zone."""

    text: str  # canonical
    now: datetime
    zone: ZoneInfo

    @property
    def wall(self) -> datetime:
        return self.now.replace(tzinfo=None)

    @property
    def today(self) -> date:
        return self.now.date()

    def utc(self, local: datetime) -> datetime:
        """A wall time in UTC: one in the gap of a clock change moves forward, a doubled one is the first."""
        return local.replace(tzinfo=self.zone, fold=0).astimezone(UTC)


@dataclass(frozen=True, slots=True)
class Point:
    """What was said about one end of a range, or about the only moment there is."""

    day: Day | None = None
    clock: Clock | None = None
    part: str | None = None
    moment: Moment | None = None
    doubts: tuple[str, ...] = field(default=())


def resolve(scene: Scene, pieces: list[Piece]) -> Reading:
    """The reading of pieces without a recurrence."""
    amounts = [piece.value for piece in pieces if isinstance(piece.value, Amount)]
    rest = [piece for piece in pieces if not isinstance(piece.value, Amount | Repeat)]
    length = next((amount.total for amount in amounts), None)
    faults = [piece.value for piece in rest if isinstance(piece.value, Fault)]
    timed = [piece for piece in rest if not isinstance(piece.value, Fault)]
    hard = next((fault for fault in faults if not fault.past), None)
    if hard is not None:
        return Reading(problem=hard.text)
    if not any(isinstance(piece.value, Day | DaySpan | Clock | ClockSpan | Part | Moment) for piece in timed):
        if faults:
            return Reading(problem=GONE)
        return _length_only(scene, amounts)
    if faults and not any(isinstance(piece.value, Day | DaySpan | Moment) for piece in timed):
        return Reading(problem=GONE)
    when = _range(scene, timed) or _single(scene, timed)
    if when is None:
        return Reading(problem=GONE)
    if length is not None and when.kind == "instant":
        when = replace(when, seconds=length)
    return Reading(when)


def _length_only(scene: Scene, amounts: list[Amount]) -> Reading:
    if not amounts:
        return Reading()
    if re.search(r"\b(?:timer|countdown|alarm)\b", scene.text):
        moment = later(scene.now, amounts[0])
        if isinstance(moment, Moment):
            return Reading(When("instant", "minute", scene.zone.key, value=moment.at))
    return Reading(When("duration", amounts[0].grain, scene.zone.key, seconds=amounts[0].total))


def point_of(scene: Scene, pieces: list[Piece]) -> Point:
    """The first day, clock and part; of days that touch each other, the most exact."""
    days = [piece for piece in pieces if isinstance(piece.value, Day)]
    clock = next((piece.value for piece in pieces if isinstance(piece.value, Clock)), None)
    part = next((piece.value.name for piece in pieces if isinstance(piece.value, Part)), None)
    moment = next((piece.value for piece in pieces if isinstance(piece.value, Moment)), None)
    for piece in days:
        said = scene.text[piece.start : piece.end]
        if part is None and (found := re.search(r"morning|afternoon|evening|night", said)) is not None:
            part = found.group()
    day = _best_day(scene, days)
    if moment is not None and moment.grain == "second" and (day is not None or clock is not None or part is not None):
        moment = None  # "now I need lunch on Saturday"
    if moment is not None and moment.grain == "day" and (clock is not None or day is not None):
        day, moment = _day_near(as_day(moment, scene.now), day), None
    return Point(day, clock, part, moment)


def _best_day(scene: Scene, days: list[Piece]) -> Day | None:
    """ "Monday, August 21st" is the date; "next week on Tuesday" is the Tuesday of that week."""
    if not days:
        return None
    best = next((piece for piece in days if isinstance(piece.value, Day) and piece.value.rank > 0), days[0])
    if best is not days[0] and _NEAR.fullmatch(scene.text[days[0].end : best.start]):
        best = days[0]
    days = days[days.index(best) :]
    for before, piece in zip(days, days[1:], strict=False):
        gap = scene.text[before.end : piece.start]
        if not _NEAR.fullmatch(gap) or not (isinstance(best.value, Day) and isinstance(piece.value, Day)):
            break
        if {best.value.rank, piece.value.rank} == {0, 1}:
            stretch, weekday = (best, piece) if best.value.rank == 0 else (piece, best)
            assert isinstance(stretch.value, Day) and isinstance(weekday.value, Day)  # noqa: S101, PT018 - narrows the type
            best = replace(best, value=_day_near(stretch.value, weekday.value))
        elif piece.value.rank > best.value.rank:
            best = replace(piece, value=_agreeing(piece.value, best.value))
        elif piece.value.rank == 1:
            best = replace(best, value=_agreeing(best.value, piece.value))
    return best.value if isinstance(best.value, Day) else None


def _agreeing(day: Day, other: Day) -> Day:
    """A date whose weekday was said as well: the year in which both are true, else a question."""
    if other.weekday is None or day.rank != 3 or day.first.weekday() == other.weekday:
        return day
    said, name = f"{day.first.day} {day.first:%B}", WEEKDAY_NAMES[other.weekday].capitalize()
    doubt = f"{said} is a {day.first:%A}, not a {name}. Which one do you mean?"
    with suppress(ValueError):
        following = day.first.replace(year=day.first.year + 1)
        if day.yearless and following.weekday() == other.weekday:
            return replace(day, first=following, last=following + timedelta(days=1), doubt=doubt)
    return replace(day, doubt=doubt)


def _day_near(near: Day, weekday: Day | None) -> Day:
    """The weekday on or after the beginning of a stretch; of "in 2 weeks", the weekday of that week."""
    if weekday is None or weekday.weekday is None:
        return weekday if weekday is not None and weekday.rank == 3 else near
    start = near.first if near.grain != "day" or (near.last - near.first).days > 1 else near.first - timedelta(days=near.first.weekday())
    found = start + timedelta(days=(weekday.weekday - start.weekday()) % 7)
    return Day(found, found + timedelta(days=1), weekday=weekday.weekday)


def _single(scene: Scene, pieces: list[Piece]) -> When | None:
    spans = [piece for piece in pieces if isinstance(piece.value, DaySpan)]
    if spans and isinstance(spans[0].value, DaySpan):
        return _days(scene, spans[0].value)
    when = at(scene, point_of(scene, pieces))
    if when is None:
        return None
    lead = _lead(pieces)
    if lead in DEADLINES or (lead == "due" and when.grain == "day"):
        return _deadline(scene, when, lead)
    if lead in _OPENINGS and when.kind == "instant":
        return replace(when, kind="interval", start=when.value, value=None)
    return when


def _lead(pieces: list[Piece]) -> str:
    """The preposition that makes a limit of the time: of the first piece, or of the clock behind it."""
    leads = [piece.lead for piece in pieces if piece.lead in DEADLINES | _OPENINGS]
    return leads[0] if leads else ""


def _deadline(scene: Scene, when: When, lead: str) -> When:
    end = when.end if when.kind == "interval" else when.value
    if lead == "before" and when.kind == "interval":
        end = when.start
    if when.kind == "instant" and when.grain == "day" and end is not None and lead != "before":
        end = scene.utc(datetime.combine(end.astimezone(scene.zone).date(), time(23, 59, 59)))
    start = None if lead in ("before", "no later than", "not later than") else scene.now.astimezone(UTC)
    return replace(when, kind="interval", value=None, start=start, end=end, deadline=True)


def at(scene: Scene, point: Point) -> When | None:
    """One moment, or one stretch of days; None when it lies in the past."""
    if point.moment is not None:
        return When("instant", point.moment.grain, scene.zone.key, value=point.moment.at)
    if point.clock is not None:
        return _at_clock(scene, point, point.clock)
    if point.day is None and point.part is None:
        return None
    if point.part is not None:
        return _at_part(scene, point.day, point.part)
    assert point.day is not None  # noqa: S101 - narrows the type
    return _at_day(scene, point.day)


def _at_day(scene: Scene, day: Day) -> When:
    start = max(day.first, scene.today)
    first, last = midnight(scene, start), midnight(scene, day.last)
    if day.grain == "day" and (day.last - day.first).days == 1:
        return When("instant", "day", scene.zone.key, value=first, ambiguous=day.doubt is not None, question=day.doubt)
    return When("interval", day.grain, scene.zone.key, start=first, end=last - timedelta(seconds=1))


def midnight(scene: Scene, day: date) -> datetime:
    return scene.utc(datetime.combine(day, time()))


def _at_clock(scene: Scene, point: Point, said: Clock) -> When | None:
    whole = point.day if point.day is not None and (point.day.last - point.day.first).days > 1 else None
    day = point.day.first if point.day is not None else None
    if whole is not None:
        day = max(whole.first, scene.today)
    clock, doubtful = settle(said, day, scene.wall, point.part, scene.text)
    if day is None:
        day = next_time(clock, scene.wall)
    local = wall_time(day, clock)
    if local <= scene.wall and clock.grain != "second":
        if not doubtful and said.sure or point.day is None:
            return None
        local += timedelta(hours=12) if local.hour < 12 else timedelta()
        if local <= scene.wall:
            return None
    question = point.day.doubt if point.day is not None else None
    if doubtful and question is None:
        question = f"Do you mean {_spoken(local)} in the morning or in the evening?"
    value = scene.utc(local) if said.offset is None else local.replace(tzinfo=UTC) - timedelta(hours=said.offset)
    return When("instant", "second" if clock.second else "minute", scene.zone.key, value=value, part=point.part,
                ambiguous=question is not None, question=question)  # fmt: skip


def _spoken(local: datetime) -> str:
    return f"{(local.hour % 12) or 12}:{local.minute:02d}" if local.minute else f"{(local.hour % 12) or 12}"


def wall_time(day: date, clock: Clock) -> datetime:
    return datetime.combine(day + timedelta(days=clock.hour // 24), clock.time)


def _at_part(scene: Scene, day: Day | None, part: str) -> When | None:
    first, last, usual = DAY_PARTS[part]
    on = max(day.first, scene.today) if day is not None else scene.today
    if on == scene.today and scene.now.hour >= last - (1 if last < 24 else 0):
        if day is not None and last <= scene.now.hour:
            return None
        on = on if day is not None else on + timedelta(days=1)
    local = datetime.combine(on, time(usual))
    if local <= scene.wall:
        local = (scene.wall + timedelta(minutes=15)).replace(second=0, microsecond=0)
    if first <= 5 and local.date() != on:
        return None
    return When("instant", "part", scene.zone.key, value=scene.utc(local), part=part)


def _days(scene: Scene, span: DaySpan) -> When:
    start, end = midnight(scene, max(span.first.first, span.first.first)), midnight(scene, span.last.last)
    return When("interval", "day", scene.zone.key, start=start, end=end - timedelta(seconds=1))


def _range(scene: Scene, pieces: list[Piece]) -> When | None:
    """A range of clocks on a day, or two ends joined by "to", "until", "-"."""
    for piece in pieces:
        if isinstance(piece.value, ClockSpan):
            others = [other for other in pieces if other is not piece]
            ends = _dated_ends(scene, piece, piece.value, others)
            if ends is not None:
                return ends
            day_after = any(isinstance(other.value, Day) and other.start >= piece.end for other in others)
            return _clock_span(scene, piece.value, point_of(scene, others), day_after=day_after)
    for index, (left, right) in enumerate(zip(pieces, pieces[1:], strict=False)):
        gap = scene.text[left.end : right.start].strip(" ,")
        joined = right.lead in _JOINS and (gap in ("", "on") or right.lead == "until")
        if not joined or (right.lead == "and" and left.lead not in ("between", "later than")):
            continue
        if right.lead == "-" and isinstance(left.value, Clock) != isinstance(right.value, Clock) and not isinstance(right.value, Day):
            continue
        return _between(scene, point_of(scene, pieces[: index + 1]), point_of(scene, pieces[index + 1 :]))
    return None


def _dated_ends(scene: Scene, piece: Piece, span: ClockSpan, others: list[Piece]) -> When | None:
    """ "24 February 3pm - 2pm 3 March": each clock of the range has a date of its own."""
    before = point_of(scene, [other for other in others if other.end <= piece.start])
    after = point_of(scene, [other for other in others if other.start >= piece.end])
    if before.day is None or after.day is None or before.day.rank < 1 or before.day.first == after.day.first:
        return None
    return _between(scene, replace(before, clock=span.first), replace(after, clock=span.last))


def _clock_span(scene: Scene, span: ClockSpan, point: Point, *, day_after: bool) -> When | None:
    overnight = span.first.sure and span.last.sure and span.last.time <= span.first.time and span.last.hour < 24
    if overnight and day_after and point.day is not None and point.day.first > scene.today:
        eve = point.day.first - timedelta(days=1)  # "6pm - 1am tomorrow" begins today
        point = replace(point, day=Day(eve, point.day.first))
    first = replace(point, clock=span.first, moment=None)
    settled, _ = settle(span.first, point.day.first if point.day else None, scene.wall, point.part, scene.text)
    last = span.last
    if not last.sure:
        hour = last.hour % 12 + (12 if settled.hour >= 12 else 0)
        hour += 12 if (hour, last.minute) <= (settled.hour % 24, settled.minute) and hour < 12 else 0
        last = Clock(hour, last.minute, last.second, True)
    return _between(scene, replace(first, clock=settled), Point(clock=last))


def _between(scene: Scene, left: Point, right: Point) -> When | None:
    """From one end to the other; an end that lacks its day borrows the other's."""
    if left.day is None and left.moment is None and right.day is not None and left.clock is not None:
        day = right.day
        left = replace(left, day=day)
        start, end = at_time(scene, left), at_time(scene, right)
        if start and end and start >= end:
            earlier = Day(day.first - timedelta(days=1), day.first)
            left = replace(left, day=earlier if earlier.first >= scene.today else day)
    left = _begun(scene, left, right)
    begin = at(scene, left)
    if begin is None or begin.first is None:
        return None
    if left.day is not None and left.day.first < scene.today and left.clock is None:
        begin = replace(begin, value=midnight(scene, left.day.first), start=None)
    if right.day is None and right.moment is None:
        local = begin.first.astimezone(scene.zone).date()
        right = replace(right, day=Day(local, local + timedelta(days=1)))
    end = at_time(scene, right)
    if end is None:
        return None
    start = begin.start or begin.first
    if end <= start and right.clock is not None:
        end += timedelta(days=1)
    timed = left.clock is not None or right.clock is not None or left.moment is not None
    grain: Grain = "minute" if timed else "day"
    if end <= start:
        return None
    return When("interval", grain, scene.zone.key, start=start, end=end, ambiguous=begin.ambiguous, question=begin.question)


def _begun(scene: Scene, left: Point, right: Point) -> Point:
    """A range whose first date was rolled into next year although its end is still ahead this year."""
    if left.day is None or right.day is None or not left.day.yearless or left.day.first <= right.day.first:
        return left
    with suppress(ValueError):
        begun = left.day.first.replace(year=left.day.first.year - 1)
        if begun <= right.day.first and right.day.last > scene.today:
            return replace(left, day=replace(left.day, first=begun, last=begun + (left.day.last - left.day.first)))
    return left


def at_time(scene: Scene, point: Point) -> datetime | None:
    """The end of what was said, in UTC: a clock's moment, else the last second of the day or stretch."""
    if point.moment is not None:
        return point.moment.at
    if point.day is None:
        return None
    if point.clock is not None:
        clock, _ = settle(point.clock, point.day.first, scene.wall, point.part, scene.text)
        local = wall_time(point.day.first, clock)
        return scene.utc(local) if clock.offset is None else local.replace(tzinfo=UTC) - timedelta(hours=clock.offset)
    if point.day.grain in ("month", "quarter", "year", "week"):
        return midnight(scene, point.day.first)
    return midnight(scene, point.day.last) - timedelta(seconds=1)


def join_amounts(scene: Scene, pieces: list[Piece]) -> list[Piece]:
    """ "3 days after tomorrow", "2 weeks from saturday": an amount counted from a day becomes a day."""
    joined: list[Piece] = []
    for piece in pieces:
        before = joined[-1] if joined else None
        if before is not None and isinstance(before.value, Amount) and isinstance(piece.value, Day):
            gap = scene.text[before.end : piece.start].strip()
            away = shift(piece.value.first, before.value) if (piece.lead in ("from", "after") and not gap) else None
            if piece.lead == "before" and not gap and before.value.grain == "day" and before.value.months == 0:
                away = piece.value.first - timedelta(days=int(before.value.days))
            if away is not None and away >= scene.today and before.value.grain == "day":
                joined[-1] = Piece(before.start, piece.end, Day(away, away + timedelta(days=1), rank=3), before.lead)
                continue
        joined.append(piece)
    return joined

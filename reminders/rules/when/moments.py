"""One moment out of pieces of time: the day, the clock and its half of the day, on the person's wall clock."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from reminders.rules.when.amounts import as_day
from reminders.rules.when.clock import next_time, settle
from reminders.rules.when.lexicon import DAY_PARTS, WEEKDAY_NAMES
from reminders.rules.when.pieces import (
    Clock,
    Day,
    Moment,
    Part,
    Piece,
    When,
)

_NEAR = re.compile(r"[ ,.;@(-]*(?:(?:of|in|on|at|the|for|around)[ ,]*)*")


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


def point_of(scene: Scene, pieces: list[Piece]) -> Point:
    """The first day, clock and part; of days that touch each other, the most exact."""
    days = [piece for piece in pieces if isinstance(piece.value, Day)]
    timed = next((piece for piece in pieces if isinstance(piece.value, Clock)), None)
    clock = timed.value if timed is not None and isinstance(timed.value, Clock) else None
    part = _part(scene, pieces, timed)
    moment = next((piece.value for piece in pieces if isinstance(piece.value, Moment)), None)
    day = _best_day(scene, days)
    if (
        moment is not None
        and moment.grain == "second"
        and (day is not None or clock is not None or part is not None)
    ):
        moment = None  # "now I need lunch on Saturday"
    if moment is not None and moment.grain == "day" and (clock is not None or day is not None):
        day, moment = _day_near(as_day(moment, scene.now), day), None
    return Point(day, clock, part, moment)


def _part(scene: Scene, pieces: list[Piece], clock: Piece | None) -> str | None:
    """The part of the day that was said; of several the one nearest to the clock."""
    found: list[tuple[int, str]] = []
    for piece in pieces:
        said = re.search(
            r"\b(?:morning|afternoon|evening|(?:to)?night)\b", scene.text[piece.start : piece.end]
        )
        name = piece.value.name if isinstance(piece.value, Part) else None
        if name is None and isinstance(piece.value, Day) and said is not None:
            name = said.group().removeprefix("to")
        if name is not None:
            away = min(abs(clock.start - piece.end), abs(piece.start - clock.end)) if clock else 0
            found.append((away, name))
    return min(found, key=lambda one: one[0])[1] if found else None


def _best_day(scene: Scene, found: list[Piece]) -> Day | None:
    """ "Monday, August 21st" is the date; "next week on Tuesday" is the Tuesday of that week."""
    days = [(piece, piece.value) for piece in found if isinstance(piece.value, Day)]
    if not days:
        return None
    first = next((index for index, (_, day) in enumerate(days) if day.rank > 0), 0)
    if first and _touch(scene, days[0][0], days[first][0]):
        first = 0
    best = days[first][1]
    for (before, _), (piece, day) in pairwise(days[first:]):
        if not _touch(scene, before, piece):
            break
        best = _together(best, day)
    return best


def _touch(scene: Scene, before: Piece, behind: Piece) -> bool:
    return _NEAR.fullmatch(scene.text[before.end : behind.start]) is not None


def _together(best: Day, day: Day) -> Day:
    if {best.rank, day.rank} == {0, 1}:
        return _day_near(best, day) if best.rank == 0 else _day_near(day, best)
    if day.rank > best.rank:
        return _agreeing(day, best)
    return _agreeing(best, day) if day.rank == 1 else best


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
    counted = near.grain == "day" and near.rank > 0 and (near.last - near.first).days == 1  # "in 2 weeks"
    start = near.first - timedelta(days=near.first.weekday()) if counted else near.first
    found = start + timedelta(days=(weekday.weekday - start.weekday()) % 7)
    return Day(found, found + timedelta(days=1), weekday=weekday.weekday)


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
    return _at_day(scene, point.day) if point.day is not None else None


def _at_day(scene: Scene, day: Day) -> When:
    start = max(day.first, scene.today)
    first, last = midnight(scene, start), midnight(scene, day.last)
    if day.grain == "day" and (day.last - day.first).days == 1:
        others = (first, midnight(scene, day.other)) if day.doubt and day.other else ()
        return When(
            "instant",
            "day",
            scene.zone.key,
            value=first,
            ambiguous=day.doubt is not None,
            question=day.doubt,
            others=tuple(sorted(others)),
        )
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
        if said.sure or point.part is not None or point.day is None:
            return None
        local += timedelta(hours=12) if local.hour < 12 else timedelta()
        if local <= scene.wall:
            return None
    question = point.day.doubt if point.day is not None else None
    if question is None and (clash := _clash(clock, point.part)) is not None:
        question, doubtful = clash, True
    if doubtful and question is None:
        question = f"Do you mean {_spoken(local)} in the morning or in the evening?"
    value = (
        scene.utc(local) if said.offset is None else local.replace(tzinfo=UTC) - timedelta(hours=said.offset)
    )
    others = _alternatives(scene, point.day, local, value, doubtful=doubtful)
    return When("instant", "second" if clock.second else "minute", scene.zone.key, value=value, part=point.part,
                ambiguous=question is not None, question=question, others=others)  # fmt: skip


def _clash(clock: Clock, part: str | None) -> str | None:
    """ "5pm in the morning": what to ask, when a clock and a part of the day contradict each other."""
    hour = clock.hour % 24
    early = part == "morning" and hour > 12
    late = part in ("afternoon", "evening") and 3 <= hour < 11
    late = late or (part == "night" and 5 <= hour < 17)
    if not (early or late):
        return None
    said = f"{hour % 12 or 12}{f':{clock.minute:02d}' if clock.minute else ''} {'pm' if hour >= 12 else 'am'}"
    return f"{said} is not in the {part}. Which one do you mean?"


def _alternatives(
    scene: Scene, day: Day | None, local: datetime, value: datetime, *, doubtful: bool
) -> tuple[datetime, ...]:
    """The moments between which the question asks: the same clock on another day, or half a day away."""
    if day is not None and day.doubt is not None:
        found = (
            [value] if day.other is None else [value, scene.utc(datetime.combine(day.other, local.time()))]
        )
    elif doubtful:
        found = [value, scene.utc(local + timedelta(hours=12 if local.hour < 12 else -12))]
    else:
        found = []
    return tuple(sorted(moment for moment in found if moment > scene.now))


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
    if local <= scene.wall and day is None and part == "morning":
        local += timedelta(days=1)
        on = local.date()
    if local <= scene.wall:
        local = (scene.wall + timedelta(minutes=15)).replace(second=0, microsecond=0)
    if first <= 5 and local.date() != on:
        return None
    return When("instant", "part", scene.zone.key, value=scene.utc(local), part=part)


def at_time(scene: Scene, point: Point) -> datetime | None:
    """The end of what was said, in UTC: a clock's moment, else the last second of the day or stretch."""
    if point.moment is not None:
        return point.moment.at
    if point.day is None:
        return None
    if point.clock is not None:
        clock, _ = settle(point.clock, point.day.first, scene.wall, point.part, scene.text)
        local = wall_time(point.day.first, clock)
        return (
            scene.utc(local)
            if clock.offset is None
            else local.replace(tzinfo=UTC) - timedelta(hours=clock.offset)
        )
    if point.day.grain in ("month", "quarter", "year", "week"):
        return midnight(scene, point.day.first)
    return midnight(scene, point.day.last) - timedelta(seconds=1)

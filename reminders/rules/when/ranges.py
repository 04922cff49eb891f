"""Ranges out of pieces of time: two clocks on a day, or two ends joined by "to", "until" or "-"."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

from reminders.rules.when.clock import settle
from reminders.rules.when.moments import Point, Scene, at, at_time, midnight, point_of
from reminders.rules.when.pieces import (
    Clock,
    ClockSpan,
    Day,
    DaySpan,
    Grain,
    Piece,
    When,
)

_JOINS = frozenset({"to", "until", "-", "~", "thru", "through", "and", "but before"})


def read_days(scene: Scene, span: DaySpan) -> When:
    start, end = midnight(scene, max(span.first.first, span.first.first)), midnight(scene, span.last.last)
    return When("interval", "day", scene.zone.key, start=start, end=end - timedelta(seconds=1))


def read_range(scene: Scene, pieces: list[Piece]) -> When | None:
    """A range of clocks on a day, or two ends joined by "to", "until", "-"."""
    for piece in pieces:
        if isinstance(piece.value, ClockSpan):
            others = [other for other in pieces if other is not piece]
            ends = _dated_ends(scene, piece, piece.value, others)
            if ends is not None:
                return ends
            day_after = any(isinstance(other.value, Day) and other.start >= piece.end for other in others)
            return _clock_span(scene, piece.value, point_of(scene, others), day_after=day_after)
    for index, (left, right) in enumerate(pairwise(pieces)):
        gap = scene.text[left.end : right.start].strip(" ,")
        joined = right.lead in _JOINS and (gap in ("", "on") or right.lead == "until")
        if not joined or (right.lead == "and" and left.lead not in ("between", "later than")):
            continue
        if (
            right.lead == "-"
            and isinstance(left.value, Clock) != isinstance(right.value, Clock)
            and not isinstance(right.value, Day)
        ):
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
    overnight = (
        span.first.sure and span.last.sure and span.last.time <= span.first.time and span.last.hour < 24
    )
    if overnight and day_after and point.day is not None and point.day.first > scene.today:
        eve = point.day.first - timedelta(days=1)  # "6pm - 1am tomorrow" begins today
        point = replace(point, day=Day(eve, point.day.first))
    first = replace(point, clock=span.first, moment=None)
    settled, _ = settle(
        span.first, point.day.first if point.day else None, scene.wall, point.part, scene.text
    )
    last = span.last
    if not last.sure:
        hour = last.hour % 12 + (12 if settled.hour >= 12 else 0)
        hour += 12 if (hour, last.minute) <= (settled.hour % 24, settled.minute) and hour < 12 else 0
        last = Clock(hour, last.minute, last.second, True)
    when = _between(scene, replace(first, clock=settled), Point(clock=last))
    if when is None or when.start is None or when.end is None or (span.first.sure and span.last.sure):
        return when
    long = when.end - when.start > timedelta(hours=12)  # "from 5 to 3"
    return when.asking("From when until when do you mean?") if long else when


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
    start = begin.first if begin is not None else None
    if begin is None or start is None:
        return None
    if left.day is not None and left.day.first < scene.today and left.clock is None:
        start = midnight(scene, left.day.first)
    if right.day is None and right.moment is None:
        local = start.astimezone(scene.zone).date()
        right = replace(right, day=Day(local, local + timedelta(days=1)))
    end = at_time(scene, right)
    if end is None:
        return None
    if end <= start and right.clock is not None:
        end += timedelta(days=1)
    timed = left.clock is not None or right.clock is not None or left.moment is not None
    grain: Grain = "minute" if timed else "day"
    if end <= start or end <= scene.now:
        return None
    return When(
        "interval",
        grain,
        scene.zone.key,
        start=start,
        end=end,
        ambiguous=begin.ambiguous,
        question=begin.question,
    )


def _begun(scene: Scene, left: Point, right: Point) -> Point:
    """A range whose first date was rolled into next year although its end is still ahead this year."""
    if left.day is None or right.day is None or not left.day.yearless or left.day.first <= right.day.first:
        return left
    with suppress(ValueError):
        begun = left.day.first.replace(year=left.day.first.year - 1)
        if begun <= right.day.first and right.day.last > scene.today:
            return replace(
                left, day=replace(left.day, first=begun, last=begun + (left.day.last - left.day.first))
            )
    return left

"""Wishes that pull in two directions, or ask for what cannot be: named, and the plan stays as it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from agents.plans.edits import patterns as say
from agents.plans.edits.kinds import EditKind, PlanEdit
from agents.plans.series import Series
from reminders.rules.series import days_in_words
from storage.vocabulary import WEEKDAYS

_PAIRS = (
    (EditKind.EASIER, EditKind.HARDER, "Easier and harder", ("Easier", "Harder")),
    (EditKind.FEWER_DAYS, EditKind.MORE_DAYS, "Fewer days and more days", ("Fewer days", "More days")),
    (EditKind.EARLIER, EditKind.LATER, "Earlier and later", ()),
)


@dataclass(frozen=True, slots=True)
class Problem:
    words: str
    choices: tuple[str, ...] = ()


def contradiction(text: str, edits: Sequence[PlanEdit], series: Sequence[Series]) -> Problem | None:
    """The first thing about these edits that cannot be carried out, in words for the person."""
    if say.DAILY.search(text) and say.NEVER.search(text):
        return Problem("Every day and never pull in two directions. Which days should it be?")
    checks: tuple[Callable[[Sequence[PlanEdit], Sequence[Series]], Problem | None], ...] = (
        _opposites,
        _counts,
        _days,
        _two_times,
        _nothing_left,
        _lengths,
        _weeks,
    )
    return next((found for check in checks if (found := check(edits, series)) is not None), None)


def _meet(first: PlanEdit, second: PlanEdit) -> bool:
    return first.series == second.series or 0 in (first.series, second.series)


def _of(edits: Sequence[PlanEdit], *kinds: EditKind) -> Iterator[PlanEdit]:
    return (edit for edit in edits if edit.kind in kinds)


def _opposites(edits: Sequence[PlanEdit], _series: Sequence[Series]) -> Problem | None:
    for one, other, names, choices in _PAIRS:
        if any(_meet(a, b) for a in _of(edits, one) for b in _of(edits, other)):
            return Problem(f"{names} at once pull in two directions. Which one shall it be?", choices)
    return None


def _counts(edits: Sequence[PlanEdit], series: Sequence[Series]) -> Problem | None:
    """How often: against itself, against the days that were named, and against the week."""
    counted = list(_of(edits, EditKind.DAYS))
    if any(edit.count > 7 for edit in counted):
        return Problem("A week has seven days. How many of them should it be?")
    now = {one.number: one.first.days_a_week for one in series}
    for edit in counted:
        had = now.get(edit.series, max(now.values()))
        fewer = any(_meet(edit, other) for other in _of(edits, EditKind.FEWER_DAYS)) and edit.count >= had
        more = any(_meet(edit, other) for other in _of(edits, EditKind.MORE_DAYS)) and edit.count <= had
        if fewer or more:
            wish = "Fewer days" if fewer else "More days"
            said = "every day" if edit.count == 7 else f"{edit.count} days a week"
            return Problem(
                f"{wish} and {said} don't go together. Which one?", (wish, f"{edit.count} days a week")
            )
        for move in _of(edits, EditKind.MOVE):
            if move.weekdays and _meet(edit, move) and len(set(move.weekdays)) != edit.count:
                named = days_in_words(move.weekdays)
                return Problem(
                    f"{edit.count} days a week, or {named}? Those are not as many.",
                    (f"On {named}", f"{edit.count} days a week"),
                )
    return None


def _days(edits: Sequence[PlanEdit], series: Sequence[Series]) -> Problem | None:
    wanted = [edit for edit in _of(edits, EditKind.MOVE, EditKind.SWAP_DAY, EditKind.ADD) if edit.weekdays]
    for free in _of(edits, EditKind.NOT_ON):
        for move in wanted:
            both = set(free.weekdays) & set(move.weekdays)
            if both and _meet(free, move):
                return Problem(
                    f"{days_in_words(sorted(both))}: wanted, and to be kept free? Which one is it?"
                )
    for one in series:
        closed = {WEEKDAYS.index(day) for day in one.first.not_on}
        for edit in _of(edits, EditKind.NOT_ON):
            if edit.series in (0, one.number):
                closed |= set(edit.weekdays)
        opened = {day for edit in wanted if edit.series in (0, one.number) for day in edit.weekdays}
        if len(closed - opened) == 7 and any(_of(edits, EditKind.NOT_ON)):
            return Problem("That would leave no day of the week at all. Which days may it be?")
    return None


def _two_times(edits: Sequence[PlanEdit], _series: Sequence[Series]) -> Problem | None:
    timed = [edit for edit in _of(edits, EditKind.MOVE) if edit.at is not None]
    for first, second in pairwise(timed):
        if first.series == second.series and first.at != second.at:
            return Problem(
                f"{first.at:%H:%M} and {second.at:%H:%M} are two times for one task. Which one?",
                (f"{first.series or 'Everything'} at {first.at:%H:%M}",
                 f"{second.series or 'Everything'} at {second.at:%H:%M}"),
            )  # fmt: skip
    for early in _of(edits, EditKind.NOT_BEFORE):
        for late in _of(edits, EditKind.NOT_AFTER):
            if _meet(early, late) and early.at and late.at and early.at >= late.at:
                return Problem(
                    f"Not before {early.at:%H:%M} and over by {late.at:%H:%M} leaves no hour. Which one holds?"
                )
    return None


def _nothing_left(edits: Sequence[PlanEdit], series: Sequence[Series]) -> Problem | None:
    gone = {edit.series for edit in _of(edits, EditKind.DROP)}
    if not gone or any(_of(edits, EditKind.ADD)):
        return None
    if len(series) == 1:
        return Problem(
            "It is the only task, so without it nothing would be left. Easier instead, or cancel the whole plan?",
            ("Easier", "Cancel the plan"),
        )
    if 0 in gone or gone >= {one.number for one in series}:
        return Problem("Then nothing would be left. Shall I cancel the whole plan?", ("Cancel the plan",))
    return None


def _lengths(edits: Sequence[PlanEdit], _series: Sequence[Series]) -> Problem | None:
    exact = list(_of(edits, EditKind.MINUTES))
    if any(not 5 <= edit.count <= 480 for edit in [*exact, *_of(edits, EditKind.AT_MOST)]):
        return Problem("A task takes from 5 minutes to 8 hours. How long should it be?")
    for first, second in pairwise(exact):
        if first.series == second.series and first.count != second.count:
            return Problem(f"{first.count} or {second.count} minutes: which one?")
    return None


def _weeks(edits: Sequence[PlanEdit], series: Sequence[Series]) -> Problem | None:
    if any(edit.count > 6 for edit in _of(edits, EditKind.WEEKS)):
        return Problem(
            "A plan covers six weeks at most, because nobody's life holds still longer. After it we plan the next part.",
            ("Only 6 weeks",),
        )
    last = max(one.stages[-1].week_range[1] for one in series)
    off = {week for edit in _of(edits, EditKind.SKIP_WEEKS) for week in edit.weeks}
    off |= {week for one in series for week in one.first.weeks_off} if off else set()
    if any(week > last for edit in _of(edits, EditKind.SKIP_WEEKS) for week in edit.weeks):
        return Problem(f"The plan ends after week {last}. Which week should be free?")
    if off and off >= set(range(1, last + 1)):
        return Problem("Then no week would be left. Shall I cancel the whole plan?", ("Cancel the plan",))
    return None

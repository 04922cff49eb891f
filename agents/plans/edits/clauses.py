"""Reading one clause of a wish for a change: "move 2 to the evening", "no Sundays", "drop the last one"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from agents.plans.edits import patterns as say
from agents.plans.edits.amounts import amounts, later_by
from agents.plans.edits.contradictions import Problem
from agents.plans.edits.days import days_of, free_days, limits, part_that_is_not_wanted, weeks_of
from agents.plans.edits.kinds import MOST_STAGES, EditKind, PlanEdit
from agents.plans.edits.moves import clock_and_part_differ, move, speaks_of_something, swapped_days
from agents.plans.edits.selecting import Target, by_words, find_target
from agents.plans.series import Series

_CANNOT = (
    (say.MERGE, "I can't make one task of two. You can drop one and make the other longer."),
    (say.SPLIT, "I can't split a task. You can make it shorter, and have it on more days."),
    (say.APART, "I can't promise a day between by rule. You can name the days, for example: 1 on Mon, Wed and Fri."),
    (say.TIED, "I can't tie one task to another. You can give it its own days and time, for example: 2 on Mondays at 18:30."),
    (say.WEEK_OF, "I count the weeks of the plan. Say, for example: skip week 3."),
    (say.FORTNIGHTLY, "My plans go by the week, so every other week is not possible. You can skip single weeks."),
)  # fmt: skip


_LENGTHS = frozenset({EditKind.MINUTES, EditKind.AT_MOST, EditKind.MINUTES_BY})
# "I want to read on Sundays" names a day, and is not about the run.
_NEEDS_NO_OTHER_SUBJECT = frozenset({EditKind.MOVE, EditKind.MINUTES, EditKind.DAYS, EditKind.MINUTES_BY})


@dataclass(frozen=True, slots=True)
class Clause:
    """What one clause asks for. `numbers` are the series it names, for the clause after it."""

    said: str
    numbers: tuple[int, ...] = ()
    edits: tuple[PlanEdit, ...] = ()
    start: str = ""
    after: bool = False
    problem: Problem | None = None


def read_clause(clause: str, series: Sequence[Series], before: tuple[int, ...] = ()) -> Clause:
    """One clause; `before` are the series that the clause before it named."""
    begins = say.START.fullmatch(clause)
    if begins and not _weeks_from_now(clause):
        return Clause(clause, start=begins["day"], after=bool(begins["after"]))
    if say.ONE_OFF.search(clause):
        return Clause(clause)  # one day of the diary, not the plan
    cannot = _cannot(clause)
    if cannot is not None:
        return Clause(clause, problem=cannot)
    if say.ADD.match(clause):
        return _added(clause, series)
    renamed = say.RENAME.search(clause) or say.CALL.search(clause)
    if renamed:
        return _renamed(clause, renamed, series, before)
    weeks = weeks_of(clause, series)
    if weeks is not None:
        return Clause(clause, edits=(weeks,))
    target = find_target(clause, series)
    if target.unknown:
        return Clause(clause, problem=_unknown(target.unknown, series))
    whole = _about_two_or_all(clause, target, series)
    if whole is not None:
        return whole
    ramp = say.START_WITH.search(clause)
    if ramp:
        return _ramp(clause, int(ramp[1]), target, series)
    numbers = target.numbers or before or (0,)
    edits = [edit for number in numbers for edit in _read(target, number, named=target.named)]
    if numbers == (0,) and say.ONLY.search(target.rest):
        edits += _others_too(edits, series)
    problem = clock_and_part_differ(target.rest) if edits else None
    return Clause(clause, target.numbers, tuple(edits), problem=problem)


def _others_too(edits: Sequence[PlanEdit], series: Sequence[Series]) -> list[PlanEdit]:
    """ "Only Mondays and Thursdays" holds for every task; the days that are moved are those of the main one."""
    moved = next((edit for edit in edits if edit.kind is EditKind.MOVE and edit.weekdays), None)
    if moved is None or moved.series == 0:
        return []
    closed = tuple(day for day in range(7) if day not in moved.weekdays)
    return [
        PlanEdit(EditKind.NOT_ON, one.number, weekdays=closed) for one in series if one.number != moved.series
    ]


def _cannot(clause: str) -> Problem | None:
    """What no operation does, and what can be done instead."""
    for pattern, words in _CANNOT:
        if pattern.search(clause):
            return Problem(f"{words} What shall I do?")
    changes = say.EASIER.search(clause) or say.HARDER.search(clause) or say.MINUTES.search(clause)
    if changes and say.ONE_WEEK.search(clause) and not say.WEEK_FREE.search(clause):
        return Problem(
            "I change a task for all its weeks, not for one of them. Easier from the start, or a week off?",
            ("Easier", "A rest week"),
        )
    return None


def _weeks_from_now(clause: str) -> bool:
    """ "start in two weeks" is a length of time, not a day."""
    return say.WEEKS_LATER.search(clause) is not None and say.START_LATER.search(clause) is not None


def _unknown(name: str, series: Sequence[Series]) -> Problem | None:
    """A number the plan does not have is said; a name may be something else in the diary, and is left to others."""
    if not name.isdigit():
        return None
    there = (
        "only 1 task" if len(series) == 1 else f"tasks 1 {'and' if len(series) == 2 else 'to'} {len(series)}"
    )
    return Problem(f"There is no {name}: the plan has {there}. Which one do you mean?")


def _added(clause: str, series: Sequence[Series]) -> Clause:
    """A new task; one with a single day and a clock time is a reminder, not part of a plan."""
    found = say.ADD.match(clause)
    what = found["what"].strip() if found else ""
    title = say.ADDED_TITLE.match(what)
    if title is None or len(title["title"].split()) > 6 or say.STRANGER.search(clause):
        return Clause(clause)
    name = say.MINUTES.sub("", title["title"]).strip(" .!-\"'“”")
    name = f"{name[:1].upper()}{name[1:]}"
    rest = what[title.end("title") :] + " " + " ".join(say.MINUTES.findall(title["title"]))
    moved = move(rest, 0, named=True, days=days_of(rest))
    if not name or (say.SOME_DAY.search(rest) and moved and moved[0].at is not None):
        return Clause(clause)
    if any(one.title.casefold() == name.casefold() for one in series):
        return Clause(
            clause, problem=Problem(f"{name} is in the plan already. What should be different about it?")
        )
    if sum(len(one.stages) for one in series) >= MOST_STAGES:
        return Clause(
            clause,
            problem=Problem("That would be more than one plan can hold. Which task should go instead?"),
        )
    return Clause(clause, edits=(_new_task(name, rest, moved[0] if moved else PlanEdit(EditKind.ADD)),))


def _new_task(name: str, rest: str, where: PlanEdit) -> PlanEdit:
    found = amounts(rest, 0)
    minutes = next((edit.count for edit in found if edit.kind is EditKind.MINUTES), 0)
    often = next((edit.count for edit in found if edit.kind is EditKind.DAYS), 0)
    return PlanEdit(
        EditKind.ADD,
        weekdays=where.weekdays,
        at=where.at,
        part=where.part,
        count=minutes,
        title=name,
        per_week=often,
    )


def _renamed(clause: str, found: re.Match[str], series: Sequence[Series], before: tuple[int, ...]) -> Clause:
    """The new name; which task, is said before it."""
    said = next(filter(None, found.groups()), "")
    target = find_target(clause[: clause.index(said)], series)
    if target.unknown:
        return Clause(clause, problem=_unknown(target.unknown, series))
    known = target.numbers or before or ((1,) if len(series) == 1 else ())
    if not known or 0 in known:
        choices = tuple(f"Rename {one.number} to {said}"[:60] for one in series)
        return Clause(clause, problem=Problem("Which one shall have that name?", choices))
    number, title = known[0], said.strip(" .!\"'“”")
    title = f"{title[:1].upper()}{title[1:]}"[:120]
    if any(one.title.casefold() == title.casefold() and one.number != number for one in series):
        problem = Problem(f"There is a task called {title} already. What else could it be called?")
        return Clause(clause, (number,), problem=problem)
    return Clause(clause, (number,), (PlanEdit(EditKind.RENAME, number, title=title),))


def _about_two_or_all(clause: str, target: Target, series: Sequence[Series]) -> Clause | None:
    """Wishes that concern several tasks together, or cannot be carried out at all."""
    if say.SWAP.search(clause) and not days_of(clause) and not say.CLOCK.search(target.rest):
        return _swap(clause, target, series)
    if say.KEEP_ONLY.search(clause) and target.named and 0 not in target.numbers and not _says_how(target):
        gone = [one.number for one in series if one.number not in target.numbers]
        return Clause(clause, target.numbers, tuple(PlanEdit(EditKind.DROP, number) for number in gone))
    return None


def _says_how(target: Target) -> bool:
    """ "Only 1 in the evening" moves task 1; "only 1" drops the others."""
    return bool(_read(target, target.numbers[0], named=True))


def _ramp(clause: str, minutes: int, target: Target, series: Sequence[Series]) -> Clause:
    """ "Start with 10 minutes": the first stage, and the later ones in proportion."""
    number = target.numbers[0] if target.numbers and target.numbers[0] else 1
    share = round(100 * minutes / series[number - 1].first.duration_minutes)
    return Clause(clause, (number,), (PlanEdit(EditKind.MINUTES_TIMES, number, count=share),))


def _swap(clause: str, target: Target, series: Sequence[Series]) -> Clause | None:
    numbers = target.numbers if 0 not in target.numbers else ()
    if len(numbers) < 2:
        sides = re.split(r"\b(?:and|with|for)\b|&", clause, maxsplit=1)
        named = [by_words(side, series) for side in sides]
        numbers = tuple(one for one in named if one is not None) if len(named) == 2 else numbers
    if not numbers and len(series) == 2:
        numbers = (1, 2)
    if len(numbers) == 2:
        first, second = numbers
        return Clause(clause, numbers, (PlanEdit(EditKind.SWAP, first, other=second),))
    if len(series) == 1:
        return Clause(
            clause, problem=Problem("There is only one task, nothing to swap it with. What shall I do?")
        )
    pairs = [
        f"Swap {one.number} and {other.number}"
        for one in series
        for other in series
        if one.number < other.number
    ]
    return Clause(clause, problem=Problem("Which two shall change places?", tuple(pairs[:6])))


def _kept_free(rest: str, number: int, days: tuple[int, ...]) -> list[PlanEdit]:
    """Hours and days that are exchanged or stay free."""
    bounded = limits(rest, number)
    if bounded:
        return bounded
    swap = swapped_days(rest, number) if days else None
    if swap is not None:
        return [swap]
    return free_days(rest, number, days) or part_that_is_not_wanted(rest, number)


def _read(target: Target, number: int, *, named: bool) -> list[PlanEdit]:
    """What is asked of one series (0: of all); `rest` is the clause without its reference to a task."""
    rest = target.rest
    if say.START_LATER.search(rest) and not named:
        return [PlanEdit(EditKind.START_LATER, count=later_by(rest))]
    days = days_of(rest)
    kept_free = _kept_free(rest, number, days)
    if kept_free:
        return kept_free + [edit for edit in amounts(rest, number) if edit.kind in _LENGTHS]
    if named and (say.DROP.search(rest) or say.NO_NAME.fullmatch(rest)):
        return [PlanEdit(EditKind.DROP, number)]
    main = number if named else number or 1  # "twice a week" means the main series, not the weekly look back
    found = amounts(rest, number, main)
    found += move(rest, main if days else number, named=named or number > 0, days=days, found=bool(found))
    needs = any(edit.kind in _NEEDS_NO_OTHER_SUBJECT for edit in found)
    return [] if needs and not named and speaks_of_something(rest) else found

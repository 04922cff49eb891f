"""Changing the plan on the table: what was said becomes edits of this very draft, its days and times included."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from agents.outputs import GoalPlannerOutput
from agents.plans.draft import Draft
from agents.plans.edits.operations import EditKind, PlanEdit, apply_edits, start_shift
from agents.plans.edits.words import read_wish
from agents.state import Json
from reminders.rules.rhythm import Rhythm, within

_SAYS_HALF = re.compile(r"\d\s*[ap]\.?m\b|morning|\b0\d|\d:\d\d", re.I)
_AFTER_WORK = re.compile(
    r"\b(?:right |straight |directly |just )?after (?:my )?(?:work|(?:the |night )?shift)\b", re.I
)
_HOME = timedelta(minutes=30)  # until one is home
_DAY = 24 * 60
BY_BUTTON = {
    "easier": PlanEdit(EditKind.EASIER),
    "harder": PlanEdit(EditKind.HARDER),
    "fewer": PlanEdit(EditKind.FEWER_DAYS),
    "later": PlanEdit(EditKind.START_LATER, count=7),
}


@dataclass(frozen=True, slots=True)
class Edited:
    """A changed proposal, how many days later it starts, what changed in words, and what was not understood besides."""

    plan: GoalPlannerOutput
    days_later: int = 0
    words: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()


def edit_in_words(draft: Draft, text: str, rhythm: Rhythm | None = None) -> Edited | None:
    """The plan with the changes that were said; None when the words hold none that rules can read.

    With the person's rhythm, "at 6" without am or pm is the half of the day in which they are awake.
    """
    text = after_my_work(text, rhythm)
    edits = read_wish(text, draft.plan).edits
    return carry_out(draft, edits, text, rhythm) if edits else None


def after_my_work(text: str, rhythm: Rhythm | None) -> str:
    """ "After work" is the evening for most; whoever works through the night means the morning that ends it."""
    if rhythm is None or rhythm.work is None or rhythm.work[0] < rhythm.work[1]:
        return text
    ends = datetime.combine(date.min, rhythm.work[1]) + _HOME
    return _AFTER_WORK.sub(f"at {ends:%H:%M}", text)


def carry_out(
    draft: Draft, edits: Sequence[PlanEdit], text: str = "", rhythm: Rhythm | None = None
) -> Edited:
    edits = awake_hours(edits, text, rhythm)
    exact = [one for edit in edits for one in _on_this_draft(draft, edit)]
    plan, words = apply_edits(draft.plan, exact)
    return Edited(plan, start_shift(edits), tuple(words))


def edit_by_button(draft: Draft, word: str) -> Edited:
    return carry_out(draft, [BY_BUTTON[word]])


def awake_hours(edits: Sequence[PlanEdit], text: str, rhythm: Rhythm | None) -> list[PlanEdit]:
    """A bare hour in the night is meant in the evening."""
    if rhythm is None or rhythm.sleep is None or _SAYS_HALF.search(text):
        return list(edits)
    return [_awake(edit, rhythm.sleep) for edit in edits]


def _awake(edit: PlanEdit, sleep: tuple[time, time]) -> PlanEdit:
    if edit.at is None or edit.at.hour >= 12 or edit.kind in (EditKind.NOT_BEFORE, EditKind.NOT_AFTER):
        return edit
    evening = edit.at.replace(hour=edit.at.hour + 12)
    return replace(edit, at=evening) if within(edit.at, *sleep) and not within(evening, *sleep) else edit


def asleep_at(edits: Sequence[PlanEdit], text: str, rhythm: Rhythm) -> str | None:
    """What to say to a time at which the person sleeps; None when there is none among the edits."""
    if rhythm.sleep is None:
        return None
    for edit in awake_hours(edits, text, rhythm):
        if edit.kind in (EditKind.MOVE, EditKind.ADD) and edit.at and within(edit.at, *rhythm.sleep):
            bed, wake = rhythm.sleep
            return f"{edit.at:%H:%M} lies in your sleep, {bed:%H:%M}-{wake:%H:%M}, and nothing goes there. Which time instead?"
    return None


# ------------------------------------------------------------------ from "an hour later" to a clock time


def _on_this_draft(draft: Draft, edit: PlanEdit) -> Iterator[PlanEdit]:
    """Wishes relative to where a task is now, as the days and times they come to."""
    if edit.kind is EditKind.SWAP:
        yield from _swapped(draft, edit)
    elif edit.kind in (EditKind.EARLIER, EditKind.LATER, EditKind.SWAP_DAY):
        numbers = [edit.series] if edit.series else range(1, len(draft.placed) + 1)
        for number in numbers:
            yield _absolute(draft, replace(edit, series=number))
    else:
        yield edit


def _absolute(draft: Draft, edit: PlanEdit) -> PlanEdit:
    now = draft.placed[edit.series - 1] if edit.series <= len(draft.placed) else None
    if now is None or not now["tasks"]:
        return edit
    if edit.kind is EditKind.SWAP_DAY:
        days, away = set(now["weekdays"]), set(edit.away)
        if not days & away:
            return replace(edit, kind=EditKind.NOT_ON, weekdays=edit.away, away=())
        return PlanEdit(EditKind.MOVE, edit.series, weekdays=tuple(sorted(days - away | set(edit.weekdays))))
    step = (edit.count or 60) * (-1 if edit.kind is EditKind.EARLIER else 1)
    at = time.fromisoformat(now["at"])
    minutes = min(max(at.hour * 60 + at.minute + step, 0), _DAY - 5)
    return PlanEdit(EditKind.MOVE, edit.series, at=time(minutes // 60, minutes % 60))


def _swapped(draft: Draft, edit: PlanEdit) -> Iterator[PlanEdit]:
    """Two tasks change places: their times, and their days where both have as many."""
    if not {edit.series, edit.other} <= set(range(1, len(draft.placed) + 1)):
        return
    first, second = draft.placed[edit.series - 1], draft.placed[edit.other - 1]
    as_many = len(first["weekdays"]) == len(second["weekdays"])
    yield _to_the_place_of(second, edit.series, days=as_many)
    yield _to_the_place_of(first, edit.other, days=as_many)


def _to_the_place_of(other: Json, number: int, *, days: bool) -> PlanEdit:
    weekdays = tuple(other["weekdays"]) if days else ()
    return PlanEdit(EditKind.MOVE, number, weekdays=weekdays, at=time.fromisoformat(other["at"]))

"""What is said beside a captured task: that it falls into sleep, overlaps, or waits for a place."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from agents import diary, wording
from agents.tasks.wishes import Wish, occurrences
from agents.turn import TurnContext
from reminders.rules.diary import Busy, Diary


def notes_on(ctx: TurnContext, wishes: Sequence[Wish]) -> list[str]:
    """What speaks against a time: the person's sleep, or another task that is named."""
    rhythm, taken = diary.rhythm(ctx), diary.busy(ctx)
    notes = []
    for wish in wishes:
        if wish.place:
            notes.append(_how_asked(ctx, wish))
            continue
        nights, clashes = [], []
        for at in occurrences(ctx, wish):
            end = at + timedelta(minutes=wish.minutes)
            nights += [at] if rhythm.sleep and rhythm.sleeps_between(at, end) else []
            clash = Diary.of(taken).clash(at, end, timedelta(0))
            clashes += [(at, clash)] if clash else []
        if nights and rhythm.sleep:
            bed, wake = rhythm.sleep
            notes.append(f"That is in your sleep ({wording.clock(bed)}-{wording.clock(wake)}).")
        if clashes:
            notes.append(_says_clash(ctx, clashes))
    return list(dict.fromkeys(notes))


def _how_asked(ctx: TurnContext, wish: Wish) -> str:
    """What a place means here: nobody is followed, the person is asked."""
    first = wording.moment(wish.moment or ctx.now, ctx.zone)
    return (
        f"I can't see where you are, so I'll ask you: from {first} on, every two hours while you are awake."
    )


def _says_clash(ctx: TurnContext, clashes: Sequence[tuple[datetime, Busy]]) -> str:
    at, other = clashes[0]
    more = f" and {wording.count(len(clashes) - 1, 'other')}" if len(clashes) > 1 else ""
    start, end = other.start.astimezone(ctx.zone), other.end.astimezone(ctx.zone)
    day = at.astimezone(ctx.zone)
    return f"It overlaps with {other.title} on {day:%a} {day.day} {day:%b} ({start:%H:%M}-{end:%H:%M}){more}."

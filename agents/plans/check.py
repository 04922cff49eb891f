"""Whether a plan on the table can still be carried out as it stands, and the same plan placed anew when it cannot."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

from agents import diary
from agents.plans.draft import Draft
from agents.plans.placing import in_the_way, place
from agents.plans.steady import steady
from agents.turn import TurnContext
from reminders.rules.diary import Diary


def still_stands(ctx: TurnContext, draft: Draft) -> bool:
    """Every occurrence lies ahead, outside sleep and clear of whatever has come into the diary since."""
    if begun(ctx, draft):
        return False
    rhythm, taken = diary.rhythm(ctx), Diary.of(in_the_way(ctx, draft))
    for series in draft.placed:
        for task in series["tasks"]:
            start = datetime.fromisoformat(task["start"])
            end = start + timedelta(minutes=task["minutes"])
            if taken.clash(start, end) is not None or rhythm.sleeps_between(start, end):
                return False
    return True


def begun(ctx: TurnContext, draft: Draft) -> bool:
    """The plan's first day has come before anybody agreed to it."""
    late = bool(draft.moments) and datetime.fromisoformat(draft.moments[0]) <= ctx.now
    return late or date.fromisoformat(draft.starts_on) < ctx.local_now.date()


def renewed(ctx: TurnContext, draft: Draft) -> Draft:
    """The same version placed in today's diary; what should have begun already begins tomorrow."""
    tomorrow = (ctx.local_now.date() + timedelta(days=1)).isoformat()
    late = begun(ctx, draft) or not draft.placed
    moved = replace(draft, starts_on=max(draft.starts_on, tomorrow)) if late else draft
    wanted = steady(moved.plan, moved.plan, moved.placed or moved.cues)
    return replace(moved, placed=place(ctx, moved, wanted), cues=[])

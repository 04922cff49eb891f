"""Tasks that come again, as far as one sentence says how: their first moment, and what is still to be asked."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta

from agents import wording
from agents.tasks.heard_tasks import each_clock
from agents.tasks.wishes import Wish
from agents.turn import TurnContext
from reminders.rules.when import When, read_when


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a time cannot be taken as it is: a question, with likely answers as (label, epoch seconds)."""

    text: str
    options: tuple[tuple[str, str], ...] = ()


_WEEKLY = re.compile(
    r"\W*(?:yes,? )?(?:every|each|weekly|always|all of them)\b(?: (?:one|week|time))?\W*", re.I
)
_ONCE = re.compile(
    r"\W*(?:no,? )?(?:just|only)? ?(?:this|the|these|that)? ?(?:once|one|two|time|week|days?)\b.{0,12}", re.I
)


def which(ctx: TurnContext, when: When) -> Problem:
    """The question of a doubtful time, with what it may mean; a day without a clock is answered by its name."""
    if when.timed:
        options = tuple((wording.moment(at, ctx.zone), f"{at.timestamp():.0f}") for at in when.others)
    else:
        days = [at.astimezone(ctx.zone) for at in when.others]
        options = tuple((f"{at:%a} {at.day} {at:%b}", "") for at in days)
    if when.rrule and "COUNT=" in when.rrule and not options:
        options = (("Every week", ""), ("Just this once", ""))
    return Problem(when.question or "Which one do you mean?", options)


def repeated(ctx: TurnContext, text: str, wish: Wish) -> list[Wish]:
    """How a recurrence is meant that was in doubt: weekly or once, or on which days or at which times."""
    counted = re.sub(r";COUNT=\d+", "", wish.rule)
    if counted != wish.rule:
        if _WEEKLY.fullmatch(text):
            return [replace(wish, rule=counted)]
        return [wish] if _ONCE.fullmatch(text) else []
    said = f"every day at {text}" if wish.rule.startswith("FREQ=DAILY") else f"every {text}"
    when = read_when(said, ctx.local_now, ctx.user.timezone).when
    if when is None or when.kind != "rrule" or not when.rrule or when.per_period > 1:
        return []
    if when.ambiguous or ("BYDAY" not in when.rrule and not when.timed):
        return []
    fresh = replace(wish, at="")
    return [series(ctx, fresh, one)[0] for one in each_clock(when, ctx.now)]


def series(ctx: TurnContext, wish: Wish, when: When) -> tuple[Wish, Problem | None]:
    first, rule = when.first, when.rrule or ""
    if rule.startswith(("FREQ=HOURLY", "FREQ=MINUTELY", "FREQ=SECONDLY")):
        text = "I remind of a task a few times a day at most. At which times should it be?"
        return replace(wish, rule="FREQ=DAILY"), Problem(text)
    if rule.startswith("FREQ=YEARLY") and first is not None:
        return _once(ctx, wish, when, first)
    if first is None or not when.timed:
        at = _usual_time(ctx, when)
        base = (first or ctx.now).astimezone(ctx.zone)
        first = datetime.combine(base.date(), at, ctx.zone).astimezone(UTC)
    if when.ambiguous:
        return replace(wish.starting(first), rule=when.rrule or ""), which(ctx, when)
    return replace(wish.starting(first), rule=when.rrule or ""), None


def _once(ctx: TurnContext, wish: Wish, when: When, first: datetime) -> tuple[Wish, Problem | None]:
    """A yearly day: its next time, since plans reach six weeks."""
    if when.timed:
        return wish.starting(first), None
    midnight = datetime.combine(first.astimezone(ctx.zone).date(), time(0), ctx.zone).astimezone(UTC)
    return replace(wish, after=midnight.isoformat(), before=(midnight + timedelta(days=1)).isoformat()), None


def _usual_time(ctx: TurnContext, when: When) -> time:
    """A time of day for "every monday morning" and the like."""
    profile = ctx.profile()
    if when.part is None and profile.wake_time is not None:
        return time((profile.wake_time.hour + 2) % 24, profile.wake_time.minute)
    return {"morning": time(8), "noon": time(12, 30), "afternoon": time(15), "night": time(21)}.get(
        when.part or "", time(18)
    )

"""Until when a snooze lasts: what was asked for, kept out of the person's sleep and before their next task."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from reminders.rules.rhythm import Rhythm

DEFAULT = timedelta(minutes=10)
SHORTEST = timedelta(minutes=5)
LONGEST = timedelta(hours=24)
EVENING = time(19)


def snooze_until(
    argument: str,
    starts_at: datetime,
    minutes: int,
    rhythm: Rhythm,
    next_start: datetime | None,
    now: datetime,
) -> datetime:
    """When the ladder begins again. `argument`: "tonight", "tomorrow", minutes as digits, or "" for ten minutes.

    `next_start` is when the person's next task begins. What no longer fits before bed comes tomorrow, at the task's
    own local time.
    """
    length = timedelta(minutes=minutes)
    if argument == "tomorrow":
        return _tomorrow(starts_at, rhythm, now)
    wanted = _tonight(rhythm, now) if argument == "tonight" else now + _asked(argument)
    if (
        next_start is not None
        and wanted < next_start + timedelta(minutes=15)
        and next_start < wanted + length
    ):
        wanted = max(now + SHORTEST, min(wanted, next_start - length))
    night = next(rhythm.nights(now, wanted + length), None)
    if night is not None:
        wanted = min(wanted, night[0] - length)
        if wanted < now + SHORTEST:
            return _tomorrow(starts_at, rhythm, now)
    return wanted


def _asked(argument: str) -> timedelta:
    if not argument.isdigit():
        return DEFAULT
    return min(max(timedelta(minutes=int(argument)), timedelta(minutes=1)), LONGEST)


def _tonight(rhythm: Rhythm, now: datetime) -> datetime:
    evening = rhythm.utc(rhythm.day(now), EVENING)
    return max(evening, now + timedelta(hours=1))


def _tomorrow(starts_at: datetime, rhythm: Rhythm, now: datetime) -> datetime:
    """The task's own local time after the next sleep: at five past midnight tomorrow has begun on the calendar only."""
    night = next(rhythm.nights(now, now + LONGEST), None)
    own = rhythm.local(starts_at).time().replace(tzinfo=None)
    if night is None:
        return rhythm.utc(rhythm.day(now) + timedelta(days=1), own)
    day = rhythm.day(night[1])
    at = rhythm.wakes_after(rhythm.utc(day, own))
    return at if at >= night[1] else rhythm.wakes_after(rhythm.utc(day + timedelta(days=1), own))

"""Random nights in random zones around the days on which clocks change: what the rules would send, by the clock on the wall."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from reminders.rules.ladder import Ladder, Timing
from reminders.rules.life import Answered, SendRung, TaskState, Woken, step
from reminders.rules.rhythm import Rhythm
from storage.vocabulary import Answer
from tests.lives.people import ZONES

_MINUTE = timedelta(minutes=1)
# Nights on which clocks change, somewhere between Chatham and Los Angeles, and an ordinary one.
_NIGHTS = tuple(
    datetime(2026, month, day, tzinfo=UTC)
    for month, day in ((3, 8), (3, 29), (4, 5), (4, 24), (9, 27), (10, 4), (10, 25), (11, 1), (6, 15))
)
_ANSWERS = (None, None, Answer.ON_IT, Answer.SNOOZE)


def sends_in_sleep(cases: int, seed: int) -> tuple[int, int]:
    """(sends that fell into sleep, cases). A case is one task of one random person, lived to its end."""
    rng = Random(seed)
    return sum(_case(rng) for _ in range(cases)), cases


def _case(rng: Random) -> int:
    zone = ZoneInfo(rng.choice(ZONES))
    bed, wake = _some_time(rng), _some_time(rng)
    rhythm = Rhythm(zone, sleep=(bed, wake) if bed != wake else None)
    timing = Timing(
        _MINUTE * rng.choice((0, 10, 60, 600)), _MINUTE * rng.choice((1, 2, 30, 240)), _MINUTE * 60
    )
    ladder = Ladder(rhythm, timing)
    created = rng.choice(_NIGHTS) + _MINUTE * rng.randrange(-1440, 1440)
    starts = created + _MINUTE * rng.randrange(1, 2880)
    state = TaskState(starts, _MINUTE * 30, created, ladder.first_rung_at(starts, created))
    answer, inside = rng.choice(_ANSWERS), 0
    for _ in range(40):
        if state.wakes_at is None:
            break
        now = state.wakes_at + timedelta(seconds=rng.choice((0, 0, 1, 400, 20_000)))
        state, effects = step(state, Woken(), ladder, now)
        moments = [effect.not_before or now for effect in effects if isinstance(effect, SendRung)]
        inside += sum(_asleep(at.astimezone(zone).time(), bed, wake) for at in moments)
        if moments and answer is not None:
            until = now + _MINUTE * rng.randrange(5, 600)
            state, _ = step(state, Answered(answer, until if answer == Answer.SNOOZE else None), ladder, now)
            answer = None
    return inside


def _some_time(rng: Random) -> time:
    return time(rng.randrange(24), rng.choice((0, 15, 30, 45)))


def _asleep(shown: time, bed: time, wake: time) -> bool:
    return bed != wake and (bed <= shown < wake if bed < wake else shown >= bed or shown < wake)

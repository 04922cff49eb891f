"""Pauses, journeys, snoozes and "on it", in any order: nothing is ever sent in sleep or in a pause, and every life ends."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import example, given, settings
from hypothesis import strategies as st

from reminders.rules.ladder import Ladder, Timing
from reminders.rules.life import Answered, SendRung, TaskState, Woken, step
from reminders.rules.rhythm import Rhythm, to_utc
from reminders.rules.snooze import snooze_until
from storage.vocabulary import Answer, Stage, TaskStatus
from tests.reminders.rules.lives import BERLIN, MINUTE, NOW, fresh

ZONES = ["Europe/Berlin", "America/New_York", "Asia/Tokyo", "Pacific/Apia", "Australia/Lord_Howe", "UTC"]
NIGHTS = [(time(23), time(7)), (time(1, 30), time(9)), (time(10), time(18)), (time(0), time(6))]
happenings = st.one_of(
    st.just(("on it", "")),
    st.sampled_from(["10", "60", "1440", "tonight", "tomorrow"]).map(lambda length: ("snooze", length)),
    st.integers(0, 5 * 24 * 60).map(lambda minutes: ("pause", str(minutes))),
    st.just(("go on", "")),
    st.sampled_from(ZONES).map(lambda zone: ("same times in", zone)),
    st.sampled_from(ZONES).map(lambda zone: ("same moments in", zone)),
)
Said = tuple[int, tuple[str, str]]


def moved(state: TaskState, before: Ladder, after: Ladder, now: datetime, *, keeps_clock: bool) -> TaskState:
    """What reminders.plans.change_zone does to a task that waits."""
    if state.stage != Stage.WAITING or state.status != TaskStatus.PENDING:
        return state
    local = before.rhythm.local(state.starts_at).replace(tzinfo=None)
    starts_at = to_utc(local, after.rhythm.zone) if keeps_clock else state.starts_at
    if starts_at <= now:
        return state
    return replace(state, starts_at=starts_at, wakes_at=after.first_rung_at(starts_at, state.created_at))


@given(
    st.sampled_from(ZONES),
    st.sampled_from(NIGHTS),
    st.integers(0, 366 * 24 * 4).map(
        lambda quarters: datetime(2026, 1, 1, tzinfo=UTC) + quarters * 15 * MINUTE
    ),
    st.integers(1, 36 * 60),
    st.lists(st.tuples(st.integers(0, 9 * 60), happenings), max_size=6),
    st.sampled_from([0, 1, 7, 90]),
)
@settings(max_examples=400, deadline=None)
@example("Europe/Berlin", NIGHTS[0], NOW + timedelta(hours=12), 20, [(5, ("snooze", "60"))], 0)
@example("Europe/Berlin", NIGHTS[0], NOW, 9 * 60, [(0, ("same times in", "Asia/Tokyo"))], 0)
@example("Europe/Berlin", NIGHTS[0], NOW, 30, [(25, ("on it", "")), (1, ("pause", "840"))], 0)
def test_nothing_is_sent_in_sleep_or_in_a_pause_whatever_happens(
    zone: str, night: tuple[time, time], created: datetime, ahead: int, said: list[Said], late: int
) -> None:
    ladder = Ladder(Rhythm(ZoneInfo(zone), sleep=night), Timing())
    state, now = fresh(created + ahead * MINUTE, created, ladder), created
    sent: list[datetime] = []

    def wake(until: datetime) -> None:
        """Whatever falls due by then, `late` minutes late."""
        nonlocal state
        for _ in range(60):
            if state.wakes_at is None or max(state.wakes_at + late * MINUTE, now) > until:
                return
            at = max(state.wakes_at + late * MINUTE, now)
            state, effects = step(state, Woken(), ladder, at)
            for effect in effects:
                if isinstance(effect, SendRung):
                    due = effect.not_before or at
                    assert not ladder.rhythm.asleep(due)
                    assert not ladder.paused(due)
                    sent.append(due)
        raise AssertionError(f"this life never ends: {state}")

    for wait, (what, detail) in said:
        wake(now + wait * MINUTE)
        now += wait * MINUTE
        match what:
            case "on it":
                state, _ = step(state, Answered(Answer.ON_IT), ladder, now)
            case "snooze":
                until = snooze_until(detail, state.starts_at, 30, ladder.rhythm, None, now)
                assert now < until <= now + timedelta(hours=48)
                assert not ladder.rhythm.asleep(until)
                state, _ = step(state, Answered(Answer.SNOOZE, until), ladder, now)
            case "pause":
                ladder = replace(ladder, paused_until=now + int(detail) * MINUTE)
            case "go on":
                ladder = replace(ladder, paused_until=None)
            case _:
                after = replace(ladder, rhythm=replace(ladder.rhythm, zone=ZoneInfo(detail)))
                state = moved(state, ladder, after, now, keeps_clock=what == "same times in")
                ladder = after
    wake(now + timedelta(days=30))
    assert state.wakes_at is None
    assert state.status != TaskStatus.PENDING
    assert len(sent) <= 5 * (1 + len(said)), "a handful for each life that began anew"


def test_a_follow_up_whose_time_lies_in_a_pause_is_asked_on_the_first_morning_after_it() -> None:
    ladder = Ladder(Rhythm(BERLIN, sleep=(time(23), time(7))))
    state = fresh(NOW + 10 * MINUTE, NOW, ladder)
    state, _ = step(state, Woken(), ladder, NOW)
    state, _ = step(state, Answered(Answer.ON_IT), ladder, NOW + MINUTE)
    midnight = datetime(2026, 3, 15, 23, tzinfo=UTC)
    paused = replace(ladder, paused_until=midnight)
    asked: list[datetime] = []
    while state.wakes_at is not None and not asked:
        at = state.wakes_at
        state, effects = step(state, Woken(), paused, at)
        asked += [at for effect in effects if isinstance(effect, SendRung)]
    assert asked == [datetime(2026, 3, 16, 6, tzinfo=UTC)]

"""The life of a task under random days: never missed early, nothing in sleep, each rung once, answers always win."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reminders.rules.ladder import Ladder, Timing
from reminders.rules.life import (
    Answered,
    Cancelled,
    Effect,
    Event,
    Learn,
    Moved,
    SendRung,
    SkipRung,
    Supersede,
    TaskState,
    Undone,
    Woken,
    step,
)
from reminders.rules.rhythm import Rhythm
from storage.vocabulary import Answer, Rung, Stage, TaskStatus

BERLIN = ZoneInfo("Europe/Berlin")
NIGHTS = Rhythm(BERLIN, sleep=(time(23), time(7)))
NOW = datetime(2026, 3, 11, 9, 0, tzinfo=UTC)  # a Wednesday, 10:00 in Berlin
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
LADDER = Ladder(NIGHTS)


def fresh(start: datetime, created: datetime, ladder: Ladder, minutes: int = 30) -> TaskState:
    wakes_at = ladder.first_rung_at(start, created)
    return TaskState(start, timedelta(minutes=minutes), created, wakes_at)


@dataclass
class Told:
    """A life as it was lived: (moment, effect) in order, and the states in between."""

    state: TaskState
    effects: list[tuple[datetime, Effect]] = field(default_factory=list)
    states: list[tuple[datetime, TaskState]] = field(default_factory=list)

    def sent(self) -> list[tuple[datetime, SendRung]]:
        return [(at, effect) for at, effect in self.effects if isinstance(effect, SendRung)]

    def at(self, now: datetime, event: Event, ladder: Ladder) -> None:
        self.state, effects = step(self.state, event, ladder, now)
        self.effects += [(now, effect) for effect in effects]
        self.states.append((now, self.state))


def live(state: TaskState, ladder: Ladder, late: timedelta = timedelta(0), steps: int = 60) -> Told:
    """Wake the task whenever it asks to be woken, always `late` by the same time, until it is closed."""
    told = Told(state)
    for _ in range(steps):
        if told.state.wakes_at is None:
            return told
        told.at(told.state.wakes_at + late, Woken(), ladder)
    raise AssertionError(f"this life never ends: {told.state}")


# ------------------------------------------------------------------ tables


def test_the_ladder_of_the_product_to_the_minute() -> None:
    start = NOW + HOUR
    told = live(fresh(start, NOW, LADDER), LADDER)
    assert [(at, effect.rung) for at, effect in told.sent()] == [
        (start - 10 * MINUTE, Rung.REMIND),
        (start - 8 * MINUTE, Rung.WHATSAPP),
        (start - 6 * MINUTE, Rung.CALL),
        (start + 60 * MINUTE, Rung.MISS_NOTE),
    ]
    assert told.state.status == TaskStatus.MISSED


def test_what_is_created_shortly_before_its_start_is_reminded_of_at_once() -> None:
    told = live(fresh(NOW + 3 * MINUTE, NOW, LADDER), LADDER)
    assert told.sent()[0][0] == NOW


def test_a_grace_shorter_than_the_ladder_never_cuts_it_off() -> None:
    timing = Timing(lead=timedelta(0), window=5 * MINUTE, grace=timedelta(0))
    told = live(fresh(NOW + MINUTE, NOW, Ladder(NIGHTS, timing)), Ladder(NIGHTS, timing))
    rungs = [effect.rung for _, effect in told.sent()]
    assert rungs[-1] == Rung.MISS_NOTE
    missed_at = next(at for at, state in told.states if state.status == TaskStatus.MISSED)
    last_rung = max(at for at, effect in told.sent() if effect.rung != Rung.MISS_NOTE)
    assert missed_at >= last_rung + timing.window


@pytest.mark.parametrize(
    ("start", "expected"),
    [
        ("2026-03-12T07:05", "2026-03-12T07:00"),  # the lead lies in sleep: on waking
        ("2026-03-11T23:30", "2026-03-11T22:50"),  # begins in sleep: one lead before bed
        ("2026-03-12T03:00", "2026-03-11T22:50"),
        ("2026-03-11T22:55", "2026-03-11T22:45"),  # before bed as always
        ("2026-03-12T09:00", "2026-03-12T08:50"),
    ],
)
def test_when_the_first_rung_is_due_around_sleep(start: str, expected: str) -> None:
    at = datetime.fromisoformat(start).replace(tzinfo=BERLIN)
    due = LADDER.first_rung_at(at.astimezone(UTC), NOW)
    assert due.astimezone(BERLIN).strftime("%Y-%m-%dT%H:%M") == expected


def test_a_call_that_is_six_minutes_late_is_never_made() -> None:
    told = Told(fresh(NOW + HOUR, NOW, LADDER))
    for _ in range(2):
        told.at(told.state.wakes_at or NOW, Woken(), LADDER)
    told.at((told.state.wakes_at or NOW) + 6 * MINUTE, Woken(), LADDER)
    assert SkipRung(Rung.CALL, "too late to call", expired=True) in [effect for _, effect in told.effects]
    assert told.state.stage == Stage.CALLED


def test_a_call_is_not_made_late_because_the_rungs_before_it_were_late() -> None:
    told = Told(fresh(NOW + HOUR, NOW, LADDER))
    told.at(NOW + HOUR + 20 * MINUTE, Woken(), LADDER)  # the reminder, after an outage
    told.at(NOW + HOUR + 22 * MINUTE, Woken(), LADDER)
    told.at(NOW + HOUR + 24 * MINUTE, Woken(), LADDER)
    assert [effect.rung for _, effect in told.sent()] == [Rung.REMIND, Rung.WHATSAPP]


def test_on_it_stops_the_ladder_and_asks_once_when_the_time_is_over() -> None:
    start = NOW + HOUR
    told = Told(fresh(start, NOW, LADDER))
    told.at(start - 10 * MINUTE, Woken(), LADDER)
    told.at(start - 9 * MINUTE, Answered(Answer.ON_IT), LADDER)
    assert (told.state.stage, told.state.wakes_at) == (Stage.ACKNOWLEDGED, start + 30 * MINUTE)
    rest = live(told.state, LADDER)
    assert [(at, effect.rung) for at, effect in rest.sent()] == [
        (start + 30 * MINUTE, Rung.FOLLOW_UP),
        (start + 90 * MINUTE, Rung.MISS_NOTE),
    ]


def test_snoozing_starts_the_ladder_again_and_moves_the_miss_with_it() -> None:
    start = NOW + 5 * MINUTE
    told = Told(fresh(start, NOW, LADDER))
    told.at(NOW, Woken(), LADDER)
    until = NOW + 65 * MINUTE
    told.at(NOW + MINUTE, Answered(Answer.SNOOZE, until), LADDER)
    rest = live(told.state, LADDER)
    assert next((at, effect.rung) for at, effect in rest.sent()) == (until, Rung.REMIND)
    missed_at = next(at for at, state in rest.states if state.status == TaskStatus.MISSED)
    assert missed_at == until + 60 * MINUTE


def test_three_snoozes_leave_one_pending_step() -> None:
    told = Told(fresh(NOW + 5 * MINUTE, NOW, LADDER))
    told.at(NOW, Woken(), LADDER)
    for minutes in (11, 12, 13):
        told.at(NOW + MINUTE, Answered(Answer.SNOOZE, NOW + minutes * MINUTE), LADDER)
    assert (told.state.stage, told.state.wakes_at) == (Stage.WAITING, NOW + 13 * MINUTE)


def test_a_late_done_on_the_same_day_reverses_the_miss_and_a_day_later_does_not() -> None:
    told = live(fresh(NOW + HOUR, NOW, LADDER), LADDER)
    same_day, _ = step(told.state, Answered(Answer.DONE), LADDER, NOW + 10 * HOUR)
    next_day, effects = step(told.state, Answered(Answer.DONE), LADDER, NOW + 24 * HOUR)
    assert (same_day.status, same_day.done_at) == (TaskStatus.DONE, NOW + 10 * HOUR)
    assert (next_day, effects) == (told.state, ())


def test_a_miss_that_was_told_in_the_morning_can_still_be_reversed_then() -> None:
    start = datetime(2026, 3, 11, 21, 30, tzinfo=UTC)  # 22:30 in Berlin
    told = live(fresh(start, NOW, LADDER), LADDER)
    note = told.sent()[-1][1]
    assert note.not_before == datetime(2026, 3, 12, 6, 0, tzinfo=UTC)
    after, _ = step(told.state, Answered(Answer.DONE), LADDER, datetime(2026, 3, 12, 6, 5, tzinfo=UTC))
    assert after.status == TaskStatus.DONE


def test_done_can_be_taken_back_on_the_same_day_and_nobody_is_called_right_away() -> None:
    told = Told(fresh(NOW + 5 * MINUTE, NOW, LADDER))
    told.at(NOW, Woken(), LADDER)
    told.at(NOW + MINUTE, Answered(Answer.DONE), LADDER)
    told.at(NOW + 2 * MINUTE, Undone(), LADDER)
    assert told.state.status == TaskStatus.PENDING
    assert told.state.wakes_at is not None
    assert told.state.wakes_at >= NOW + HOUR
    tomorrow, effects = step(
        replace(told.state, status=TaskStatus.DONE, done_at=NOW), Undone(), LADDER, NOW + 24 * HOUR
    )
    assert (tomorrow.status, effects) == (TaskStatus.DONE, ())


def test_a_task_whose_start_lies_in_a_pause_is_cancelled_and_one_after_it_is_not() -> None:
    paused = replace(LADDER, paused_until=NOW + 3 * HOUR)
    inside = live(fresh(NOW + HOUR, NOW, paused), paused)
    after = live(fresh(NOW + 3 * HOUR + 5 * MINUTE, NOW, paused), paused)
    assert inside.state.status == TaskStatus.CANCELLED
    assert not inside.sent()
    assert after.sent()[0][0] == NOW + 3 * HOUR


def test_a_rung_that_failed_everywhere_wakes_its_task_and_the_next_starts_but_never_the_miss() -> None:
    told = Told(fresh(NOW + HOUR, NOW, LADDER))
    at = told.state.wakes_at or NOW
    told.at(at, Woken(), LADDER)
    for _ in range(3):
        told.state = replace(told.state, wakes_at=at)  # what the dispatcher does
        told.at(at, Woken(), LADDER)
    assert [effect.rung for _, effect in told.sent()] == [Rung.REMIND, Rung.WHATSAPP, Rung.CALL]
    assert told.state.status == TaskStatus.PENDING
    assert told.state.wakes_at == NOW + 2 * HOUR


@pytest.mark.parametrize(
    "status", [TaskStatus.DONE, TaskStatus.RESCHEDULED, TaskStatus.CANCELLED, TaskStatus.MISSED]
)
@pytest.mark.parametrize(
    "event",
    [
        Woken(),
        Moved(),
        Cancelled("plan"),
        *(Answered(answer, NOW + 60 * HOUR) for answer in Answer),
        Undone(),
    ],
)
def test_what_is_closed_stays_closed_once_its_day_is_over(status: TaskStatus, event: Event) -> None:
    closed = TaskState(NOW, 30 * MINUTE, NOW - HOUR, None, status, Stage.CLOSED, NOW, NOW)
    assert step(closed, event, LADDER, NOW + 48 * HOUR) == (closed, ())


# ------------------------------------------------------------------ random lives

ZONES = ["Europe/Berlin", "America/New_York", "Asia/Tokyo", "Australia/Lord_Howe", "Pacific/Apia", "UTC"]
clock_times = st.builds(time, st.integers(0, 23), st.sampled_from([0, 15, 30, 45]))
short = st.integers(0, 240).map(lambda minutes: timedelta(minutes=minutes))
moments = st.integers(0, 366 * 24 * 60).map(
    lambda minutes: datetime(2026, 1, 1, tzinfo=UTC) + minutes * MINUTE
)


@st.composite
def ladders(draw: st.DrawFn) -> Ladder:
    sleep = draw(st.none() | st.tuples(clock_times, clock_times).filter(lambda pair: pair[0] != pair[1]))
    rhythm = Rhythm(ZoneInfo(draw(st.sampled_from(ZONES))), sleep=sleep)
    timing = Timing(draw(short), draw(st.integers(1, 60)) * MINUTE, draw(short))
    barred = dict.fromkeys(
        draw(st.sets(st.sampled_from([Rung.REMIND, Rung.WHATSAPP, Rung.CALL]))), "not there"
    )
    return Ladder(rhythm, timing, barred=barred)


@given(
    ladders(), moments, st.integers(1, 3 * 24 * 60), st.integers(1, 600), st.sampled_from([0, 1, 4, 30, 400])
)
@settings(max_examples=400, deadline=None)
def test_a_life_nobody_answers_keeps_every_promise(
    ladder: Ladder, created: datetime, ahead: int, length: int, late: int
) -> None:
    start = created + ahead * MINUTE
    told = live(fresh(start, created, ladder, length), ladder, late * MINUTE)
    missed_at = next(at for at, state in told.states if state.status == TaskStatus.MISSED)
    assert missed_at >= start + ladder.timing.grace
    rungs = [effect.rung for _, effect in told.sent()]
    assert len(rungs) == len(set(rungs))
    for at, effect in told.sent():
        due = effect.not_before or at
        assert not ladder.rhythm.asleep(due)
        assert due < effect.deadline or effect.rung == Rung.CALL
        assert effect.rung not in ladder.barred
        if effect.rung == Rung.CALL:
            assert at <= start + 2 * ladder.timing.window + ladder.patience
        if effect.rung in (Rung.REMIND, Rung.WHATSAPP, Rung.CALL):
            assert missed_at >= at + ladder.timing.window
    named = {effect.rung for _, effect in told.effects if isinstance(effect, SendRung | SkipRung)}
    assert named == {Rung.REMIND, Rung.WHATSAPP, Rung.CALL, Rung.MISS_NOTE}
    assert sum(isinstance(effect, Learn) for _, effect in told.effects) == 1


events = st.one_of(
    st.builds(Answered, st.sampled_from(sorted(Answer)), st.just(None)),
    st.integers(1, 600).map(lambda minutes: ("snooze", minutes)),
    st.just(Undone()),
    st.just(Moved()),
    st.just(Cancelled("plan changed")),
)


@given(
    ladders(),
    moments,
    st.integers(1, 24 * 60),
    st.lists(st.tuples(st.integers(0, 500), events), max_size=6),
)
@settings(max_examples=400, deadline=None)
def test_whatever_people_say_the_task_ends_and_only_they_reopen_it(
    ladder: Ladder, created: datetime, ahead: int, said: list[tuple[int, object]]
) -> None:
    told = Told(fresh(created + ahead * MINUTE, created, ladder))
    now = created
    for wait, word in said:
        now += wait * MINUTE
        while told.state.wakes_at is not None and told.state.wakes_at <= now:
            told.at(max(told.state.wakes_at, created), Woken(), ladder)
        before = told.state
        event = Answered(Answer.SNOOZE, now + word[1] * MINUTE) if isinstance(word, tuple) else word
        told.at(now, event, ladder)  # type: ignore[arg-type] - one of the strategies above
        if (
            isinstance(event, Answered)
            and event.answer == Answer.DONE
            and before.status == TaskStatus.PENDING
        ):
            assert told.state.status == TaskStatus.DONE
        if told.state != before and told.state.status != TaskStatus.PENDING:
            assert told.state.wakes_at is None
            assert isinstance(told.effects[-1][1], Supersede | Learn)
        if before.status in (TaskStatus.RESCHEDULED, TaskStatus.CANCELLED):
            assert told.state == before
    rest = live(told.state, ladder)
    assert rest.state.wakes_at is None
    assert rest.state.status != TaskStatus.PENDING


@given(ladders(), moments, st.integers(1, 2000), st.integers(0, 2000))
@settings(max_examples=200, deadline=None)
def test_no_rung_follows_an_answer(ladder: Ladder, created: datetime, ahead: int, answered: int) -> None:
    told = Told(fresh(created + ahead * MINUTE, created, ladder))
    now = created + answered * MINUTE
    while told.state.wakes_at is not None and told.state.wakes_at <= now:
        told.at(told.state.wakes_at, Woken(), ladder)
    if told.state.status != TaskStatus.PENDING:
        return
    done, _ = step(told.state, Answered(Answer.DONE), ladder, now)
    assert live(done, ladder).sent() == []
    assert step(done, Woken(), ladder, now + HOUR) == (done, ())

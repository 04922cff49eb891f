"""The life of a task under random days: never missed early, nothing in sleep, each rung once, answers always win."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from reminders.rules.ladder import Ladder, Timing
from reminders.rules.life import (
    Answered,
    Cancelled,
    Learn,
    Moved,
    SendRung,
    SkipRung,
    Supersede,
    Undone,
    Woken,
    step,
)
from reminders.rules.rhythm import Rhythm
from storage.vocabulary import Answer, Rung, TaskStatus
from tests.reminders.rules.lives import HOUR, MINUTE, Told, fresh, live

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
        called_back = isinstance(event, Undone) and now < before.starts_at
        if before.status == TaskStatus.RESCHEDULED or (
            before.status == TaskStatus.CANCELLED and not called_back
        ):
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

"""The life of a task, case by case: the values of the product to the minute."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from reminders.rules.ladder import Ladder, Timing
from reminders.rules.life import (
    Answered,
    Arrived,
    Cancelled,
    Event,
    Moved,
    SkipRung,
    Supersede,
    TaskState,
    Undone,
    Woken,
    step,
)
from storage.vocabulary import Answer, Rung, Stage, TaskStatus
from tests.reminders.rules.lives import BERLIN, HOUR, LADDER, MINUTE, NIGHTS, NOW, Told, fresh, live


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


def test_a_reminder_that_would_wait_past_its_time_is_not_sent() -> None:
    start = datetime(2026, 3, 12, 2, 0, tzinfo=UTC)  # 03:00 in Berlin, noticed only then
    life = Told(replace(fresh(start, NOW, LADDER), wakes_at=start))
    life.at(start, Woken(), LADDER)
    assert life.sent() == []
    assert life.state.wakes_at == start + LADDER.timing.grace


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


def test_what_was_called_off_can_be_called_back_while_its_time_lies_ahead() -> None:
    off, _ = step(fresh(NOW + HOUR, NOW, LADDER), Cancelled("plan"), LADDER, NOW)
    back, _ = step(off, Undone(), LADDER, NOW + 20 * MINUTE)
    assert (back.status, back.stage, back.wakes_at) == (
        TaskStatus.PENDING,
        Stage.WAITING,
        NOW + HOUR - LADDER.timing.lead,
    )
    late, effects = step(off, Undone(), LADDER, NOW + HOUR)
    assert (late, effects) == (off, ())


def test_called_back_when_its_reminder_was_due_already_it_is_reminded_of_at_once() -> None:
    off, _ = step(fresh(NOW + HOUR, NOW, LADDER), Cancelled("plan"), LADDER, NOW)
    told = Told(step(off, Undone(), LADDER, NOW + 55 * MINUTE)[0])
    told.at(NOW + 55 * MINUTE, Woken(), LADDER)
    assert [effect.rung for _, effect in told.sent()] == [Rung.REMIND]


def test_a_snooze_taken_back_has_its_old_start_again_and_the_ladder_goes_on_from_there() -> None:
    start = NOW + 10 * MINUTE
    told = Told(fresh(start, NOW, LADDER))
    told.at(NOW, Woken(), LADDER)
    told.at(NOW + MINUTE, Answered(Answer.SNOOZE, NOW + 3 * HOUR), LADDER)
    assert told.state.starts_at == NOW + 3 * HOUR
    told.at(NOW + 2 * MINUTE, Undone(start), LADDER)
    assert (told.state.starts_at, told.state.stage) == (start, Stage.REMINDED)
    assert told.state.wakes_at == NOW + 2 * MINUTE + LADDER.timing.window
    again, effects = step(told.state, Undone(start), LADDER, NOW + 3 * MINUTE)
    assert (again, effects) == (told.state, ())


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


def test_a_task_for_a_place_is_asked_about_every_two_hours_and_missed_when_its_day_is_over() -> None:
    told = live(replace(fresh(NOW, NOW, LADDER), at_place=True, wakes_at=NOW), LADDER)
    asked = [at for at, effect in told.sent() if effect.rung == Rung.REMIND]
    assert asked[:3] == [NOW, NOW + 2 * HOUR, NOW + 4 * HOUR]
    assert not any(LADDER.rhythm.asleep(at) for at in asked)
    assert {LADDER.rhythm.day(at) for at in asked} == {LADDER.rhythm.day(NOW)}
    assert {effect.rung for _, effect in told.sent()} == {Rung.REMIND, Rung.MISS_NOTE}
    assert told.state.status == TaskStatus.MISSED


def test_once_the_place_is_reached_the_whole_ladder_is_climbed() -> None:
    waiting = replace(fresh(NOW, NOW, LADDER), at_place=True, wakes_at=NOW + 2 * HOUR, stage=Stage.REMINDED)
    here, effects = step(waiting, Arrived(), LADDER, NOW + HOUR)
    assert (here.starts_at, here.wakes_at, here.at_place) == (NOW + HOUR, NOW + HOUR, False)
    assert isinstance(effects[0], Supersede)
    told = live(here, LADDER)
    assert [effect.rung for _, effect in told.sent()][:3] == [Rung.REMIND, Rung.WHATSAPP, Rung.CALL]
    assert step(replace(here, status=TaskStatus.DONE), Arrived(), LADDER, NOW)[1] == ()


def test_a_pause_only_rests_what_waits_for_a_place() -> None:
    paused = replace(LADDER, paused_until=NOW + 30 * HOUR)
    resting, effects = step(
        replace(fresh(NOW, NOW, paused), at_place=True, wakes_at=NOW), Woken(), paused, NOW
    )
    assert (resting.status, resting.wakes_at, effects) == (TaskStatus.PENDING, NOW + 30 * HOUR, ())


def test_what_was_slept_through_from_its_plan_to_its_end_is_told_once_in_the_morning_and_not_climbed() -> (
    None
):
    planned = datetime(2026, 3, 12, 1, 0, tzinfo=UTC)  # at two in the night, for half past three
    told = live(fresh(planned + 90 * MINUTE, planned, LADDER), LADDER)
    assert [(at, effect.rung) for at, effect in told.sent()] == [
        (datetime(2026, 3, 12, 6, 0, tzinfo=UTC), Rung.MISS_NOTE)
    ]

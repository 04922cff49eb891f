"""The whole life of a task on one page: what happened, and what follows from it. Every status comes from here.

    waiting -> reminded -> whatsapped -> called -> missed
       any of them, on an answer: done | missed | "on it" | snoozed (waits again) | moved (a new row takes over)
       "on it": acknowledged -> asked "did it work out?" -> missed

A rung that cannot be used is skipped with its reason and the next one starts at once. In the person's sleep nothing
is sent: reminders wait, later rungs are skipped, and a miss is told after waking up. During a pause nothing is sent
either, and what should have started then is cancelled, not missed.

A task that waits for a place is asked about every two hours while the person is awake, and missed when its day is
over. Once the place is reached, it climbs the ladder like any other.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from reminders.rules.events import (
    Answered,
    Arrived,
    Cancelled,
    Effect,
    Event,
    Learn,
    Moved,
    SendRung,
    SkipRung,
    Supersede,
    Undone,
    Woken,
)
from reminders.rules.ladder import NOTE_KEEPS, Ladder
from storage.vocabulary import Answer, Rung, Stage, TaskStatus

__all__ = [
    "Answered", "Arrived", "Cancelled", "Effect", "Event", "Learn", "Moved", "SendRung", "SkipRung", "Step", "Supersede",
    "TaskState", "Undone", "Woken", "step",
]  # fmt: skip
BY_ANSWER = "answered"  # why what waited is not sent any more
STILL_ASKED = timedelta(days=7)  # behind a longer pause nobody wants to be asked how it went
ASKS_EVERY = timedelta(hours=2)  # whether the place of a task is reached
CLIMB = (Rung.REMIND, Rung.WHATSAPP, Rung.CALL)
STAGE_OF = {Rung.REMIND: Stage.REMINDED, Rung.WHATSAPP: Stage.WHATSAPPED, Rung.CALL: Stage.CALLED}
_NEXT = {Stage.WAITING: 0, Stage.REMINDED: 1, Stage.WHATSAPPED: 2}  # index into CLIMB


@dataclass(frozen=True, slots=True)
class TaskState:
    """What the rules need to know about a task; times are aware UTC."""

    starts_at: datetime
    duration: timedelta
    created_at: datetime
    wakes_at: datetime | None
    status: TaskStatus = TaskStatus.PENDING
    stage: Stage = Stage.WAITING
    last_rung_at: datetime | None = None  # when the newest rung began
    done_at: datetime | None = None
    at_place: bool = False  # it waits for a place, not for its time


Step = tuple[TaskState, tuple[Effect, ...]]


def step(state: TaskState, event: Event, ladder: Ladder, now: datetime) -> Step:
    """The state that follows and what to do about it. An event that has no place in this state changes nothing."""
    match event:
        case Woken():
            return _woken(state, ladder, now)
        case Answered():
            return _answered(state, event, ladder, now)
        case Undone(starts_at):
            return _undone(state, starts_at, ladder, now)
        case Moved() if _open(state, ladder, now):
            return _closed(state, TaskStatus.RESCHEDULED), (Supersede("moved"),)
        case Arrived() if state.status == TaskStatus.PENDING:
            here = replace(state, stage=Stage.WAITING, starts_at=now, wakes_at=now, last_rung_at=None)
            return replace(here, at_place=False), (Supersede("the place is reached"),)
        case Cancelled(reason) if state.status == TaskStatus.PENDING:
            return _closed(state, TaskStatus.CANCELLED), (Supersede(reason),)
    return state, ()


# ------------------------------------------------------------------ time passes


def _woken(state: TaskState, ladder: Ladder, now: datetime) -> Step:
    if state.status != TaskStatus.PENDING or state.wakes_at is None or now < state.wakes_at:
        return state, ()
    if ladder.paused(now):
        return _during_pause(state, ladder, now)
    match state.stage:
        case Stage.WAITING | Stage.REMINDED if state.at_place:
            return _ask_for_place(state, ladder, now)
        case Stage.WAITING | Stage.REMINDED | Stage.WHATSAPPED:
            return _climb(state, ladder, now)
        case Stage.ACKNOWLEDGED:
            return _ask(state, ladder, now)
        case Stage.ASKED:
            return _missed(state, ladder, now)
        case _:
            return _missed_or_wait(state, ladder, now, ())


def _during_pause(state: TaskState, ladder: Ladder, now: datetime) -> Step:
    pause_ends = ladder.paused_until or now
    if state.stage in (Stage.ACKNOWLEDGED, Stage.ASKED) and pause_ends - state.starts_at <= STILL_ASKED:
        return replace(state, wakes_at=pause_ends), ()
    if now >= state.starts_at and not state.at_place:
        left_out = [SkipRung(rung, "paused") for rung in CLIMB[_NEXT.get(state.stage, len(CLIMB)) :][:1]]
        return _closed(state, TaskStatus.CANCELLED), (Supersede("paused"), *left_out)
    return replace(state, wakes_at=pause_ends if state.at_place else min(pause_ends, state.starts_at)), ()


def _climb(state: TaskState, ladder: Ladder, now: datetime) -> Step:
    """Take the next usable rung; when none is left, wait for the miss."""
    due = state.wakes_at or now
    effects: list[Effect] = []
    for rung in CLIMB[_NEXT[state.stage] :]:
        obstacle = _obstacle(rung, state, ladder, due, now)
        if obstacle is not None:
            effects.append(obstacle)
            continue
        if ladder.rhythm.asleep(now):  # a reminder waits for the morning, if that is in time
            morning = ladder.rhythm.wakes_after(now)
            if morning < ladder.missed_at(state.starts_at, None):
                return replace(state, wakes_at=morning), ()
            effects.append(SkipRung(rung, "asleep until its time was over", expired=True))
            continue
        begun = replace(state, stage=STAGE_OF[rung], last_rung_at=now)
        missed_at = ladder.missed_at(state.starts_at, now)
        if rung == Rung.CALL:
            send = SendRung(rung, ladder.call_by(state.starts_at, due))
            return replace(begun, wakes_at=missed_at), (*effects, send)
        send = SendRung(rung, missed_at)
        return replace(begun, wakes_at=now + ladder.timing.window), (*effects, send)
    return _missed_or_wait(replace(state, stage=Stage.CALLED), ladder, now, tuple(effects))


def _ask_for_place(state: TaskState, ladder: Ladder, now: datetime) -> Step:
    """Ask whether they are there yet, until the day is over; the night is slept through."""
    if ladder.rhythm.asleep(now):
        return replace(state, wakes_at=ladder.rhythm.wakes_after(now)), ()
    if ladder.rhythm.day(now) > ladder.rhythm.day(state.starts_at) and state.stage == Stage.REMINDED:
        return _missed(state, ladder, now)
    starts_at = max(state.starts_at, now) if state.stage == Stage.WAITING else state.starts_at
    again = ladder.rhythm.wakes_after(now + ASKS_EVERY)
    asked = replace(state, stage=Stage.REMINDED, starts_at=starts_at, last_rung_at=now, wakes_at=again)
    return asked, (SendRung(Rung.REMIND, again),)


def _obstacle(rung: Rung, state: TaskState, ladder: Ladder, due: datetime, now: datetime) -> SkipRung | None:
    # Had it been sent in time, the miss would be decided by now; or its whole time was slept through.
    if now >= ladder.missed_at(state.starts_at, due) or _slept_through(state, ladder, due):
        return SkipRung(rung, "the task's time was over", expired=True)
    if rung in ladder.barred:
        return SkipRung(rung, ladder.barred[rung])
    if rung != Rung.REMIND and ladder.rhythm.asleep(now):
        return SkipRung(rung, "asleep")
    if rung == Rung.CALL and now > ladder.call_by(state.starts_at, due):
        return SkipRung(rung, "too late to call", expired=True)
    return None


def _slept_through(state: TaskState, ladder: Ladder, due: datetime) -> bool:
    """The first word about it was due only when its miss was: one kind note is better than a hurried ladder."""
    over = state.starts_at + max(ladder.timing.grace, ladder.timing.window)
    return state.stage == Stage.WAITING and due >= over


def _ask(state: TaskState, ladder: Ladder, now: datetime) -> Step:
    """The one question after "on it"; whoever sleeps is asked in the morning."""
    if ladder.rhythm.asleep(now):
        return replace(state, wakes_at=ladder.rhythm.wakes_after(now)), ()
    over = now + ladder.timing.grace
    asked = replace(state, stage=Stage.ASKED, wakes_at=over)
    return asked, (SendRung(Rung.FOLLOW_UP, over),)


def _missed_or_wait(state: TaskState, ladder: Ladder, now: datetime, effects: tuple[Effect, ...]) -> Step:
    missed_at = ladder.missed_at(state.starts_at, state.last_rung_at)
    if now < missed_at:
        return replace(state, wakes_at=missed_at), effects
    missed, more = _missed(state, ladder, now)
    return missed, (*effects, *more)


def _missed(state: TaskState, ladder: Ladder, now: datetime) -> Step:
    told_at = ladder.told_at(now)
    note = SendRung(Rung.MISS_NOTE, told_at + NOTE_KEEPS, told_at if told_at > now else None)
    return _closed(state, TaskStatus.MISSED), (Supersede("missed"), note, Learn())


# ------------------------------------------------------------------ the person speaks


def _answered(state: TaskState, event: Answered, ladder: Ladder, now: datetime) -> Step:
    if not _open(state, ladder, now):
        return state, ()
    silence = Supersede(BY_ANSWER)
    match event.answer:
        case Answer.DONE:
            return replace(_closed(state, TaskStatus.DONE), done_at=now), (silence,)
        case Answer.MISSED if state.status == TaskStatus.PENDING:
            return _closed(state, TaskStatus.MISSED), (silence, Learn())
        case Answer.ON_IT:
            return _held(state, max(state.starts_at, now) + state.duration), (silence,)
        case Answer.RESCHEDULE if state.status == TaskStatus.PENDING:
            # The ladder rests while the person chooses; whoever chooses nothing is asked once.
            return _held(state, max(state.starts_at + state.duration, now + ladder.timing.grace)), (silence,)
        case Answer.SNOOZE if event.until is not None and event.until > now:
            return _snoozed(state, event.until), (silence,)
    return state, ()


def _held(state: TaskState, until: datetime) -> TaskState:
    return replace(state, status=TaskStatus.PENDING, stage=Stage.ACKNOWLEDGED, wakes_at=until)


def _snoozed(state: TaskState, until: datetime) -> TaskState:
    """The same row waits again; a task snoozed past its start starts then, so that the miss moves with it."""
    return replace(
        state,
        status=TaskStatus.PENDING,
        stage=Stage.WAITING,
        wakes_at=until,
        starts_at=max(state.starts_at, until),
        last_rung_at=None,
    )


def _undone(state: TaskState, was: datetime | None, ladder: Ladder, now: datetime) -> Step:
    """Pending again. A ladder that had begun does not run on: it rests as after "on it", and asks once."""
    if not _undoable(state, was, ladder, now):
        return state, ()
    starts_at = was or state.starts_at
    first = ladder.first_rung_at(starts_at, state.created_at)
    reopened = replace(state, status=TaskStatus.PENDING, starts_at=starts_at, done_at=None)
    if now < first or state.status == TaskStatus.CANCELLED:
        return replace(reopened, stage=Stage.WAITING, wakes_at=max(first, now)), (Supersede("undone"),)
    if (state.stage == Stage.ACKNOWLEDGED or was) and now < starts_at:
        again = now + ladder.timing.window
        return replace(reopened, stage=Stage.REMINDED, wakes_at=again), (Supersede("undone"),)
    asks = max(starts_at + state.duration, now + ladder.timing.grace)
    return _held(reopened, asks), (Supersede("undone"),)


def _undoable(state: TaskState, was: datetime | None, ladder: Ladder, now: datetime) -> bool:
    """An answer of today, a snooze that still lasts, or a cancellation whose time has not come."""
    match state.status:
        case TaskStatus.PENDING:
            return state.stage == (Stage.WAITING if was else Stage.ACKNOWLEDGED)
        case TaskStatus.CANCELLED:
            return now < state.starts_at or (
                state.at_place and ladder.rhythm.day(now) == ladder.rhythm.day(state.starts_at)
            )
    return _fresh(state, ladder, now)


# ------------------------------------------------------------------ helpers


def _closed(state: TaskState, status: TaskStatus) -> TaskState:
    return replace(state, status=status, stage=Stage.CLOSED, wakes_at=None)


def _open(state: TaskState, ladder: Ladder, now: datetime) -> bool:
    """Still to be answered: pending, or missed so freshly that a late answer reverses it."""
    return state.status == TaskStatus.PENDING or (
        state.status == TaskStatus.MISSED and _fresh(state, ladder, now)
    )


def _fresh(state: TaskState, ladder: Ladder, now: datetime) -> bool:
    """Whether it is still the local day on which the task was done, was to start, or was told to be missed."""
    today = ladder.rhythm.day(now)
    match state.status:
        case TaskStatus.DONE if state.done_at is not None:
            return today == ladder.rhythm.day(state.done_at)
        case TaskStatus.MISSED:
            told_at = ladder.told_at(state.starts_at + ladder.timing.grace)
            return today <= max(ladder.rhythm.day(state.starts_at), ladder.rhythm.day(told_at))
    return False

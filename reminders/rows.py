"""Between a task's row and the state that the rules think in."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from reminders.rules.diary import Busy
from reminders.rules.life import Effect, SendRung, SkipRung, TaskState
from reminders.rules.rhythm import Rhythm
from storage.tables import Task
from storage.vocabulary import Rung, Stage, TaskStatus, TriggerType

_SENT_AT = {Rung.REMIND: "reminder_sent_at", Rung.WHATSAPP: "whatsapp_sent_at", Rung.CALL: "call_sent_at"}


def state_of(task: Task) -> TaskState:
    begun = [at for at in (task.reminder_sent_at, task.whatsapp_sent_at, task.call_sent_at) if at is not None]
    return TaskState(
        starts_at=task.scheduled_at,
        duration=timedelta(minutes=task.duration_minutes),
        created_at=task.created_at,
        wakes_at=task.wakes_at,
        status=TaskStatus(task.status),
        stage=Stage(task.stage),
        last_rung_at=max(begun, default=None),
        done_at=task.completed_at,
        at_place=task.trigger_type == TriggerType.LOCATION,
    )


def busy_of(task: Task) -> Busy:
    end = task.scheduled_at + timedelta(minutes=task.duration_minutes)
    return Busy(task.scheduled_at, end, task.title, task.id)


def write_state(
    task: Task, state: TaskState, effects: Sequence[Effect], rhythm: Rhythm, now: datetime
) -> bool:
    """Put a state that followed from the row into it; says whether anything that others see has changed.

    Only such a change makes a new version: buttons and attempts of the old one are then out of date. A rung that was
    left out makes none: what was said before it, and may still be on its way, stays the newest word.
    """
    before = state_of(task)
    if state == before and not effects:
        return False
    task.status, task.stage, task.wakes_at = state.status, state.stage, state.wakes_at
    task.completed_at = state.done_at
    if state.starts_at != before.starts_at:
        task.original_at = task.original_at or before.starts_at
        task.scheduled_at = state.starts_at
        task.local_day = rhythm.day(state.starts_at)
    if before.at_place and not state.at_place:
        task.trigger_type = TriggerType.TIME  # `location_trigger` stays: what it had waited for
    if state.last_rung_at is None and before.last_rung_at is not None:
        task.reminder_sent_at = task.whatsapp_sent_at = task.call_sent_at = None
    for effect in effects:
        if isinstance(effect, SendRung) and effect.rung in _SENT_AT:
            setattr(task, _SENT_AT[effect.rung], now)
    changed = bool(effects) or (state.status, state.stage) != (before.status, before.stage)
    only_left_out = bool(effects) and all(isinstance(effect, SkipRung) for effect in effects)
    if changed and not (only_left_out and state.status == before.status):
        task.version += 1
    return changed

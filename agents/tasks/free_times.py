"""Free times for a task that moves: near where it was, within what was said; and what stands in the way of one."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from agents import diary
from agents.tasks.targets import Target
from agents.turn import TurnContext
from reminders.rules.diary import Diary, Prefer, Slot
from reminders.rules.slots import find_slots
from storage.tables import Task

_OFFERS = 3
_SOON = timedelta(minutes=30)
_AHEAD = timedelta(days=14)


def free_times(ctx: TurnContext, task: Task, target: Target) -> list[Slot]:
    """Up to three, by time: in the stretch that was said, else in the two weeks from there on; at its usual hour if it can be."""
    soon = ctx.now + _SOON
    rhythm, busy = diary.rhythm(ctx), diary.busy_without(ctx, task.id)
    local = rhythm.local(task.scheduled_at)
    usual = Prefer(at=time(local.hour, local.minute))
    if target.at is not None:  # it was said, and cannot be: the nearest to it, that day first
        near = rhythm.local(target.at)
        usual = Prefer(at=time(near.hour, near.minute), near=target.at)
        day = rhythm.utc(near.date(), time(0))
        target = Target(earliest=day, latest=day + timedelta(days=3))
    earliest = max(soon, target.earliest or _from_its_day(ctx, task))
    latest = target.latest or earliest + _AHEAD
    wish = target.prefer if target.prefer is not None and target.prefer.part else usual

    def search(until: datetime) -> list[Slot]:
        found = find_slots(task.duration_minutes, earliest, until, rhythm, busy, _OFFERS + 1, wish)
        return [slot for slot in found if slot.start != task.scheduled_at][
            :_OFFERS
        ]  # where it is is no offer

    return sorted(search(latest) or search(earliest + _AHEAD), key=lambda slot: slot.start)


def obstacle(ctx: TurnContext, task: Task, at: datetime) -> str:
    """Why it cannot be then: the person's sleep, or another task by name; "" when it can."""
    end = at + timedelta(minutes=task.duration_minutes)
    if diary.rhythm(ctx).sleeps_between(at, end):
        return "you are asleep then"
    clash = Diary.of(diary.busy_without(ctx, task.id)).clash(at, end)
    return f"{clash.title} is there" if clash else ""


def _from_its_day(ctx: TurnContext, task: Task) -> datetime:
    """The morning of the day it is on: nobody moves next month's dentist to this afternoon."""
    rhythm = diary.rhythm(ctx)
    return rhythm.utc(rhythm.day(task.scheduled_at), time(0))

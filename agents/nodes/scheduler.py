"""Adviser: what already takes time and what is free in the weeks ahead, computed by code from what it is handed."""

from __future__ import annotations

from datetime import datetime, timedelta

from langgraph.runtime import Runtime

from agents.outputs import SchedulerOutput, SlotResult
from agents.state import AdviserState, Json, Update
from agents.turn import TurnContext
from reminders.rules.diary import Busy
from reminders.rules.rhythm import Rhythm
from reminders.rules.slots import find_slots
from storage.profile import Profile

_OFFERS, _TAKEN = 12, 20  # lines a planner can still weigh


def scheduler(state: AdviserState, runtime: Runtime[TurnContext]) -> Update:
    need = state["need"]
    rhythm = Rhythm.of(Profile.model_validate(need["profile"]), need["timezone"])
    busy = [
        Busy(datetime.fromisoformat(one["start"]), datetime.fromisoformat(one["end"]), one["title"])
        for one in need["busy"]
    ]
    now = runtime.context.now
    slots = find_slots(30, now + timedelta(hours=1), now + timedelta(days=8), rhythm, busy, _OFFERS)
    ordered = sorted(slots, key=lambda slot: slot.start)
    answer = SchedulerOutput(
        slots=[
            SlotResult(task_title=need["goal"][:120], scheduled_at=slot.start, duration_minutes=30)
            for slot in ordered
        ],
        first_available_start=ordered[0].start if ordered else None,
    )
    free = [f"{rhythm.local(slot.start):%A %H:%M}, {slot.reason}" for slot in ordered]
    words: Json = {"free": free, "taken": _taken(rhythm, busy)}
    return {"scheduler_output": [answer.model_dump(mode="json") | words]}


def _taken(rhythm: Rhythm, busy: list[Busy]) -> list[str]:
    """Weekly times that are in use, each once, however many weeks it recurs."""
    lines = dict.fromkeys(
        f"{rhythm.local(one.start):%A %H:%M} {one.title} ({(one.end - one.start) // timedelta(minutes=1)} min)"
        for one in busy
    )
    return list(lines)[:_TAKEN]

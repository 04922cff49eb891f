"""The rows a busy person makes in a year, as the product would have written them: input of `bench.size`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from bot import wire
from channels.messages import Address, Choice, InboundMessage, OutboundMessage

START = datetime(2025, 3, 11, 7, 0, tzinfo=UTC)
YEAR = timedelta(days=365)
TASKS_A_DAY = 6
MESSAGES_A_DAY = 10
LADDER = (("remind", "telegram"), ("whatsapp", "whatsapp"), ("call", "call"))  # every rung of every task
COLUMNS = {
    "goals": "id, user_id, title, class_tags, status, created_at, plan_json",
    "tasks": "id, user_id, goal_id, title, status, scheduled_at, duration_minutes, recurrence_rule, reminder_sent_at,"
    " whatsapp_sent_at, call_sent_at, created_at, local_day, original_at, series_id, stage, version",
    "dispatch_log": "id, task_id, channel, status, created_at, dispatched_at, rung, address, task_version, tries,"
    " deadline, outcome, external_id",
    "notification_log": "id, task_id, channel, external_id, sent_at, response, responded_at, attempt_id",
    "messages": "conversation_id, role, content, agent_node, tokens_used, provider, created_at",
    "inbound_events": "channel, external_id, sender, user_id, payload, received_at, correlation_id, state, replies,"
    " handled_at",
    "patterns": "user_id, pattern_type, description, data, confidence, created_at",
    "pauses": "user_id, first_day, last_day, created_at",
    "link_codes": "user_id, purpose, code_hash, created_at, expires_at, used_at",
}
_TITLES = ("Easy run", "Read ten pages", "Call a friend", "Stretch", "Practise chords", "Plan the week")
_HEARD = "could you move the run on Tuesday to the evening, I have to be at work early"
_SAID = "Moved: Tue 17 Mar 18:30 - Easy run (30 min). The rest of the week stays as it was. Anything else?"
_SUMMARY = (
    "The person trains for a 5 km run, prefers evenings, works Monday to Friday and hates Sundays. " * 8
)
_BUTTONS = tuple(
    (Choice(label, f"task:{uuid4()}:3:{label}"),) for label in ("Done", "On it", "Snooze", "Reschedule")
)

_REPLIES = json.dumps({"messages": wire.dump_outbound([OutboundMessage(_SAID, _BUTTONS)]), "sent": 1})


@dataclass(frozen=True)
class Resident:
    """Somebody whose rows are written: their ids, and the chat they write from."""

    user_id: UUID
    conversation_id: UUID
    number: int

    @property
    def chat(self) -> str:
        return f"{4_000_000_000 + self.number}"

    @property
    def phone(self) -> str:
        return f"+4915{self.number:09}"


Row = tuple[str, tuple[Any, ...]]  # (table, values in the order of COLUMNS)


def rows_of(residents: list[Resident], start: datetime, days: int) -> Iterator[Row]:
    """Day after day, person after person, as rows come to lie in the tables of a real installation."""
    for day in range(days):
        morning = start + timedelta(days=day)
        for person in residents:
            yield from _day(person, morning)
            if morning.day == 1:
                yield from _month(person, morning)


def _month(person: Resident, now: datetime) -> Iterator[Row]:
    """A goal with its plan and a pattern every month, a code for the dashboard, a pause now and then."""
    plan = {"output": {"proposed_tasks": [_proposed(title) for title in _TITLES], "plan_summary": _SUMMARY}}
    yield "goals", (uuid4(), person.user_id, "Run 5 km", ["Fitness"], "completed", now, json.dumps(plan))
    data = json.dumps({"weekday": 0, "time": "07:00", "miss_count": 3})
    yield "patterns", (person.user_id, "time_avoidance", "Monday 07:00 is hard", data, 0.6, now)
    code = uuid4().hex * 2
    yield "link_codes", (person.user_id, "dashboard", code, now, now + timedelta(minutes=15), now)
    if now.month % 4 == 0:
        yield "pauses", (person.user_id, now.date(), now.date() + timedelta(days=6), now)


def _proposed(title: str) -> dict[str, Any]:
    return {
        "title": title,
        "description": "",
        "scheduled_days": ["Monday", "Wednesday"],
        "suggested_time": "18:30",
        "duration_minutes": 30,
        "recurrence_rule": "FREQ=WEEKLY;BYDAY=MO,WE",
        "week_range": [1, 6],
    }


def _day(person: Resident, morning: datetime) -> Iterator[Row]:
    for number in range(TASKS_A_DAY):
        yield from _task(person, morning + timedelta(hours=2 * number), _TITLES[number])
    for number in range(MESSAGES_A_DAY):
        yield from _message(person, morning + timedelta(hours=number), number)
    # A talk of twenty messages has its older half summarised: once a day at this pace.
    at = morning + timedelta(hours=MESSAGES_A_DAY)
    yield "messages", (person.conversation_id, "summary", _SUMMARY, None, None, None, at)


def _task(person: Resident, start: datetime, title: str) -> Iterator[Row]:
    task_id, sent = uuid4(), [start + timedelta(minutes=2 * rung - 10) for rung in range(3)]
    slot = ("done", start, 30, "FREQ=WEEKLY;BYDAY=MO,WE", *sent)
    ours = (start - timedelta(days=14), start.date(), start, uuid4(), "closed", 5)
    yield "tasks", (task_id, person.user_id, None, title, *slot, *ours)
    for (rung, channel), at in zip(LADDER, sent, strict=True):
        attempt_id, external = uuid4(), uuid4().hex
        address = person.chat if channel == "telegram" else person.phone
        went = ("dispatched", at, at, rung, address, 3, 1, start + timedelta(hours=1), "delivered", external)
        yield "dispatch_log", (attempt_id, task_id, channel, *went)
        key = f"{channel}:{address}:{external}"
        yield "notification_log", (uuid4(), task_id, channel, key, at, "done", start, attempt_id)


def _message(person: Resident, at: datetime, number: int) -> Iterator[Row]:
    """Half of the stored messages are the person's; every arrival is an event, taps on buttons included."""
    said = ("user", _HEARD, None) if number % 2 == 0 else ("assistant", _SAID, "goal_modifier")
    yield "messages", (person.conversation_id, *said, None, "offline", at)
    message = InboundMessage(
        Address("telegram", person.chat), _HEARD, uuid4().hex, at, display_name="Ada", language="en"
    )
    payload = json.dumps(wire.dump_inbound(message))
    ours = (payload, at, uuid4().hex, "done", _REPLIES, at)
    yield "inbound_events", ("telegram", message.external_id, person.chat, person.user_id, *ours)

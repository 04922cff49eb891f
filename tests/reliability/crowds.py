"""Many people at once, and messages that are held up on their way to them."""

from __future__ import annotations

import json
from collections import Counter
from datetime import datetime, timedelta
from uuid import UUID

from reminders.lanes import FEW
from reminders.plans import TaskDraft, schedule_tasks
from tests.conftest import make_person, make_reachable
from tests.fakes.http_server import Hold
from tests.fakes.telegram_server import FakeTelegram
from tests.installation import Installation

MINUTE = timedelta(minutes=1)
SECOND = timedelta(seconds=1)
NUMBER = "+4915112345678"


def crowd(flux: Installation, people: int, now: datetime, *, reachable: bool = False) -> dict[int, UUID]:
    """So many people, each to be reminded now: chat id -> task. With `reachable` each has a proved number too."""
    tasks: dict[int, UUID] = {}
    with flux.services.database.service() as session:
        for chat in range(1001, 1001 + people):
            user = make_person(session, f"P{chat}", str(chat), now)
            if reachable:
                make_reachable(session, user, number_of(chat), now)
            [task] = schedule_tasks(session, user, [TaskDraft("Easy run", now + 10 * MINUTE)], now)
            tasks[chat] = task.id
    return tasks


def number_of(chat: int) -> str:
    return f"+4915112{chat:06}"


def hold_sends(flux: Installation, *, accept: bool) -> list[Hold]:
    """Hold up as many messages as leave for Telegram before a result is awaited."""
    return [flux.telegram.hold("sendMessage", accept=accept) for _ in range(FEW)]


def chat_of(hold: Hold) -> int:
    """To whom the held message goes; waits until it is there."""
    return int(json.loads(hold.arrived().body)["chat_id"])


def per_chat(telegram: FakeTelegram) -> Counter[int]:
    return Counter(message.chat_id for message in telegram.messages)

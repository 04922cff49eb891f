"""Many people at once, and messages that are held up on their way to them."""

from __future__ import annotations

import json
from collections import Counter
from datetime import datetime, timedelta
from uuid import UUID

from tests.fakes.http_server import Hold
from tests.fakes.telegram_server import FakeTelegram
from tests.installation import Installation

MINUTE = timedelta(minutes=1)
SECOND = timedelta(seconds=1)
NUMBER = "+4915112345678"


def crowd(flux: Installation, people: int, now: datetime) -> dict[int, UUID]:
    """So many people, each to be reminded now: chat id -> task."""
    chats = range(1001, 1001 + people)
    return {chat: flux.plan(flux.person(f"P{chat}", chat), now + 10 * MINUTE) for chat in chats}


def hold_sends(flux: Installation, *, accept: bool) -> list[Hold]:
    """Hold up as many messages as leave for Telegram before a result is awaited."""
    return [flux.telegram.hold("sendMessage", accept=accept) for _ in range(4)]


def chat_of(hold: Hold) -> int:
    """To whom the held message goes; waits until it is there."""
    return int(json.loads(hold.arrived().body)["chat_id"])


def per_chat(telegram: FakeTelegram) -> Counter[int]:
    return Counter(message.chat_id for message in telegram.messages)

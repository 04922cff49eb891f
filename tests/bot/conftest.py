"""The hall over real servers: simulated channels, a clock that stands still, and jobs that a test runs itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from uuid import uuid4

import pytest
from redis import Redis

from bot.clock import ManualClock
from bot.inbound import handle, receive
from bot.services import Services, build
from bot.settings import Settings
from channels.messages import Address, InboundMessage
from channels.simulator import Event, PhoneStore
from reminders.wakeups import RecordedWakeups
from storage.database import Database

Say = Callable[[InboundMessage], list[Event]]


@pytest.fixture
def clock(now: datetime) -> ManualClock:
    return ManualClock(now)


@pytest.fixture
def settings(tmp_path: Path, database_url: str, redis_url: str) -> Settings:
    return Settings(
        flux_home=tmp_path,
        app_env="test",
        secret_key="k" * 32,
        database_url=database_url,
        redis_url=redis_url,
    )


@pytest.fixture
def services(settings: Settings, clock: ManualClock, database: Database, redis: Redis) -> Services:
    """Nothing runs in the background: what a door enqueues, the test hands on."""
    return replace(
        build(settings),
        clock=clock,
        database=database,
        redis=redis,
        wakeups=RecordedWakeups(),
        enqueue=lambda _function, _argument: None,
    )


@pytest.fixture
def phones(redis: Redis) -> PhoneStore:
    return PhoneStore(redis)


@pytest.fixture
def say(services: Services, phones: PhoneStore) -> Say:
    """Send one message through the door, have it handled, and return what the phone then shows anew."""

    def run(message: InboundMessage) -> list[Event]:
        before = len(phones.events([message.sender]))
        event_id = receive(services, message)
        if event_id is not None:
            handle(services, event_id)
        return phones.events([message.sender])[before:]

    return run


@pytest.fixture
def text(now: datetime) -> Callable[..., InboundMessage]:
    """A text as the owner types it, unless another sender is named."""

    def make(words: str, sender: str = "sim:owner", **fields: object) -> InboundMessage:
        given = {"external_id": uuid4().hex} | fields
        return InboundMessage(Address("telegram", sender), words, received_at=now, **given)  # type: ignore[arg-type]

    return make

"""Polling: an update is stored before Telegram is told that it arrived."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis as redis_client
from sqlalchemy import select

from bot.heartbeats import KNOWN, alive
from bot.processes.polling import poll_once
from bot.services import Services
from bot.settings import Settings
from channels.telegram import TelegramChannel
from storage.tables import InboundEvent
from tests.fakes.telegram_server import FakeTelegram
from tests.waiting import wait_for

_PROJECT = Path(__file__).resolve().parents[2]


@pytest.fixture
def telegram() -> Iterator[FakeTelegram]:
    with FakeTelegram() as running:
        yield running


def _stored(services: Services) -> list[str]:
    with services.database.service() as session:
        return [
            event.payload["text"]
            for event in session.scalars(select(InboundEvent).order_by(InboundEvent.external_id))
        ]


def test_each_update_is_stored_once_even_when_it_is_fetched_again(
    services: Services, telegram: FakeTelegram
) -> None:
    channel = TelegramChannel(telegram.token, telegram.url)
    telegram.type("hello")
    telegram.type("again")
    offset = poll_once(services, channel, 0, timeout=0)
    assert poll_once(services, channel, 0, timeout=0) == offset  # as after a kill: nothing was confirmed
    assert _stored(services) == ["hello", "again"]
    assert poll_once(services, channel, offset, timeout=0) == offset


def test_the_poller_gives_signs_of_life_until_it_is_told_to_stop(
    settings: Settings, telegram: FakeTelegram, redis: redis_client.Redis
) -> None:
    names = ("secret_key", "database_url", "redis_url")
    environment = {name.upper(): getattr(settings, name) for name in names}
    environment |= {"TELEGRAM_BOT_TOKEN": telegram.token, "TELEGRAM_API_BASE_URL": telegram.url}
    poller = subprocess.Popen(
        [sys.executable, "-m", "bot", "telegram"],
        cwd=_PROJECT,
        env=os.environ | environment | {"FLUX_HOME": str(settings.flux_home)},
    )
    try:
        wait_for(lambda: alive(redis).get("telegram"), "a sign of life")
        poller.terminate()
        poller.wait(30)
        assert not redis.sismember(KNOWN, "telegram")
    finally:
        poller.kill()
        poller.wait()

"""Polling: an update is stored before Telegram is told that it arrived."""

from collections.abc import Iterator

import pytest
from sqlalchemy import select

from bot.processes.polling import poll_once
from bot.services import Services
from channels.telegram import TelegramChannel
from storage.tables import InboundEvent
from tests.fakes.telegram_server import FakeTelegram


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

"""`flux telegram`: the door for Telegram by long polling; each update is stored before Telegram is told it arrived."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import structlog

from bot import inbound
from bot.up.backoff import Backoff
from channels.messages import ChannelError
from channels.telegram import TelegramChannel
from channels.telegram_updates import parse_update

if TYPE_CHECKING:
    from bot.services import Services

log = structlog.get_logger(__name__)

_LONG_POLL = 25  # seconds
_WEBHOOK_IS_SET = "409"


def poll_for_ever(services: Services) -> None:
    """Until a signal ends the process: a kill at any point loses nothing, since only the next call confirms."""
    settings = services.settings
    channel = TelegramChannel(settings.telegram_bot_token, settings.telegram_api_base_url)
    backoff = Backoff()
    offset = 0
    log.info("telegram_polling_started")
    while True:
        started = time.monotonic()
        try:
            offset = poll_once(services, channel, offset, _LONG_POLL)
            backoff.reset()
        except ChannelError as error:
            log.warning("telegram_poll_failed", code=error.code)
            if error.code == _WEBHOOK_IS_SET:
                log.error("telegram_webhook_is_set", remedy="flux telegram-webhook --delete")
            time.sleep(error.retry_after or backoff.pause(time.monotonic() - started))


def poll_once(services: Services, channel: TelegramChannel, offset: int, timeout: int) -> int:
    """Fetch and store what is new; the offset that confirms it. Raises ChannelError."""
    for update in channel.poll(offset, timeout):
        _store(services, update)
        offset = int(update["update_id"]) + 1
    return offset


def _store(services: Services, update: dict[str, Any]) -> None:
    message = parse_update(update, services.clock.now())
    if message is None:
        log.info("telegram_update_ignored", update=update.get("update_id"))
    else:
        inbound.receive(services, message)

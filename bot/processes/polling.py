"""`flux telegram`: the door for Telegram by long polling; each update is stored before Telegram is told it arrived."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import structlog
from redis import RedisError

from bot import inbound
from bot.heartbeats import BEAT_EVERY, beat, goodbye
from bot.outages import SERVER_ERRORS, server_away
from bot.pulse import shown_in
from bot.up.backoff import Backoff
from channels.messages import ChannelError
from channels.telegram import TelegramChannel
from channels.telegram_updates import parse_update

if TYPE_CHECKING:
    from bot.services import Services

log = structlog.get_logger(__name__)

_LONG_POLL = 25  # seconds
_LONGEST_WAIT = 2.0  # seconds, for a server of our own: somebody waits for an answer when it is back
_NAME = "telegram"
_WEBHOOK_IS_SET = "409"


def poll_for_ever(services: Services) -> None:
    """Until a signal ends the process: a kill at any point loses nothing, since only the next call confirms.

    While Postgres or Redis is away it waits, and goes on by itself.
    """
    settings = services.settings
    channel = TelegramChannel(settings.telegram_bot_token, settings.telegram_api_base_url)
    pulse = shown_in(settings.flux_home)

    def alive() -> None:
        pulse.beat()
        with contextlib.suppress(RedisError):  # what must not be lost is stored in Postgres
            beat(services.redis, _NAME)

    log.info("telegram_polling_started")
    try:
        _poll(services, channel, alive)
    finally:
        with contextlib.suppress(RedisError):
            goodbye(services.redis, _NAME)


def _poll(services: Services, channel: TelegramChannel, alive: Callable[[], None]) -> None:
    backoff, offset = Backoff(), 0
    waits = False  # for a server of ours
    while True:
        started = time.monotonic()
        try:
            alive()
            offset = poll_once(services, channel, offset, _LONG_POLL, alive)
        except ChannelError as error:
            log.warning("telegram_poll_failed", code=error.code)
            if error.code == _WEBHOOK_IS_SET:
                log.error("telegram_webhook_is_set", remedy="flux telegram-webhook --delete")
            _rest(error.retry_after or backoff.pause(time.monotonic() - started), alive)
        except SERVER_ERRORS as error:  # Telegram keeps what is not stored: the offset stays as it was
            if not waits:
                log.warning("telegram_poll_waits", server=server_away(error), error=type(error).__name__)
            waits = True
            _rest(min(backoff.pause(time.monotonic() - started), _LONGEST_WAIT), alive)
        else:
            backoff.reset()
            if waits:
                log.warning("telegram_poll_goes_on")
            waits = False


def _rest(seconds: float, alive: Callable[[], None]) -> None:
    """Sleep, and show meanwhile that we only sleep."""
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        alive()
        time.sleep(min(left, BEAT_EVERY))


def poll_once(
    services: Services,
    channel: TelegramChannel,
    offset: int,
    timeout: int,
    alive: Callable[[], None] = lambda: None,
) -> int:
    """Fetch and store what is new; the offset that confirms it. Raises ChannelError."""
    for update in channel.poll(offset, timeout):
        _store(services, update)
        offset = int(update["update_id"]) + 1
        alive()
    return offset


def _store(services: Services, update: dict[str, Any]) -> None:
    message = parse_update(update, services.clock.now())
    if message is None:
        log.info("telegram_update_ignored", update=update.get("update_id"))
    else:
        inbound.receive(services, message)

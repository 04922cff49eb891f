"""Commands that speak: a chat in the terminal, one test message, Telegram's webhook, and the demo."""

from __future__ import annotations

import sys
from argparse import Namespace
from typing import TYPE_CHECKING

import structlog

from bot.cli.servers import with_services
from bot.settings import Settings

if TYPE_CHECKING:
    from bot.services import Services


log = structlog.get_logger(__name__)


def chat(settings: Settings, arguments: Namespace) -> int:
    """A conversation in this terminal: each line is handled here and now, without a worker."""
    from channels.console import ConsoleChannel
    from storage.vocabulary import ChannelName

    console = ConsoleChannel(lambda text: print(f"\n{text}\n", flush=True))
    with with_services(settings) as services:
        services.switchboard = type(services.switchboard)(
            {**services.switchboard.real, ChannelName.CONSOLE: console}, services.switchboard.simulated
        )
        print("Flux in the terminal. An empty line or Ctrl-D ends it.", file=sys.stderr)
        _say_hello(services, console, arguments.session)
        while line := _read_line():
            _hear(services, console, arguments.session, line)
    return 0


def _say_hello(services: Services, console: object, session_name: str) -> None:
    from storage import users

    with services.database.service() as session:
        known = users.find_by_address(session, "console", session_name) is not None
    _hear(services, console, session_name, "/today" if known else "/start")


def _hear(services: Services, console: object, session_name: str, line: str) -> None:
    from bot import inbound
    from channels.console import ConsoleChannel

    assert isinstance(console, ConsoleChannel)  # noqa: S101 - narrows a lazily imported type
    message = console.parse(session_name, line, services.clock.now())
    services.enqueue = _leave  # handled in the next line, not by a worker
    event_id = inbound.receive(services, message)
    if event_id is not None:
        inbound.handle(services, event_id)


def _leave(function: str, argument: str) -> None:
    log.debug("handled_here", function=function, argument=argument)


def _read_line() -> str:
    try:
        return input("> ").strip()
    except (EOFError, KeyboardInterrupt):
        return ""


def send_test(settings: Settings, arguments: Namespace) -> int:
    """One message to one address, and what the provider said."""
    from channels.messages import Address, ChannelError, OutboundMessage

    text = "This is a test from Flux. If you can read it, this channel works."
    with with_services(settings) as services:
        address = Address(arguments.channel, arguments.address)
        try:
            channel = services.switchboard.channel(address)
            receipt = channel.send(address, OutboundMessage(text, title="Flux test"), services.clock.now())
        except ChannelError as error:
            hint = f"; {error.hint}" if error.hint else ""
            print(f"flux: not sent: {error.reason} (code {error.code or 'none'}){hint}", file=sys.stderr)
            return 1
    print(f"Sent. The provider's id: {receipt.external_id or 'none'}")
    return 0


def telegram_webhook(settings: Settings, arguments: Namespace) -> int:
    """Let Telegram call us instead of polling, or go back to polling."""
    from channels.messages import ChannelError
    from channels.telegram import TelegramChannel

    needed = ["telegram_bot_token"]
    if not arguments.delete:
        needed += ["telegram_webhook_secret", "twilio_webhook_base_url"]
    missing = [name.upper() for name in needed if not getattr(settings, name)]
    if missing:
        print(f"flux: {' and '.join(missing)} must be set for this", file=sys.stderr)
        return 2
    channel = TelegramChannel(settings.telegram_bot_token, settings.telegram_api_base_url)
    try:
        if arguments.delete:
            channel.delete_webhook()
            print("The webhook is gone; `flux telegram` may poll.")
            return 0
        url = f"{settings.public_url}/api/v1/webhooks/telegram"
        channel.set_webhook(url, settings.telegram_webhook_secret)
    except ChannelError as error:
        print(f"flux: Telegram refused: {error.reason}", file=sys.stderr)
        return 1
    print(f"Telegram now calls {url}")
    return 0

"""The phone simulator's side of every channel: what would reach a person is kept in Redis, where a page can show it.

Each address has one capped stream, `flux:sim:<channel>:<value>`, of JSON events in one order over all streams:

- `message`: id, text, title, rows [[{label, data}]], task_id, attempt_id, silent, document {filename, media_type,
  content}, photo (both base64), and `replaces` = the id of the earlier message when it is an edit (same id);
- `inbound`: what the person typed or tapped, as the page sent it: text, choice, message_ref;
- `toast`: the short answer to a tap; `sms`: a code for a phone number;
- `call`: state ringing | answered | said | pressed | ended, call_id, task_id, attempt_id, text, digits.

Every event has seq (an integer that only grows), kind, channel, address and at (ISO 8601, or null).
"""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

from channels.messages import Address, ChannelError, InboundKind, InboundMessage, OutboundMessage, Receipt
from channels.opt_out import opt_out_kind
from channels.sim_phone import Event, PhoneStore
from channels.sim_verify import SimulatedVerifier
from channels.text import checked_choices, clean, numbered

if TYPE_CHECKING:
    from redis import Redis

__all__ = ["PhoneStore", "SimulatedChannel", "SimulatedVerifier", "tapped", "typed"]


class SimulatedChannel:
    """Stands in for telegram, whatsapp, call or push; takes any address, and finds attempts again."""

    def __init__(self, name: str, redis: Redis) -> None:
        self.name = name
        self._phones = PhoneStore(redis)

    def send(self, to: Address, message: OutboundMessage, now: datetime) -> Receipt:
        """Shows it, once for each attempt however often it is sent.

        Raises ChannelError; while Redis is away RedisError for a reply, whose sender waits and says it again.
        """
        checked_choices(message.flat_choices)
        if message.attempt_id is None:
            return self._show(to, message, now)
        with _redis_is_the_provider():
            # The answer of a Redis that went away may be all that was lost.
            return self._shown(to, message.attempt_id) or self._show(to, message, now)

    def _show(self, to: Address, message: OutboundMessage, now: datetime) -> Receipt:
        if self.name == "call":
            return Receipt(self._phones.ring(to, message, now))
        if not (clean(message.text) or message.document or message.photo):
            raise ChannelError("empty message", permanent=True, code="empty")
        text = numbered(message) if self.name == "whatsapp" else clean(message.text)
        return Receipt(self._phones.show(to, message, text, now))

    def _shown(self, to: Address, attempt_id: UUID, since: datetime | None = None) -> Receipt | None:
        for event in reversed(self._phones.events([to])):
            is_it = event.get("attempt_id") == str(attempt_id)
            if is_it and (since is None or datetime.fromisoformat(event["at"]) >= since):
                return Receipt(str(event["id"]))
        return None

    def acknowledge(self, message: InboundMessage, text: str = "") -> None:
        """Leaves the answer to a tap as a toast."""
        if message.callback_id is not None:
            self._phones.add(message.sender, _toast(message, clean(text)))

    def find(self, to: Address, attempt_id: UUID, since: datetime, words: str = "") -> Receipt | None:  # noqa: ARG002 - Channel's signature
        with _redis_is_the_provider():
            return self._shown(to, attempt_id, since)

    def cancel(self, external_id: str) -> None:
        """Stops a call that is still ringing; a call that has ended, or never was, is no error."""
        with _redis_is_the_provider():
            self._phones.hang_up(external_id)


@contextlib.contextmanager
def _redis_is_the_provider() -> Iterator[None]:
    """Away for a moment, it is like any other that does not answer: the attempt is made again, in its time."""
    from redis import exceptions  # noqa: PLC0415 - it loads a library of ciphers: only for who has this phone

    try:
        yield
    except (exceptions.ConnectionError, exceptions.TimeoutError) as error:
        raise ChannelError("the simulated phone is away", code="redis_away") from error


def typed(sender: Address, text: str, now: datetime, *, message_ref: str | None = None) -> InboundMessage:
    """What a door makes of text typed into the simulated phone. `message_ref`: the message it replies to."""
    said = clean(text)
    opts = opt_out_kind(said) if sender.channel == "whatsapp" else None
    return InboundMessage(
        sender=sender,
        text=said,
        external_id=_event_id(),
        received_at=now,
        kind=opts or InboundKind.TEXT,
        message_ref=message_ref,
    )


def tapped(sender: Address, choice: str, message_ref: str, now: datetime) -> InboundMessage:
    """What a door makes of a tapped button; its callback waits for an answer, as Telegram's does."""
    return InboundMessage(
        sender=sender,
        text="",
        external_id=_event_id(),
        received_at=now,
        kind=InboundKind.BUTTON,
        choice=clean(choice),
        message_ref=clean(message_ref),
        callback_id=f"tap-{secrets.token_hex(8)}",
    )


def _toast(message: InboundMessage, text: str) -> Event:
    return {"kind": "toast", "id": message.callback_id, "text": text, "at": message.received_at.isoformat()}


def _event_id() -> str:
    return f"sim-{uuid4().hex}"

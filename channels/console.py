"""The terminal as a channel: messages are printed, and a typed number picks the button of that number."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from uuid import UUID, uuid4

from channels.messages import (
    Address,
    ChannelError,
    Choice,
    InboundKind,
    InboundMessage,
    OutboundMessage,
    Receipt,
)
from channels.text import clean, numbered


class ConsoleChannel:
    """One conversation in one terminal; the address is the session's name. `write` prints a block of text."""

    name = "console"

    def __init__(self, write: Callable[[str], None]) -> None:
        self._write = write
        self._choices: tuple[Choice, ...] = ()
        self._message_ref: str | None = None

    def send(self, to: Address, message: OutboundMessage, now: datetime) -> Receipt:  # noqa: ARG002 - Channel's signature
        """Prints it; its buttons are what the next typed number means."""
        text = numbered(message)
        if message.document:
            text += f"\n[file {clean(message.document.filename)}, {len(message.document.content)} bytes]"
        if message.photo:
            text += "\n[picture]"
        self._write(text.strip())
        if message.choices or not message.edits:
            self._choices = message.flat_choices
            self._message_ref = message.edits or f"console-{uuid4().hex}"
        return Receipt(message.edits or self._message_ref)

    def acknowledge(self, message: InboundMessage, text: str = "") -> None:
        """A tap in a terminal is its own answer; a toast is printed."""
        if message.callback_id and text:
            self._write(f"({clean(text)})")

    def find(self, to: Address, attempt_id: UUID, since: datetime, words: str = "") -> Receipt | None:  # noqa: ARG002 - Channel's signature
        raise ChannelError("a terminal keeps nothing", unknown=True, code="no_lookup")

    def parse(self, session: str, line: str, now: datetime) -> InboundMessage:
        """A typed line: the number of a button on show taps it, everything else is text."""
        text = clean(line)
        choice = self._picked(text)
        return InboundMessage(
            sender=Address(self.name, session),
            text="" if choice else text,
            external_id=f"console-{uuid4().hex}",
            received_at=now,
            kind=InboundKind.BUTTON if choice else InboundKind.TEXT,
            choice=choice.data if choice else None,
            message_ref=self._message_ref if choice else None,
        )

    def _picked(self, text: str) -> Choice | None:
        if not (text.isascii() and text.isdigit()):
            return None
        number = int(text) if len(text) < 4 else 0
        return self._choices[number - 1] if 1 <= number <= len(self._choices) else None

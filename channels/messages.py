"""The words every channel speaks: what comes in, what goes out, what a provider said to it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import ClassVar, Protocol, runtime_checkable
from uuid import UUID

from pydantic import ConfigDict


@dataclass(frozen=True, slots=True)
class Address:
    """Where a person can be reached: a channel name of `storage.vocabulary.ChannelName` and the provider's value.

    telegram: chat id; whatsapp and call: E.164 number; push: subscription id; console: a session name.
    Values that begin with "sim:" belong to the phone simulator, whatever the channel.
    """

    channel: str
    value: str


class InboundKind(StrEnum):
    TEXT = "text"
    BUTTON = "button"  # `choice` holds the payload of the tapped button
    VOICE_NOTE = "voice_note"
    PHOTO = "photo"
    STICKER = "sticker"
    EDITED = "edited"
    LOCATION = "location"
    CONTACT = "contact"
    BLOCKED = "blocked"  # the person blocked the bot or sent STOP
    UNBLOCKED = "unblocked"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class InboundMessage:
    """One thing a person did, as a door parsed it; unique by (sender.channel, external_id)."""

    sender: Address
    text: str
    external_id: str  # the provider's id of this update: Telegram update_id, Twilio MessageSid, ...
    received_at: datetime
    kind: InboundKind = InboundKind.TEXT
    choice: str | None = None
    message_ref: str | None = None  # the provider's id of our message the person tapped on or replied to
    callback_id: str | None = None  # Telegram's callback query id: must be answered once
    display_name: str | None = None
    language: str | None = None
    forwarded: bool = False
    group_chat: bool = False
    latitude: float | None = None
    longitude: float | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """A button. `data` comes back as `InboundMessage.choice`: at most 64 bytes, ASCII. The label can also be typed."""

    label: str
    data: str


_BYTES_AS_BASE64 = ConfigDict(ser_json_bytes="base64", val_json_bytes="base64")


@dataclass(frozen=True, slots=True)
class Document:
    __pydantic_config__: ClassVar[ConfigDict] = _BYTES_AS_BASE64

    filename: str
    content: bytes
    media_type: str


@dataclass(frozen=True, slots=True)
class OutboundMessage:
    """One message to one person: the graph's reply and the ladder's nudge alike.

    Text is plain text; each channel escapes and shortens it to its own limits. `choices` are rows of buttons.
    """

    __pydantic_config__: ClassVar[ConfigDict] = _BYTES_AS_BASE64

    text: str
    choices: tuple[tuple[Choice, ...], ...] = ()
    task_id: UUID | None = None
    title: str | None = None  # heading of a push notification; the spoken subject of a call
    attempt_id: UUID | None = None  # comes back in status callbacks
    deadline: datetime | None = None  # after this moment the message is worth nothing
    edits: str | None = None  # provider id of an earlier message of ours to replace
    document: Document | None = None
    photo: bytes | None = None  # PNG
    template: tuple[
        str, ...
    ] = ()  # variables of the approved WhatsApp template, used outside the 24-hour window
    in_session: bool = False  # their 24-hour window is open: free text may be sent, the template is a reserve
    silent: bool = False

    @property
    def flat_choices(self) -> tuple[Choice, ...]:
        """Every button, row after row: channels without rows number them from 1."""
        return tuple(choice for row in self.choices for choice in row)


@dataclass(frozen=True, slots=True)
class Receipt:
    """The provider accepted it. `external_id` is the provider's id of the message or call, where it gives one."""

    external_id: str | None = None


class DeliveryState(StrEnum):
    QUEUED = "queued"
    SENT = "sent"
    DELIVERED = "delivered"
    READ = "read"
    FAILED = "failed"
    CANCELLED = "cancelled"  # we ended a call that nobody had picked up
    BUSY = "busy"
    NO_ANSWER = "no_answer"
    ANSWERED = "answered"
    COMPLETED = "completed"
    MACHINE = "machine"  # a voicemail picked up: nobody was reached


@dataclass(frozen=True, slots=True)
class StatusUpdate:
    """A provider's later word about something we sent, mapped to our own vocabulary."""

    channel: str
    external_id: str
    state: DeliveryState
    attempt_id: UUID | None = None
    error_code: str | None = None


class Limit(StrEnum):
    """Whose limit was reached when a provider asks for a pause."""

    CHAT = "chat"  # this chat's, as far as one can tell
    SENDER = "sender"  # of all that leaves over this channel


class ChannelError(Exception):
    """A send that did not work.

    permanent: trying again cannot help, the next rung may start at once.
    unknown: the provider may have accepted it; ask before repeating.
    gone: the address itself is dead (unsubscribed, blocked) and should be disabled.
    retry_after: seconds the provider asked us to wait.
    limit: the provider is well but wants fewer messages, to this chat or altogether.
    code: the provider's own error code, for the log and the operator.
    hint: what the operator can do about it, for the log.
    """

    def __init__(
        self,
        reason: str,
        *,
        permanent: bool = False,
        unknown: bool = False,
        gone: bool = False,
        retry_after: float | None = None,
        limit: Limit | None = None,
        code: str | None = None,
        hint: str | None = None,
    ) -> None:
        super().__init__(reason)
        self.reason = reason
        self.permanent = permanent
        self.unknown = unknown
        self.gone = gone
        self.retry_after = retry_after
        self.limit = limit
        self.code = code
        self.hint = hint


class Channel(Protocol):
    """A way to reach a person. A new channel is one file that satisfies this and one line in `bot.services`."""

    name: str

    def send(self, to: Address, message: OutboundMessage, now: datetime) -> Receipt:
        """Hand one message to the provider and return its receipt.

        Raises ChannelError. Never sleeps, never retries: the ladder decides about both.
        """
        ...

    def acknowledge(self, message: InboundMessage, text: str = "") -> None:
        """Tell the provider a tap was seen (Telegram's callback query); a no-op where nothing waits for it."""
        ...

    def find(self, to: Address, attempt_id: UUID, since: datetime, words: str = "") -> Receipt | None:
        """Ask the provider whether an attempt of unknown outcome got through: its receipt, or None when it did not.

        `words` stand in the message: they tell two apart where the provider keeps no reference of ours.

        Raises ChannelError when the provider cannot tell (Telegram has no look-up).
        """
        ...


@runtime_checkable
class Cancellable(Protocol):
    """A channel whose sends last a while and can be taken back: a phone that rings."""

    def cancel(self, external_id: str) -> None:
        """Ends it; what has ended already is no error. Raises ChannelError."""
        ...


@runtime_checkable
class LeavesMessage(Protocol):
    """A channel that can say a last word to an answering machine."""

    def leave_message(self, external_id: str, words: str) -> None:
        """Says it in the running call and hangs up. Raises ChannelError; a call that has ended is no error."""
        ...


class PhoneVerifier(Protocol):
    """Proves that a phone number belongs to the person: Twilio Verify, or the simulator's own SMS."""

    def start(self, number: str, now: datetime) -> None:
        """Send a code to an E.164 number. Raises ChannelError."""
        ...

    def check(self, number: str, code: str, now: datetime) -> bool:
        """Whether this is the code that was sent. Raises ChannelError when the provider cannot be asked."""
        ...

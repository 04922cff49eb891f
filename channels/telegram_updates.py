"""Telegram updates as InboundMessage: what a person typed, tapped, showed, moved or blocked."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from channels.messages import Address, InboundKind, InboundMessage
from channels.text import clean

if TYPE_CHECKING:
    from telegram import CallbackQuery, Chat, ChatMemberUpdated, Message, User

# The first attribute a message has decides its kind; whatever is in none of these is a service message.
CONTENT = (
    ("location", InboundKind.LOCATION),
    ("contact", InboundKind.CONTACT),
    ("sticker", InboundKind.STICKER),
    ("voice", InboundKind.VOICE_NOTE),
    ("audio", InboundKind.VOICE_NOTE),
    ("video_note", InboundKind.VOICE_NOTE),
    ("photo", InboundKind.PHOTO),
    ("animation", InboundKind.OTHER),
    ("document", InboundKind.OTHER),
    ("video", InboundKind.OTHER),
    ("poll", InboundKind.OTHER),
    ("dice", InboundKind.OTHER),
    ("story", InboundKind.OTHER),
    ("text", InboundKind.TEXT),
)
CHANGES = {"kicked": InboundKind.BLOCKED, "left": InboundKind.BLOCKED, "member": InboundKind.UNBLOCKED}


def parse_update(raw: Mapping[str, Any], now: datetime) -> InboundMessage | None:
    """One update of the Bot API; None for what asks for no answer: channel posts, other bots, malformed data."""
    from telegram import Update  # noqa: PLC0415 - 150 ms that only doors to Telegram should pay

    try:
        update = Update.de_json(dict(raw), None)
        key = _id(update.update_id)
        if update.callback_query:
            return _tap(update.callback_query, key, now)
        if update.my_chat_member:
            return _membership(update.my_chat_member, key, now)
        if update.edited_message:
            return _message(update.edited_message, key, now, edited=True)
        return _message(update.message, key, now) if update.message else None
    except (TypeError, KeyError, ValueError, AttributeError, OverflowError):
        return None  # how the library, and the checks below, meet a malformed update


def _tap(query: CallbackQuery, key: str, now: datetime) -> InboundMessage | None:
    if query.data is None:
        return None
    message = query.message
    chat: Chat | User = message.chat if message else query.from_user  # a private chat has its person's id
    return InboundMessage(
        sender=_address(chat),
        text="",
        external_id=key,
        received_at=now,
        kind=InboundKind.BUTTON,
        choice=_words(query.data),
        message_ref=_id(message.message_id) if message else None,
        callback_id=_words(query.id),
        display_name=_words(query.from_user.full_name),
        language=_words(query.from_user.language_code),
        group_chat=_is_group(chat),
    )


def _message(message: Message, key: str, now: datetime, *, edited: bool = False) -> InboundMessage | None:
    person = message.from_user
    kind = next((kind for name, kind in CONTENT if getattr(message, name)), None)
    if kind is None or (person is not None and person.is_bot):
        return None
    place = message.location
    return InboundMessage(
        sender=_address(message.chat),
        text=_words(message.text) or _words(message.caption) or "",
        external_id=key,
        received_at=now,
        kind=InboundKind.EDITED if edited else kind,
        message_ref=_replied_to(message),
        display_name=_words(person.full_name) if person else None,
        language=_words(person.language_code) if person else None,
        forwarded=message.forward_origin is not None,
        group_chat=_is_group(message.chat),
        latitude=_coordinate(place.latitude) if place else None,
        longitude=_coordinate(place.longitude) if place else None,
    )


def _membership(change: ChatMemberUpdated, key: str, now: datetime) -> InboundMessage | None:
    """Blocking and unblocking in the private chat; what happens to a group concerns nobody's reminders."""
    kind = CHANGES.get(change.new_chat_member.status)
    if kind is None or _is_group(change.chat):
        return None
    return InboundMessage(
        sender=_address(change.chat),
        text="",
        external_id=key,
        received_at=now,
        kind=kind,
        display_name=_words(change.from_user.full_name),
        language=_words(change.from_user.language_code),
    )


def _replied_to(message: Message) -> str | None:
    """The id of our own message that this one replies to; a reply to anything else binds nothing."""
    original = message.reply_to_message
    if original is None or (original.from_user is not None and not original.from_user.is_bot):
        return None
    return _id(original.message_id)


def _address(chat: Chat | User) -> Address:
    return Address("telegram", _id(chat.id))


def _is_group(chat: Chat | User) -> bool:
    return getattr(chat, "type", "private") != "private"


# The library copies values without looking at them, so what becomes text or a number of ours is checked here.


def _id(value: object) -> str:
    if isinstance(value, bool) or not isinstance(value, int) or abs(value) >= 2**63:
        raise TypeError("not an id")
    return str(value)


def _words(value: object) -> str | None:
    """Text without the characters that databases refuse."""
    if value is not None and not isinstance(value, str):
        raise TypeError("not text")
    return clean(value) if value is not None else None


def _coordinate(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not -180 <= value <= 180:
        raise TypeError("not a coordinate")
    return float(value)

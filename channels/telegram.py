"""Telegram: messages with buttons, files and edits out; updates by long polling or webhook in.

Everything is sent as plain text (no parse_mode), so a title can never become markup, and without link previews.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from channels.messages import Address, ChannelError, Choice, InboundMessage, OutboundMessage, Receipt
from channels.telegram_api import PUBLIC_BASE, Files, TelegramApi
from channels.telegram_errors import TelegramError
from channels.telegram_updates import parse_update
from channels.text import LABEL_UNITS, checked_choices, clean, shorten, split

__all__ = ["TelegramChannel", "parse_update", "secret_matches"]

TEXT_UNITS = 4096
CAPTION_UNITS = 1024
TOAST_UNITS = 200
UPDATES = ("message", "edited_message", "callback_query", "my_chat_member")
_UNCHANGED = "message is not modified"
_UNEDITABLE = ("message to edit not found", "message can't be edited", "no text in the message to edit")


class TelegramChannel:
    """The bot's own chat with each person; addresses are chat ids."""

    name = "telegram"

    def __init__(self, token: str, base_url: str = PUBLIC_BASE, timeout: float = 10.0) -> None:
        self._api = TelegramApi(token, base_url, timeout)

    def send(self, to: Address, message: OutboundMessage, now: datetime) -> Receipt:  # noqa: ARG002 - Channel's signature
        """Long text goes out as several messages, with the buttons, and the receipt, of the last one;
        when a later part fails, that failure is raised, and repeating sends the earlier parts again.

        An edit whose message is no longer there is sent as a new message.
        """
        checked_choices(message.flat_choices)
        if message.edits and (receipt := self._edit(to, message)):
            return receipt
        if message.document or message.photo:
            return self._send_file(to, message)
        pieces = split(clean(message.text), TEXT_UNITS)
        if not pieces:
            raise ChannelError("empty message", permanent=True, code="empty")
        for piece in pieces[:-1]:
            self._send_text(to, piece, (), message.silent)
        return self._send_text(to, pieces[-1], message.choices, message.silent)

    def acknowledge(self, message: InboundMessage, text: str = "") -> None:
        """Stops the button's spinner; a query too old to be answered is no error."""
        if message.callback_id is None:
            return
        fields = {
            "callback_query_id": message.callback_id,
            "text": shorten(clean(text), TOAST_UNITS),
        }
        try:
            self._api.call("answerCallbackQuery", fields)
        except TelegramError as error:
            if not error.permanent:
                raise

    def find(self, to: Address, attempt_id: UUID, since: datetime, words: str = "") -> Receipt | None:  # noqa: ARG002 - Channel's signature
        raise ChannelError("Telegram has no look-up of sent messages", unknown=True, code="no_lookup")

    def poll(self, offset: int, timeout: int) -> list[dict[str, Any]]:
        """The raw updates from `offset` on, waiting up to `timeout` seconds for the first. Raises ChannelError."""
        fields = {"offset": offset, "timeout": timeout, "allowed_updates": list(UPDATES)}
        found: list[dict[str, Any]] = self._api.call("getUpdates", fields, wait=timeout)
        return found

    def set_webhook(self, url: str, secret: str) -> None:
        fields = {"url": url, "secret_token": secret, "allowed_updates": list(UPDATES)}
        self._api.call("setWebhook", fields)

    def delete_webhook(self) -> None:
        self._api.call("deleteWebhook", {})

    def get_me(self) -> dict[str, Any]:
        """Telegram's own description of the bot: id, username, ... Raises ChannelError for a wrong token."""
        me: dict[str, Any] = self._api.call("getMe", {})
        return me

    def set_my_commands(self, commands: Mapping[str, str]) -> None:
        """The menu next to the text field: command without slash -> description."""
        listed = [{"command": name, "description": description} for name, description in commands.items()]
        self._api.call("setMyCommands", {"commands": listed})

    def close(self) -> None:
        self._api.close()

    def _send_text(
        self, to: Address, text: str, choices: Sequence[Sequence[Choice]], silent: bool
    ) -> Receipt:
        fields: dict[str, Any] = {"text": text, "link_preview_options": {"is_disabled": True}}
        return self._post("sendMessage", to, fields | _options(choices, silent))

    def _send_file(self, to: Address, message: OutboundMessage) -> Receipt:
        """A photo or document; a text too long for a caption goes first, as a message of its own."""
        caption = clean(message.text)
        if len(split(caption, CAPTION_UNITS)) > 1:
            for piece in split(caption, TEXT_UNITS):
                self._send_text(to, piece, (), message.silent)
            caption = ""
        fields = _options(message.choices, message.silent)
        if caption:
            fields["caption"] = caption
        if message.document:
            document = message.document
            files = {"document": (document.filename, document.content, document.media_type)}
            return self._post("sendDocument", to, fields, files)
        return self._post("sendPhoto", to, fields, {"photo": ("flux.png", message.photo or b"", "image/png")})

    def _edit(self, to: Address, message: OutboundMessage) -> Receipt | None:
        """Replaces text and buttons of an earlier message; None when it cannot be edited any more."""
        fields = {
            "message_id": _message_id(message.edits or ""),
            "text": shorten(clean(message.text), TEXT_UNITS),
            "link_preview_options": {"is_disabled": True},
            "reply_markup": {"inline_keyboard": _keyboard(message.choices)},
        }
        try:
            return self._post("editMessageText", to, fields)
        except TelegramError as error:
            if _UNCHANGED in error.description:
                return Receipt(message.edits)
            if any(words in error.description for words in _UNEDITABLE):
                return None
            raise

    def _post(
        self, method: str, to: Address, fields: Mapping[str, Any], files: Files | None = None
    ) -> Receipt:
        try:
            sent = self._api.call(method, {"chat_id": _chat_id(to), **fields}, files)
        except TelegramError as error:
            if error.migrate_to is None:
                raise
            sent = self._api.call(method, {"chat_id": error.migrate_to, **fields}, files)
        return Receipt(str(sent["message_id"]) if isinstance(sent, dict) else None)


def secret_matches(expected: str, header: str | None) -> bool:
    """Whether a webhook call carries our secret token, in constant time; an unset secret matches nothing."""
    if not expected or header is None:
        return False
    return hmac.compare_digest(expected.encode(), header.encode())


def _options(choices: Sequence[Sequence[Choice]], silent: bool) -> dict[str, Any]:
    options: dict[str, Any] = {}
    if choices:
        options["reply_markup"] = {"inline_keyboard": _keyboard(choices)}
    if silent:
        options["disable_notification"] = True
    return options


def _keyboard(choices: Sequence[Sequence[Choice]]) -> list[list[dict[str, str]]]:
    return [
        [{"text": shorten(clean(c.label), LABEL_UNITS) or "·", "callback_data": c.data} for c in row]
        for row in choices
        if row
    ]


def _chat_id(to: Address) -> int:
    try:
        return int(to.value)
    except ValueError:
        raise ChannelError("not a chat id", permanent=True, gone=True, code="bad_address") from None


def _message_id(value: str) -> int:
    try:
        return int(value)
    except ValueError:
        raise ChannelError("not a message id", permanent=True, code="bad_message_id") from None

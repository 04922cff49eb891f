"""The person's side of the fake Telegram: typing, tapping, stickers, blocking; each makes one update."""

from __future__ import annotations

import itertools
import time
from typing import Any

import requests

ANN = 4242


class TelegramPhone:
    """Mixed into the fake server. Every method returns the raw update, which the bot can also poll."""

    def __init__(self) -> None:
        self.updates: list[dict[str, Any]] = []
        self.webhook: tuple[str, str] | None = None
        self.blocked: set[int] = set()
        self._update_ids = itertools.count(700_000_001)
        self._message_ids = itertools.count(1)

    def publish(self, update: dict[str, Any]) -> None:
        raise NotImplementedError

    def type(self, text: str, chat_id: int = ANN, **fields: Any) -> dict[str, Any]:
        return self.message(chat_id, text=text, **fields)

    def sticker(self, chat_id: int = ANN) -> dict[str, Any]:
        sticker = _file() | {"type": "regular", "width": 512, "height": 512, "is_animated": False}
        return self.message(chat_id, sticker=sticker | {"is_video": False, "emoji": "👍"})

    def voice_note(self, chat_id: int = ANN) -> dict[str, Any]:
        return self.message(chat_id, voice=_file() | {"duration": 3, "mime_type": "audio/ogg"})

    def photo(self, chat_id: int = ANN, caption: str = "") -> dict[str, Any]:
        return self.message(chat_id, photo=[_file() | {"width": 90, "height": 67}], caption=caption)

    def location(self, latitude: float, longitude: float, chat_id: int = ANN) -> dict[str, Any]:
        return self.message(chat_id, location={"latitude": latitude, "longitude": longitude})

    def contact(self, number: str, chat_id: int = ANN) -> dict[str, Any]:
        return self.message(chat_id, contact={"phone_number": number, "first_name": "Ann"})

    def reply(self, text: str, to_message: int, chat_id: int = ANN) -> dict[str, Any]:
        """A typed answer to one of the bot's messages."""
        bot = {"id": 123456, "is_bot": True, "first_name": "Flux"}
        original = {
            "message_id": to_message,
            "date": _today(),
            "chat": _chat(chat_id),
            "from": bot,
            "text": "…",
        }
        return self.message(chat_id, text=text, reply_to_message=original)

    def forward(self, text: str, chat_id: int = ANN) -> dict[str, Any]:
        origin = {"type": "hidden_user", "sender_user_name": "Somebody", "date": _today()}
        return self.message(chat_id, text=text, forward_origin=origin)

    def edit(self, text: str, chat_id: int = ANN) -> dict[str, Any]:
        update = self._update(edited_message=self._message(chat_id, text=text) | {"edit_date": _today()})
        return self._deliver(update)

    def tap(self, message_id: int, label: str, chat_id: int = ANN) -> dict[str, Any]:
        """Taps the button with this label on a message that the fake server has kept."""
        message = self.sent[message_id]  # type: ignore[attr-defined] # the server this is mixed into
        data = next(b["callback_data"] for row in message.buttons for b in row if b["text"] == label)
        return self.tap_data(message_id, data, chat_id)

    def tap_data(self, message_id: int, data: str, chat_id: int = ANN) -> dict[str, Any]:
        return self._deliver(self.tap_update(message_id, data, chat_id))

    def tap_update(self, message_id: int, data: str, chat_id: int = ANN) -> dict[str, Any]:
        """The update of a tap, for whoever delivers it in a way of their own."""
        shown = {"message_id": message_id, "date": _today(), "chat": _chat(chat_id), "text": "…"}
        update = self._update()
        query = {"id": f"q{update['update_id']}", "from": _person(chat_id), "message": shown, "data": data}
        return update | {"callback_query": query | {"chat_instance": "1"}}

    def block(self, chat_id: int = ANN) -> dict[str, Any]:
        """From now on the bot cannot write to this chat."""
        self.blocked.add(chat_id)
        return self._deliver(self._update(my_chat_member=_change(chat_id, "member", "kicked")))

    def unblock(self, chat_id: int = ANN) -> dict[str, Any]:
        self.blocked.discard(chat_id)
        return self._deliver(self._update(my_chat_member=_change(chat_id, "kicked", "member")))

    def message(self, chat_id: int = ANN, **fields: Any) -> dict[str, Any]:
        return self._deliver(self._update(message=self._message(chat_id, **fields)))

    def again(self, update: dict[str, Any]) -> dict[str, Any]:
        """The same update a second time, as Telegram does when it did not hear our 200."""
        return self._deliver(update)

    def _message(self, chat_id: int, **fields: Any) -> dict[str, Any]:
        sender = {"from": _person(chat_id)} if chat_id > 0 else {"from": _person(ANN)}
        return (
            {"message_id": next(self._message_ids), "date": _today(), "chat": _chat(chat_id)}
            | sender
            | fields
        )

    def _update(self, **fields: Any) -> dict[str, Any]:
        return {"update_id": next(self._update_ids)} | fields

    def _deliver(self, update: dict[str, Any]) -> dict[str, Any]:
        if self.webhook is None:
            self.publish(update)
            return update
        url, secret = self.webhook
        headers = {"X-Telegram-Bot-Api-Secret-Token": secret} if secret else {}
        requests.post(url, json=update, headers=headers, timeout=10)
        return update


def _person(chat_id: int) -> dict[str, Any]:
    return {"id": chat_id, "is_bot": False, "first_name": "Ann", "last_name": "Smith", "language_code": "en"}


def _chat(chat_id: int) -> dict[str, Any]:
    if chat_id < 0:  # Telegram's own convention for groups
        return {"id": chat_id, "type": "group", "title": "Family"}
    return {"id": chat_id, "type": "private", "first_name": "Ann"}


def _change(chat_id: int, before: str, after: str) -> dict[str, Any]:
    bot = {"id": 123456, "is_bot": True, "first_name": "Flux"}

    def member(status: str) -> dict[str, Any]:
        return {"user": bot, "status": status} | ({"until_date": 0} if status == "kicked" else {})

    return {
        "chat": _chat(chat_id),
        "from": _person(chat_id),
        "date": _today(),
        "old_chat_member": member(before),
        "new_chat_member": member(after),
    }


def _file() -> dict[str, Any]:
    return {"file_id": "AwACAgIAAx", "file_unique_id": "AgADx", "file_size": 1024}


def _today() -> int:
    return int(time.time())

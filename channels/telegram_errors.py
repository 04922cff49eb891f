"""Telegram's refusals: the table that says which are worth repeating, and which mean that the chat is gone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from channels.messages import ChannelError, Limit
from channels.refusals import Refusal, gone, limited, permanent, temporary

BLOCKED = "you blocked the bot"
_SIGN_IN = "check TELEGRAM_BOT_TOKEN"
_OURS = "a fault of Flux: please report it with the log line"
# (status, words in its description, what that means); the first row that fits counts, "" fits always.
TABLE: tuple[tuple[int, str, Refusal], ...] = (
    (400, "chat not found", gone("Telegram does not know this chat")),
    (400, "user not found", gone("Telegram does not know this account")),
    (400, "peer_id_invalid", gone("Telegram does not know this chat")),
    (400, "user is deactivated", gone("the Telegram account was deleted")),
    (400, "group chat was upgraded", gone("the chat has moved")),
    (400, "bot was kicked", gone("the bot was removed from the chat")),
    (400, "message is too long", permanent("the message was too long for Telegram", _OURS)),
    (400, "can't parse", permanent("Telegram could not read the message", _OURS)),
    (400, "button_data_invalid", permanent("Telegram could not read the message", _OURS)),
    (400, "text is empty", permanent("the message was empty", _OURS)),
    (400, "not enough rights", permanent("the bot may not write in this chat")),
    (400, "", permanent("Telegram did not accept the message", _OURS)),
    (401, "", permanent("Flux is not signed in to Telegram", _SIGN_IN)),
    (403, "blocked by the user", gone(BLOCKED)),
    (403, "deactivated", gone("the Telegram account was deleted")),
    (403, "kicked", gone("the bot was removed from the chat")),
    (403, "initiate conversation", gone("the bot may only write after /start")),
    (403, "", gone("Telegram does not let the bot write here")),
    (404, "", permanent("Flux is not signed in to Telegram", _SIGN_IN)),
    (
        409,
        "",
        temporary("Telegram is talking to somebody else", "another poller, or a webhook, has this token"),
    ),
    (413, "", permanent("the file was too large for Telegram")),
    # Telegram does not say whether it is this chat or the whole bot: several chats in a row are the bot.
    (420, "", limited("Telegram asks for a pause", Limit.CHAT)),
    (429, "", limited("Telegram asks for a pause", Limit.CHAT)),
)
_BROKEN = temporary("Telegram is out of order")
_ELSE = permanent("Telegram did not accept the message", _OURS)


class TelegramError(ChannelError):
    """A ChannelError with Telegram's own description, and where the chat went when Telegram moved it."""

    migrate_to: int | None = None
    description: str = ""

    @classmethod
    def of(cls, error: ChannelError) -> TelegramError:
        return cls(
            error.reason,
            permanent=error.permanent,
            gone=error.gone,
            retry_after=error.retry_after,
            limit=error.limit,
            code=error.code,
            hint=error.hint,
        )


def error_for(status: int, answer: Mapping[str, Any]) -> TelegramError:
    """The error for a refused request: its row, its Retry-After, its new chat id."""
    description = str(answer.get("description") or "").lower()
    found = answer.get("parameters")
    parameters: Mapping[str, Any] = found if isinstance(found, dict) else {}
    row = _row(status, description)
    asked = parameters.get("retry_after", 1 if status in (420, 429) else None)
    error = TelegramError.of(row.error(str(status), float(asked) if isinstance(asked, int | float) else None))
    moved = parameters.get("migrate_to_chat_id")
    error.migrate_to = moved if isinstance(moved, int) else None
    error.description = description
    return error


def _row(status: int, description: str) -> Refusal:
    if status >= 500:
        return _BROKEN
    fitting = (row for code, words, row in TABLE if code == status and words in description)
    return next(fitting, _ELSE)

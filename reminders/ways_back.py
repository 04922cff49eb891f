"""What a person is told about their addresses that Flux stopped using: why, and what turns each on again."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy.orm import Session

from storage.users import identities
from storage.vocabulary import ChannelName

_WAY_BACK = {
    ChannelName.TELEGRAM: ("Telegram is off", "send /start to me there to turn it on"),
    ChannelName.WHATSAPP: ("WhatsApp is off", "send START to me there to turn it on"),
    ChannelName.CALL: ("Calls are off", "send me your number with its country code to turn them on"),
    ChannelName.PUSH: ("Notifications are off", 'tap "Notify me here" on the dashboard to turn them on'),
}


def off_words(channel: str, reason: str) -> str | None:
    """ "WhatsApp is off: the number is not on WhatsApp; send START to me there to turn it on."; None for a terminal."""
    known = {str(name): words for name, words in _WAY_BACK.items()}.get(channel)
    return f"{known[0]}: {reason}; {known[1]}." if known else None


def channels_off(session: Session, user_id: UUID) -> list[str]:
    """A sentence for each kind of address of this person that is off while no other of its kind works."""
    mine = identities(session, user_id)
    working = {one.channel for one in mine if one.disabled_reason is None}
    off = {
        one.channel: one.disabled_reason
        for one in reversed(mine)
        if one.disabled_reason and one.channel not in working
    }
    return [words for channel, reason in off.items() if (words := off_words(channel, reason))]

"""Short answers to what Flux cannot use: voice notes, pictures, edits, crowds, novels; no model sees them."""

from __future__ import annotations

from agents.care import REPLIES, needs_care
from agents.turn import Limits
from channels.messages import InboundKind, InboundMessage

_READ_FOR_CARE = 20_000  # characters
_BY_KIND = {
    InboundKind.VOICE_NOTE: "I can't listen to voice notes yet. Could you type it in a few words?",
    InboundKind.PHOTO: "I can't read pictures yet. What should I know from it?",
    InboundKind.STICKER: "Nice one. Is there something I can do for you?",
    InboundKind.EDITED: "I saw that you edited a message. I go by what came first: send the new version as a message?",
    InboundKind.LOCATION: "Thanks for the place. What should I do with it: a reminder there, or your time zone?",
    InboundKind.CONTACT: "I keep no contacts. Shall I remind you to get in touch with them? Tell me when.",
    InboundKind.OTHER: "I can't use that kind of message. Could you type it in a few words?",
}


def answer_unusual(message: InboundMessage, limits: Limits) -> str | None:
    """The answer to content that is not a usable text or tap; None when the message should be understood."""
    if message.group_chat:
        return "I only talk to one person at a time. Write to me in our own chat?"
    if message.kind in (InboundKind.TEXT, InboundKind.BUTTON):
        return _odd_text(message.text, limits) if message.choice is None else None
    return _BY_KIND.get(message.kind, _BY_KIND[InboundKind.OTHER])


def _odd_text(text: str, limits: Limits) -> str | None:
    if len(text) > limits.text_characters and (care := needs_care(text[:_READ_FOR_CARE])) is not None:
        return REPLIES[care]
    if len(text) > limits.text_characters:
        return (
            "That is a lot to take in at once. What is the one thing you'd like to do, in a sentence or two?"
        )
    if not text.strip("\u200b\u200d\ufe0f \t\r\n"):
        return "That message arrived empty. What would you like to do?"
    return None

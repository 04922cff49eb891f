"""The words that turn a WhatsApp number off and on: Twilio obeys them by itself, and hands them on."""

from __future__ import annotations

from channels.messages import InboundKind

_STOP = {"stop", "stopall", "unsubscribe"}
_START = {"start", "unstop"}


def opt_out_kind(text: str) -> InboundKind | None:
    """BLOCKED or UNBLOCKED when the whole text is such a word, in any case; None for every other text."""
    word = text.strip().lower()
    if word in _STOP:
        return InboundKind.BLOCKED
    return InboundKind.UNBLOCKED if word in _START else None

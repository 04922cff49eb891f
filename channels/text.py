"""Plain text within a channel's limits: cleaning, shortening, splitting, and buttons as numbered lines."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

from channels.messages import ChannelError, Choice, OutboundMessage

ELLIPSIS = "…"
CHOICE_BYTES = 64
LABEL_UNITS = 40
_JOINERS = {"\u200d", "\ufe0f", "\ufe0e", "\u20e3"}


def utf16_length(text: str) -> int:
    """Length in UTF-16 code units, the measure Telegram uses: an emoji counts two."""
    return len(text) + sum(character > "\uffff" for character in text)


def clean(text: str) -> str:
    """The text without control characters and lone surrogates, which no provider accepts."""
    kept = (c for c in text if c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cs"))
    return "".join(kept).strip()


def shorten(text: str, limit: int) -> str:
    """At most `limit` UTF-16 units, ending in an ellipsis when something was left out."""
    if utf16_length(text) <= limit:
        return text
    head = text[: _cut(text, limit - len(ELLIPSIS))]
    return head.rstrip() + ELLIPSIS


def split(text: str, limit: int, parts: int = 4) -> list[str]:
    """Pieces of at most `limit` UTF-16 units, cut at a paragraph, line or space where there is one.

    More than `parts` pieces are nobody's reading matter: the last one is shortened.
    """
    pieces: list[str] = []
    rest = text
    while len(pieces) < parts - 1 and utf16_length(rest) > limit:
        end = _at_a_gap(rest, _cut(rest, limit))
        pieces.append(rest[:end].rstrip())
        rest = rest[end:].lstrip()
    return [*pieces, shorten(rest, limit)] if rest else pieces


def numbered(message: OutboundMessage) -> str:
    """The text followed by its buttons as lines like "1 Done", for channels where people type."""
    lines = [f"{number} {clean(choice.label)}" for number, choice in enumerate(message.flat_choices, start=1)]
    return "\n".join([clean(message.text), "", *lines]) if lines else clean(message.text)


def checked_choices(choices: Iterable[Choice]) -> None:
    """Raises a permanent ChannelError when a button's data could not come back whole (1 to 64 bytes)."""
    for choice in choices:
        if not 1 <= len(choice.data.encode()) <= CHOICE_BYTES:
            raise ChannelError("button data must have 1 to 64 bytes", permanent=True, code="button_data")


def _cut(text: str, limit: int) -> int:
    """Index of the longest prefix within `limit` units that does not break a composed character."""
    units = 0
    end = len(text)
    for index, character in enumerate(text):
        units += 2 if character > "\uffff" else 1
        if units > limit:
            end = index
            break
    start = end
    while 0 < start < len(text) and start > end - 12 and _sticks(text, start):
        start -= 1
    return start if start > 0 and not _sticks(text, start) else end


def _sticks(text: str, index: int) -> bool:
    """Whether the character at `index` belongs to the one before it: accents, skin tones, joined emoji."""
    if index >= len(text):
        return False
    character, before = text[index], text[index - 1]
    is_tone = "\U0001f3fb" <= character <= "\U0001f3ff"
    return character in _JOINERS or before == "\u200d" or is_tone or unicodedata.combining(character) > 0


def _at_a_gap(text: str, end: int) -> int:
    """The last paragraph, line or word end in the second half before `end`, else `end`."""
    for gap in ("\n\n", "\n", " "):
        found = text.rfind(gap, end // 2, end)
        if found > 0:
            return found
    return end

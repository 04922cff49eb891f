"""Text as it is compared: no case, no accents, nothing invisible; and where each compared character stood."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

# What is not seen, but changes what is read: format characters (zero width, directions, tags) and odd line ends.
_UNSEEN = ("Cf", "Cc", "Cs", "Co")
_KEPT = "\n\t\u200d\ufe0f"  # the last two hold an emoji together
_SELECTORS = range(0xE0100, 0xE01F0)


def visible(text: str) -> str:
    """The text as a person sees it: composed, without invisible characters; other line ends become our own."""
    if text.isascii() and text.isprintable():
        return text
    text = (
        unicodedata.normalize("NFC", text)
        .replace("\r\n", "\n")
        .replace("\u2028", "\n")
        .replace("\u2029", "\n")
    )
    return _joiners("".join(one for one in text if one in _KEPT or not _is_unseen(one)))


def fold(text: str) -> str:
    """Lower case without accents; "ß" becomes "ss"."""
    return text.lower() if text.isascii() else "".join(map(_folded, text))


def fold_with_places(text: str) -> tuple[str, list[int] | range]:
    """The folded text, and for each of its characters the place in `text` it comes from; one more for the end."""
    if text.isascii():
        return text.lower(), range(len(text) + 1)
    parts, places = [], []
    for place, character in enumerate(text):
        part = _folded(character)
        parts.append(part)
        places += [place] * len(part)
    return "".join(parts), [*places, len(text)]


@lru_cache(maxsize=4096)
def _folded(character: str) -> str:
    """One character; a mark on its own disappears."""
    loose = unicodedata.normalize("NFKD", character.casefold())
    return "".join(one for one in loose if not unicodedata.combining(one)).casefold()


def _is_unseen(character: str) -> bool:
    return unicodedata.category(character) in _UNSEEN or ord(character) in _SELECTORS


def _joiners(text: str) -> str:
    """A joiner between letters or marks joins nothing that is seen: only between emoji it stays."""
    if "\u200d" not in text and "\ufe0f" not in text:
        return text
    kept = [
        one
        for place, one in enumerate(text)
        if one not in "\u200d\ufe0f"
        or (place and not text[place - 1].isascii() and not text[place - 1].isalnum())
    ]
    return "".join(kept)

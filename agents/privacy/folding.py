"""Text as it is compared: no case, no accents, nothing invisible; and where each compared character stood."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

# What is not seen but changes what is read: control and format characters (zero width, directions, tags), private use, lone
# surrogates. Line ends and tabs stay, and for now the two that hold an emoji together.
_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u034f\u0600-\u0605\u061c\u06dd\u070f\u08e2\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200c\u200e\u200f"
    "\u202a-\u202e\u2060-\u206f\u3164\ud800-\uf8ff\ufe00-\ufe0e\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U0010ffff]"
)
_JOINED = re.compile(
    "(?:(?<=[\x00-\x7f])|(?<=\\w)|^)[\u200d\ufe0f]+"
)  # after a letter they join nothing that is seen


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
    return _JOINED.sub("", _UNSEEN.sub("", text))


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

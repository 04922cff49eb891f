"""What must not leave the house: names, numbers and e-mails become placeholders on the way out and return on the way in."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_PHONE = re.compile(r"(?<![\w-])(?:\+|00|\(?0)?\d[\d\s()./-]{6,}\d(?![\w-])")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}|\d{1,2}[./]\d{1,2}[./]\d{2,4}")
_PLACEHOLDER = re.compile(r"<(?:name|e-mail|number) \d+>")


class Placeholders:
    """The replacements of one question; the same value always has the same placeholder."""

    def __init__(self, private: Iterable[str] = ()) -> None:
        self._values: dict[str, str] = {}  # placeholder -> value
        self._known: dict[str, str] = {}  # value, casefolded -> placeholder
        words = sorted({word.strip() for word in private if len(word.strip()) > 1}, key=len, reverse=True)
        pattern = "|".join(re.escape(word) for word in words)
        self._private = re.compile(rf"(?<!\w)(?:{pattern})(?!\w)", re.IGNORECASE) if words else None

    def hide(self, data: Any) -> Any:
        """Any JSON-like value with its strings made safe; keys are ours and stay."""
        match data:
            case str():
                return self._hide_text(data)
            case dict():
                return {key: self.hide(value) for key, value in data.items()}
            case list():
                return [self.hide(value) for value in data]
            case _:
                return data

    def restore(self, data: Any) -> Any:
        """The same value with every known placeholder turned back."""
        match data:
            case str():
                return _PLACEHOLDER.sub(lambda found: self._values.get(found[0], found[0]), data)
            case dict():
                return {key: self.restore(value) for key, value in data.items()}
            case list():
                return [self.restore(value) for value in data]
            case _:
                return data

    def _hide_text(self, text: str) -> str:
        text = _EMAIL.sub(lambda found: self._placeholder("e-mail", found[0]), text)
        text = _PHONE.sub(self._hide_number, text)
        if self._private is not None:
            text = self._private.sub(lambda found: self._placeholder("name", found[0]), text)
        return text

    def _hide_number(self, found: re.Match[str]) -> str:
        digits = sum(character.isdigit() for character in found[0])
        if not 8 <= digits <= 15 or _DATE.search(found[0]):
            return found[0]
        return self._placeholder("number", found[0])

    def _placeholder(self, kind: str, value: str) -> str:
        known = self._known.get(value.casefold())
        if known is None:
            known = f"<{kind} {len(self._known) + 1}>"
            self._known[value.casefold()] = known
            self._values[known] = value
        return known

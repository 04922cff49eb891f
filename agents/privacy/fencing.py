"""The fence around what people wrote: its marks are made from the words inside, so that no words can close it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass

# Runs of angle brackets of any script, with anything unseen or blank between them, and our own words beside them.
_ANGLES = "<>＜＞‹›«»⟨⟩〈〉《》⟪⟫❮❯❬❭˂˃ᐸᐳ≪≫⋘⋙"
_RUN = re.compile(rf"[{_ANGLES}](?:\s{{0,3}}[{_ANGLES}]){{1,}}")
_ROLE = re.compile(
    r"<\|[^|>\n]{0,40}\|>|\[/?INST\]|<</?SYS>>|</?(?:system|assistant|user|human|tool)\b[^>\n]{0,40}>",
    re.IGNORECASE,
)
_SPEAKS = re.compile(
    r"^(\W{0,10})(system|assistant|developer|user|human|tool|coach)(\s{0,3}(?:message|prompt)?\s{0,3}:)",
    re.IGNORECASE | re.MULTILINE,
)


@dataclass(frozen=True, slots=True)
class Fence:
    """`<<<data 3fa9c1d2` and `3fa9c1d2 data>>>`: whoever writes the text cannot know the number that comes of it."""

    number: str

    @classmethod
    def around(cls, texts: Iterable[str]) -> Fence:
        digest = hashlib.sha256()
        for text in texts:
            digest.update(text.encode("utf-8", "replace") + b"\0")
        return cls(digest.hexdigest()[:8])

    @property
    def opening(self) -> str:
        return f"<<<data {self.number}"

    @property
    def closing(self) -> str:
        return f"{self.number} data>>>"

    def hold(self, text: str) -> str:
        """Text that `harmless` has seen, between the marks."""
        return f"{self.opening}\n{text}\n{self.closing}"


def harmless(text: str) -> str:
    """Words without what only looks like a mark, or like somebody else speaking."""
    text = _ROLE.sub("(mark)", _RUN.sub("(mark)", text))
    return _SPEAKS.sub(r"\1(\2)\3", text)

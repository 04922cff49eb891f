"""One line of `flux doctor`'s report."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """`good` is a tick; otherwise something is missing or, when `wrong`, configured and not working."""

    subject: str
    good: bool
    words: str
    wrong: bool = False

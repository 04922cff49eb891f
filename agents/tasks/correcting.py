"""Corrections of several tasks at once while they are on the table: "rent at 10, mum 18:00"."""

from __future__ import annotations

import re
from collections.abc import Sequence

from agents.tasks.capture import read_change
from agents.tasks.titles import matching
from agents.tasks.wishes import Wish
from agents.turn import TurnContext

_PARTS = re.compile(r"[,;\n]|\band\b", re.IGNORECASE)


def corrected(ctx: TurnContext, text: str, wishes: Sequence[Wish]) -> list[Wish] | None:
    """The wishes with the times said for them by name; None when a part names none of them, or says nothing certain."""
    changed = list(wishes)
    parts = [part.strip() for part in _PARTS.split(text) if part.strip()]
    certain = 0
    for part in parts:
        named = matching(part, changed, lambda wish: wish.title)
        if len(named) != 1:
            return None
        place = changed.index(named[0])
        read, problem = read_change(ctx, part, [named[0]], "confirm")
        if problem is not None:
            return None
        if read is not None and len(read) == 1:
            changed[place] = read[0]
            certain += 1
    return changed if certain else None

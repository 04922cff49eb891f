"""The days a recurrence leaves out: "every day except sunday"."""

from __future__ import annotations

import re

from reminders.rules.when.lexicon import DAY_CODES
from reminders.rules.when.moments import Scene
from reminders.rules.when.pieces import Day, Piece, Repeat

STARTS = frozenset({"starting", "starts", "start", "beginning", "begins", "begin", "from", "after", "since"})
_EXCEPT = re.compile(
    r"(?:\band )?\b(?:except(?: for| on)?|but not|not on|excluding|apart from|without|other than|besides|but never|never(?= on)|(?<=day )but(?= [a-z]+(?:day|end)s?\b))"
    r"(?: on| for| the)*"
)


def leaves_out_more_than_days(pieces: list[Piece]) -> bool:
    """ "but never in july": no rule can hold that."""
    longer = [one for one in pieces if isinstance(one.value, Day) and one.value.grain != "day"]
    return any(_EXCEPT.fullmatch(one.lead) or one.lead in ("never", "but") for one in longer)


def exceptions(scene: Scene, pieces: list[Piece]) -> tuple[list[Piece], set[str]]:
    """ "every day except sunday at 7": the pieces without the exception, and the weekdays it names."""
    found = _EXCEPT.search(scene.text)
    if found is None:
        return pieces, set()
    kept: list[Piece] = []
    without: set[str] = set()
    for piece in pieces:
        match piece.value:
            case Repeat(days=days) if piece.start >= found.start() and days:
                without.update(days)
            case Day(weekday=int(weekday)) if piece.start >= found.start() and piece.lead not in STARTS:
                without.add(DAY_CODES[weekday])
            case Day(nth="weekend") if piece.start >= found.start():
                without.update(("SA", "SU"))
            case _:
                kept.append(piece)
    return kept, without

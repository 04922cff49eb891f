"""Several goals in one message, so that a person can be asked which of them comes first."""

from __future__ import annotations

import re

from agents.offline import lexicons as lex
from agents.offline.catalogue import tags_of

MOST_GOALS = (
    2  # beyond these a choice is always asked for; two often belong together ("run more and lose weight")
)
_LONGEST = 4000  # characters that are looked through
_JOINT = re.compile(
    r"\s*(?:[\n;•]|,\s*(?:and\s+)?(?:also\s+)?|\.\s+|\s+and (?:also )?(?:to )?|\s+(?=\d{1,2}[.)]\s))\s*(?:\d{1,2}[.)]\s*|[-*•]\s*)?",
    re.I,
)
_LEAD = re.compile(
    r"^(?:\d{1,2}[.)]\s*|[-*•]\s*)?(?:(?:my goals? (?:is|are)|goals?|here are my goals|i(?:'d| would)? (?:really )?(?:want|like|love|hope|plan|need)|help me|also|then|please)\b:?\s*)*(?:to\s+)?",
    re.I,
)


def apart(goals: list[str]) -> bool:
    """Whether goals have nothing to do with each other, so that one plan would serve neither."""
    kinds = [set(tags_of(goal)) for goal in goals]
    return not any(one & other for place, one in enumerate(kinds) for other in kinds[:place])


def goals_in(text: str) -> list[str]:
    """The goals of a message in the person's own words, each once; a single one gives a list of one or none."""
    found: dict[str, None] = {}
    for part in _JOINT.split(text[:_LONGEST]):
        wish = _LEAD.sub("", part.strip()).strip(" .!")
        if wish and lex.GOAL_DEEDS.match(wish):
            found.setdefault(wish[:60], None)
    return list(found)

"""Shortening a talk without a model: the earlier summary, then the sentences of the person that will matter again."""

from __future__ import annotations

import re

from agents.briefs import SummaryBrief
from agents.outputs import Summary

_MOST_CHARACTERS = 1_500  # under 500 tokens
_LONGEST_LINE = 200
_LEAD = "The person said:"
# What limits or directs every later plan outweighs what was arranged for a day.
_WEIGHS = tuple(
    (weight, re.compile(pattern, re.IGNORECASE))
    for weight, pattern in (
        (
            3,
            r"\b(?:can'?t|cannot|never|always|no \w+days?|allergic|injur\w+|knee|back|pregnan\w+|doctor|hate|because|must(?: not|n'?t)?)\b",
        ),
        (
            2,
            r"\b(?:goal|want|wish|plan|prefer|love|like|rather|instead|work|sleep|kids?|child\w*|shift\w*)\b",
        ),
        (1, r"\b(?:weeks?|days?|mornings?|evenings?|\w+days?|tomorrow|\d+)\b"),
    )
)


def summarise(brief: SummaryBrief) -> Summary:
    """The earlier summary and the person's own lines of weight, each once; when it grows too long the lightest go."""
    said = [
        line.removeprefix("person:").strip()[:_LONGEST_LINE]
        for line in brief.lines
        if line.startswith("person:")
    ]
    earlier = [
        part.strip() for part in (brief.earlier or "").removeprefix(_LEAD).split(" / ") if part.strip()
    ]
    new = [line for line in said if len(line) > 8 and _weight(line)] or said[-3:]
    kept = _lightened(list(dict.fromkeys([*earlier, *new])))
    return Summary(text=f"{_LEAD} {' / '.join(kept)}" if kept else "Nothing of weight was said so far.")


def _weight(line: str) -> int:
    return next((weight for weight, words in _WEIGHS if words.search(line)), 0)


def _lightened(lines: list[str]) -> list[str]:
    """Within the limit, in their order: of the lightest the oldest goes first."""
    lines = [line[: _MOST_CHARACTERS // 2] for line in lines]
    while sum(len(line) + 3 for line in lines) > _MOST_CHARACTERS:
        lines.remove(min(lines, key=_weight))
    return lines

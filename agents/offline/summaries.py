"""A summary without a model: what the person said that is worth keeping, the newest last, within a fixed length."""

from __future__ import annotations

import re

from agents.briefs import SummaryBrief
from agents.outputs import Summary

_MOST_CHARACTERS = 1_800  # about 450 tokens
_WORTH = re.compile(
    r"\b(?:want|goal|plan|can'?t|never|always|prefer|hate|love|because|work|sleep|week|day|morning|evening|\d)\b",
    re.I,
)


def summarise(brief: SummaryBrief) -> Summary:
    """Lines of the person that say something about their goals, days and limits; the earlier summary comes first."""
    said = [line.removeprefix("person:").strip() for line in brief.lines if line.startswith("person:")]
    kept = [line[:200] for line in said if len(line) > 8 and _WORTH.search(line)] or [
        line[:200] for line in said[-3:]
    ]
    text = " ".join(filter(None, [brief.earlier, "The person said: " + " / ".join(kept) if kept else ""]))
    if len(text) > _MOST_CHARACTERS:
        text = "… " + text[-_MOST_CHARACTERS:].split(" ", 1)[-1]
    return Summary(text=text or "Nothing of weight was said so far.")

"""Drafts that wait while another plan is made: nothing that was begun is lost, and each is reached by its name."""

from __future__ import annotations

import re

from agents import wording
from agents.plans.draft import Draft, read_draft
from agents.state import AgentState, Json
from agents.tasks.titles import matching

_MOST = 3
_BACK = re.compile(
    r"\b(?:back to|return to|go on with|continue|resume|show|open|finish|what about|let'?s do|take up|switch to|the other)\b|\bdrafts?\b",
    re.IGNORECASE,
)
_OTHER = re.compile(r"\b(?:the other (?:plan|draft|one)|my (?:other )?drafts?|other draft)\b", re.IGNORECASE)


def waiting(state: AgentState) -> list[Draft]:
    """The newest last."""
    return [draft for kept in state.get("shelf") or [] if (draft := read_draft(kept)) is not None]


def put_aside(state: AgentState, draft: Draft) -> list[Json]:
    """The shelf with this draft on it; an older draft of the same goal gives way, and so does the fourth."""
    kept = [one for one in waiting(state) if one.title.casefold() != draft.title.casefold()]
    return [one.as_json() for one in [*kept, draft.put_aside()][-_MOST:]]


def without(state: AgentState, title: str) -> list[Json]:
    return [one.as_json() for one in waiting(state) if one.title != title]


def meant(state: AgentState, text: str) -> list[Draft]:
    """The waiting drafts that somebody wants back; empty when the words want none."""
    drafts = waiting(state)
    if not drafts or not _BACK.search(text):
        return []
    if _OTHER.search(text):
        return drafts
    return matching(text, drafts, lambda draft: draft.title)


def names(draft: Draft, text: str) -> bool:
    """ "Back to the run" while the run's plan is the one on the table."""
    wanted = re.match(
        r"\W*(?:(?:please|ok|so|and|now)\W+)*(?:back to|return to|go on with|continue with|resume|show)\b",
        text,
        re.I,
    )
    return wanted is not None and bool(matching(text, [draft], lambda one: one.title))


def reminder(state: AgentState) -> str:
    """One sentence about what still waits; "" when nothing does."""
    titles = [draft.title for draft in waiting(state)]
    if not titles:
        return ""
    return f"Your draft for {wording.listed(titles)} still waits: say back to {titles[-1]}."

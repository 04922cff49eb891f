"""How a captured task is answered in few words: a bare "k", the first of two, "the evening", or whatever suits."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from agents.replies_to_plan import says_yes
from agents.state import AgentState

_NOON = 12
_BRIEF = re.compile(
    r"\W*(?:(?:k+|kk|go|go on|save(?: it| that| them)?|start|keep (?:it|them)|right|nice|cool|ready|sounds right|as is|like that|that one|do|fine|ok(?:ay)?|yes|oui|si)\W*){1,3}",
    re.IGNORECASE,
)
_HALF = re.compile(
    r"(?:(?:the|in the|in|this|make it|ok|no|then|rather) )*(?P<half>morning|evening|afternoon|night|am|pm|a\.m|p\.m)(?: one| of course| please| then)*",
    re.IGNORECASE,
)
_LEAD = r"(?:(?:ok(?:ay)?|yes|yeah|hm+|then|well|just|let'?s|lets|do|go|with|for|take|i'?ll|i'?d|will|would|prefer|like|have|make|it|please|rather|better|the|number|no|option)\b[,.! ]*)*"
_TAIL = r"(?:[,.! ]*\b(?:one|time|slot|option|is|it|works?|sounds?|looks?|suits?|me|for|please|fine|good|great|ok(?:ay)?|perfect|better|then|thanks?|of (?:them|those|the two))\b)*\W*"
_FIRST = re.compile(rf"\W*{_LEAD}(?:first|1st|earlier|earliest|former|top|sooner|1){_TAIL}", re.IGNORECASE)
_SECOND = re.compile(
    rf"\W*{_LEAD}(?:second|2nd|later|latest|latter|last|bottom|other|2){_TAIL}", re.IGNORECASE
)
_EITHER = re.compile(
    rf"\W*{_LEAD}(?:either|any(?: of them)?|whichever|whatever(?: you (?:think|like|say|want))?(?: is best)?|you (?:choose|pick|decide)|up to you|i don'?t (?:mind|care)|don'?t (?:mind|care)|surprise me|both (?:work|are fine)){_TAIL}",
    re.IGNORECASE,
)


def agrees(text: str) -> bool:
    """A yes to a task that can be undone with one word: here "k" and "go" are enough."""
    return says_yes(text) or _BRIEF.fullmatch(text[:60]) is not None


def offered(state: AgentState) -> list[datetime]:
    """The moments (UTC) on the buttons of the open question, in their order."""
    data = [one["data"] for row in (state.get("question") or {}).get("rows", []) for one in row]
    keys = [one.rpartition(":")[2] for one in data]
    return [datetime.fromtimestamp(int(key), tz=ZoneInfo("UTC")) for key in keys if key.isdigit()]


def chosen(text: str, moments: Sequence[datetime], zone: ZoneInfo) -> datetime | None:
    """Which of the moments on offer these words mean; None when they mean none, or more than one."""
    if not moments:
        return None
    said = text.strip(" .!")[:120]
    half = _HALF.fullmatch(said)
    if half is not None:
        morning = half["half"].lower() in ("morning", "am", "a.m")
        fitting = [at for at in moments if (at.astimezone(zone).hour < _NOON) == morning]
        return fitting[0] if len(fitting) == 1 else None
    if _FIRST.fullmatch(said) or _EITHER.fullmatch(said):
        return moments[0]
    return moments[-1] if _SECOND.fullmatch(said) else None


def names_offer(text: str) -> bool:
    """Whether the words can only be an answer to something that was offered: "the first one", "evening", "you choose"."""
    said = text.strip(" .!")[:120]
    return any(pattern.fullmatch(said) for pattern in (_HALF, _FIRST, _SECOND, _EITHER))


def added(text: str) -> str:
    """ "And eggs", "oh and call dad": what comes to the task on the table; "" when it is nothing of the kind."""
    found = _ADDS.fullmatch(text.strip()[:80])
    return found["what"].strip(" .!") if found else ""


_ADDS = re.compile(
    r"(?:(?:oh|ah|ok|yes)\b[,! ]*)*(?:and(?: also)?|also|plus|\+)[,]? (?!then\b|make\b|move\b|change\b|put\b|call it\b|that'?s\b|it\b|this\b|no\b|not\b|only\b|what\b|how\b|when\b|at\b|on\b|in\b|for\b|every\b|the (?:first|second|last|other))(?P<what>[^\d?]{2,60})",
    re.IGNORECASE,
)

"""How a captured task is answered in few words: a bare "k", the first of two, "the evening", or whatever suits."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from agents.plans.replies import says_yes
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


_CLOCK = re.compile(
    r"\b(?:at |around |about )?(?:\d{1,2}(?:[:.]\d\d)? ?[ap]\.?m\b\.?|\d{1,2}:\d\d|noon|midday|midnight|(?:half|quarter) (?:past |to )?\w+)|\bat \d{1,2}(?:[:.]\d\d)?\b(?![./-]\d)",
    re.I,
)
_RENAME = re.compile(
    r"^\s*(?:(?:no|sorry|actually|ok|oh|wait)\b[, ]*)*(?:call it|name it|rename (?:it )?(?:to)?|title|it'?s called|that'?s called|the name is|i mean(?:t)?)\s*:?\s+(.+)$",
    re.I,
)
_INSTEAD = re.compile(
    r"^(?:no|nope|sorry|rather)[, ]+(?!(?:not|that|this|it|don'?t|leave|cancel|wait|thanks?|thank|idea|way|problem|worries|time|make|move|change|put|the|one|at|on|i|i'?m|we|can|sorry|go|please)\b)((?:[^\W\d_][\w'’-]*)(?: [\w'’-]+){0,3})[.!]?$",
    re.I,
)
_TIMELY = re.compile(
    r"\d|\b(?:mon|tue|wed|thu|fri|sat|sun)\w*day\b|\b(?:mon|tue|wed|thu|fri|sat|sun|today|tomorrow|tonight|morning|evening|afternoon|night|noon|midnight|week|weekend|weekly|daily|monthly|month|later|earlier|sooner|longer|shorter|hour|minutes?|day|next|every|after|before|half|quarter|past|an|now|asap|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)\b",
    re.I,
)
_HEDGES = re.compile(
    r"^(?:(?:sorry|oops|wait|no|oh|ok(?:ay)?|yes|but|and|actually|hm+|i mean|i meant|rather|make (?:it|that)|better|then|well|please|maybe|something|anything|any ?time|some ?time|it'?s|that was wrong|wrong|that'?s wrong|not right)\b[,.!: ]*)+",
    re.I,
)
_HOUR = re.compile(r"(?:at )?(\d|1\d|2[0-3])(?: (?:please|then|instead|better|rather|ish))?\W*", re.I)
_NEXT_DAY, _DAY_BEFORE = (
    re.compile(r"(?:the )?(?:day after|next day|following day)\W*", re.I),
    re.compile(r"(?:the )?(?:day before|previous day)\W*", re.I),
)
_NOT_THESE = re.compile(
    r"\W*(?:later|earlier|sooner|neither(?: of (?:them|those))?|none(?: of (?:them|those|these))?|not (?:now|those|these|yet)|another time|some other time|other times?|something else|different times?|no,? (?:not those|neither))(?: please| works?)?\W*",
    re.I,
)


def as_answer(text: str) -> str:
    """The time in an answer, as it can be read: "ok but 7" -> "at 7", "sorry, I meant Saturday" -> "Saturday"."""
    said = _HEDGES.sub("", text.strip()).strip() or text
    if hour := _HOUR.fullmatch(said):
        return f"at {hour[1]}"
    if _NEXT_DAY.fullmatch(said):
        return "a day later"
    return "a day earlier" if _DAY_BEFORE.fullmatch(said) else (said if said != text.strip() else text)


def corrects(text: str) -> bool:
    """Whether words take back what was just noted: "no, 4pm", "oh wait it's at 4"."""
    return (
        re.match(
            r"^\W*(?:oh |ah |ok |hm+ )?(?:no|wait|sorry|oops|actually|i meant?|wrong|that'?s wrong|that was wrong)\b",
            text,
            re.I,
        )
        is not None
    )


def new_name(text: str, step: str) -> str:
    """Another name for the task on the table: "call it yoga", or "no, yoga" while it waits for a yes; "" for none."""
    found = _RENAME.match(text) or (_INSTEAD.match(text) if step == "confirm" else None)
    if found is None or (found.re is _INSTEAD and _TIMELY.search(found[1])):
        return ""
    name = found[1].strip()[:120]
    meant = re.match(r".*\bi meant?\b", text, re.I) is not None
    return "" if meant and _TIMELY.search(name) else name


def refuses_offers(text: str) -> bool:
    """ "Neither", "later": none of the times on offer."""
    return _NOT_THESE.fullmatch(text[:80]) is not None


def clock_in(text: str) -> str:
    """The time of day as it was written, "" when none was."""
    found = _CLOCK.search(text)
    return found[0].strip() if found else ""


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
    if refuses_offers(said):
        return None
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
    return f"{found['with'] or ''}{found['what'].strip(' .!')}" if found else ""


_ADDS = re.compile(
    r"(?:(?:oh|ah|ok|yes)\b[,! ]*)*(?:(?P<with>with (?:my |the |our )?)|and(?: also)?|also|plus|\+)[,]? *+(?!then\b|make\b|move\b|change\b|put\b|call it\b|that'?s\b|it\b|this\b|no\b|not\b|only\b|what\b|how\b|when\b|at\b|on\b|in\b|for\b|every\b|the (?:first|second|last|other))(?P<what>[^?]{2,60})",
    re.IGNORECASE,
)

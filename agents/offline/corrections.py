"""What is left of a message once a person has corrected themselves or told a story on the way to what they want."""

from __future__ import annotations

import re
from datetime import datetime

from agents.offline.lexicons import CHATTER, TASK_NOUN, TASK_START
from agents.offline.titles import title_of, without_spans
from reminders.rules.when import When, read_when

_LONGEST = 600
_ASKS = re.compile(
    r"(?:^|[,.;!?]\s*|\b(?:anyway|so|and|but|please)\b[\s,]+)(?P<asked>(?:can you |could you |please )*(?:remind me|nudge me|ping me|set (?:me )?a reminder)\b.*)$",
    re.IGNORECASE | re.DOTALL,
)
_TALK = re.compile(
    r"(?:my|the|our|he|she|it|they|we|you|there|this|that|turns|apparently|i (?:was|just|am|had|spoke|talked|heard|got|forgot|keep|always|can'?t|don'?t)|i'm|it's|he's|she's)\b",
    re.IGNORECASE,
)
_ORDERS = re.compile(
    r"\b(?:remind|add|schedule|book|put|i (?:also )?(?:need|have|want|must) to|don'?t forget)\b",
    re.IGNORECASE,
)
_CORRECTS = re.compile(
    r"(?:\W*[,.;!?…–-]\s*(?:oh |no,? |ah )?\b(?:wait|sorry|make (?:that|it)|correction|no|nope|oops|actually|rather)|\W*\s(?:oh )?(?:no,? wait|wait,? no|i mean|i meant|or rather|scratch that))\b[\s,.!:-]+"
    r"(?:(?:no|sorry|wait|i mean|i meant|make (?:it|that)|actually|rather)\b[\s,]+)*",
    re.IGNORECASE,
)
_NOISE_FIRST = re.compile(r"^(?:(?:ugh+|argh+|omg|fml|god|lol|sigh|damn|hm+|phew)\b\W*)+", re.IGNORECASE)
_JOINT = re.compile(r"\s*(?:[.!?…]+\s+|,\s+)")
_MOOD = re.compile(
    r"(?:so |very |too |bit |totally )*(?:tired|stressed|sad|happy|busy|bored|late|hungry|anxious|excited|exhausted|annoyed|overwhelmed|hectic|long day|bad day|good news|bad news)\b",
    re.IGNORECASE,
)
_WRAPPED = re.compile(
    r"^\W*(?:(?:just )?(?:an? )?(?:quick|little|small|short)? ?(?:one|note|reminder|thing|heads[- ]up|fyi|ps|memo|question)\s*(?::|\s-)\s*"
    r"|(?:i was thinking|i'?m thinking|i think|i guess|i thought|i suppose|i feel like)(?: that| maybe)? (?=i (?:should|need|must|have|could|ought|better)\b)"
    r"|(?:not sure (?:if|whether) .{3,30}?|i (?:don'?t|can'?t) (?:know|remember) (?:if|whether) .{3,30}?|in case .{3,30}?|btw|by the way|fyi|just so you know)(?: but|,| -)? )",
    re.IGNORECASE,
)
_STRONG = re.compile(r"wait|mean|scratch|make that|correction|rather", re.IGNORECASE)
_NEVER = re.compile(r"\s*\b(?:except|but|besides|apart from)(?: for)? never\b", re.IGNORECASE)
_CLOCK = re.compile(
    r"\b(?:at |around )?(?:\d{1,2}(?:[:.]\d\d)? ?[ap]\.?m\b\.?|\d{1,2}:\d\d|noon|midnight)|\bat \d{1,2}(?:[:.]\d\d)?\b",
    re.IGNORECASE,
)
_LEFT_OVER = re.compile(
    r"^(?:(?:oh|ah|no|oops|well|ok)\W+)*(?:put|add|take|bring|get|have) (?:it|that|them|this) (?:back|on again|in again|down again|again)(?: on| in)?(?: please)?\s*[:,–-]\s*",
    re.IGNORECASE,
)


def as_meant(text: str, now: datetime, tz: str) -> str:
    """The message as it would have been said at once: without the story before it, and as it was corrected."""
    if len(text) > _LONGEST or "\n" in text:
        return text
    plain = _LEFT_OVER.sub("", text)
    plain = _WRAPPED.sub("", plain, count=1) or plain
    asked = _asked(_without_mood(plain, now, tz), now, tz)
    return _corrected(asked, now, tz)


def _without_mood(text: str, now: datetime, tz: str) -> str:
    """ "So tired. Pay rent Friday 9am": what stands in front and has neither a time nor an errand in it is a mood."""
    for joint in _JOINT.finditer(text[:200]):
        before, rest = text[: joint.start()], text[joint.end() :]
        plain = _NOISE_FIRST.sub("", CHATTER.sub("", before.lower())).strip()
        talks = _TALK.match(plain) or _TALK.match(before) or _MOOD.match(plain) or not plain
        if joint[0].strip() == "," and not talks:
            return text
        if (
            TASK_START.match(plain)
            or TASK_NOUN.match(plain)
            or _ORDERS.search(before)
            or len(plain.split()) > 12
        ):
            return text
        if read_when(before, now, tz).when is not None:
            return text
        reading = read_when(rest, now, tz)
        timed = reading.when is not None and reading.when.kind != "duration"
        if timed and reading.span and title_of(rest, reading.span) and not is_chatter(rest):
            return rest
    return text


def _asked(text: str, now: datetime, tz: str) -> str:
    """ "The boiler man comes on Friday, anyway, remind me Friday at 8 to let him in": from "remind me" on."""
    found = _ASKS.search(text)
    if found is None or not text[: found.start("asked")].strip():
        return text
    before, asked = CHATTER.sub("", text[: found.start("asked")].lower()), found["asked"]
    if not _TALK.match(before) or TASK_START.match(before) or _ORDERS.search(before):
        return text
    reading = read_when(asked, now, tz)
    timed = reading.when is not None and reading.when.kind != "duration"
    return asked if timed and title_of(asked, reading.span) else text


def _corrected(text: str, now: datetime, tz: str) -> str:
    """ "Gym at 6, no wait, 7pm": the time that was said last, where nothing but a time follows."""
    found = list(_CORRECTS.finditer(text))
    if not found or not text[: found[-1].start()].strip():
        return text
    first, last = _NEVER.sub("", text[: found[-1].start()]), text[found[-1].end() :].strip(" .!")
    new = read_when(last, now, tz)
    if title_of(last, new.span) and TASK_START.match(last.lower()) and _STRONG.search(found[-1][0]):
        return last if new.when is not None else _at_the_time_of(first, last, now, tz)
    if new.when is None or new.when.kind == "duration" or title_of(last, new.span):
        return text
    old = read_when(first, now, tz)
    if old.when is None:
        return text
    kept = "" if _CLOCK.search(last) else _clock_of(first)
    day = "" if _names_day(new.when, last) else _day_of(first, old.span)
    said = " ".join(filter(None, [without_spans(first, old.span), day, last, kept]))
    return said if title_of(without_spans(first, old.span), ()) else text


def _at_the_time_of(first: str, last: str, now: datetime, tz: str) -> str:
    """ "Call mum at 6, I mean call dad": at 6."""
    spans = read_when(first, now, tz).span
    return " ".join([last, *(first[start:end] for start, end in sorted(spans))])


def _names_day(when: When, text: str) -> bool:
    return not when.bare_clock and bool(_CLOCK.sub("", text).strip(" ,.at"))


def _clock_of(text: str) -> str:
    found = _CLOCK.search(text)
    return found[0] if found else ""


def _day_of(text: str, spans: tuple[tuple[int, int], ...]) -> str:
    """What was said about the day: everything about time but the clock."""
    said = " ".join(text[start:end] for start, end in sorted(spans))
    return _CLOCK.sub("", said).strip(" ,")


def is_chatter(text: str) -> bool:
    """ "Oh no", "whatever": words that are no task, however they are cut."""
    plain = CHATTER.sub("", f"{text.lower().strip(' .,!…')} ").strip()
    return not plain or (_NOISE.fullmatch(plain) is not None and TASK_NOUN.match(plain) is None)


_NOISE = re.compile(
    r"(?:(?:oh|ah|no|yes|yeah|whatever|anyway|anyways|ugh|oops|argh|god|omg|sorry|fine|finally|hm+|right|thanks?|never ?mind|damn|sigh|meh|lol|haha)\W*)+",
    re.IGNORECASE,
)

"""What each onboarding answer means: read it, store it in the profile, and echo it; None when it was not understood."""

from __future__ import annotations

import re
from datetime import time
from typing import Any

from agents import wording
from agents.nodes.onboarding_clocks import clock_of, night_of, two_times
from agents.nodes.onboarding_commitments import apart, commitment_of, says_commitment
from agents.places import find_zone, is_city, says_zone, wall_time
from agents.plans.replies import says_no, says_yes
from agents.turn import TurnContext
from reminders.plans import change_zone
from reminders.rules.when import parse_weekdays
from storage.profile import Preferences, SleepWindow, WorkHours
from storage.users import preferences_of, save_preferences
from storage.vocabulary import WEEKDAYS, Chronotype

_NAME_LEAD = re.compile(
    r"^(?:.*\b(?:call(?:s|ed)? me|known as|name(?:'s| is)|go by)|(?:hi|hello|hey|well|so|oh|ok(?:ay)?)?[,! ]*(?:i am|i'm|im|it's|it is|this is|just|they say))\s+(?:just |simply )?",
    re.I,
)
_NAME_TAIL = re.compile(
    r"[,;]?\s+(?:is (?:fine|good|ok(?:ay)?|enough|perfect)|will do|works|please|pls|for short|thanks|thank you|here|if you like|and you|nice to meet you|lol|haha\w*|btw|(?:and|but|cuz|because) (?:i|i'?m|my|it'?s))\b.*$",
    re.I,
)
# "Sam, I have ADHD and I'm all over the place": a name, and a story behind it.
_NAME_THEN_MORE = re.compile(r"^([^\W\d_][\w'’-]*(?: [^\W\d_][\w'’-]*)?)\s*[,.;!(–—-]+ ?\s*(?:\S+ ){2,}\S+$")
_CALLED = re.compile(
    r"\W*(?:(?:hi|hello|hey|ok(?:ay)?|sure|yes|well|so)\W+)*(?:(?:you can |please |just )*call me|my name(?:'s| is)|name'?s|the name is|everyone calls me|(?:my )?friends call me)"
    r" (?!an?\b|the\b|at\b|on\b|in\b|to\b|when\b|if\b|back\b|later\b|tomorrow\b|today\b|tonight\b|by\b|please\b|again\b|every\b|not\b)[^\W\d_][^\d?]{0,40}",
    re.I,
)
_PREFERRED = re.compile(
    r".\bbut\b[ ,]*(?:(?:my )?(?:friends|people|everyone|everybody|most|all|they|you can|please|just)\b ?)*(?:call|say|calls|know) (?:me )?(.+)",
    re.I,
)
_NO = re.compile(r"\b(no|none|nope|nothing|neither|never|not|don'?t|nothing fixed|keine?|nada)\b", re.I)


_EARLIEST_BED = time(19, 30)  # before it "pm" has to be said
_WISH = re.compile(r"\W*(?:i (?:want|wanna|would like|need to)|i'd like|(?:my )?goal)\b", re.I)
_OTHER_WORDS = "yes yeah yep no nope none nah ok okay sure start hi hello hey what who why help thanks me nothing depends stop"
_NO_NAMES = frozenset(_OTHER_WORDS.split())


def nothing(_ctx: TurnContext, _text: str) -> str | None:
    return None


def clean_name(text: str) -> str:
    """A name as typed, without "I'm", line breaks and excess; whatever is left is shown as plain text everywhere."""
    words = re.sub(r"\s*[:;]-?[()DP]+$", "", " ".join(text.split()))
    preferred = _PREFERRED.search(words)
    words = preferred[1] if preferred else words
    called = _NAME_LEAD.sub("", words)
    told_more = _NAME_THEN_MORE.match(called) if called != words else None
    return _NAME_TAIL.sub("", told_more[1] if told_more else called).strip(' .!,:"“”')[:60].strip()


def name_given(text: str) -> bool:
    """ "Call me Bee" is a name also where nobody has asked for one yet; "call me at 5" is not."""
    return _CALLED.fullmatch(text) is not None


def name(ctx: TurnContext, text: str) -> str | None:
    called = clean_name(text)
    if (
        not any(char.isalpha() for char in called)
        or called.casefold() in _NO_NAMES
        or len(called.split()) > 5
        or ("/" in called and is_city(called))
    ):
        return None
    _set(ctx, name=called)
    return f"Nice to meet you, {called}."


def wake_time(ctx: TurnContext, text: str) -> str | None:
    if (night := night_of(text)) is not None:  # both questions in one answer
        bed, wakes = night
        _set(ctx, bed_time=bed, wake_time=wakes)
        profile = ctx.profile()
        profile.onboarding.answered.append("bed_time")
        ctx.save(profile)
        return f"In bed from {wording.clock(bed)} to {wording.clock(wakes)}, got it."
    at = clock_of(text, "morning")
    if at is None:
        return None
    _set(ctx, wake_time=at)
    return f"{wording.clock(at)}, got it."


def bed_time(ctx: TurnContext, text: str) -> str | None:
    at = clock_of(text, "evening")
    if at is None or at == ctx.profile().wake_time:
        return None
    said_pm = re.search(r"p\.?m\b", text, re.I) is not None or str(at.hour) in text
    if time(12) < at < _EARLIEST_BED and not said_pm:
        return None  # "6:30" may well be a slip, and a wrong night would block every evening
    _set(ctx, bed_time=at)
    return f"{wording.clock(at)}, got it."


def work(ctx: TurnContext, text: str) -> str | None:
    if re.search(r"\b(varies|vary|shifts?|irregular|flexible)\b", text, re.I):
        return _set_work(ctx, None, "Good to know. I'll ask when it matters.")
    times = two_times(text)
    if times is None:
        free = (_NO.search(text) and not _WISH.match(text)) or re.search(
            r"\b(retired|unemployed|student|freelance)\b", text, re.I
        )
        return _set_work(ctx, None, "Then all your waking hours are open.") if free else None
    indices = sorted(parse_weekdays(text)) or list(range(5))
    days = [WEEKDAYS[index] for index in indices]
    hours = WorkHours(start=times[0], end=times[1], days=days)
    echo = (
        f"{wording.days(days)}, {wording.clock(times[0])} to {wording.clock(times[1])}. I'll keep it clear."
    )
    return _set_work(ctx, hours, echo)


def chronotype(ctx: TurnContext, text: str) -> str | None:
    said = text.casefold()
    if re.search(
        r"between|both|neither|not sure|unsure|depends|neutral|don'?t know|no idea|dunno|idk|whatever", said
    ):
        kind, echo = Chronotype.NEUTRAL, "Somewhere between. I'll watch what works."
    elif re.search(r"morning|early|lark", said):
        kind, echo = Chronotype.MORNING, "A morning person. I'll put the hard things early."
    elif re.search(r"evening|night|late|owl", said):
        kind, echo = Chronotype.EVENING, "An evening person. I'll leave your mornings alone."
    else:
        return None
    _set(ctx, chronotype=kind)
    return echo


def timezone(ctx: TurnContext, text: str) -> str | None:
    zone = find_zone(text, ctx.now)
    if zone is None:
        return None
    change_zone(ctx.session, ctx.user, zone, ctx.now, keep_local=True)
    return f"{says_zone(zone)}, so it is {wall_time(zone, ctx.now)} for you now."


def places(ctx: TurnContext, text: str) -> str | None:
    if _NO.search(text):
        return "Fine, no places."
    parts = re.split(
        r",|;|\n|&|\+|\band\b", re.sub(r"\b(only|just|mostly|mainly|the|my|at)\b", "", text, flags=re.I)
    )
    labels = [" ".join(part.split())[:40].casefold() for part in parts if part.strip()][:8]
    if not labels:
        return None
    _set(ctx, locations={label: label for label in labels})
    return f"{wording.capital(wording.listed(labels))}, noted."


def commitments(ctx: TurnContext, text: str) -> str | None:
    if _NO.search(text) and not parse_weekdays(text):
        _set(ctx, existing_commitments=[])
        return "Nothing fixed. That makes planning easy."
    read = [commitment_of(part) for part in apart(text)]
    known = [one for one in read if one is not None]
    if not known or len(known) < len(read):
        return None
    _set(ctx, existing_commitments=known)
    return f"I'll plan around {wording.listed([says_commitment(ctx, one) for one in known])}."


def consent(ctx: TurnContext, text: str) -> str | None:
    said = text.casefold()
    neither = bool(re.search(r"\b(neither|none|no|nothing|never)\b", said))
    both = bool(re.search(r"\b(both|yes|all|sure|ok|okay)\b", said))
    whatsapp = not neither and (both or "whatsapp" in said or "what's app" in said)
    calls = not neither and (both or bool(re.search(r"\b(calls?|phone|ring)\b", said)))
    if not (neither or whatsapp or calls):
        return None
    preferences: Preferences = preferences_of(ctx.user)
    preferences.whatsapp_opted_in, preferences.calls_opted_in = whatsapp, calls
    save_preferences(ctx.user, preferences)
    ctx.user.whatsapp_opt_in_at = ctx.now if whatsapp else None
    allowed = ["WhatsApp"] * whatsapp + ["a call"] * calls
    return f"First here, then {' and '.join(allowed)}." if allowed else "Then I'll only write here."


def first_goal(ctx: TurnContext, text: str) -> str | None:
    wish = " ".join(text.split())[:300]
    if len(wish) < 3 or not any(char.isalpha() for char in wish) or says_yes(wish) or says_no(wish):
        return None
    hold_goal(ctx, wish)
    return "Good one."


def hold_goal(ctx: TurnContext, wish: str) -> None:
    profile = ctx.profile()
    profile.onboarding.held_goal = wish[:1000]
    ctx.save(profile)


def _set(ctx: TurnContext, **fields: Any) -> None:
    profile = ctx.profile()
    for field, value in fields.items():
        setattr(profile, field, value)
    if profile.wake_time is not None and profile.bed_time is not None:
        profile.sleep_window = SleepWindow(start=profile.bed_time, end=profile.wake_time)
    ctx.save(profile)


def _set_work(ctx: TurnContext, hours: WorkHours | None, echo: str) -> str:
    _set(ctx, work_hours=hours)
    return echo

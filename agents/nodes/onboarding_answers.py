"""What each onboarding answer means: read it, store it in the profile, and echo it; None when it was not understood."""

from __future__ import annotations

import re
from datetime import time
from typing import Any, Literal

from agents import wording
from agents.places import find_zone, is_city, says_zone, wall_time
from agents.replies_to_plan import says_no, says_yes
from agents.turn import TurnContext
from agents.wishes import first_weekly
from reminders.plans import change_zone
from reminders.rules.when import parse_clock, parse_minutes, parse_weekdays
from storage.profile import Commitment, Preferences, SleepWindow, WorkHours
from storage.users import preferences_of, save_preferences
from storage.vocabulary import WEEKDAYS, Chronotype

_NAME_LEAD = re.compile(
    r"^(?:.*\b(?:call(?:s|ed)? me|known as|name(?:'s| is)|go by)|(?:hi|hello|hey|well|so|oh|ok(?:ay)?)?[,! ]*(?:i am|i'm|im|it's|it is|this is|just|they say))\s+(?:just |simply )?",
    re.I,
)
_NAME_TAIL = re.compile(
    r"[,;]?\s+(?:is (?:fine|good|ok(?:ay)?|enough|perfect)|will do|works|please|pls|for short|thanks|thank you|here|if you like|and you|nice to meet you)\b.*$",
    re.I,
)
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
_COUNTING = "one two three four five six seven eight nine ten eleven twelve"
_NUMBER_WORDS = {word: str(number) for number, word in enumerate(_COUNTING.split(), start=1)}
_NUMBER_WORDS |= {"noon": "12", "midday": "12", "midnight": "0:00"}


def nothing(_ctx: TurnContext, _text: str) -> str | None:
    return None


def clean_name(text: str) -> str:
    """A name as typed, without "I'm", line breaks and excess; whatever is left is shown as plain text everywhere."""
    words = re.sub(r"\s*[:;]-?[()DP]+$", "", " ".join(text.split()))
    preferred = _PREFERRED.search(words)
    words = preferred[1] if preferred else words
    return _NAME_TAIL.sub("", _NAME_LEAD.sub("", words)).strip(' .!,:"“”')[:60].strip()


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
    at = _clock(text, "morning")
    if at is None:
        return None
    _set(ctx, wake_time=at)
    return f"{wording.clock(at)}, got it."


def bed_time(ctx: TurnContext, text: str) -> str | None:
    at = _clock(text, "evening")
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
    times = _two_times(text)
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
    read = [_commitment(part) for part in _apart(text)]
    known = [one for one in read if one is not None]
    if not known or len(known) < len(read):
        return None
    _set(ctx, existing_commitments=known)
    return f"I'll plan around {wording.listed([_says_commitment(ctx, one) for one in known])}."


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


def _clock(text: str, part: Literal["morning", "evening"]) -> time | None:
    """A clock time; one without am or pm belongs to the morning (for waking) or the evening (for bed)."""
    said = re.sub(r"\blate(?:r|ish)?\b", " ", text, flags=re.I) if part == "morning" else text
    said = re.sub(r"\b(\d{1,2}) ?h\b", r"\1:00", said, flags=re.I)
    if re.search(r"\bhalf past (?:midnight|12|twelve)\b", said, re.I) and part == "evening":
        return time(0, 30)
    at = parse_clock(said, part)
    if at is not None and part == "evening" and at.hour == 12 and "noon" not in text.casefold():
        return at.replace(hour=0)  # nobody goes to bed at noon: "12" is midnight
    return at


def _two_times(text: str) -> tuple[time, time] | None:
    """ "9-17", "9 to 5", "8:30am - 4pm": an end that would come before the start is meant as pm."""
    digits = re.sub(r"[a-z]+", lambda word: _NUMBER_WORDS.get(word[0], word[0]), text.casefold())
    digits = _HALVES.sub(_in_figures, digits)
    found = re.search(
        r"(\d{1,2}(?:[:.]\d\d)?\s*(?:[ap]m)?)\s*(?:-|–|to|till|until|bis|and)\s*(\d{1,2}(?:[:.]\d\d)?\s*(?:[ap]m)?)",
        digits,
    )
    if found is None:
        return None
    start, end = _plain_clock(found[1]), _plain_clock(found[2])
    if start is None or end is None:
        return None
    night = start.hour > 12 or "night" in digits  # "22 to 6" goes on past midnight
    both_late = "pm" in found[2] and "m" not in found[1] and start.hour < 12 and end.hour - start.hour > 12
    if both_late:  # "6 to 8pm" are two hours, not fourteen
        start = start.replace(hour=start.hour + 12)
    if end <= start and end.hour < 12 and "m" not in found[2] and not night:
        end = end.replace(hour=end.hour + 12)
    return None if start == end else (start, end)


_HALVES = re.compile(r"\b(half|quarter)(?: (past|to))? (\d{1,2})\b")


def _in_figures(found: re.Match[str]) -> str:
    """ "half 4" is half past four, "quarter to 9" 8:45."""
    hour = int(found[3])
    if found[2] == "to":
        return f"{hour - 1}:{'30' if found[1] == 'half' else '45'}"
    return f"{hour}:{'30' if found[1] == 'half' else '15'}"


def _plain_clock(text: str) -> time | None:
    found = re.fullmatch(r"(\d{1,2})(?:[:.](\d\d))?\s*([ap]m)?", text.strip(), re.I)
    if found is None or int(found[1]) > 23 or int(found[2] or 0) > 59:
        return None
    hour = int(found[1])
    if found[3]:
        hour = hour % 12 + (12 if found[3].casefold() == "pm" else 0)
    return time(hour, int(found[2] or 0))


_BETWEEN = re.compile(r"\s*(?:[;\n]|\band then\b|\bthen\b|,|\band\b|\bplus\b)\s*", re.I)
_EVERY_OTHER = re.compile(
    r"\b(?:every (?:other|second|two weeks)|each other|fortnight\w*|biweekly|alternate)\b", re.I
)


def _apart(text: str) -> list[str]:
    """One part for each commitment: cut where both sides name a day and a time; a second time of the same takes its title along."""
    parts, start, title = [], 0, ""
    for joint in _BETWEEN.finditer(text):
        before = _commitment(f"{title} {text[start : joint.start()]}")
        following = _BETWEEN.split(text[joint.end() :])[0]
        if before is None or _commitment(f"{before.title} {following}") is None:
            continue
        parts.append(f"{title} {text[start : joint.start()]}")
        start, title = joint.end(), "" if _commitment(following) else before.title
    return [*parts, f"{title} {text[start:]}"] if text[start:].strip() else parts


_LENGTH = re.compile(r"\b(?:for\s+)?\d+(?:[.,]\d+)?\s*(?:min(?:ute)?s?|h(?:ou)?rs?|h)\b", re.I)
_TIME_WORDS = re.compile(
    r"\b(?:every|each|on|at|from|to|till|until|between|weekly|mondays?|tuesdays?|wednesdays?|thursdays?|fridays?|saturdays?|sundays?"
    r"|mon|tues?|weds?|thu(?:rs?)?|fri|sat|sun|weekdays?|weekends?|daily|evenings?|mornings?|afternoons?|and|other|second|two weeks"
    r"|fortnight\w*|biweekly|alternate"
    r"|(?:half|quarter)(?: (?:past|to))?(?= (?:\d|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)))\b"
    r"|(?<=half )(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)\b|\b\d{1,2}(?:[:.]\d\d)?\s*(?:[ap]m)?\b",
    re.I,
)
_SURE_CLOCK = re.compile(r"\d\s*[ap]\.?m\b|\b0\d|morning|\bnoon\b|\bmidnight\b|\bnight\b", re.I)


def _commitment(text: str) -> Commitment | None:
    """ "yoga tue 18:00 60 min": a title, at least one weekday and a time; an hour when no length is said."""
    days = sorted(parse_weekdays(text))
    minutes = parse_minutes(text)
    rest = _LENGTH.sub(" ", text)
    both = _two_times(rest)
    at = both[0] if both else parse_clock(rest)
    title = " ".join(_TIME_WORDS.sub(" ", rest).split()).strip(" ,.-–&")
    if not days or at is None or not title:
        return None
    if both is not None:
        lasts = (both[1].hour - both[0].hour) * 60 + both[1].minute - both[0].minute
        minutes = lasts % (24 * 60)
    if 1 <= at.hour <= 6 and not _SURE_CLOCK.search(rest):
        at = at.replace(
            hour=at.hour + 12
        )  # "therapy mondays at 4" is no matter of the night; the echo says it
    weeks = 2 if _EVERY_OTHER.search(text) else 1
    return Commitment(
        title=wording.capital(title)[:120],
        days=[WEEKDAYS[index] for index in days],
        time=at,
        duration_minutes=min(minutes or 60, 24 * 60),
        every_weeks=weeks,
    )


def _says_commitment(ctx: TurnContext, one: Commitment) -> str:
    when = f"{wording.days(one.days)} {wording.clock(one.time)}"
    if one.every_weeks > 1:  # which of the weeks is a guess, so it is said
        first = first_weekly(ctx, [WEEKDAYS.index(day) for day in one.days], one.time).astimezone(ctx.zone)
        when = f"every other {when}, from {first.day} {first:%b}"
    return f"{one.title} ({when}, {wording.length(one.duration_minutes)})"

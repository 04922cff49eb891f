"""What Flux goes by for one person - times, zone, name, notice, channels - shown, and changed by saying so."""

from __future__ import annotations

import re
from collections.abc import Callable

from agents import wording
from agents.nodes import onboarding_answers as answers
from agents.places import says_zone
from agents.turn import TurnContext
from reminders.people import load_person
from reminders.rules.when import parse_minutes, parse_weekdays
from reminders.ways_back import channels_off
from storage.users import preferences_of, save_preferences
from storage.vocabulary import WEEKDAYS

Change = Callable[[TurnContext, str], str | None]

_LEAD = (
    r"\W*(?:and |also |oh,? |so |from now on,? |please |can you |could you |ok,? |i want to |i'd like to )*"
)
_SET = r"(?:(?:change|set|make|move|update|put|correct) (?:my |the )?|my )"
_IS = r"(?: (?:is|are|to|should be|changed to|now|at|=|:))*"
_NOW = r"(?:now |usually |actually |normally |always )*"
_CALLS_OFF = re.compile(
    _LEAD + r"(?:stop calling|don'?t call|do not call|never call|no (?:more )?(?:phone )?calls?)\b(?: me)?"
    r"(?: (?:again|any ?more|please|ever))*\W*",
    re.I,
)
_CALLS_ON = re.compile(
    _LEAD
    + r"(?:(?:you (?:can|may)|yes,?) call me(?: again)?|(?:turn|switch) (?:the |my |phone )*calls? (?:back )?on(?: again)?|(?:allow|start) (?:phone )?calls?(?: again)?"
    r"|(?:(?:you (?:can|may)|yes,?) )?call me (?:again )?(?:when(?:ever)?|if) i (?:miss|ignore|forget|do(?:n'?t| not) (?:answer|react|reply|respond))\b.{0,30})\W*",
    re.I,
)
_WHATSAPP_OFF = re.compile(_LEAD + r"(?:no (?:more )?|stop (?:using )?|don'?t use )whatsapp\b.{0,20}", re.I)
_WHATSAPP_ON = re.compile(_LEAD + r"(?:use|you (?:can|may) use|allow) whatsapp\b.{0,20}", re.I)


def show(ctx: TurnContext) -> str:
    """Every setting in one line each, and how to change one."""
    profile, person = ctx.profile(), load_person(ctx.session, ctx.user.id)
    work = profile.work_hours
    lines = [
        f"Name: {profile.name or 'not said'}",
        f"Time zone: {says_zone(ctx.user.timezone)}",
        f"Up at {wording.clock(profile.wake_time)}" if profile.wake_time else "Up at: not said",
        f"To bed at {wording.clock(profile.bed_time)}" if profile.bed_time else "To bed at: not said",
        f"Work: {wording.days(work.days)} {wording.clock(work.start)}-{wording.clock(work.end)}"
        if work
        else "Work: no fixed hours",
        f"Week starts on: {WEEKDAYS[ctx.user.week_starts_on - 1]}",
    ]
    if person is not None:
        lead, window = person.ladder.timing.lead, person.ladder.timing.window
        lines.append(
            f"I remind you {_minutes(lead.total_seconds())} before, and follow up every {_minutes(window.total_seconds())}"
        )
    off = channels_off(ctx.session, ctx.user.id)
    return "\n".join([*lines, f"Reminders: {_channels(ctx)}", *off]) + (
        "\nTo change one, say for example: change my wake time to 7, remind me 20 minutes before, or don't call me. "
        "What shall I change?"
    )


def change(ctx: TurnContext, text: str) -> str | None:
    """Carry out a change said in words; what is so now, or None when the words change no setting."""
    for pattern, record in _CHANGES:
        found = pattern.fullmatch(text.strip())
        if found is None:
            continue
        said = record(ctx, found["value"] if "value" in pattern.groupindex else text)
        if said is not None:
            return said
    return None


def _minutes(seconds: float) -> str:
    return f"{seconds / 60:g} min"


def _channels(ctx: TurnContext) -> str:
    preferences = preferences_of(ctx.user)
    allowed = ["this chat"]
    allowed += ["WhatsApp"] if ctx.user.phone_verified and preferences.whatsapp_opted_in else []
    allowed += ["a call"] if ctx.user.phone_verified and preferences.calls_opted_in else []
    more = (
        ""
        if ctx.user.phone_verified
        else " (give me your number with its country code for WhatsApp and calls)"
    )
    return f"{', then '.join(allowed)}{more}"


def _lead(ctx: TurnContext, text: str) -> str | None:
    minutes = parse_minutes(text)
    if minutes is None or minutes > 24 * 60:
        return None
    preferences = preferences_of(ctx.user)
    preferences.reminder_lead_minutes = minutes
    save_preferences(ctx.user, preferences)
    return f"From the next new task on I remind you {wording.length(minutes)} before."


def _week_start(ctx: TurnContext, text: str) -> str | None:
    days = parse_weekdays(text)
    if len(days) != 1:
        return None
    ctx.user.week_starts_on = min(days) + 1
    return f"Your week starts on {WEEKDAYS[min(days)]} now."


def _window(ctx: TurnContext, text: str) -> str | None:
    minutes = parse_minutes(text)
    if not minutes or minutes > 240:
        return None
    preferences = preferences_of(ctx.user)
    preferences.escalation_window_minutes = minutes
    save_preferences(ctx.user, preferences)
    return f"I wait {wording.length(minutes)} before I follow up."


def _allow(channel: str, *, allowed: bool) -> Change:
    def record(ctx: TurnContext, _text: str) -> str:
        if allowed and not ctx.user.phone_verified:
            return "Gladly. Send me your number first, with the country code, like +49 170 1234567."
        preferences = preferences_of(ctx.user)
        if channel == "WhatsApp":
            preferences.whatsapp_opted_in = allowed
            ctx.user.whatsapp_opt_in_at = ctx.now if allowed else None
        else:
            preferences.calls_opted_in = allowed
        save_preferences(ctx.user, preferences)
        return f"{channel}: {'allowed' if allowed else 'not used any more'}."

    return record


def _called(ctx: TurnContext, text: str) -> str | None:
    return answers.name(ctx, text) if text[:1].isupper() else None  # "call me later" names nobody


_CHANGES: tuple[tuple[re.Pattern[str], Change], ...] = (
    (_CALLS_OFF, _allow("Calls", allowed=False)),
    (_CALLS_ON, _allow("Calls", allowed=True)),
    (_WHATSAPP_OFF, _allow("WhatsApp", allowed=False)),
    (_WHATSAPP_ON, _allow("WhatsApp", allowed=True)),
    *(
        (re.compile(f"{_LEAD}{pattern}", re.I | re.DOTALL), record)
        for pattern, record in (
            (rf"{_SET}(?:wake|waking|wake-?up|get(?:ting)?[- ]?up)[- ]?(?:time|hour)?{_IS} (?P<value>.*\d.*|.*half.*)", answers.wake_time),
            (rf"i {_NOW}(?:wake up|get up|rise) {_NOW}(?P<value>(?:at|around|about|by)? ?.{{1,20}})", answers.wake_time),
            (rf"{_SET}(?:bed|sleep|sleeping|bedtime)[- ]?(?:time|hour)?{_IS} (?P<value>.*\d.*|.*half.*|midnight)", answers.bed_time),
            (rf"i {_NOW}(?:go to (?:bed|sleep)|sleep) {_NOW}(?P<value>(?:at|around|about|by)? ?.{{1,20}})", answers.bed_time),
            (rf"{_SET}(?:work(?:ing)?|office)[- ]?(?:hours?|times?|days?)?{_IS} (?P<value>.+)", answers.work),
            (rf"i {_NOW}work {_NOW}(?P<value>.*\d.*)", answers.work),
            (rf"(?:{_SET}|the |our )?weeks? (?:to |always )?(?:starts?|begins?)(?: (?:day|on|with|at|is|to|=))* (?P<value>\w{{3,10}})\W*", _week_start),
            (r"(?:start|begin) (?:my |the |our )?weeks? (?:on|with|at) (?:a )?(?P<value>\w{3,10})\W*", _week_start),
            (rf"(?:my |the )?first day of (?:my |the )?week{_IS} (?:a )?(?P<value>\w{{3,10}})\W*", _week_start),
            (rf"{_SET}name{_IS} (?P<value>.+)", answers.name),
            (r"call me (?P<value>[^\W\d_][\w'-]{1,30}(?: [\w'-]{1,30})?)\W*", _called),
            (rf"{_SET}(?:time ?zone|zone|city){_IS} (?P<value>.+)", answers.timezone),
            (
                r"(?:(?:change|set|make|send|move) (?:my |the |all )?(?:reminders?|lead|notice)(?: time)?(?: to)?|remind me|tell me)"
                r"(?: (?:always|already))? (?P<value>.{1,30}?) (?:before(?:hand)?|earlier|ahead|in advance)"
                r"(?: (?:each|every|all|my|the)?(?: ?(?:task|thing|time|start|tasks|everything))?)?\W*",
                _lead,
            ),
            (r"(?:wait|give me) (?P<value>.{1,30}?) (?:before|until) (?:you )?(?:follow(?:ing)? up|call(?:ing)?|escalat\w+|whatsapp)\b.{0,30}", _window),
        )
    ),
)  # fmt: skip

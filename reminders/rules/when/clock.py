"""Clock times in canonical text, and which half of the day a bare hour means."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, datetime, time, timedelta

from reminders.rules.when.clock_patterns import BEHIND, DAY_BEFORE, DAY_BEHIND, NAMED_DAY
from reminders.rules.when.pieces import Clock, ClockSpan, Fault, Value

Match = re.Match[str]


def read_clock(name: str, match: Match, text: str) -> Value | None:
    """The clock a pattern of CLOCK_PATTERNS stands for; None when its numbers are no time."""
    if name == "clock_span":
        return _span(match)
    named = match.groupdict().get("named")
    if name == "clock_noon":
        return Clock(12 if named == "noon" else 24, sure=True, grain="hour")
    if name == "clock_to_named":
        return _around_named(match)
    hour = int(match["hour"])
    if name in ("clock_past", "clock_half"):
        return _counts_minutes(match, text)
    meridiem = match.groupdict().get("mer")
    minute = int(match.groupdict().get("minute") or 0)
    second = int(match.groupdict().get("second") or 0)
    if not _plausible(name, match, text, hour):
        return None
    grain = "second" if match.groupdict().get("second") else "minute"
    return _clock(hour, minute, second, meridiem, leading_zero=match["hour"][0] == "0", grain=grain)


def _counts_minutes(match: Match, text: str) -> Clock | Fault | None:
    """ "20 to 9" and "at 10 to 5" are a time; "10 to 5" alone may as well be a range of hours."""
    clock = _past(match, int(match["hour"]))
    said = match.groupdict()
    if said.get("lead") or not re.match(r"\d+ (?:to|before|until|of)\b", match.group()) or clock is None:
        return clock
    if not re.match(BEHIND, text[match.end() :]):
        return None
    if int(said["amount"]) > 12 or match["mer"]:
        return clock
    before, behind = text[max(0, match.start() - 24) : match.start()], text[match.end() :]
    if re.search(DAY_BEFORE, before) or not re.match(DAY_BEHIND, behind):
        return None
    hours = f"from {said['amount']} to {match['hour']}"
    return Fault(f"Do you mean {clock.hour}:{clock.minute:02d}, or {hours}?")


_COUNTED = (
    r"\b(?:of|than|chapter|level|room|pages?|no|number|part|unit|grade|building|bus|train|gate|episode|season|version|step"
    r"|day|week|least|most|only|x|times|lesson|module|act|table|flight|route|line|size|version|least|lap|laps|set|building) $"
)


# "push it back to 4", "make it 6": the number behind a move is a time.
_MOVED = re.compile(
    r"\bmake it $|\b(?:move[ds]?|push(?:ed)?|bring|brought|re-?scheduled?|shift(?:ed)?|postponed?|delay(?:ed)?)\b.{0,40}\bto $"
    r"|\b(?:do|try|have) (?:it (?:at )?)?$"
)
# Where a number with a dot is money, a distance or a version.
_PAID = re.compile(
    r"\b(?:pay|paid|owe|owes|cost|costs|price|tip|transfer|send|spend|lend|budget|save|buy|run|ran|walk|cycle|swim|row|lift|weigh|weight|version|v|release|score|gpa|ph|chapter|section|"
    r"page|size|step|rate|rating|python|java|ios|android)\b|[$£€]"
)
_MEASURED = re.compile(r" ?(?:k|km|kg|miles?|mile|pounds?|euros?|dollars?|%|million|percent)\b")


def _plausible(name: str, match: Match, text: str, hour: int) -> bool:
    """Digits alone are a time only where something says so: a preposition, am or pm, "hours"."""
    meridiem = match.groupdict().get("mer")
    before = text[max(0, match.start() - 24) : match.start()]
    if re.search(r"[#$€£:.]$|\bversion ?:? $|\bno\. $", before) or (before.endswith("-") and not meridiem):
        return False
    match name:
        case "clock_dotted":
            return bool(meridiem or match["lead"]) or _dotted_time(match, text, before)
        case "clock_hours":
            if match["sep"].startswith(" hour"):
                return hour >= 6 and not re.search(r"\b(?:for|in|within) $", before)
            return bool(meridiem) or bool(re.search(r"\b(?:at|around|about|by) $", before))
        case "clock_digits":
            return _digits_time(match, text, before, hour)
        case "clock_more":
            earlier = text[max(0, match.start() - 40) : match.start()]
            return bool(
                re.search(r"\bat \d{1,2}(?: ?[ap]m)?(?:, \d{1,2}(?: ?[ap]m)?){0,5},? (?:and )?$", earlier)
            )
        case "clock_after_day":
            return bool(re.search(NAMED_DAY, before) or _MOVED.search(text[: match.start()]))
        case "clock_before_deed":
            named = re.match(r" ([^\W\d_]+)", text[match.end() :])
            many = named is None or re.search(r"(?<!s)s$|^(?:people|percent|point|mile)", named[1])
            return not many and (not text[: match.start()] or bool(re.search(DAY_BEFORE, before)))
        case "clock_of_day":
            return re.search(_COUNTED, before) is None
        case "clock_alarm":
            return bool(
                re.search(
                    r"\b(?:alarm|wake\S*|remind\S*|it|that|meeting|appointment|set|me|call)(?: \w+)? $",
                    before,
                )
            )
        case "clock_full":
            return match.group() not in ("1:1", "1:10") or bool(meridiem)
    return True


def _dotted_time(match: Match, text: str, before: str) -> bool:
    """ "6.15 tomorrow", "standup 9.30": beside a day, or last of all and no money."""
    behind = text[match.end() :]
    if _MEASURED.match(behind):
        return False
    if re.search(DAY_BEFORE, before) or re.match(DAY_BEHIND, behind):
        return True
    last = not behind.strip(" .!") and bool(text[: match.start()])
    return last and int(match["minute"]) % 15 == 0 and not _PAID.search(text)


def _digits_time(match: Match, text: str, before: str, hour: int) -> bool:
    """ "0730" and "at 730", but no year and no number of something."""
    lead, meridiem = match["lead"], match["mer"]
    if lead and not meridiem and not re.match(BEHIND, text[match.end() :]):
        return False
    said = lead or meridiem or re.search(r"\bon $", before) or re.search(DAY_BEFORE, before)
    dated = re.search(r"(?:er|ary|ch|il|ust|may|june|july|th)[ ,]*$", before)
    year = not (meridiem or lead) and dated and hour in (19, 20)
    return bool(said) and len(match["hour"] + match["minute"]) in (3, 4) and not year


def _clock(
    hour: int, minute: int, second: int, meridiem: str | None, *, leading_zero: bool, grain: str
) -> Clock | None:
    if hour > 24 or (hour == 24 and minute) or minute > 59:
        return None
    if meridiem in ("am", "pm"):
        if hour > 12:
            return Clock(hour, minute, second, True, "minute") if meridiem == "pm" and minute else None
        return Clock(hour % 12 + (12 if meridiem == "pm" else 0), minute, second, True, "minute")
    sure = hour > 12 or hour == 0 or leading_zero or meridiem == "hour"
    return Clock(hour, minute, second, sure, "second" if grain == "second" else "minute")


def _past(match: Match, hour: int) -> Clock | None:
    said = match.groupdict().get("amount", "half") or "half"
    minutes = {"half": 30, "quarter": 15, "a quarter": 15}.get(said) or int(said)
    backwards = (match.groupdict().get("way") or "past") in ("to", "before", "until", "of")
    total = hour * 60 + (-minutes if backwards else minutes)
    clock = _clock(total // 60 % 24 or 12, total % 60, 0, match["mer"], leading_zero=False, grain="minute")
    return (
        clock
        if not (backwards and hour == 12 and match["mer"])
        else Clock(11 + (12 if match["mer"] == "am" else 0), total % 60, 0, True)
    )


def _around_named(match: Match) -> Clock:
    amount = match["hour"].split()[0]
    minutes = 15 if amount == "quarter" else int(amount)
    base = 12 * 60 if match["named"] == "noon" else 24 * 60
    total = base + (minutes if match["way"] in ("past", "after") else -minutes)
    return Clock(total // 60 % 24, total % 60, sure=True)


def _span(match: Match) -> ClockSpan | None:
    """Two clocks; what one of them says about am and pm holds for the other where that makes sense."""
    lead = (match["lead"] or "").strip()
    if match["to"] == "and" and lead != "between":
        return None
    marks = any(match[name] for name in ("amer", "bmer", "apart", "bpart"))
    written = (
        ":" in match.group() or " hour" in match.group() or re.search(r"noon|midnight|\d{4}", match.group())
    )
    on_a_day = re.search(
        r"(?:day|days|tomorrow|today|tonight|weekends|[ap]m),? $", match.string[: match.start()]
    )
    behind = re.match(DAY_BEHIND, match.string[match.end() :])
    near_day = on_a_day or (behind and not re.search(_COUNTED, match.string[: match.start()]))
    if not (marks or written or near_day or lead in ("from", "form", "between", "at")):
        return None
    if re.fullmatch(r"(?:from |between )?(?:19|20)[0-5]\d ?\S+ ?(?:19|20)[0-5]\d", match.group()):
        return None  # years, not clocks
    if (
        not marks
        and re.search(r"\d{4}", match.group())
        and not re.fullmatch(
            r"[0-2]\d[0-5]\d ?\S+ ?[0-2]\d[0-5]\d", match.group().removeprefix(match["lead"] or "")
        )
    ):
        return None
    first, last = _end(match, "a"), _end(match, "b")
    if first is None or last is None:
        return None
    return ClockSpan(*_agreed(first, last))


def _end(match: Match, name: str) -> Clock | None:
    said = match[name]
    meridiem = match[name + "mer"] or {"morning": "am", None: None}.get(match[name + "part"], "pm")
    if "noon" in said:
        return Clock(12, sure=True)
    if said == "midnight":
        return Clock(24, sure=True)
    numbers = [int(number) for number in re.findall(r"\d+", said)]
    if len(numbers) == 1 and re.fullmatch(r"\d{4}", said):
        numbers = [int(said[:2]), int(said[2:])]
        meridiem = meridiem or "hour"
    hour, minute, second = (*numbers, 0, 0)[:3]
    return _clock(hour, minute, second, meridiem, leading_zero=said[0] == "0", grain="minute")


def _agreed(first: Clock, last: Clock) -> tuple[Clock, Clock]:
    if last.sure and not first.sure and first.hour <= 12:
        afternoon = Clock(first.hour % 12 + 12, first.minute, first.second, True)
        morning = Clock(first.hour % 12, first.minute, first.second, True)
        fits = (afternoon.hour, afternoon.minute) < (last.hour, last.minute)
        return (afternoon if fits else morning), last
    if first.sure and not last.sure and last.hour <= 12:
        later = last.hour % 12 + (
            12 if first.hour >= 12 or (last.hour % 12, last.minute) <= (first.hour, first.minute) else 0
        )
        return first, Clock(later, last.minute, last.second, True)
    return first, last


MORNING_WORDS = re.compile(
    r"\b(?:breakfast|wake|get up|alarm|sunrise|brunch|jog|school run|standup|stand-up)\b"
)
EVENING_WORDS = re.compile(
    r"\b(?:dinner|supper|drinks|movie|film|party|concert|bedtime|date night|theatre|theater|pub|club)\b"
)


def settle(clock: Clock, day: date | None, now: datetime, part: str | None, text: str) -> tuple[Clock, bool]:
    """The clock with its half of the day decided, and whether the other half was as likely.

    A part of the day decides first, then the words of the text, then what is still ahead, then habit:
    1 to 6 are afternoon, 7 to 11 morning.
    """
    if clock.sure or clock.hour > 12:
        return clock, False
    early, late = _half(clock, 0), _half(clock, 12)
    if part is not None:
        return _by_part(clock, early, late, part), False
    if MORNING_WORDS.search(text) and 4 <= clock.hour <= 11:
        return early, False
    if EVENING_WORDS.search(text) and 4 <= clock.hour <= 11:
        return late, False
    habit = late if clock.hour <= 6 or clock.hour == 12 else early
    doubtful = 6 <= clock.hour <= 8
    if day is not None and day != now.date():
        return habit, doubtful
    ahead = [half for half in (early, late) if half.time > now.time()]
    if len(ahead) == 1 and not (ahead == [early] and clock.hour <= 4):
        return ahead[0], False
    return habit, doubtful and bool(ahead or day is None)


def _half(clock: Clock, add: int) -> Clock:
    return replace(clock, hour=clock.hour % 12 + add, sure=True)


def _by_part(clock: Clock, early: Clock, late: Clock, part: str) -> Clock:
    match part:
        case "morning":
            return early
        case "night" if clock.hour == 12:
            return replace(clock, hour=24, sure=True)
        case "night" if clock.hour < 3:
            return early
        case _:
            return late


def next_time(clock: Clock, now: datetime) -> date:
    """The next local day on which this clock lies ahead of now."""
    if clock.hour >= 24:
        return now.date()
    return now.date() if clock.time > time(now.hour, now.minute) else now.date() + timedelta(days=1)

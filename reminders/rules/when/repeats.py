"""Recurrences in canonical text: "every other tuesday", "mondays and thursdays", "3 times a week"."""

from __future__ import annotations

import re

from reminders.rules.when.days import MON, WD, code, month_number, nth_number
from reminders.rules.when.lexicon import DAY_CODES, WEEKDAY_NAMES
from reminders.rules.when.pieces import Count, Repeat, Value

Match = re.Match[str]
WDS = WD[:-1] + ")s"
WORKDAYS = ("MO", "TU", "WE", "TH", "FR")
WEEKEND = ("SA", "SU")
_JOIN = r"(?: ?, ?(?:and )?| and | ?& ?| ?/ ?| or | ?\+ ?| )(?:on |every |each |also )*"
_LIST = rf"{WD}s?(?:{_JOIN}{WD}s?)*"
_RANGE = rf"(?P<from>{WD})s? ?(?:-|to|thru|through|until) ?(?P<to>{WD})s?"
_PART = r"(?:morning|noon|afternoon|evening|night|lunchtime|lunch|mornings|afternoons|evenings|nights|weekday morning)"
_EVERY = r"(?:every(?: single)?|each(?: and every)?)"
_SECOND = r"(?:alternate|alternating)"
_UNIT = r"(?:second|minute|hour|day|week|fortnight|month|quarter|year)"

REPEAT_PATTERNS: dict[str, str] = {
    "times_per": r"(?:(?P<word>once|twice|thrice)|(?P<count>\d{1,2})(?: times| x| days| day| time)|(?P<count2>\d)x)(?: (?:a|per|each|every|in a)| ?/) ?(?P<unit>day|week|month|year|quarter|hour)\b",
    "every_nth_weekday": rf"(?:{_EVERY} |on the |the |on )?(?P<nth>\d{{1,2}}th|second|last)(?: (?:and|&) (?:the )?(?P<nth2>\d{{1,2}}th|last))? (?P<weekday>{WD})s?(?: (?:of|in) (?:every|each|a|the)| every| each)(?: (?P<months>\d{{1,2}})| (?P<mth>\d)th)? month",
    "every_the_nth_weekday": rf"{_EVERY} month on the (?P<nth>\d{{1,2}}th|second|last) (?P<weekday>{WD})|monthly on the (?P<nth3>\d{{1,2}}th|second|last) (?P<weekday3>{WD})",
    "every_first_weekday": rf"{_EVERY} (?P<nth>1th|3th|4th|last) (?P<weekday>{WD})(?: of the month)?",
    "every_monthday": rf"(?:{_EVERY} |on the |the )?(?P<days>\d{{1,2}}th(?:(?:, | and |, and )(?:the )?\d{{1,2}}th)*)(?: day)? of (?:every|each|the)(?: (?P<months>\d{{1,2}})| (?P<mth>\d)th)? month",
    "last_of_month": rf"(?:{_EVERY} |on the |the )?(?:(?P<nth>\d{{1,2}}th|second)(?: to(?: the)?)? )?last(?: day)? of (?:every|each) month|(?P<end>(?:at the |the )?end of (?:every|each) month)",
    "every_monthday_of": rf"{_EVERY} (?P<days>\d{{1,2}}th(?:(?:, | and |, and )(?:the )?\d{{1,2}}th)*)(?: of (?P<month>{MON})| of the month)?(?! (?:{_UNIT}|{WD})\b)",
    "every_date": rf"(?:{_EVERY}|yearly on|annually on|every year on)(?: year on)? (?:(?P<month>{MON}) (?P<day>\d{{1,2}})(?:th)?|(?P<month2>{MON})\b)",
    "every_unit": rf"(?:once )?{_EVERY} (?:(?P<nth>other|alternate|\d{{1,2}}th|second)|(?P<count>\d{{1,4}}|couple(?: of)?|few))? ?(?P<unit>{_UNIT})(?:s)?\b(?! of (?:the|my) | {WD})",
    "alternate": rf"(?:on |every )?{_SECOND} (?:(?P<list>{_LIST})|(?P<unit>day|week|month|year|weekday|weekend)s?)(?: (?P<part>{_PART}))?\b",
    "letters": r"(?:on |every )?(?P<letters>m(?P<sep> ?[/,&-] ?| )w(?P=sep)f|mwf|m ?/ ?w(?! ?/)|w ?/ ?f|(?:tu|t) ?[/&] ?(?:th|r)|tuth|tth)\b",
    "twice_weekly": r"(?:(?P<word>once|twice|thrice)|(?P<count>\d) ?(?:x|times|time)?) (?P<adverb>daily|weekly|monthly|yearly|annually)\b",
    "part_and_part": rf"{_EVERY} (?P<one>{_PART}) and (?:every |each )?(?P<two>{_PART})\b",
    "every_half": rf"{_EVERY} half(?: a)? hour",
    "every_nth_list": rf"{_EVERY} (?P<nth>other|alternate|\d{{1,2}}th|second|\d) (?P<list>{_LIST})(?: (?P<part>{_PART}))?",
    "every_group": rf"(?:on )?(?:{_EVERY}|any|all) (?:(?P<nth>other|second|alternate) )?(?P<group>weekday|weekdays|working day|business day|work day|school day|weekend|weekends)(?: (?P<part>{_PART}))?",
    "every_part": rf"{_EVERY} (?:(?P<nth>other|second|alternate) )?(?P<part>{_PART})\b",
    "every_range": rf"(?:{_EVERY} )?(?:on )?(?:from )?{_RANGE}(?P<week> every week| each week)?",
    "every_list": rf"(?:on )?{_EVERY} (?P<list>{_LIST})(?: (?P<part>{_PART}))?",
    "plural_list": rf"(?:on |late )?(?P<list>(?:{WD},? (?:and )?)*{WDS}(?:{_JOIN}{WDS}?)*)(?: (?P<part>{_PART}))?",
    "day_parts": rf"(?:on )?(?P<list>{_LIST}) (?P<part>mornings|afternoons|evenings|nights)",
    "groups": rf"(?:on |during |over )?(?:the )?(?P<group>weekdays|weekends)(?: (?P<part>{_PART}))?|(?:on )?weekday (?P<part2>mornings|afternoons|evenings|nights)",
    "parts": r"(?:in the |on )?(?P<part>mornings|evenings|nights)\b",
    "bare_list": rf"(?:on )?(?P<list>{WD}(?:{_JOIN}{WD})+)(?! the \d)",
    "adverb": r"(?P<adverb>(?:bi|semi)-?(?:weekly|monthly|annually|annual|yearly|daily)|daily|nightly|weekly|fortnightly|monthly|quarterly|yearly|annually|annual(?! leave| general)|hourly)\b",
    "count": r"(?:for )?(?:up to )?(?P<count>\d{1,4}) (?:times|occurrences|occurences|repetitions|sessions)\b|(?P<twice>twice|thrice)\b",
}
_ADVERBS = {
    "daily": ("DAILY", 1),
    "nightly": ("DAILY", 1),
    "weekly": ("WEEKLY", 1),
    "fortnightly": ("WEEKLY", 2),
    "biweekly": ("WEEKLY", 2),
    "monthly": ("MONTHLY", 1),
    "bimonthly": ("MONTHLY", 2),
    "quarterly": ("MONTHLY", 3),
    "semiannually": ("MONTHLY", 6),
    "biannually": ("MONTHLY", 6),
    "semiannual": ("MONTHLY", 6),
    "semimonthly": ("MONTHLY", 1),
    "yearly": ("YEARLY", 1),
    "annually": ("YEARLY", 1),
    "annual": ("YEARLY", 1),
    "biyearly": ("YEARLY", 2),
    "biannual": ("MONTHLY", 6),
    "hourly": ("HOURLY", 1),
}
_UNITS = {
    "second": ("SECONDLY", 1),
    "minute": ("MINUTELY", 1),
    "hour": ("HOURLY", 1),
    "day": ("DAILY", 1),
    "week": ("WEEKLY", 1),
    "fortnight": ("WEEKLY", 2),
    "month": ("MONTHLY", 1),
    "quarter": ("MONTHLY", 3),
    "year": ("YEARLY", 1),
}


def listed_days(text: str) -> tuple[str, ...]:
    """The weekday codes of a list in canonical text, each once, Monday first."""
    found = {name for name in WEEKDAY_NAMES if name in text}
    return tuple(day for day, name in zip(DAY_CODES, WEEKDAY_NAMES, strict=True) if name in found)


def range_days(first: str, last: str) -> tuple[str, ...]:
    start, end = WEEKDAY_NAMES.index(first), WEEKDAY_NAMES.index(last)
    count = (end - start) % 7 + 1
    return tuple(DAY_CODES[(start + step) % 7] for step in range(count))


def read_repeat(name: str, match: Match) -> Value | None:
    """The recurrence a pattern of REPEAT_PATTERNS stands for."""
    said = match.groupdict()
    part = _part(said.get("part") or said.get("part2"))
    match name:
        case "times_per":
            return _times_per(said)
        case "every_nth_weekday" | "every_the_nth_weekday" | "every_first_weekday":
            return _nth_weekday(said)
        case "every_monthday" | "every_monthday_of":
            return _monthdays(said)
        case "last_of_month":
            return Repeat("MONTHLY", monthdays=(-nth_number(said["nth"]) if said["nth"] else -1,))
        case "every_date":
            month = month_number(said["month"] or said["month2"])
            return Repeat("YEARLY", monthdays=(int(said["day"] or 1),), month=month)
        case "every_unit":
            (freq, base), interval = _UNITS[said["unit"]], _interval(said["nth"] or said["count"])
            return Repeat(freq, base * interval) if interval else None
        case "alternate":
            return _alternate(said, part)
        case "letters":
            return Repeat("WEEKLY", days=_lettered(said["letters"] or ""))
        case "twice_weekly":
            return _twice_weekly(said)
        case "part_and_part":
            return Repeat("DAILY", times=2)
        case "every_half":
            return Repeat("MINUTELY", 30)
        case "every_range":
            surely = bool(said["week"]) or match.group().startswith(("every", "each"))
            return Repeat("WEEKLY", days=range_days(said["from"], said["to"]), loose=not surely, ranged=True)
        case "every_nth_list" | "every_list" | "plural_list" | "day_parts":
            return Repeat("WEEKLY", _interval(said.get("nth")), listed_days(said["list"]), part=part)
        case "bare_list":
            days = listed_days(said["list"])
            return Repeat("WEEKLY", days=days, loose=len(days) < 3) if len(days) > 1 else None
        case "every_group" | "groups":
            weekend = (said["group"] or "weekday").startswith("weekend")
            return Repeat("WEEKLY", _interval(said.get("nth")), WEEKEND if weekend else WORKDAYS, part=part)
        case "every_part" | "parts":
            return Repeat("DAILY", _interval(said.get("nth")), part=part)
        case "adverb":
            return _adverb(said["adverb"])
        case _:
            return Count({"twice": 2, "thrice": 3}.get(said["twice"] or "") or int(said["count"]))


def _adverb(word: str) -> Repeat | None:
    found = _ADVERBS.get(word.replace("-", ""))
    return Repeat(*found, part="night" if word == "nightly" else None) if found else None


def _alternate(said: dict[str, str | None], part: str | None) -> Repeat:
    unit = said["unit"] or ""
    freq, base = _UNITS.get(unit, ("WEEKLY", 1))
    group = {"weekday": WORKDAYS, "weekend": WEEKEND}.get(unit, ())
    return Repeat(freq, 2 * base, listed_days(said["list"] or "") or group, part=part)


def _twice_weekly(said: dict[str, str | None]) -> Repeat | None:
    freq, _ = _ADVERBS[said["adverb"] or ""]
    times = {"once": 1, "twice": 2, "thrice": 3}.get(said["word"] or "") or int(said["count"] or 1)
    return Repeat(freq, times=times) if 0 < times < 8 else None


def _lettered(letters: str) -> tuple[str, ...]:
    """ "m/w/f", "t & th", "mwf"."""
    words = re.findall(r"th|tu|[mtwrf]", letters)
    return tuple(
        {"m": "MO", "t": "TU", "tu": "TU", "w": "WE", "th": "TH", "r": "TH", "f": "FR"}[word]
        for word in words
    )


def _monthdays(said: dict[str, str | None]) -> Repeat | None:
    days = tuple(sorted({int(number) for number in re.findall(r"\d+", said["days"] or "")}))
    if not all(1 <= day <= 31 for day in days):
        return None
    month = said.get("month")
    if month:
        return Repeat("YEARLY", monthdays=days, month=month_number(month))
    return Repeat("MONTHLY", int(said.get("months") or said.get("mth") or 1), monthdays=days)


def _part(word: str | None) -> str | None:
    if word is None:
        return None
    plain = word.removesuffix("s")
    return "noon" if plain.startswith("lunch") else plain.split()[-1]


def _interval(word: str | None) -> int:
    if not word:
        return 1
    if word in ("other", "alternate", "second") or word.startswith("couple"):
        return 2
    return 3 if word == "few" else int(word.removesuffix("th"))


def _times_per(said: dict[str, str | None]) -> Repeat | None:
    word = said["word"]
    times = {"once": 1, "twice": 2, "thrice": 3}[word] if word else int(said["count"] or said["count2"] or 0)
    freq, interval = _UNITS[said["unit"] or "week"]
    if times < 1 or (freq == "WEEKLY" and times > 7):
        return None
    if times == 7 and freq == "WEEKLY":
        return Repeat("DAILY")
    return Repeat(freq, interval, times=times)


def _nth_weekday(said: dict[str, str | None]) -> Repeat:
    weekday = code(said["weekday"] or said.get("weekday3") or "monday")
    numbers = [nth_number(word) for key in ("nth", "nth2", "nth3") if (word := said.get(key))]
    interval = int(said.get("months") or said.get("mth") or 1)
    return Repeat("MONTHLY", interval, tuple(f"{number}{weekday}" for number in numbers))

"""Words that speak of time, each mapped to the one spelling the grammar knows."""

from __future__ import annotations

WEEKDAY_NAMES = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MONTH_NAMES = (
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
)
DAY_CODES = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
# Part of the day -> its hours (start, end) and the hour a reader may assume when only the part was said.
DAY_PARTS = {
    "morning": (5, 12, 9),
    "noon": (12, 14, 12),
    "afternoon": (12, 18, 15),
    "evening": (17, 22, 19),
    "night": (19, 24, 20),
}
NUMBER_WORDS = {
    word: value
    for value, word in enumerate(
        [
            "zero",
            "one",
            "two",
            "three",
            "four",
            "five",
            "six",
            "seven",
            "eight",
            "nine",
            "ten",
            "eleven",
            "twelve",
            "thirteen",
            "fourteen",
            "fifteen",
            "sixteen",
            "seventeen",
            "eighteen",
            "nineteen",
        ]
    )
}
TENS = {"twenty": 20, "thirty": 30, "forty": 40, "fourty": 40, "fifty": 50, "sixty": 60, "ninety": 90}
ORDINAL_WORDS = {
    word: value
    for value, word in enumerate(
        [
            "first",
            "-",
            "third",
            "fourth",
            "fifth",
            "sixth",
            "seventh",
            "eighth",
            "ninth",
            "tenth",
            "eleventh",
            "twelfth",
            "thirteenth",
            "fourteenth",
            "fifteenth",
            "sixteenth",
            "seventeenth",
            "eighteenth",
            "nineteenth",
            "twentieth",
        ],
        start=1,
    )
    if word != "-"
} | {"thirtieth": 30, "nineth": 9, "eigth": 8, "twelth": 12, "twentyeigth": 28, "fourtieth": 40}
# After "twenty": "second" is a time unit everywhere else.
UNIT_ORDINALS = {word: value for word, value in ORDINAL_WORDS.items() if value < 10} | {"second": 2}

_SPELLINGS = {
    "monday": "mon",
    "tuesday": "tue tues",
    "wednesday": "wed weds wednes",
    "thursday": "thu thur thurs",
    "friday": "fri",
    "saturday": "sat",
    "sunday": "sun",
    "january": "jan",
    "february": "feb febr",
    "march": "mar",
    "april": "apr",
    "june": "jun",
    "july": "jul",
    "august": "aug",
    "september": "sep sept",
    "october": "oct",
    "november": "nov",
    "december": "dec",
    "tomorrow": "tmrw tmr tmw tmrow tmorrow tomoz tomorow tommorow tommorrow tomorro tomorrrow tomorrw morrow",
    "tonight": "tonite tonigt tonihgt",
    "today": "tday todya",
    "second": "sec secs seconds",
    "minute": "min mins minutes minuets mintues",
    "hour": "hr hrs hours hourse",
    "day": "days",
    "week": "wk wks weeks",
    "fortnight": "fortnights",
    "month": "months mth mths",
    "quarter": "quarters qtr",
    "year": "years yr yrs",
    "weekend": "wkend",
    "morning": "mornin morn",
    "noon": "midday noontime noonish",
    "afternoon": "arvo aftn",
    "evening": "evenin",
    "night": "nite nighttime",
    "nights": "nites",
    "weekdays": "workdays",
    "weekday": "workday",
    "every": "evry evrey",
    "a": "an",
    "thru": "through",
    "until": "till til untill",
    "between": "btw btwn",
    "o'clock": "oclock",
    "few": "several",
    "pm": "p.m",
    "am": "a.m",
    "weekly": "wkly",
}
SPELLING = {other: word for word, others in _SPELLINGS.items() for other in others.split()} | {
    "@": "at",
    "weeknights": "weekday nights",
    "–": "-",
    "—": "-",
}
SPELLING.pop("at", None)

# Glued to a number ("30m", "2d") a single letter is a unit.
GLUED_UNITS = {"s": "second", "m": "minute", "h": "hour", "d": "day", "w": "week", "p": "pm", "a": "am"}
_REAL_WORDS = frozenset({"sunny", "money", "sudan", "arch", "mach", "sundae", "tomorrows", "monda", "mayday"})


def _slips(word: str) -> set[str]:
    """Likely typos of one word: a letter dropped, doubled, or swapped with its neighbour."""
    dropped = {word[:i] + word[i + 1 :] for i in range(1, len(word))}
    doubled = {word[:i] + word[i] + word[i:] for i in range(len(word))}
    swapped = {word[:i] + word[i + 1] + word[i] + word[i + 2 :] for i in range(len(word) - 1)}
    return dropped | doubled | swapped


def _typos() -> dict[str, str]:
    known = set(SPELLING) | set(WEEKDAY_NAMES) | set(MONTH_NAMES) | _REAL_WORDS
    careful = [
        *WEEKDAY_NAMES,
        *(name for name in MONTH_NAMES if len(name) > 5),
        "tomorrow",
        "tonight",
        "afternoon",
    ]
    return {slip: name for name in careful for slip in _slips(name) if slip not in known and len(slip) > 4}


SPELLING |= _typos() | {
    "wensday": "wednesday",
    "wendsday": "wednesday",
    "thursay": "thursday",
    "saterday": "saturday",
    "teusday": "tuesday",
    "tuseday": "tuesday",
    "frday": "friday",
    "feburary": "february",
    "febuary": "february",
}
# Words the grammar itself reads; a digit glued behind one of these ("today6pm") starts a new word.
GLUE_BREAKS = frozenset(
    {"today", "tomorrow", "tonight", "at", "by", "from", "to", "until", "every", "on", "in"}
)

"""The ways a clock time is written in canonical text; each name is read by `clock.read_clock`."""

from __future__ import annotations

from reminders.rules.when.lexicon import MONTH_NAMES, WEEKDAY_NAMES

_HOUR = r"(?:[01]?\d|2[0-4])"
_DAYS = "|".join(WEEKDAY_NAMES)
_PARTS = r"(?:morning|afternoon|evening|night)"
# What may stand behind a bare hour: "at 5 on monday" is a time, "at 5 guys" is not.
BEHIND = (
    r"(?= ?$| ?[.,;!?)\"'&]| (?:on|in|at|to|for|with|and|or|then|today|tomorrow|tonight|every|each|daily|this|next"
    rf"|please|the|from|until|before|after|about|so|but|because|also|too|instead|rather|thanks|if|when|by|weekly"
    rf"|sharp|as|is|was|starts|begins|there|will|should|let|lets|go|gmt|utc|est|edt|cst|cdt|mst|mdt|pst|pdt|bst|cet|cest|ist|my|we|i|it|o'clock|of|a|plz|pls|ish|-|\d+th|{_DAYS}|(?:{_DAYS})s|weekdays|weekends|{_PARTS})\b)"
)
_NOT_TIME = r"(?! ?[%$€£/]| ?[:-] ?\d|[.,]\d| \d|th\b)"
_ONE = r"(?:\d{{1,2}} ?: ?[0-5]\d(?: ?: ?[0-5]\d)?|\d{{1,2}}[.,\\][0-5]\d|\d{{1,2}} hour [0-5]\d|[0-2]\d[0-5]\d|\d{{1,2}}(?= hour\b)|\d{{1,2}}|noon|midnight|12 noon)"
_END = rf"(?P<{{0}}>{_ONE})(?: (?:o'clock|hour))?(?: ?:? ?(?P<{{0}}mer>am|pm))?(?: in the (?P<{{0}}part>{_PARTS}))?"

_MONTHS = "|".join(MONTH_NAMES)
# What speaks of a day just before a clock: "tomorrow 0730", "weekends at 9 long run".
DAY_BEFORE = (
    rf"(?:\b(?:(?:{_DAYS})s?|today|tomorrow|tonight|weekdays?|weekends?|days?|daily|weekly|nightly|weeks?|months?|{_PARTS}s?"
    rf"|(?:{_MONTHS})(?: \d{{1,2}}(?:th)?)?|\d{{1,2}}th|\d{{1,2}}[/.]\d{{1,2}}(?:[/.]\d{{2,4}})?)[.,]? )$"
)
NAMED_DAY = rf"\b(?:(?:{_DAYS})s?|today|tomorrow|tonight|{_PARTS})[ ,] ?$"

# And just behind one: "6.15 tomorrow".
DAY_BEHIND = (
    rf" (?:on |this |next )?(?:today|tomorrow|tonight|weekdays|weekends|daily|every|(?:{_DAYS})s?|{_PARTS})\b"
)

CLOCK_PATTERNS: dict[str, str] = {
    "clock_span": (
        r"(?P<lead>from |form |between |at |on |in |- )?(?:the )?"
        + _END.format("a")
        + r" ?(?P<to>-|~|to|until|thru|and|but before|through) ?(?:at )?"
        + _END.format("b")
        + r"(?! ?(?:[%$/]|th\b|minute|hour|day|week|month|year|people|times)| ?[-.:] ?\d)"
    ),
    "clock_to_named": r"(?P<hour>(?:quarter|\d{1,2})(?: minute)?) (?P<way>past|to|before|after|until|of) (?P<named>noon|midnight)",
    "clock_past": (
        r"(?P<lead>(?:at|by|about|around|until|before) (?:about |around )?)?(?P<amount>(?:a )?quarter|half|5|10|15|20|25|(?:\d{1,2})(?= minute))(?: minute)? (?P<way>past|to|after|before|until|of) "
        r"(?P<hour>1[0-2]|\d)(?! ?[:/%]| ?\.\d| \d)(?: ?(?P<mer>am|pm))?(?: o'clock)?(?![\d])"
    ),
    "clock_half": r"half(?: |-)(?P<hour>1[0-2]|\d)(?: ?(?P<mer>am|pm))?(?= ?$| ?[.,;!?]| (?:on|in|at|for|today|tomorrow|tonight|every|this|"
    + _DAYS
    + r")\b)",
    "clock_full": rf"(?P<hour>{_HOUR}) ?: ?(?P<minute>[0-5]\d)(?: ?: ?(?P<second>[0-5]\d)(?:\.\d+)?)?(?!\d| ?[:/])(?: hour| ?ish)?(?: ?(?P<mer>am|pm))?",
    "clock_dotted": rf"(?P<lead>at |around |by |about )?(?P<hour>{_HOUR})(?:[.,\\]| \. ?)(?P<minute>[0-5]\d)(?!\d| ?[./%])(?: ?(?P<mer>am|pm))?(?: hour)?",
    "clock_hours": r"(?P<hour>[01]?\d|2[0-3])(?P<sep> hour ?| )(?P<minute>[0-5]\d) ?(?P<mer>am|pm|hour)?(?! ?(?:[:/.%-]|minute|second|day|week|people)|\d)",
    "clock_16h": r"(?:at )?(?P<hour>1[3-9]|2[0-3]) hour(?! \d)",
    "clock_digits": r"(?P<lead>at |around |by |about |from |until |before |after )?(?P<hour>[01]\d|2[0-3]|\d)(?P<minute>[0-5]\d)(?!\d)(?: ?(?P<mer>am|pm|hour))?"
    + _NOT_TIME,
    "clock_mer": r"(?P<hour>1[0-2]|0?\d)(?: ?:)? ?(?P<mer>am|pm)\b",
    "clock_oclock": r"(?P<hour>1[0-2]|0?\d|1[3-9]|2[0-3])(?: o'clock| sharp| ?ish)",
    "clock_noon": r"(?:at )?(?:12 )?(?P<named>noon|midnight)",
    "clock_more": r"(?P<hour>1\d|2[0-3]|\d)(?= ?$|,| and \d)",
    "clock_at": r"(?:at|around|about|by|before|after|until|till|past|than|from) (?:about |around )?(?P<hour>1\d|2[0-3]|\d)(?: ?ish| o'clock)?"
    + _NOT_TIME
    + BEHIND,
    "clock_before_deed": r"at (?P<hour>1\d|2[0-3]|[1-9])(?= (?!(?:am|pm|hour|minute|past|to|until|thru|o'clock|half|noon|in|on)\b)[^\W\d_]{2,})",
    "clock_of_day": rf"(?P<hour>1[0-2]|\d)(?= (?:in the {_PARTS}|this {_PARTS}|at night|tonight|tomorrow|today|(?:{_DAYS}) {_PARTS}))",
    "clock_alarm": r"(?P<lead>for )(?P<hour>1[0-2]|\d)"
    + _NOT_TIME
    + r"(?= ?$| ?[.;!?]| (?:on|tomorrow|today|tonight|this|in the|every|"
    + _DAYS
    + r")\b)",
    "clock_after_day": r"(?P<hour>1[0-2]|\d)(?= ?$| ?[.!?]| instead\b| then\b| please\b)",
}

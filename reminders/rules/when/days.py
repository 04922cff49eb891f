"""Days and longer stretches of the calendar in canonical text: "next tuesday", "3th of may", "end of the month"."""

from __future__ import annotations

import calendar
import re
from dataclasses import replace
from datetime import date, timedelta

from dateutil.relativedelta import relativedelta

from reminders.rules.when.lexicon import DAY_CODES, MONTH_NAMES, WEEKDAY_NAMES
from reminders.rules.when.pieces import Day, DaySpan, Fault, Value

Match = re.Match[str]
WD = "(?:" + "|".join(WEEKDAY_NAMES) + ")"
MON = "(?:" + "|".join(MONTH_NAMES) + ")"
_YEAR = r"(?:[12]\d{3})"
_SURE_MON = "(?:" + "|".join(name for name in MONTH_NAMES if name not in ("may", "march")) + ")"
_DOM = r"(?:0?[1-9]|[12]\d|3\d)"
_NTH = r"(?:\d{1,2}th|second|last)"
_THIS = r"(?:this coming|this next|this|coming|upcoming|next|following|the following|the next|the coming)"

DAY_PATTERNS: dict[str, str] = {
    "iso": rf"(?P<year>{_YEAR})(?P<sep>[-/.])(?P<month>0?\d|1[0-2])(?P=sep)(?P<day>{_DOM})(?!\d|[-/.]\d)(?: ?t(?= ?\d))?",
    "compact": r"(?<![\d])(?P<year>20[0-4]\d)(?P<month>0[1-9]|1[0-2])(?P<day>0[1-9]|[12]\d|3[01])(?!\d)",
    "ymd_words": rf"(?P<year>{_YEAR}) (?P<month>{MON}) (?P<day>{_DOM})(?:th)?\b",
    "nth_weekday": (
        rf"(?:(?:the|on the) )?(?P<nth>{_NTH}) (?P<weekday>{WD})s? (?:of|in|this|next) "
        rf"(?:(?P<month>{MON})(?:,? (?P<year>{_YEAR}))?|(?P<which>the|this|next|the next|the following) month)"
    ),
    "last_day": rf"(?:the )?last day of (?:(?P<month>{MON})|(?P<which>the|this|next) (?P<unit>month|year|week))",
    "month_days": rf"(?P<month>{MON}) (?P<day>{_DOM})(?:th)? ?(?:-|to|thru|until|and) ?(?:the )?(?P<day2>{_DOM})(?:th)?(?! ?(?:[:/]|am|pm|(?:of )?{MON}|hour|minute)|\d)(?:,? (?P<year>{_YEAR}))?",
    "days_month": rf"(?:from |between |the )*(?P<day>{_DOM})(?:th)?(?: of)? ?(?:-|to|thru|until|and) ?(?:the )?(?P<day2>{_DOM})(?:th)?(?: of)? (?P<month>{MON})\b(?:,? (?P<year>{_YEAR}))?",
    "month_day": rf"(?P<month>{MON})\.?,? ?(?:the )?(?P<day>{_DOM}|second)(?: ?th)?(?! ?[:.]\d| ?(?:am|pm|minute|hour|week|month)\b|\d)(?:,? (?:in |of )?(?P<year>{_YEAR}(?! hour)|next year|'?\d\d(?= ?$)))?",
    "day_month": rf"(?:the )?(?P<day>{_DOM}|second|seconds)(?: ?th)?(?: day)?(?: of| ?-| ?/| ?\.)? ?(?P<month>{MON})\b(?:(?: of| in|,| ?-| ?/)? ?(?P<year>{_YEAR}(?! hour)|next year|'?\d\d(?= ?$|[ ,.;!?](?! ?\d))(?! ?(?:am|pm|[:/]))))?",
    "slashed": r"(?P<a>\d{1,2}) ?(?P<sep>[/-]) ?(?P<b>\d{1,2})(?: ?(?P=sep) ?(?P<year>\d{4}|\d{2}))?(?! ?[/%]|\d|-(?!\d{1,2}/)\d| (?:hour|minute|cup|of))",
    "dotted": r"(?P<a>\d{1,2})\.(?P<b>\d{1,2})(?:\.(?P<year>\d{4}|\d{2})?)(?!\d|\.\d)",
    "dotted_pair": r"(?<=day |nth | on |rom |til | to |ril )(?P<a>\d\d)\.(?P<b>\d\d)(?!\d|\.\d| ?(?:am|pm|hour|minute|o'clock|\$|€|%))(?P<year>(?!))?",
    "week_from": r"(?:a |1 )?(?P<unit>week|fortnight|month|year) (?:from )?(?P<day>today|tomorrow)(?! (?:morning|evening|night))|(?P<day2>today|tomorrow) (?P<unit2>week|fortnight)\b|this day next (?P<unit3>week|month|year)\b",
    "day_after_tomorrow": r"(?:the )?day after (?:tomorrow|tomorow)|overmorrow",
    "tomorrow": r"(?:early |late |later |sometime )?tomorrow|the next day",
    "today": r"(?:later |sometime )?today|tonight|this day(?! next)|(?:the )?(?:eod|cob|end of (?:the |this )?(?:business |work |working )?day)\b|(?:later )?this (?:morning|afternoon|evening|night)\b",
    "after_next": rf"(?:the )?(?P<unit>{WD}|week|month|weekend) after next",
    "week_of_month": (
        rf"(?:the )?(?P<nth>[1-5]th|second|last) (?P<unit>week|weekend) (?:of|in) "
        rf"(?:(?P<month>{MON})(?:,? (?P<year>{_YEAR}))?|(?P<which>the|this|next) month)"
    ),
    "next_week_day": rf"(?P<which>this|next|the following|following|the) week(?:,| on)? (?P<weekday>{WD})\b",
    "weekday_next_week": rf"(?P<weekday>{WD})(?:,? (?:of|in))? (?P<which>this|next|the following|following|the) week\b",
    "weekday_week": rf"(?:a |1 )(?P<unit>week|fortnight) (?:on |from |this |next )?(?P<weekday>{WD})\b|(?P<weekday2>{WD}) (?P<unit2>week|fortnight)\b|(?P<weeks>\d) week (?:on|this) (?P<weekday3>{WD})\b",
    "weekdays_hence": rf"(?P<count>\d{{1,2}}) (?P<weekday>{WD})s from now",
    "weekday": rf"(?:(?P<which>{_THIS}) (?:week )?)?(?P<weekday>{WD})\b(?! morning routine| ?(?:down|still|nav|cream|screen|hats?|lounger|block|tan|glasses|times|roast recipe|lights)\b)(?: (?:the )?(?P<day>{_DOM})th(?!(?: of)? {MON})|,? (?P<bare>1[3-9]|2\d|3[01])(?! ?(?:[:./-]|minute|hour|am|pm|{MON})|\d))?",
    "business_day": r"(?:the )?next (?:weekday|business day|working day)",
    "month_of": rf"(?:the )?(?P<day>{_DOM})th of (?P<which>the|this|next|the following) month",
    "in_week_of": rf"(?:the )?week of (?:the )?(?P<rest>{MON} {_DOM}(?:th)?|{_DOM}th)",
    "edge": rf"(?:the )?(?P<edge>end|eo|beginning|start|middle|mid|late|early)(?: ?-?of)?(?: ?-| )(?:the )?(?P<which>this |next |coming )?(?P<unit>week|month|year|weekend|{MON})\b(?! \d)",
    "eo": r"(?:the )?eo(?P<unit>w|m|y)\b",
    "rest": r"(?:the )?(?:rest|remainder|remaining) of (?:the |this )?(?P<unit>week|month|year|day)",
    "next_many": r"(?:the )?(?:(?:next|coming|upcoming|following) (?P<count>\d{1,3}|few)|(?P<count2>\d{1,3}) (?:coming|upcoming)) (?P<business>business |working |week)?(?P<unit>day|week|month|quarter|year)s?\b",
    "stretch": r"(?P<which>this coming|this|next|the next|coming|upcoming|the following|following|the coming) (?P<unit>week|month|quarter|year)\b(?! (?:on|end))",
    "weekend": r"(?:(?P<which>this coming|this|next|the next|coming|upcoming|the following|following|the coming|the|over the) )?weekend\b",
    "in_month": rf"(?:(?:in|of|next|this|during|until|by|since|before|after|starting|from|between|and|to) (?:early |late |mid )?(?P<month>{MON})|(?P<lone>{_SURE_MON}))\b(?:,? (?P<year>{_YEAR}))?(?![.,]? ?\d)",
    "ordinal_month": r"(?:the )?(?P<n>\d{1,2})th month of (?P<which>this|next|the) year",
    "ordinal_day": rf"(?P<the>the )?(?P<day>[1-9]|[12]\d|3\d)th(?! (?:day )?(?:of )?{MON}| ?(?:[a-z]+day\b(?! at)|street|st\b|ave|avenue|floor|grade|birthday|anniversary|time|thing|place|of\b|week|day|month|century|b-day|(?:and|or|&) \w+(?: (?:st|street|ave))?\b|party|edition|hour|year|round|annual|inning|quarter|period|graders?|half|draft|coat|aid|class|date|language|name|person|opinion|hand|floor))(?: (?:of )?(?P<which>this|next|the) month)?",
    "lone_day": r"(?:(?<=^)(?:the (?P<day>2\d|3[01])|(?P<dotted>2\d|3[01])\.)(?= ?$))",
    "next_month_day": rf"(?:the )?(?P<which>next) month,? (?:on )?(?:the )?(?P<day>{_DOM})th",
}


def month_number(name: str) -> int:
    return MONTH_NAMES.index(name) + 1


def add_months(day: date, months: int) -> date:
    return day + relativedelta(months=months)


def calendar_day(today: date, month: int, day: int, year: int | None = None) -> Day | Fault:
    """A date of the calendar; without a year the next one, today included."""
    said = f"{MONTH_NAMES[month - 1].capitalize()} {day}"
    longest = 29 if month == 2 else calendar.monthrange(2001, month)[1]
    if not 1 <= day <= longest or (year is not None and day > calendar.monthrange(year, month)[1]):
        return Fault(
            f"There is no {said}{f' in {year}' if year and day <= longest else ''}. Which day do you mean?"
        )
    if year is not None:
        found = date(year, month, day)
        if found < today:
            return Fault(f"{said}, {year} has gone by. Which day do you mean?", past=True)
        return Day(found, found + timedelta(days=1), rank=3, monthday=day, month=month)
    for ahead in range(9):  # 29 February may be eight years away
        if (
            day <= calendar.monthrange(today.year + ahead, month)[1]
            and (found := date(today.year + ahead, month, day)) >= today
        ):
            return Day(found, found + timedelta(days=1), rank=3, monthday=day, month=month, yearless=True)
    return Fault(f"There is no {said}. Which day do you mean?")


def day_of_month(today: date, day: int, first: date | None = None) -> Day | Fault:
    """The next month that has this day; `first` fixes the month."""
    if day > 31 or day < 1:
        return Fault(f"No month has a day {day}. Which day do you mean?")
    months = [first] if first else [add_months(today.replace(day=1), ahead) for ahead in range(4)]
    for month in months:
        if day <= calendar.monthrange(month.year, month.month)[1]:
            found = month.replace(day=day)
            if found >= today:
                return Day(found, found + timedelta(days=1), rank=3, monthday=day)
    return Fault(f"That month has no day {day} ahead. Which day do you mean?")


def next_weekday(today: date, weekday: int, *, skip_today: bool = True) -> date:
    days = (weekday - today.weekday()) % 7
    return today + timedelta(days=days or (7 if skip_today else 0))


def stretch(unit: str, today: date, ahead: int) -> Day:
    """The calendar week, month, quarter or year, `ahead` of the running one."""
    match unit:
        case "week":
            first = today - timedelta(days=today.weekday()) + timedelta(weeks=ahead)
            return Day(first, first + timedelta(weeks=1), "week", rank=0)
        case "month":
            first = add_months(today.replace(day=1), ahead)
            return Day(first, add_months(first, 1), "month", rank=0)
        case "quarter":
            first = add_months(today.replace(day=1, month=(today.month - 1) // 3 * 3 + 1), 3 * ahead)
            return Day(first, add_months(first, 3), "quarter", rank=0)
        case _:
            first = today.replace(day=1, month=1, year=today.year + ahead)
            return Day(first, first.replace(year=first.year + 1), "year", rank=0)


def nth_weekday(first_of_month: date, nth: str, weekday: int) -> date | None:
    """ "1th", "second", "last" -> that weekday within the month, or None when there is none."""
    length = calendar.monthrange(first_of_month.year, first_of_month.month)[1]
    days = [d for d in range(1, length + 1) if first_of_month.replace(day=d).weekday() == weekday]
    number = nth_number(nth)
    index = number if number < 0 else number - 1
    return first_of_month.replace(day=days[index]) if -1 <= index < len(days) else None


def nth_number(nth: str) -> int:
    return {"second": 2, "last": -1}.get(nth) or int(nth.removesuffix("th") or 1)


def code(weekday: str) -> str:
    return DAY_CODES[WEEKDAY_NAMES.index(weekday)]


def one_day(day: date, rank: int = 2) -> Day:
    return Day(day, day + timedelta(days=1), rank=rank)


def read_weekday(match: Match, today: date) -> Value | None:
    """ "friday", "this friday", "next friday", "friday the 14th": never today itself unless nothing else was said."""
    weekday = WEEKDAY_NAMES.index(match["weekday"])
    monthday = match["day"] or match["bare"]
    if monthday:
        for ahead in range(13):
            month = add_months(today.replace(day=1), ahead)
            day = int(monthday)
            if day <= calendar.monthrange(month.year, month.month)[1]:
                found = month.replace(day=day)
                if found >= today and found.weekday() == weekday:
                    return Day(found, found + timedelta(days=1), rank=3, weekday=weekday, monthday=day)
    found = next_weekday(today, weekday)
    which = match["which"] or ""
    doubt, other = None, None
    if found - today == timedelta(days=7) and not which:
        doubt = f"Do you mean today, or {match['weekday'].capitalize()}, {found.day} {found:%B}?"
        other = today
    if which.endswith("following") and found.isocalendar()[1] == today.isocalendar()[1]:
        found += timedelta(days=7)
    if (
        which.endswith("next")
        and (found - today).days <= 4
        and found.isocalendar()[1] == today.isocalendar()[1]
    ):
        later = found + timedelta(days=7)
        name = match["weekday"].capitalize()
        doubt = f"Do you mean this {name}, {found.day} {found:%B}, or {name}, {later.day} {later:%B}?"
        other = later
    return Day(found, found + timedelta(days=1), rank=1, weekday=weekday, doubt=doubt, other=other)


def read_slashed(match: Match, today: date, text: str) -> Value | None:
    """Month first where both orders make a date; the caller is told of the doubt."""
    first, second = int(match["a"]), int(match["b"])
    year = match["year"]
    if match["sep"] == "-" and year is None:
        return None
    full_year = None if year is None else int(year) + (2000 if len(year) == 2 else 0)
    before = text[max(0, match.start() - 1) : match.start()]
    if (before in "#$.,:-/" and before) or match.group() == "24/7":
        return None
    if first > 12 >= second:
        first, second = second, first
    elif first > 12 or first == 0 or second == 0:
        return None
    day = calendar_day(today, first, second, full_year)
    if isinstance(day, Fault):
        return None if not day.past and year is None and match["sep"] == "-" else day
    other = calendar_day(today, second, first, full_year) if first != second and second <= 12 else None
    if isinstance(other, Day):
        ways = f"{day.first.day} {day.first:%B} or {other.first.day} {other.first:%B}"
        return replace(day, doubt=f"Do you mean {ways}?", other=other.first)
    return day


def read_dotted(match: Match, today: date) -> Value | None:
    """The day comes first between dots: 24.12. or 24.12.2026."""
    year = match["year"]
    day, month = int(match["a"]), int(match["b"])
    if not 1 <= month <= 12 or not 1 <= day <= 31:
        return None
    return calendar_day(today, month, day, None if not year else int(year) + (2000 if len(year) == 2 else 0))


def read_days_of_month(match: Match, today: date) -> Value | None:
    """ "oct 2 until 5", "23th to 26th october"; the second day may lie in the next month."""
    month = month_number(match["month"])
    year = int(match["year"]) if match["year"] else None
    first = calendar_day(today, month, int(match["day"]), year)
    if isinstance(first, Fault):
        return first
    running = calendar_day(today, month, int(match["day2"]), year)
    if isinstance(running, Day) and running.first < first.first and int(match["day"]) <= int(match["day2"]):
        begun = running.first.replace(day=int(match["day"]))  # it has begun already
        return DaySpan(Day(begun, begun + timedelta(days=1), rank=3), running)
    last = calendar_day(first.first, month, int(match["day2"]), year)
    if isinstance(last, Fault) or last.first < first.first or last.first.year != first.first.year:
        last = day_of_month(first.first, int(match["day2"]))
    return last if isinstance(last, Fault) else DaySpan(first, last)

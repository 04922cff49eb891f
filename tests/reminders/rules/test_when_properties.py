"""What holds for every sentence about time, in every zone: never past, never broken, never long."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reminders.rules.when import parse_clock, parse_day_part, parse_minutes, parse_weekdays, read_when

LONDON = "Europe/London"
NOW = datetime(2026, 3, 11, 9, 10, tzinfo=ZoneInfo(LONDON))


WORDS = [
    "tomorrow",
    "today",
    "tonight",
    "monday",
    "friday",
    "wednsday",
    "5pm",
    "7",
    "at",
    "on",
    "by",
    "in",
    "every",
    "other",
    "3",
    "days",
    "weeks",
    "hours",
    "for",
    "until",
    "from",
    "to",
    "-",
    "and",
    "next",
    "this",
    "last",
    "morning",
    "evening",
    "noon",
    "half",
    "past",
    "quarter",
    "of",
    "the",
    "month",
    "first",
    "15th",
    "feb",
    "30",
    "june",
    "2026",
    "12/5",
    "24.12.",
    "not",
    "except",
    "daily",
    "weekly",
    "twice",
    "a",
    "year",
    "midnight",
    "10:30",
    "between",
    "gym",
    "call",
    "week",
    "weekend",
    "end",
    "starting",
    "before",
    "after",
    "or",
    "now",
    "ago",
    "mondays",
    "9-5",
    "1h30",
    "christmas",
]
SENTENCES = st.lists(st.sampled_from(WORDS), min_size=1, max_size=9).map(" ".join)
ZONES = st.sampled_from(
    ["Europe/London", "America/New_York", "Asia/Kolkata", "Pacific/Apia", "Australia/Lord_Howe", "UTC"]
)
MOMENTS = st.datetimes(datetime(2024, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - bounds are naive by contract


@settings(max_examples=400, deadline=None)
@given(SENTENCES, ZONES, MOMENTS)
def test_nothing_ever_lies_in_the_past(text: str, tz: str, now: datetime) -> None:
    zone = ZoneInfo(tz)
    reading = read_when(text, now.astimezone(zone), tz)
    when = reading.when
    if when is None or when.kind == "duration":
        return
    today = now.astimezone(zone).date()
    match when.kind:
        case "interval":
            assert (when.end or when.start) >= now - timedelta(minutes=1)  # type: ignore[operator]
        case _:
            assert when.first is not None
            assert when.first.astimezone(zone).date() >= today
            if when.timed:
                assert when.first >= now - timedelta(minutes=1)


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.text(max_size=400), SENTENCES), ZONES)
def test_no_text_breaks_the_reading(text: str, tz: str) -> None:
    reading = read_when(text, NOW.astimezone(ZoneInfo(tz)), tz)
    for start, end in reading.span:
        assert 0 <= start < end <= len(text)
    parse_clock(text)
    parse_weekdays(text)
    parse_minutes(text)
    parse_day_part(text)


def _steps(text: str) -> int:
    """How many pieces a scan of the text touches: a measure of work that does not depend on the machine."""
    return len(read_when(text, NOW, LONDON).span)


@pytest.mark.parametrize(
    "phrase",
    ["tomorrow at 5pm ", "monday ", "in 5 minutes ", "every monday at 7 ", "1 2 3 4 ", "12:", "jan/"],
)
def test_only_the_first_300_characters_are_read(phrase: str) -> None:
    long = phrase * 200
    assert read_when(long, NOW, LONDON) == read_when(long[:300], NOW, LONDON)
    assert _steps(long) <= 150

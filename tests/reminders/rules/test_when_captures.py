"""Times as people capture them in a hurry: dictated, abbreviated, misspelt, in many wordings, from one Wednesday morning."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reminders.rules.when import When, read_when

LONDON = "Europe/London"
NOW = datetime(2026, 3, 11, 9, 10, tzinfo=ZoneInfo(LONDON))  # a Wednesday


def rows(table: str) -> list[tuple[str, str]]:
    """One sentence a line: what is said => what is heard."""
    lines = (line.strip() for line in table.strip().splitlines())
    return [(said.strip(), heard.strip()) for said, _, heard in (line.partition(" => ") for line in lines)]


def local(moment: datetime | None) -> str:
    return moment.astimezone(ZoneInfo(LONDON)).strftime("%a %d %b %H:%M") if moment else "open"


def shown(text: str) -> str:
    """The reading in short: a moment, a part of a day, a range, a deadline, a rule; "?" when it is asked about."""
    reading = read_when(text, NOW, LONDON)
    if reading.when is None:
        return "problem" if reading.problem else "nothing"
    return _short(reading.when) + ("?" if reading.when.ambiguous else "")


def _short(when: When) -> str:
    match when.kind:
        case "instant" if when.grain == "part":
            return f"{local(when.value)[:10]} {when.part}"
        case "instant" if when.grain == "day":
            return local(when.value)[:10]
        case "instant":
            return local(when.value)
        case "interval" if when.deadline:
            return f"by {local(when.end)}"
        case "interval":
            return f"{local(when.start)} to {local(when.end)}"
        case "rrule":
            return f"{when.rrule} {local(when.dtstart)[-5:] if when.timed else when.part or 'day'}"
        case _:
            return f"{(when.seconds or 0) / 60:g} min"


MOMENTS = """
    the day after tomorrow at 3 dentist => Fri 13 Mar 15:00
    a week on tuesday see the accountant => Tue 24 Mar
    tuesday week haircut at 10 => Tue 24 Mar 10:00
    ring gran monday fortnight => Mon 30 Mar
    ring gran two weeks on monday => Mon 30 Mar
    a month today renew the pass => Sat 11 Apr
    a fortnight today => Wed 25 Mar
    this day next week => Wed 18 Mar
    the monday after easter => Mon 06 Apr
    twenty to nine tomorrow morning => Thu 12 Mar 08:40
    at ten to six tomorrow => Thu 12 Mar 17:50
    ring him at five to six => Wed 11 Mar 17:55
    half seven tomorrow wake up => Thu 12 Mar 07:30
    ring dad at five-thirty => Wed 11 Mar 17:30
    ring dad tomorrow seven fifteen => Thu 12 Mar 07:15?
    sixish tonight => Wed 11 Mar 18:00
    ring dad at 5:30ish => Wed 11 Mar 17:30
    ring dad at 5 o clock tomorrow => Thu 12 Mar 17:00
    dinner 19h => Wed 11 Mar 19:00
    standup tomorrow 0930 => Thu 12 Mar 09:30
    1900hrs call base => Wed 11 Mar 19:00
    physio tomorrow 16.15 => Thu 12 Mar 16:15
    physio 16.15 tomorrow => Thu 12 Mar 16:15
    at 5 call the vet => Wed 11 Mar 17:00
    ring dad 2moro 6pm => Thu 12 Mar 18:00
    pub 2nite 8 => Wed 11 Mar 20:00
    check the oven in 45 => Wed 11 Mar 09:55
    back in 2-3 days => Fri 13 Mar
    tea in an hour or so => Wed 11 Mar 10:10
    an hour before midnight => Wed 11 Mar 23:00
    fireworks on guy fawkes => Thu 05 Nov
    flowers on mothers day => Sun 15 Mar
    Fri 20 Mar => Fri 20 Mar
    can't make 3pm, do 5 instead => Wed 11 Mar 17:00
    make it 6 => Wed 11 Mar 18:00
    push the call back to 4 => Wed 11 Mar 16:00
    thurs dentist at 10 => Thu 12 Mar 10:00
    lunch 12.30 => Wed 11 Mar 12:30
    at 8 this morning => problem
    move this morning's meeting to this afternoon at 2 => Wed 11 Mar 14:00
    done before the end of the day => by Wed 11 Mar 23:59
    take out the bin at midnight => Thu 12 Mar 00:00
    stretch after lunch => Wed 11 Mar afternoon
    pills before bed => Wed 11 Mar night
    first thing tomorrow email sara => Thu 12 Mar morning
    call mum tomorrow after work => Thu 12 Mar evening
    early tomorrow morning => Thu 12 Mar morning
    in my lunch break => Wed 11 Mar noon
    report by end of day => by Wed 11 Mar 23:59
    submit the form by EOD => by Wed 11 Mar 23:59
    renew the passport (expires 14 may) => by Thu 14 May 23:59
    clean the kitchen between 2 and 4 tomorrow => Thu 12 Mar 14:00 to Thu 12 Mar 16:00
    study 4-6pm tomorrow => Thu 12 Mar 16:00 to Thu 12 Mar 18:00
"""
SERIES = """
    standup every weekday 9:15 => FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR 09:15
    m/w/f gym 6pm => FREQ=WEEKLY;BYDAY=MO,WE,FR 18:00
    t & th yoga 6pm => FREQ=WEEKLY;BYDAY=TU,TH 18:00
    weekends at 9 long run => FREQ=WEEKLY;BYDAY=SA,SU 09:00
    alternate saturdays mow the lawn => FREQ=WEEKLY;INTERVAL=2;BYDAY=SA day
    alternate days push-ups => FREQ=DAILY;INTERVAL=2 day
    every day but sunday 7am run => FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR,SA 07:00
    every day except fridays at 10 meditate => FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,SA,SU 10:00
    daily except weekends at 10am => FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR 10:00
    every day at 10, never on sundays => FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR,SA 10:00
    swim every tuesday until june => FREQ=WEEKLY;BYDAY=TU;UNTIL=20260531T235959 day
    weeknights at 9 read => FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR 21:00
    team lunch first friday every month => FREQ=MONTHLY;BYDAY=1FR day
    rent monthly on the 15th => FREQ=MONTHLY;BYMONTHDAY=15 day
    last friday of each month => FREQ=MONTHLY;BYDAY=-1FR day
    every christmas eve ring aunt Jo => FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=24 day
    drink every 2 hours between 9 and 5 => FREQ=DAILY;BYHOUR=9,11,13,15,17;BYMINUTE=0;BYSECOND=0 11:00
    twice weekly run => FREQ=WEEKLY day?
    teeth every morning and night => FREQ=DAILY day?
    work on the thesis 9-11 mon wed fri => FREQ=WEEKLY;BYDAY=MO,WE,FR 09:00
"""
ASKED = """
    run every day except never => problem
    every monday but never in july => problem
    sweets on diwali => problem
    call hr on bank holiday monday => problem
    ten to five tomorrow => problem
    dentist tomorrow at 5pm in the morning => Thu 12 Mar 17:00?
    gym mon 7am fri 6pm => Mon 16 Mar 07:00?
    meeting from 5 to 3 tomorrow => Thu 12 Mar 17:00 to Fri 13 Mar 15:00?
"""
NOTHING = """call 555 1234|open 24/7 pharmacy|sat down with tom|walk 10 000 steps|call 0800 123 456|email april about the invoice
    |ask june for the keys|leave it for now|any day now|read https://x.example/2026-01-01|write to may@june.example|iphone 15 case
    |buy 2 tickets for the 8pm show|sun cream|wd 40|read 1984|night light bulb|2 hours before lunch|henry 8th|revise section 7"""


@pytest.mark.parametrize(("text", "expected"), rows(MOMENTS) + rows(SERIES) + rows(ASKED))
def test_a_hurried_sentence_is_read(text: str, expected: str) -> None:
    assert shown(text) == expected


@pytest.mark.parametrize("text", [text.strip() for text in NOTHING.split("|")])
def test_numbers_and_names_that_are_no_times(text: str) -> None:
    assert shown(text) == "nothing"


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("take pills before bed", "take pills before bed"),
        ("catch the 7:15 train tomorrow", "catch the 7:15 train"),
        ("meditate daily except weekends at 8", "meditate"),
        ("submit the form by EOD", "submit the form"),
        ("floss at lunchtime", "floss"),
        ("sunday lunch with granny at 1", "lunch with granny"),
    ],
)
def test_what_is_done_stays_in_the_title_and_when_leaves_it(text: str, left: str) -> None:
    rest = text
    for start, end in sorted(read_when(text, NOW, LONDON).span, reverse=True):
        rest = rest[:start] + rest[end:]
    assert " ".join(rest.split()) == left


def test_a_doubtful_time_carries_all_it_may_mean() -> None:
    for text in ("tomorrow at 7", "next friday", "wednesday at 3pm", "on 3/4 at 10am", "every day at 7"):
        when = read_when(text, NOW, LONDON).when
        assert when is not None
        assert len(when.others) == 2, text
        assert all(moment >= NOW.replace(hour=0, minute=0) for moment in when.others)


DAYS = [
    "",
    "tomorrow",
    "on friday",
    "next tuesday",
    "on the 3rd",
    "in 2 weeks",
    "tonight",
    "a week on monday",
]
CLOCKS = [
    "",
    "at 5",
    "at half six",
    "10 to 7",
    "19h",
    "at 1730",
    "noonish",
    "9pm",
    "from 2 to 4",
    "after lunch",
]
REPEATS = ["", "every day", "mondays", "twice a week", "except sundays", "until june", "m/w/f", "for 3 weeks"]


@given(
    st.sampled_from(DAYS),
    st.sampled_from(CLOCKS),
    st.sampled_from(REPEATS),
    st.datetimes(datetime(2025, 1, 1), datetime(2028, 12, 31)),  # noqa: DTZ001 - wall times, given a zone below
    st.sampled_from(["Europe/London", "America/New_York", "Asia/Kolkata", "Pacific/Auckland"]),
)
def test_what_is_read_never_ends_in_the_past(
    day: str, clock: str, repeat: str, at: datetime, tz: str
) -> None:
    now = at.replace(tzinfo=ZoneInfo(tz))
    when = read_when(f"call mum {day} {clock} {repeat}", now, tz).when
    if when is None or when.kind == "duration":
        return
    last = when.end or when.value or when.dtstart
    assert last is None or last.astimezone(ZoneInfo(tz)).date() >= now.date()
    if when.timed and when.kind == "instant":
        assert last is not None
        assert last >= now.replace(second=0, microsecond=0)

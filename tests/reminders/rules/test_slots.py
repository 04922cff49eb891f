"""A found slot is awake, free with its buffer, inside the window, and says why."""

from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from reminders.rules.rhythm import Avoid, Rhythm
from reminders.rules.slots import BUFFER, HORIZON, Busy, Prefer, find_slots, is_free
from storage.vocabulary import Chronotype

BERLIN = ZoneInfo("Europe/Berlin")
WEEKDAY_WORK = (time(9), time(17, 30), frozenset(range(5)))
PERSON = Rhythm(BERLIN, sleep=(time(23), time(6, 30)), work=WEEKDAY_WORK)
MONDAY = datetime(2026, 3, 9, 14, 7, tzinfo=UTC)  # 15:07 in Berlin
WEEK = MONDAY + timedelta(days=7)


def test_work_hours_are_left_alone_while_anything_else_is_free() -> None:
    slots = find_slots(30, MONDAY, WEEK, PERSON, [], 5)
    assert len(slots) == 5
    assert not any(PERSON.works_between(slot.start, slot.end) for slot in slots)


def test_work_hours_are_used_when_nothing_else_fits() -> None:
    slots = find_slots(30, MONDAY, MONDAY + timedelta(hours=2), PERSON, [], 1)
    assert slots
    assert "work hours" in slots[0].reason


def test_work_hours_are_used_when_the_person_asked() -> None:
    tuesday = MONDAY + timedelta(hours=18)
    prefer = Prefer(at=time(10), work_ok=True)
    slot = find_slots(30, tuesday, tuesday + timedelta(hours=10), PERSON, [], 1, prefer)[0]
    assert PERSON.local(slot.start).time() == time(10)


def test_sleep_is_never_used_even_when_nothing_else_fits() -> None:
    night = datetime(2026, 3, 9, 22, 30, tzinfo=UTC)
    assert find_slots(30, night, night + timedelta(hours=4), PERSON, [], 3) == []


def test_a_pattern_is_avoided_until_nothing_else_is_left() -> None:
    evenings = PERSON.avoiding([Avoid(0, time(17), time(23), "missed three times")])
    this_evening = MONDAY + timedelta(hours=8)
    slot = find_slots(30, MONDAY, this_evening, evenings, [], 1)[0]
    assert slot.reason == "free, though this time has been hard before"
    week = find_slots(30, MONDAY, WEEK, evenings, [], 3)
    assert not any(evenings.avoided(slot.start) for slot in week)


def test_the_usual_time_is_found_to_the_minute() -> None:
    slot = find_slots(20, MONDAY, WEEK, PERSON, [], 1, Prefer(at=time(7, 10)))[0]
    assert PERSON.local(slot.start).time() == time(7, 10)
    assert slot.reason == "your usual morning time"


def test_a_reason_names_the_free_evening_and_the_time_to_bed() -> None:
    prefer = Prefer(part="night", weekdays=frozenset({5}))
    slot = find_slots(30, MONDAY, WEEK, PERSON, [], 1, prefer)[0]
    local = PERSON.local(slot.start)
    assert local.weekday() == 5
    assert slot.reason == "free evening, 2.5 h before bed"


def test_touching_a_task_is_too_close() -> None:
    taken = [Busy(MONDAY, MONDAY + timedelta(hours=1), "Yoga")]
    assert not is_free(MONDAY + timedelta(minutes=74), 30, PERSON, taken)
    assert is_free(MONDAY + timedelta(minutes=75), 30, PERSON, taken)
    assert not is_free(MONDAY - timedelta(minutes=44), 30, PERSON, taken)
    assert is_free(MONDAY - timedelta(minutes=45), 30, PERSON, taken)


def test_a_long_task_before_short_ones_still_blocks() -> None:
    day = [
        Busy(MONDAY, MONDAY + timedelta(hours=7), "Trip"),
        Busy(MONDAY, MONDAY + timedelta(minutes=5), "Call"),
    ]
    assert not is_free(MONDAY + timedelta(hours=6), 15, PERSON, day)


def test_a_full_diary_gives_no_slot() -> None:
    full = [Busy(MONDAY - timedelta(days=1), WEEK + timedelta(days=1), "Holiday")]
    assert find_slots(15, MONDAY, WEEK, PERSON, full, 3) == []


def test_an_impossible_window_gives_no_slot() -> None:
    assert find_slots(30, MONDAY, MONDAY - timedelta(hours=1), PERSON, [], 3) == []
    assert find_slots(480, MONDAY, MONDAY + timedelta(hours=2), PERSON, [], 3) == []


ZONES = [
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe",
    "America/Santiago",
    "Asia/Kathmandu",
    "UTC",
]
half_hours = st.builds(time, st.integers(0, 23), st.sampled_from([0, 15, 30, 45]))
windows = st.tuples(half_hours, half_hours).filter(lambda window: window[0] != window[1])


@st.composite
def rhythms(draw: st.DrawFn) -> Rhythm:
    work = draw(st.none() | windows)
    return Rhythm(
        zone=ZoneInfo(draw(st.sampled_from(ZONES))),
        sleep=draw(st.none() | windows),
        work=(*work, frozenset(draw(st.sets(st.integers(0, 6), min_size=1)))) if work else None,
        chronotype=draw(st.sampled_from(Chronotype)),
        avoid=tuple(
            Avoid(draw(st.integers(0, 6)), *window, reason="missed three times")
            for window in draw(st.lists(windows, max_size=2))
        ),
    )


# Every clock change of 2026 in these zones lies within six weeks of one of these.
starts = st.sampled_from([(2, 20), (3, 25), (9, 20), (10, 20), (6, 1)]).flatmap(
    lambda at: st.integers(0, 14 * 24 * 60).map(
        lambda minutes: datetime(2026, *at, tzinfo=UTC) + timedelta(minutes=minutes)
    )
)


@st.composite
def diaries(draw: st.DrawFn, start: datetime) -> list[Busy]:
    entries = draw(st.lists(st.tuples(st.integers(-600, 42 * 24 * 60), st.integers(5, 600)), max_size=25))
    return [
        Busy(start + timedelta(minutes=at), start + timedelta(minutes=at + length), f"task {index}")
        for index, (at, length) in enumerate(entries)
    ]


def wall_asleep(rhythm: Rhythm, start: datetime, end: datetime) -> bool:
    """Sleep by the wall clock, minute by minute: written differently from the code it judges."""
    if rhythm.sleep is None:
        return False
    bed, wake = rhythm.sleep
    while start < end:
        clock = rhythm.local(start).time()
        if (bed <= clock < wake) if bed < wake else (clock >= bed or clock < wake):
            return True
        start += timedelta(minutes=5)
    return False


@settings(max_examples=150, deadline=None)
@given(data=st.data(), person=rhythms(), start=starts, minutes=st.sampled_from([5, 15, 45, 120, 480]))
def test_no_slot_is_in_sleep_or_double_booked_or_outside_the_window(
    data: st.DataObject, person: Rhythm, start: datetime, minutes: int
) -> None:
    busy = data.draw(diaries(start))
    latest = start + timedelta(days=data.draw(st.sampled_from([1, 3, 14, 60])))
    prefer = data.draw(
        st.none()
        | st.builds(Prefer, at=st.none() | half_hours, part=st.none() | st.sampled_from(["evening", "noon"]))
    )
    slots = find_slots(minutes, start, latest, person, busy, 3, prefer)
    for slot in slots:
        assert slot.reason
        assert slot.end - slot.start == timedelta(minutes=minutes)
        assert start <= slot.start
        assert slot.end <= min(latest, start + HORIZON)
        assert not wall_asleep(person, slot.start, slot.end)
        assert all(entry.end + BUFFER <= slot.start or slot.end + BUFFER <= entry.start for entry in busy)
    ordered = sorted(slots, key=lambda slot: slot.start)
    assert all(first.end + BUFFER <= second.start for first, second in pairwise(ordered))

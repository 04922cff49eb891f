"""When a refused send is tried again: later each time, never before the provider wants it, never past the deadline."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from channels.messages import Address
from channels.refusals import gone, permanent, temporary
from reminders.attempts import Attempt
from reminders.people import Person
from reminders.rules.ladder import Ladder
from reminders.rules.rhythm import Rhythm
from reminders.sending import sorted_out
from storage.outbox import Finished
from storage.profile import Profile
from storage.tables import Task
from storage.vocabulary import DispatchStatus, Rung

NOW = datetime(2026, 3, 12, 6, 50, tzinfo=UTC)
SOMEBODY = Person(UUID(int=1), NOW, Ladder(Rhythm.of(Profile(), "UTC")), None, (), None, None, None)
FAR = timedelta(days=1)
ids = st.uuids(version=4)
waits = st.none() | st.floats(0, 600, allow_nan=False)


def refused(attempt_id: UUID, tries: int, wait: float | None = None, worth: timedelta = FAR) -> Finished:
    """What becomes of a try that the provider has put off."""
    attempt = Attempt(
        attempt_id,
        Task(id=UUID(int=2), user_id=UUID(int=1), title="Easy run"),
        SOMEBODY,
        Rung.REMIND,
        Address("telegram", "4242"),
        NOW,
        NOW + worth,
        tries=tries,
    )
    return sorted_out(attempt, temporary("Telegram asks for a pause").error("429", wait), NOW)


def pause(finished: Finished) -> timedelta:
    assert finished.again_at is not None
    return finished.again_at - NOW


@given(ids, st.integers(1, 30), waits)
def test_a_pause_is_the_same_for_the_same_try_and_never_shorter_than_asked(
    attempt_id: UUID, tries: int, wait: float | None
) -> None:
    first = pause(refused(attempt_id, tries, wait))
    assert first == pause(refused(attempt_id, tries, wait))
    assert first >= timedelta(seconds=max(2.0, wait or 0))
    assert first <= timedelta(seconds=max(60.0, wait or 0) * 1.25)


@given(ids)
def test_pauses_grow_until_they_reach_a_minute(attempt_id: UUID) -> None:
    pauses = [pause(refused(attempt_id, tries)) for tries in range(1, 12)]
    assert all(later > earlier for earlier, later in pairwise(pauses[:5]))
    assert all(one >= timedelta(minutes=1) for one in pauses[5:])


def test_a_hundred_attempts_refused_together_do_not_come_back_together() -> None:
    back = {pause(refused(UUID(int=number * 7919), 3)) for number in range(100)}
    assert len(back) > 60


@given(ids, st.integers(1, 30), waits, st.floats(0, 900))
def test_the_deadline_ends_it(attempt_id: UUID, tries: int, wait: float | None, worth: float) -> None:
    finished = refused(attempt_id, tries, wait, timedelta(seconds=worth))
    if finished.status == DispatchStatus.PENDING:
        assert pause(finished) < timedelta(seconds=worth)
    else:
        assert (finished.status, finished.again_at) == (DispatchStatus.FAILED, None)


@given(ids, st.booleans())
def test_what_is_permanent_or_gone_fails_at_once_with_its_reason(attempt_id: UUID, is_gone: bool) -> None:
    attempt = Attempt(
        attempt_id,
        Task(id=UUID(int=2), user_id=UUID(int=1), title="Easy run"),
        SOMEBODY,
        Rung.WHATSAPP,
        Address("whatsapp", "+4915112345678"),
        NOW,
        NOW + FAR,
        tries=1,
    )
    row = gone("the number is not on WhatsApp") if is_gone else permanent("WhatsApp's limit is reached")
    finished = sorted_out(attempt, row.error("63003"), NOW)
    assert (finished.status, finished.again_at) == (DispatchStatus.FAILED, None)
    assert (finished.reason, finished.error) == (row.reason, "63003")

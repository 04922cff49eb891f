"""When a refused send is tried again: later each time, never before the provider wants it, never past the deadline."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.messages import Address, ChannelError
from channels.refusals import gone, permanent, temporary
from reminders.attempts import Attempt
from reminders.lines import LEASE
from reminders.people import Person
from reminders.rules.ladder import Ladder
from reminders.rules.rhythm import Rhythm
from reminders.sending import sorted_out
from storage.outbox import Finished
from storage.profile import Profile
from storage.tables import DispatchLog, Task, User
from storage.vocabulary import DispatchStatus, Rung
from tests.reminders.conftest import Ladders

NOW = datetime(2026, 3, 12, 6, 50, tzinfo=UTC)
SOMEBODY = Person(UUID(int=1), NOW, Ladder(Rhythm.of(Profile(), "UTC")), None, (), None, None, None)
FAR = timedelta(days=1)
ids = st.uuids(version=4)
waits = st.none() | st.floats(0, 600, allow_nan=False)


def refused(
    attempt_id: UUID,
    tries: int,
    wait: float | None = None,
    worth: timedelta = FAR,
    error: ChannelError | None = None,
) -> Finished:
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
    put_off = error or temporary("Telegram asks for a pause").error("429", wait)
    return sorted_out(attempt, put_off, NOW)


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
    pauses = [pause(refused(attempt_id, tries)) for tries in range(1, 20, 2)]
    assert all(later > earlier for earlier, later in pairwise(pauses[:5]))
    assert all(one >= timedelta(minutes=1) for one in pauses[5:])


@pytest.mark.parametrize("waited_first", [False, True], ids=["at once", "by another worker"])
def test_each_pause_of_a_real_attempt_is_twice_as_long_as_the_one_before(
    ladders: Ladders, owner: User, now: datetime, *, waited_first: bool
) -> None:
    """The fence of an attempt moves more often than it is tried."""
    task = ladders.plan(owner, now + 10 * timedelta(minutes=1), now)
    ladders.telegram.failures = [ChannelError("out of order", code="500") for _ in range(7)]
    if waited_first:
        ladders.claim(now)  # by a process that is gone before it begins
        now += LEASE
    pauses = []
    ladders.dispatcher.run_due(now)
    for _ in range(7):
        with ladders.database.service() as session:
            again_at = session.query(DispatchLog).filter_by(task_id=task.id, rung="remind").one().lease_until
        assert again_at is not None
        pauses.append((again_at - now) / timedelta(seconds=1))
        now = again_at
        ladders.dispatcher.run_due(now)
    assert len(ladders.telegram.sent) == 1
    for paused, least in zip(pauses, [2, 4, 8, 16, 32, 60, 60], strict=True):
        assert least <= paused <= least * 1.25


def test_a_hundred_attempts_refused_together_do_not_come_back_together() -> None:
    back = {pause(refused(UUID(int=number * 7919), 3)) for number in range(100)}
    assert len(back) > 60


def test_a_hundred_of_unknown_outcome_are_not_asked_about_together() -> None:
    lost = ChannelError("no answer", unknown=True, code="no_answer")
    back = [pause(refused(UUID(int=number * 7919), 3, error=lost)) for number in range(100)]
    assert len(set(back)) > 60
    assert all(timedelta(seconds=40) <= one <= timedelta(seconds=50) for one in back), "its second try"


@given(ids, st.integers(1, 60))
def test_an_answer_lost_after_many_refusals_is_not_waited_out_for_longer_than_a_minute(
    attempt_id: UUID, tries: int
) -> None:
    lost = ChannelError("no answer", unknown=True, code="no_answer")
    assert pause(refused(attempt_id, tries, error=lost)) <= timedelta(seconds=75)


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

"""What piled up for one address while its provider was away is one message, whenever each of it would be tried again."""

from __future__ import annotations

from datetime import datetime, timedelta

from channels.messages import ChannelError
from storage.tables import User
from storage.vocabulary import Answer
from tests.reminders.conftest import Ladders, say

MINUTE = timedelta(minutes=1)
STEP = timedelta(seconds=5)
TITLES = ("Run", "Read", "Write")


def after_an_outage(ladders: Ladders, owner: User, now: datetime, error: ChannelError) -> list[str]:
    """Three reminders, seven minutes apart, while every request fails for twenty minutes; what is said after that."""
    tasks = [
        ladders.plan(owner, now + (10 + 7 * number) * MINUTE, now, title=title)
        for number, title in enumerate(TITLES)
    ]
    ladders.telegram.failures = [error for _ in range(2000)]
    ladders.run_until(now, now + 20 * MINUTE, step=STEP)
    assert not ladders.telegram.sent
    ladders.telegram.failures.clear()
    ladders.run_until(now + 20 * MINUTE, now + 24 * MINUTE, step=STEP)
    for task in tasks:
        say(ladders, owner, task, Answer.DONE, now + 25 * MINUTE)
    return ladders.telegram.texts()


def test_what_would_be_tried_again_at_different_moments_is_one_message(
    ladders: Ladders, owner: User, now: datetime
) -> None:
    (text,) = after_an_outage(ladders, owner, now, ChannelError("out of order"))
    assert [title in text for title in TITLES] == [True, True, True]


def test_what_another_address_waits_for_is_left_to_its_own_time(
    ladders: Ladders, owner: User, stranger: User, now: datetime
) -> None:
    ladders.plan(owner, now + 10 * MINUTE, now, title="Run")
    ladders.plan(stranger, now + 10 * MINUTE, now, title="Swim")
    ladders.telegram.failures = [ChannelError("out of order") for _ in range(4)]
    ladders.run_until(now, now + 5 * MINUTE, step=STEP)
    assert sorted(text.partition(" ")[0] for text in ladders.telegram.texts()) == ["Run", "Swim"]


def test_a_worker_that_froze_after_it_had_joined_them_is_refused(
    ladders: Ladders, owner: User, now: datetime
) -> None:
    """Its message is said by another one, once."""
    for number, title in enumerate(("Run", "Read")):
        ladders.plan(owner, now + (10 + 7 * number) * MINUTE, now, title=title)
    ladders.telegram.failures = [ChannelError("out of order", retry_after=30) for _ in range(2000)]
    ladders.run_until(now, now + 10 * MINUTE, step=STEP)
    ladders.telegram.failures.clear()
    later = now + 10 * MINUTE
    held = []
    while not held:
        later += timedelta(seconds=1)
        held = ladders.claim(later)
    ladders.run_until(later, later + 2 * MINUTE, step=STEP)
    ladders.deliver(held, later)
    (text,) = ladders.telegram.texts()
    assert "Run" in text
    assert "Read" in text

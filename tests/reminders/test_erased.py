"""Somebody is erased while their reminders are on the way: what has not begun never does, and late words do no harm."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from channels.messages import Address, OutboundMessage, Receipt
from reminders.lanes import FEW
from storage.database import repeat_on_conflict
from storage.erasure import erase_rows
from storage.tables import DispatchLog, NotificationLog, ProviderDeletion, User
from storage.vocabulary import ErasureSource
from tests.conftest import make_person
from tests.reminders.conftest import Ladders, Recorder

SID = "SM" + "0d" * 16


@dataclass
class Twilio(Recorder):
    """Names its messages as Twilio does."""

    sids: list[str] = field(default_factory=list)

    def send(self, to: Address, message: OutboundMessage, now: datetime) -> Receipt:
        super().send(to, message, now)
        return Receipt(SID)


def erase(ladders: Ladders, user: User, now: datetime) -> None:
    """The rows alone, without the patience that comes before."""
    with ladders.database.service() as session:
        erase_rows(session, user.id, now, ErasureSource.PERSON)


def test_what_waits_for_its_turn_is_never_sent(ladders: Ladders, owner: User, now: datetime) -> None:
    for number in range(9):
        ladders.plan(owner, now + timedelta(minutes=10), now, f"Task {number}")
    ladders.telegram.before_send = lambda _: erase(ladders, owner, now)
    ladders.dispatcher.run_due(now)
    assert 1 <= len(ladders.telegram.sent) <= FEW, "only those that were already on the line"
    ladders.dispatcher.run_due(now + timedelta(hours=1))
    assert len(ladders.telegram.sent) <= FEW
    assert rows(ladders, DispatchLog) == rows(ladders, NotificationLog) == []


def test_a_message_named_too_late_is_deleted_at_its_provider(
    ladders: Ladders, owner: User, now: datetime
) -> None:
    ladders = Ladders.over(ladders.database, Twilio("telegram"), ladders.whatsapp, ladders.call, ladders.push)
    ladders.plan(owner, now + timedelta(minutes=10), now)
    ladders.telegram.before_send = lambda _: erase(ladders, owner, now)
    ladders.dispatcher.run_due(now)
    [deletion] = rows(ladders, ProviderDeletion)
    assert (deletion.provider, deletion.kind, deletion.reference) == ("twilio", "message", SID)
    assert rows(ladders, NotificationLog) == []


def test_a_lost_attempt_of_somebody_who_is_still_there_is_kept(
    ladders: Ladders, owner: User, now: datetime
) -> None:
    ladders = Ladders.over(ladders.database, Twilio("telegram"), ladders.whatsapp, ladders.call, ladders.push)
    ladders.plan(owner, now + timedelta(minutes=10), now)
    ladders.dispatcher.run_due(now)
    assert rows(ladders, ProviderDeletion) == []


@pytest.mark.parametrize("round_", range(3))
def test_a_crowd_can_be_erased_while_the_ladder_runs(ladders: Ladders, now: datetime, round_: int) -> None:
    with ladders.database.service() as session:
        crowd = [make_person(session, "Ray", f"sim:crowd{number}", now) for number in range(12)]
    for user in crowd:
        for number in range(4):
            ladders.plan(user, now + timedelta(minutes=10), now, f"Task {number}")
    errors: list[BaseException] = []

    def beside(act: Callable[[], object]) -> threading.Thread:
        def run() -> None:
            try:
                act()
            except BaseException as error:  # noqa: BLE001 - the test looks at whatever it was
                errors.append(error)

        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        return thread

    def erase_all() -> None:
        for user in crowd:
            repeat_on_conflict(lambda user=user: erase(ladders, user, now))

    threads = [
        beside(lambda: ladders.dispatcher.run_due(now)),
        beside(lambda: ladders.another().run_due(now)),
    ]
    threads.append(beside(erase_all))
    for thread in threads:
        thread.join(120)
    assert not errors
    assert rows(ladders, User) == rows(ladders, DispatchLog) == rows(ladders, NotificationLog) == []


def rows(ladders: Ladders, table: type) -> list:
    with ladders.database.service() as session:
        return list(session.scalars(select(table)))

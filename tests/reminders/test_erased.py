"""Somebody is erased while their reminders are on the way: what has not begun never does, and late words do no harm."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import select

from channels.messages import Address, OutboundMessage, Receipt
from reminders.lanes import FEW
from storage.erasure import erase_rows
from storage.tables import DispatchLog, NotificationLog, ProviderDeletion, User
from storage.vocabulary import ErasureSource
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


def rows(ladders: Ladders, table: type) -> list:
    with ladders.database.service() as session:
        return list(session.scalars(select(table)))

"""The one way a message takes: once, in order, whole, and with an answer."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select

from bot import inbound
from bot.clock import ManualClock
from bot.recovery import recover
from bot.services import Services
from bot.settings import Settings
from channels.messages import Address, ChannelError, InboundKind, InboundMessage, OutboundMessage, Receipt
from channels.simulator import PhoneStore
from channels.switchboard import Switchboard
from storage import users
from storage.tables import InboundEvent, Message, User
from storage.vocabulary import InboundState

OWNER = Address("telegram", "sim:owner")


class BrokenModel:
    """A language model that always fails in a way nobody foresaw."""

    def ask(self, question: object) -> object:
        raise ZeroDivisionError("unforeseen")


class LostLine:
    """A channel whose provider cannot be reached for a while."""

    name = "telegram"

    def __init__(self, error: ChannelError) -> None:
        self.error: ChannelError | None = error
        self.sent: list[str] = []

    def send(self, to: Address, message: OutboundMessage, now: datetime) -> Receipt:
        if self.error is not None:
            raise self.error
        self.sent.append(message.text)
        return Receipt("1")

    def acknowledge(self, message: InboundMessage, text: str = "") -> None:
        pass


def states(services: Services) -> list[str]:
    with services.database.service() as session:
        return list(session.scalars(select(InboundEvent.state).order_by(InboundEvent.seq)))


def test_a_doubled_update_is_answered_once(services, owner, say, text):
    message = text("/today", external_id="77")
    assert len(say(message)) == 1
    assert say(message) == []
    assert states(services) == ["done"]


def test_the_same_id_of_two_channels_is_two_messages(services, owner, text):
    first = text("hello", external_id="77")
    second = replace(first, sender=Address("whatsapp", "sim:owner"))
    assert inbound.receive(services, first) is not None
    assert inbound.receive(services, second) is not None


def test_a_later_job_handles_the_earlier_messages_first(services, owner, phones, text):
    first = inbound.receive(services, text("/help"))
    second = inbound.receive(services, text("/today"))
    assert first is not None and second is not None
    inbound.handle(services, second)
    inbound.handle(services, first)
    shown = [event["text"] for event in phones.events([OWNER])]
    assert len(shown) == 2
    assert shown[0].startswith("Tell me a goal")
    assert "Nothing is planned" in shown[1]


def test_a_turn_that_cannot_be_taken_says_so_and_changes_nothing(services, owner, phones, text):
    broken = replace(services)
    broken.__dict__["model"] = BrokenModel()
    event_id = inbound.receive(broken, text("I want to learn the cello and the harp"))
    assert event_id is not None
    for _ in range(inbound.MAX_TRIES):
        inbound.handle(broken, event_id)
    [sorry] = phones.events([OWNER])
    assert sorry["text"].startswith("That didn't work on my side; nothing changed. Ref ")
    with services.database.service() as session:
        assert session.scalar(select(func.count()).select_from(Message)) == 0
    assert states(services) == [InboundState.DONE]


def test_a_reply_that_cannot_be_sent_is_said_later(services, owner, text, clock: ManualClock):
    line = LostLine(ChannelError("no route"))
    apart = replace(services, switchboard=Switchboard({"telegram": line}, {"telegram": line}))
    queued: list[tuple[str, str]] = []
    apart.enqueue = lambda function, argument: queued.append((function, argument))
    event_id = inbound.receive(apart, text("/help"))
    assert event_id is not None
    inbound.handle(apart, event_id)
    assert states(services) == [InboundState.ANSWERED]
    line.error = None
    clock.shift(timedelta(seconds=15))
    assert recover(apart) == 0, "a provider that refuses is not asked again at once"
    clock.shift(timedelta(minutes=1))
    assert recover(apart) == 1
    assert queued[-1] == (inbound.HANDLE_JOB, str(event_id))
    inbound.handle(apart, event_id)
    assert len(line.sent) == 1
    assert states(services) == [InboundState.DONE]


def test_a_blocked_bot_is_not_tried_again(services, owner, text):
    line = LostLine(ChannelError("blocked by the user", permanent=True, gone=True))
    apart = replace(services, switchboard=Switchboard({"telegram": line}, {"telegram": line}))
    event_id = inbound.receive(apart, text("/help"))
    assert event_id is not None
    inbound.handle(apart, event_id)
    assert states(services) == [InboundState.FAILED]
    with services.database.service() as session:
        [identity] = users.identities(session, owner.id, "telegram")
    assert identity.disabled_reason == "blocked by the user"


@pytest.mark.parametrize("words", ["\0hello\0", "hi \ud800 there", "\N{PILE OF POO}" * 500, "  ", "<b>x</b>"])
def test_any_text_is_stored_and_answered(services, owner, say, text, words):
    assert len(say(text(words))) >= 1
    assert states(services) == ["done"]


def test_a_group_is_sent_away_and_nobody_is_created(services, say, text):
    [reply] = say(text("hello", sender="sim:group", group_chat=True))
    assert "private chat" in reply["text"]
    with services.database.service() as session:
        assert session.scalar(select(func.count()).select_from(User)) == 0


def test_what_is_said_in_a_group_is_not_kept(services, say, text):
    say(text("Bo told Ada a secret", sender="sim:group", group_chat=True, display_name="Bo"))
    with services.database.service() as session:
        kept = session.scalars(select(InboundEvent.payload)).one()
    assert "secret" not in str(kept) and "Bo" not in str(kept)


def test_a_stranger_waits_for_the_owner_of_a_closed_house(services, say, text, settings: Settings, now):
    services.settings = settings.model_copy(update={"access": "pairing"})
    [reply] = say(text("hello", sender="sim:new"))
    code = reply["text"].rpartition(" ")[2]
    with services.database.service() as session:
        assert users.approve(session, code, now) is not None
        assert users.approve(session, code, now) is None, "a code works once"
    [hello] = say(text("/help", sender="sim:new"))
    assert hello["text"].startswith("Tell me a goal")


def test_whoever_blocks_the_bot_is_not_written_to_until_they_come_back(services, owner, say, text):
    assert say(text("", kind=InboundKind.BLOCKED)) == []
    with services.database.service() as session:
        assert all(one.disabled_reason for one in users.identities(session, owner.id))
    [welcome] = say(text("", kind=InboundKind.UNBLOCKED))
    assert welcome["text"].startswith("Welcome back")


def test_a_second_channel_joins_with_a_code(services, owner, say, text, phones: PhoneStore):
    [reply] = say(text("/link"))
    code = reply["text"].rpartition(" ")[2]
    joined = InboundMessage(Address("whatsapp", "+491701234567"), f"/link {code}", "w1", services.clock.now())
    [welcome] = say(joined)
    assert welcome["text"].startswith("Joined")
    with services.database.service() as session:
        found = users.find_by_address(session, "whatsapp", "+491701234567")
    assert found is not None and found.id == owner.id


def test_start_from_somebody_who_never_stopped_is_a_word_like_any_other(services, owner, say, text):
    [reply] = say(text("START", kind=InboundKind.UNBLOCKED))
    assert not reply["text"].startswith("Welcome back")

"""/delete in the chat: what goes is said first, one word does it, and the last message still arrives."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from redis import Redis, RedisError
from sqlalchemy import select

from bot import inbound
from bot.clock import ManualClock
from bot.erasure import collect, finish, prove, resume
from bot.services import Services
from channels.messages import Address, ChannelError, InboundKind, InboundMessage, OutboundMessage, Receipt
from channels.sim_phone import PhoneStore
from channels.simulator import tapped
from channels.switchboard import Switchboard
from storage import users
from storage.database import Database
from storage.erasure import find_receipt
from storage.tables import ErasureReceipt, InboundEvent, ProviderDeletion, User
from tests.bot.conftest import Say
from tests.conftest import Held

OWNER = Address("telegram", "sim:owner")
Text = Callable[..., InboundMessage]


def is_there(services: Services, user: User) -> bool:
    with services.database.service() as session:
        return users.get_user(session, user.id) is not None


def receipt_of(services: Services, user: User) -> str:
    with services.database.service() as session:
        receipt = find_receipt(session, user.id)
        assert receipt is not None
        return str(receipt.id)


@pytest.mark.parametrize("wish", ["/delete", "delete my account", "please erase all my data"])
def test_the_word_erases_everything_and_the_receipt_arrives(
    services: Services, owner: User, say: Say, text: Text, wish: str
) -> None:
    say(text("call mum tomorrow 6pm"))
    [question] = say(text(wish))
    assert "2 messages, 1 address of yours" in question["text"] and "write DELETE" in question["text"]
    needles = collect(services, owner.id)
    inbound.handle(services, receive(services, text("DELETE")))
    [farewell] = PhoneStore(services.redis).events([OWNER])
    assert farewell["text"].startswith(f"Everything is gone. Receipt {receipt_of(services, owner)}.")
    assert not is_there(services, owner)
    left = [trace for trace in prove(services, needles).traces if not trace.place.startswith("Redis")]
    assert left == []
    assert services.redis.ttl("flux:sim:telegram:sim:owner") > 0, "what the phone shows fades by itself"
    assert services.redis.keys("flux:sim:*:sim:owner") == [b"flux:sim:telegram:sim:owner"]


@pytest.mark.parametrize(
    ("words", "asked"),
    [
        ("Please delete my account.", True),
        ("I want to erase all my data!", True),
        ("remove everything you know about me", True),
        ("delete my account with the bank tomorrow", False),
        ("remind me to close my account", False),
    ],
)
def test_only_a_whole_wish_is_heard_amid_the_first_questions(
    services: Services, say: Say, text: Text, words: str, asked: bool
) -> None:
    say(text("/start", sender="sim:new"))
    replies = say(text(words, sender="sim:new"))
    assert any("write DELETE" in reply["text"] for reply in replies) is asked


def receive(services: Services, message: InboundMessage) -> object:
    event_id = inbound.receive(services, message)
    assert event_id is not None
    return event_id


@pytest.mark.parametrize("word", ["delete", "yes", "DELETE!", "DELETE it", "no", "1", "👍"])
def test_any_other_word_keeps_everything_and_says_so(
    services: Services, owner: User, say: Say, text: Text, word: str
) -> None:
    say(text("/delete"))
    [kept] = say(text(word))
    assert kept["text"].startswith("Nothing was deleted")
    assert not say(text("DELETE"))[0]["text"].startswith("Everything is gone"), "the question was closed"
    assert is_there(services, owner)


def test_a_command_or_a_tap_closes_the_question_and_is_answered(
    services: Services, owner: User, say: Say, text: Text
) -> None:
    say(text("/delete"))
    [today] = say(text("/today"))
    assert "Nothing is planned" in today["text"]
    say(text("/delete"))
    say(tapped(OWNER, "t:x", "telegram-1", services.clock.now()))
    say(text("DELETE"))
    assert is_there(services, owner)


def test_a_forwarded_or_edited_word_is_not_said_by_the_person(
    services: Services, owner: User, say: Say, text: Text
) -> None:
    for fields in ({"forwarded": True}, {"kind": InboundKind.EDITED}):
        say(text("/delete"))
        say(text("DELETE", **fields))
    assert is_there(services, owner)


def test_the_word_of_a_stranger_erases_nobody(
    services: Services, owner: User, stranger: User, say: Say, text: Text
) -> None:
    say(text("/delete"))
    say(text("DELETE", sender="sim:stranger"))
    assert is_there(services, owner) and is_there(services, stranger)


def test_the_question_is_open_for_ten_minutes(
    services: Services, owner: User, say: Say, text: Text, clock: ManualClock
) -> None:
    say(text("/delete"))
    late = replace(text("DELETE"), received_at=clock.now() + timedelta(minutes=10))
    say(late)
    assert is_there(services, owner)


def test_the_word_counts_after_a_restart_and_however_late_it_is_handled(
    services: Services, owner: User, say: Say, text: Text, clock: ManualClock, database_url: str
) -> None:
    say(text("/delete"))
    event_id = receive(services, text("DELETE"))
    clock.shift(timedelta(hours=1))
    reborn = replace(services, database=Database(database_url))
    inbound.handle(reborn, event_id)
    assert not is_there(services, owner)
    inbound.handle(reborn, event_id)
    reborn.database.dispose()


class GoneAway(Redis):
    """A Redis that has just been lost."""

    def execute_command(self, *args: object, **options: object) -> object:
        raise RedisError


def test_while_redis_is_away_nothing_is_begun_and_the_word_waits(
    services: Services, owner: User, say: Say, text: Text
) -> None:
    say(text("/delete"))
    event_id = receive(services, text("DELETE"))
    with pytest.raises(RedisError):
        inbound.handle(replace(services, redis=GoneAway()), event_id)
    assert is_there(services, owner)
    inbound.handle(services, event_id)
    assert not is_there(services, owner)


class DeadLine:
    name = "telegram"

    def send(self, to: Address, message: OutboundMessage, now: object) -> Receipt:
        raise ChannelError("blocked", permanent=True, gone=True)


def test_a_farewell_that_cannot_be_said_changes_nothing(
    services: Services, owner: User, say: Say, text: Text
) -> None:
    say(text("/delete"))
    line = DeadLine()
    apart = replace(services, switchboard=Switchboard({}, {"telegram": line}))
    inbound.handle(apart, receive(services, text("DELETE")))
    assert not is_there(services, owner)


class WhatsApp:
    name = "whatsapp"

    def send(self, to: Address, message: OutboundMessage, now: object) -> Receipt:
        return Receipt("SM" + "0f" * 16)


def test_the_farewell_itself_is_to_be_deleted_at_twilio(
    services: Services, owner: User, say: Say, text: Text
) -> None:
    number = Address("whatsapp", "+491701234567")
    with services.database.service() as session:
        users.add_identity(session, owner.id, number.channel, number.value, services.clock.now())
    say(text("/delete"))
    apart = replace(services, switchboard=Switchboard({"whatsapp": WhatsApp()}, {}))
    inbound.handle(apart, receive(services, replace(text("DELETE"), sender=number)))
    with services.database.service() as session:
        [deletion] = session.scalars(select(ProviderDeletion))
        [receipt] = session.scalars(select(ErasureReceipt))
        assert session.scalars(select(InboundEvent)).all() == []
    assert (deletion.kind, deletion.reference, deletion.receipt_id) == (
        "message",
        "SM" + "0f" * 16,
        receipt.id,
    )


def test_an_erasure_that_breaks_three_times_is_not_called_nothing_changed(
    services: Services, owner: User, say: Say, text: Text, clock: ManualClock, held: Held
) -> None:
    say(text("/delete"))
    event_id = receive(services, text("DELETE"))
    with held(owner.id):
        for _ in range(inbound.MAX_TRIES):
            inbound.handle(services, event_id)
        sorry = PhoneStore(services.redis).events([OWNER])[-1]["text"]
        assert sorry.startswith("It did not work at once; it is being finished. Ref ")
        assert is_there(services, owner)
    clock.shift(timedelta(minutes=3))
    assert resume(services) == 1 and finish(services, owner.id)
    assert not is_there(services, owner)

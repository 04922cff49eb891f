"""An address that stopped working: reminders leave it out, the person reads why, and one word turns it on again."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest

from bot import inbound
from channels import push_errors, telegram_errors, twilio_errors
from channels.messages import Address, InboundKind, InboundMessage
from channels.refusals import Sort
from channels.switchboard import Switchboard
from channels.telegram import TelegramChannel
from reminders.people import load_people
from reminders.rules.ladder import Timing
from reminders.ways_back import channels_off, off_words
from storage import users
from storage.vocabulary import Rung
from tests.fakes.telegram_server import TOKEN, FakeTelegram

NUMBER = "+4915112345678"


@pytest.fixture
def whatsapp(services, owner, now):
    """The owner on WhatsApp, proven and willing."""
    with services.database.service() as session:
        user = users.get_user(session, owner.id)
        user.phone_verified, user.whatsapp_opt_in_at = True, now
        users.add_identity(session, owner.id, "whatsapp", NUMBER, now)
    return lambda words, kind=InboundKind.TEXT: InboundMessage(
        Address("whatsapp", NUMBER), words, uuid4().hex, now, kind
    )


def off(services, owner) -> list[str]:
    with services.database.service() as session:
        return channels_off(session, owner.id)


def barred(services, owner) -> dict[Rung, str]:
    with services.database.service() as session:
        return dict(load_people(session, [owner.id], Timing())[owner.id].ladder.barred)


def test_stop_holds_until_start_whatever_else_is_said(services, owner, say, whatsapp):
    say(whatsapp("STOP", InboundKind.BLOCKED))
    [told] = off(services, owner)
    assert told == "WhatsApp is off: you sent STOP; send START to me there to turn it on."
    assert barred(services, owner)[Rung.WHATSAPP] == "WhatsApp is off: you sent STOP"
    say(whatsapp("/today"))
    assert off(services, owner) == [told]
    [welcome] = say(whatsapp("START", InboundKind.UNBLOCKED))
    assert welcome["text"].startswith("Welcome back")
    assert off(services, owner) == []
    assert Rung.WHATSAPP not in barred(services, owner)


def test_what_twilio_calls_unsubscribed_is_the_same_stop(services, owner, say, whatsapp):
    with services.database.service() as session:
        users.disable_identity(session, "whatsapp", NUMBER, twilio_errors.error_for(400, "21610").reason)
    say(whatsapp("/today"))
    assert off(services, owner)
    say(whatsapp("START", InboundKind.UNBLOCKED))
    assert off(services, owner) == []


def test_a_blocked_telegram_is_off_until_start_is_written_there(services, owner, text, clock, now):
    with FakeTelegram() as telegram, services.database.service() as session:
        users.add_identity(session, owner.id, "telegram", "4242", now, primary=True)
        users.disable_identity(session, "telegram", "sim:owner", "an old phone")
        session.commit()
        channel = TelegramChannel(TOKEN, telegram.url, timeout=2)
        real = replace(services, switchboard=Switchboard({"telegram": channel}, {}))
        telegram.block(4242)
        for words in ("/today", "/today"):
            event = inbound.receive(real, text(words, sender="4242"))
            inbound.handle(real, event)
        told = "Telegram is off: you blocked the bot; send /start to me there to turn it on."
        assert off(services, owner) == [told]
        assert barred(services, owner)[Rung.REMIND] == "Telegram is off: you blocked the bot"
        telegram.unblock(4242)
        clock.shift(timedelta(minutes=1))
        inbound.handle(real, inbound.receive(real, text("/start", sender="4242")))
        assert len(telegram.chat(4242)) == 1
    assert off(services, owner) == []
    assert Rung.REMIND not in barred(services, owner)


def test_the_log_begins_with_what_is_off(services, owner, say, text, whatsapp):
    with services.database.service() as session:
        users.disable_identity(session, "whatsapp", NUMBER, "the number is not on WhatsApp")
    [log] = say(text("/log"))
    assert log["text"].splitlines() == [
        "WhatsApp is off: the number is not on WhatsApp; send START to me there to turn it on.",
        "I have not sent you any reminder yet.",
    ]


def test_the_settings_name_what_is_off_and_the_way_back(services, owner, say, text, whatsapp):
    assert "is off" not in say(text("/settings"))[0]["text"]
    say(whatsapp("STOP", InboundKind.BLOCKED))
    [settings] = say(text("/settings"))
    assert "WhatsApp is off: you sent STOP; send START to me there to turn it on." in settings["text"]


def test_a_second_working_address_makes_up_for_the_first(services, owner, now):
    with services.database.service() as session:
        users.add_identity(session, owner.id, "telegram", "77", now)
        users.disable_identity(session, "telegram", "77", "you blocked the bot")
    assert off(services, owner) == []


@pytest.mark.parametrize(
    ("channel", "rows"),
    [
        ("telegram", [row for _, _, row in telegram_errors.TABLE]),
        ("whatsapp", list(twilio_errors.MESSAGING.values())),
        ("call", list(twilio_errors.VOICE.values())),
        ("push", list(push_errors.TABLE.values())),
    ],
)
def test_whatever_kills_an_address_is_told_with_its_way_back(channel, rows):
    reasons = {row.reason for row in rows if row.sort is Sort.GONE}
    assert reasons
    for reason in reasons:
        words = off_words(channel, reason)
        assert words.endswith(("turn it on.", "turn them on."))
        assert f": {reason}; " in words

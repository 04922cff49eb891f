"""/export and "send me my data": the file where the chat carries files, else a link; never an export in an export."""

from __future__ import annotations

import base64
import hashlib
import io
import json
from collections.abc import Callable
from datetime import datetime
from typing import Any
from zipfile import ZipFile

import pytest
from sqlalchemy import select

from bot import wire
from bot.commands import HELP
from bot.exports import CARRIES_FILES, LARGEST
from bot.inbound import handle, receive
from bot.services import Services
from channels.messages import Address, ChannelError, InboundMessage, OutboundMessage, Receipt
from channels.simulator import Event
from channels.switchboard import Switchboard
from storage.database import Database
from storage.tables import Conversation, InboundEvent, Message, User
from storage.users import add_identity, redeem_code
from storage.vocabulary import ChannelName

Say = Callable[[InboundMessage], list[Event]]
Text = Callable[..., InboundMessage]


def unpacked(event: Event) -> dict[str, bytes]:
    content = base64.b64decode(event["document"]["content"])
    with ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def code_in(message: str) -> str:
    return message.rpartition("/export/")[2].strip()


def test_the_chat_that_carries_files_sends_the_file(say: Say, text: Text, owner: User) -> None:
    [sent] = say(text("/export"))
    assert sent["document"]["filename"] == "flux-export-2026-03-11.zip"
    assert "README.txt" in sent["text"]
    assert json.loads(unpacked(sent)["profile.json"])["id"] == str(owner.id)


@pytest.mark.parametrize("said", ["export my data", "Can you send me all my data?", "download everything"])
def test_it_is_understood_in_words_too(say: Say, text: Text, owner: User, said: str) -> None:
    [sent] = say(text(said))
    assert json.loads(unpacked(sent)["profile.json"])["id"] == str(owner.id)


def test_the_state_of_the_conversation_can_be_read_in_it(say: Say, text: Text, owner: User) -> None:
    say(text("I want to learn the cello"))
    files = unpacked(say(text("/export"))[0])
    [state] = json.loads(files["conversation_state.json"])
    assert state["state"]["intent"] == "GOAL"
    assert state["state"]["question"]["text"]
    assert datetime.fromisoformat(state["saved_at"])
    assert "I want to learn the cello" in files["messages.json"].decode()


def test_asked_in_the_middle_of_the_first_questions_the_question_comes_again_below(
    say: Say, text: Text
) -> None:
    say(text("/start", sender="sim:new"))
    asked = say(text("Start", sender="sim:new"))[-1]
    file, again = say(text("export my data", sender="sim:new"))
    assert json.loads(unpacked(file)["profile.json"])["onboarded"] is False
    assert again["text"] in asked["text"]


def test_what_was_sent_is_not_in_the_next_one(say: Say, text: Text, owner: User, database: Database) -> None:
    sizes = [len(say(text("/export"))[0]["document"]["content"]) for _ in range(6)]
    assert max(sizes) < 2 * min(sizes)
    with database.service() as session:
        stored = session.scalars(select(InboundEvent.replies)).all()
    for replies in stored:
        [said] = wire.load_outbound((replies or {})["messages"])
        assert said.document is not None
        assert (said.document.filename, said.document.content) == ("flux-export-2026-03-11.zip", b"")


class NoLine:
    """A channel whose provider refuses for good."""

    name = "telegram"

    def send(self, to: Address, message: OutboundMessage, now: datetime) -> Receipt:
        raise ChannelError("blocked", permanent=True)


def test_a_file_that_never_can_be_sent_is_not_kept(
    services: Services, text: Text, owner: User, database: Database
) -> None:
    services.switchboard = Switchboard({"telegram": NoLine()}, {"telegram": NoLine()})  # type: ignore[dict-item]
    event_id = receive(services, text("/export"))
    assert event_id is not None
    handle(services, event_id)
    with database.service() as session:
        replies: Any = session.get_one(InboundEvent, event_id).replies
    assert replies["messages"][0]["document"]["content"] == ""


@pytest.mark.parametrize("channel", [ChannelName.WHATSAPP, ChannelName.CONSOLE, ChannelName.API])
def test_a_chat_that_carries_no_files_gets_a_link(
    services: Services, database: Database, text: Text, owner: User, now: datetime, channel: str
) -> None:
    assert channel not in CARRIES_FILES
    value = str(owner.id) if channel == ChannelName.API else "sim:other"
    with database.service() as session:
        add_identity(session, owner.id, channel, value, now)
    said = reply_to(services, InboundMessage(Address(channel, value), "/export", "x1", now))
    assert said.document is None
    with database.service() as session:
        assert redeem_code(session, "export", code_in(said.text), now) == owner.id


def test_a_file_too_large_for_the_chat_becomes_a_link(
    services: Services, database: Database, text: Text, owner: User, now: datetime
) -> None:
    with database.service() as session:
        talk = Conversation(user_id=owner.id, langgraph_thread_id="long", created_at=now)
        session.add(talk)
        session.flush()
        for n in range(300):  # random digits: what repeats itself would shrink to nothing
            digits = "".join(
                hashlib.sha256(f"{n} {m}".encode()).hexdigest() for m in range(2 * LARGEST // 64 // 250)
            )
            session.add(Message(conversation_id=talk.id, role="user", content=digits, created_at=now))
    said = reply_to(services, text("/export"))
    assert said.document is None
    assert "/export/" in said.text


def test_somebody_just_met_gets_a_link(services: Services, text: Text) -> None:
    """Their row is not committed yet, so no snapshot can hold it."""
    assert "/export/" in reply_to(services, text("/export", sender="sim:new")).text


def test_the_code_of_a_link_opens_no_dashboard(
    services: Services, database: Database, text: Text, now: datetime
) -> None:
    said = reply_to(services, text("/export", sender="sim:new"))
    with database.service() as session:
        assert redeem_code(session, "dashboard", code_in(said.text), now) is None


def test_help_names_it() -> None:
    assert "\n/export - " in HELP


def reply_to(services: Services, message: InboundMessage) -> OutboundMessage:
    """The one reply, as it was stored."""
    event_id = receive(services, message)
    assert event_id is not None
    services.switchboard = Switchboard({}, {})
    handle(services, event_id)
    with services.database.service() as session:
        replies = session.get_one(InboundEvent, event_id).replies
    [said] = wire.load_outbound((replies or {})["messages"])
    return said

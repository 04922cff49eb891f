"""An address changes hands: what was said from it before stays whose it was, and nobody's line is blocked by it."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from bot import inbound
from bot.services import Services
from channels.messages import Address, InboundMessage
from storage import users
from storage.erasure import erase_rows
from storage.export import stream_export
from storage.tables import InboundEvent, ProviderDeletion, User
from storage.vocabulary import ErasureSource, InboundState

NUMBER = Address("whatsapp", "+491701234567")
SID = "SM" + "0b" * 16
EARLIER = timedelta(days=3)


def said(services: Services, words: str, external_id: str, now: datetime) -> None:
    """A message that no worker has handled."""
    assert inbound.receive(services, InboundMessage(NUMBER, words, external_id, now))


def take_number(services: Services, person: User, now: datetime) -> None:
    with services.database.service() as session:
        users.add_identity(session, person.id, NUMBER.channel, NUMBER.value, now)


def events_of(services: Services) -> dict[str, object]:
    """Whose event is whose, by the provider's id."""
    with services.database.service() as session:
        return {event.external_id: event.user_id for event in session.scalars(select(InboundEvent))}


@pytest.fixture
def taken_over(services: Services, owner: User, stranger: User, now: datetime) -> None:
    """The stranger wrote from the number, and it became the owner's later."""
    take_number(services, stranger, now - EARLIER)
    said(services, "what the stranger said", SID, now - EARLIER)
    take_number(services, owner, now)


def test_a_message_belongs_to_whoever_had_the_address_when_it_came(
    services: Services, stranger: User, taken_over: None
) -> None:
    assert events_of(services) == {SID: stranger.id}


def test_an_unknown_senders_message_is_nobodys_until_it_is_handled(services: Services, now: datetime) -> None:
    said(services, "hello", SID, now)
    assert events_of(services) == {SID: None}


def test_the_next_holders_export_has_none_of_it(
    services: Services, owner: User, taken_over: None, now: datetime
) -> None:
    archive = zipfile.ZipFile(io.BytesIO(b"".join(stream_export(services.database, owner.id, now))))
    assert json.loads(archive.read("inbound_events.json")) == []


def test_erasing_the_next_holder_leaves_it(
    services: Services, owner: User, stranger: User, taken_over: None, now: datetime
) -> None:
    with services.database.service() as session:
        erase_rows(session, owner.id, now, ErasureSource.PERSON)
    assert events_of(services) == {SID: stranger.id}


def test_what_nobody_has_handled_yet_is_deleted_at_the_provider_too(
    services: Services, owner: User, now: datetime
) -> None:
    said(services, "from before anybody was known here", SID, now)
    take_number(services, owner, now)
    with services.database.service() as session:
        counts = erase_rows(session, owner.id, now, ErasureSource.PERSON).counts
    assert counts["inbound_events"] == 1
    with services.database.service() as session:
        assert session.scalars(select(ProviderDeletion.reference)).all() == [SID]


def test_joining_from_a_chat_whose_person_is_known_works_and_does_not_mute_it(
    services: Services, owner: User, stranger: User, now: datetime
) -> None:
    with services.database.service() as session:
        code = users.mint_code(session, owner.id, "link", now)
    chat = Address("telegram", "sim:stranger")
    for number, words in enumerate((f"/link {code}", "/today")):
        event_id = inbound.receive(services, InboundMessage(chat, words, f"m{number}", services.clock.now()))
        assert event_id
        inbound.handle(services, event_id)
    with services.database.service() as session:
        rows = session.scalars(select(InboundEvent).order_by(InboundEvent.seq)).all()
        assert [(row.state, row.user_id) for row in rows] == [(InboundState.DONE, owner.id)] * 2
        assert "Joined" in rows[0].replies["messages"][0]["text"]  # type: ignore[index]  # it was answered
        assert users.get_user(session, stranger.id) is not None

"""What Twilio holds of somebody erased: deleted there, tried again with patience, and given up in the open."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest

from bot.provider_deletions import MAX_TRIES, Deletions, delete_at_providers
from bot.services import Services
from channels.twilio_api import TwilioApi
from storage.tables import ErasureReceipt, ProviderDeletion
from tests.fakes.twilio_server import ACCOUNT_SID, AUTH_TOKEN, FakeTwilio

NUMBER = "+4915112345678"


@pytest.fixture
def twilio() -> Iterator[FakeTwilio]:
    with FakeTwilio() as server:
        yield server


@pytest.fixture
def connected(services: Services, twilio: FakeTwilio) -> Services:
    account = {"twilio_account_sid": ACCOUNT_SID, "twilio_auth_token": AUTH_TOKEN}
    return replace(
        services, settings=services.settings.model_copy(update=account | {"twilio_api_base_url": twilio.url})
    )


def wanted(services: Services, now: datetime, *references: str) -> list[UUID]:
    with services.database.service() as session:
        receipt = ErasureReceipt(erased_at=now, asked_by="person", subject=uuid4().hex)
        session.add(receipt)
        session.flush()
        rows = [
            ProviderDeletion(
                receipt_id=receipt.id,
                provider="twilio",
                kind="call" if reference.startswith("CA") else "message",
                reference=reference,
                due_at=now,
            )
            for reference in references
        ]
        session.add_all(rows)
        session.flush()
        return [row.id for row in rows]


def row(services: Services, deletion: UUID) -> ProviderDeletion:
    with services.database.service() as session:
        return session.get_one(ProviderDeletion, deletion)


def test_messages_and_calls_go_and_their_ids_with_them(
    connected: Services, twilio: FakeTwilio, now: datetime
) -> None:
    api = TwilioApi(ACCOUNT_SID, AUTH_TOKEN, twilio.url)
    message = api.create_message(to=f"whatsapp:{NUMBER}", from_="whatsapp:+14155238886", body="Easy run")
    call = api.create_call(to=NUMBER, from_="+14155550100", twiml="<Response/>")
    kept = api.create_message(to=f"whatsapp:{NUMBER}", from_="whatsapp:+14155238886", body="Somebody else's")
    ids = wanted(connected, now, message, call)
    assert delete_at_providers(connected, now).done == 2
    assert [record.sid for record in twilio.messages] == [kept]
    assert twilio.calls == []
    for one in ids:
        found = row(connected, one)
        assert (found.state, found.reference, found.done_at, found.tries) == ("done", None, now, 1)
    assert delete_at_providers(connected, now).done == 0


def test_what_twilio_no_longer_knows_is_done(connected: Services, now: datetime) -> None:
    [one] = wanted(connected, now, "SM" + "0a" * 16)
    assert delete_at_providers(connected, now).done == 1
    assert row(connected, one).state == "done"


def test_a_failure_is_tried_again_later_and_later(
    connected: Services, twilio: FakeTwilio, now: datetime
) -> None:
    [one] = wanted(connected, now, "SM" + "0a" * 16)
    pauses = []
    at = now
    for _ in range(3):
        twilio.fail_next(500, 20500)
        assert delete_at_providers(connected, at).done == 0
        assert delete_at_providers(connected, at).done == 0, "not before it is due"
        found = row(connected, one)
        pauses.append(found.due_at - at)
        assert (found.state, found.error) == ("pending", "20500")
        at = found.due_at
    assert pauses == [timedelta(minutes=5), timedelta(minutes=10), timedelta(minutes=20)]
    assert delete_at_providers(connected, at).done == 1
    assert row(connected, one).error is None


def test_twilios_own_wish_for_a_pause_is_obeyed(
    connected: Services, twilio: FakeTwilio, now: datetime
) -> None:
    [one] = wanted(connected, now, "SM" + "0a" * 16)
    twilio.fail_next(429, 20429, Retry_After="3600")
    delete_at_providers(connected, now)
    assert row(connected, one).due_at == now + timedelta(hours=1)


def test_after_ten_tries_an_operator_has_to_look(
    connected: Services, twilio: FakeTwilio, now: datetime
) -> None:
    [one] = wanted(connected, now, "CA" + "0a" * 16)
    for day in range(MAX_TRIES):
        twilio.fail_next(500, 20500)
        assert delete_at_providers(connected, now + timedelta(days=2 * day)).done == 0
    found = row(connected, one)
    assert (found.state, found.tries, found.reference) == ("failed", 10, "CA" + "0a" * 16)
    assert delete_at_providers(connected, now + timedelta(days=99)).done == 0


def test_a_turn_whose_time_is_up_leaves_the_rest_and_says_so(connected: Services, now: datetime) -> None:
    wanted(connected, now, *(f"SM{number:032x}" for number in range(3)))
    turns = [delete_at_providers(connected, now, timedelta(0)) for _ in range(4)]
    assert turns == [Deletions(1, complete=False), Deletions(1, complete=False), Deletions(1), Deletions(0)]


def test_without_haste_all_go_in_one_turn(connected: Services, now: datetime) -> None:
    wanted(connected, now, *(f"SM{number:032x}" for number in range(7)))
    assert delete_at_providers(connected, now) == Deletions(7)


def test_while_twilio_is_down_a_turn_asks_for_no_other(
    connected: Services, twilio: FakeTwilio, now: datetime
) -> None:
    wanted(connected, now, *(f"SM{number:032x}" for number in range(3)))
    twilio.fail_next(500, 20500)
    assert delete_at_providers(connected, now, timedelta(0)) == Deletions(0)
    assert delete_at_providers(connected, now, timedelta(0)) == Deletions(1, complete=False)


def test_without_an_account_nothing_is_tried(services: Services, now: datetime) -> None:
    [one] = wanted(services, now, "SM" + "0a" * 16)
    assert delete_at_providers(services, now).done == 0
    assert row(services, one).tries == 0

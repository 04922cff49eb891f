"""The simulated phone: what it shows, in which order, and what erasing leaves of it."""

from __future__ import annotations

import base64
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from redis import Redis

from channels.messages import Address, ChannelError, Choice, Document, OutboundMessage
from channels.simulator import PhoneStore, SimulatedChannel, SimulatedVerifier, tapped, typed

NOW = datetime(2026, 3, 12, 6, 50, tzinfo=UTC)
ANN = Address("telegram", "sim:ann")
PHONE = Address("call", "+4915112345678")
BUTTONS = ((Choice("Done", "t:1:0:done"), Choice("On it", "t:1:0:onit")),)
NUMBER = "+4915112345678"


@pytest.fixture
def phones(redis: Redis) -> PhoneStore:
    return PhoneStore(redis)


def test_a_message_is_shown_with_all_it_carries(redis: Redis, phones: PhoneStore) -> None:
    task, attempt = uuid4(), uuid4()
    document = Document("week.ics", b"BEGIN\xff", "text/calendar")
    message = OutboundMessage(
        "Easy run",
        BUTTONS,
        task_id=task,
        attempt_id=attempt,
        title="07:00",
        document=document,
        photo=b"\x89PNG",
    )
    receipt = SimulatedChannel("telegram", redis).send(ANN, message, NOW)
    (event,) = phones.events([ANN])
    assert event["id"] == receipt.external_id
    assert (event["kind"], event["text"], event["title"]) == ("message", "Easy run", "07:00")
    assert event["rows"][0][1] == {"label": "On it", "data": "t:1:0:onit"}
    assert (event["task_id"], event["attempt_id"]) == (str(task), str(attempt))
    assert base64.b64decode(event["document"]["content"]) == b"BEGIN\xff"
    assert base64.b64decode(event["photo"]) == b"\x89PNG"
    assert (event["channel"], event["address"], event["at"]) == ("telegram", "sim:ann", NOW.isoformat())


def test_an_edit_names_the_message_it_replaces(redis: Redis, phones: PhoneStore) -> None:
    channel = SimulatedChannel("telegram", redis)
    sent = channel.send(ANN, OutboundMessage("Easy run", BUTTONS), NOW)
    edited = channel.send(ANN, OutboundMessage("Done 07:12", edits=sent.external_id), NOW)
    first, second = phones.events([ANN])
    assert edited == sent
    assert (first["replaces"], second["replaces"], second["rows"]) == (None, sent.external_id, [])


def test_events_of_several_addresses_come_in_one_order(redis: Redis, phones: PhoneStore) -> None:
    push = Address("push", "sim:ann")
    telegram, pushes = SimulatedChannel("telegram", redis), SimulatedChannel("push", redis)
    for number in range(3):
        telegram.send(ANN, OutboundMessage(f"chat {number}"), NOW)
        pushes.send(push, OutboundMessage(f"push {number}"), NOW)
    events = phones.events([push, ANN])
    assert [e["text"] for e in events] == ["chat 0", "push 0", "chat 1", "push 1", "chat 2", "push 2"]
    later = phones.events([push, ANN], after=events[3]["seq"])
    assert [e["text"] for e in later] == ["chat 2", "push 2"]
    assert phones.events([push, ANN], after=events[-1]["seq"]) == []


def test_many_writers_lose_no_event(redis: Redis, phones: PhoneStore) -> None:
    channel = SimulatedChannel("telegram", redis)

    def send(number: int) -> str | None:
        return channel.send(ANN, OutboundMessage(f"note {number}"), NOW).external_id

    with ThreadPoolExecutor(8) as pool:
        ids = list(pool.map(send, range(100)))
    events = phones.events([ANN])
    assert {event["id"] for event in events} == set(ids)
    assert len({event["seq"] for event in events}) == len(set(ids)) == 100


def test_a_phone_keeps_only_its_latest_events(redis: Redis, phones: PhoneStore) -> None:
    for number in range(1200):
        phones.add(ANN, {"kind": "toast", "text": str(number), "at": None})
    events = phones.events([ANN])
    assert 500 <= len(events) < 800
    assert events[-1]["text"] == "1199"


def test_what_was_typed_and_tapped_is_echoed_in_its_place(redis: Redis, phones: PhoneStore) -> None:
    channel = SimulatedChannel("telegram", redis)
    hello = typed(ANN, "hi", NOW)
    phones.heard(hello)
    sent = channel.send(ANN, OutboundMessage("Easy run", BUTTONS), NOW)
    tap = tapped(ANN, "t:1:0:done", sent.external_id or "", NOW)
    phones.heard(tap)
    channel.acknowledge(tap, "Well done")
    kinds = [(e["kind"], e.get("text"), e.get("choice")) for e in phones.events([ANN])]
    assert kinds == [
        ("inbound", "hi", None),
        ("message", "Easy run", None),
        ("inbound", "", "t:1:0:done"),
        ("toast", "Well done", None),
    ]
    assert hello.external_id != tap.external_id


def test_whatsapp_shows_its_buttons_as_numbers(redis: Redis, phones: PhoneStore) -> None:
    ann = Address("whatsapp", NUMBER)
    SimulatedChannel("whatsapp", redis).send(ann, OutboundMessage("Easy run at 07:00", BUTTONS), NOW)
    assert phones.events([ann])[0]["text"] == "Easy run at 07:00\n\n1 Done\n2 On it"


def test_a_call_rings_until_it_ends(redis: Redis, phones: PhoneStore) -> None:
    call = SimulatedChannel("call", redis)
    task = uuid4()
    call_id = call.send(PHONE, OutboundMessage("Easy run", task_id=task), NOW).external_id or ""
    assert phones.is_live(call_id)
    phones.call(PHONE, call_id, "answered", NOW)
    phones.call(PHONE, call_id, "said", NOW, text="Hi, Flux here.")
    phones.call(PHONE, call_id, "pressed", NOW, digits="1")
    phones.call(PHONE, call_id, "ended", NOW, reason="hangup")
    events = phones.events([PHONE])
    assert [e["state"] for e in events] == ["ringing", "answered", "said", "pressed", "ended"]
    assert {e["call_id"] for e in events} == {call_id}
    assert (events[0]["task_id"], events[2]["text"], events[3]["digits"]) == (
        str(task),
        "Hi, Flux here.",
        "1",
    )
    assert not phones.is_live(call_id)


def test_cancelling_stops_the_ringing_once(redis: Redis, phones: PhoneStore) -> None:
    call = SimulatedChannel("call", redis)
    call_id = call.send(PHONE, OutboundMessage("Easy run"), NOW).external_id or ""
    call.cancel(call_id)
    call.cancel(call_id)
    call.cancel("call-unknown")
    assert [e["state"] for e in phones.events([PHONE])] == ["ringing", "ended"]


def test_an_attempt_is_found_again_and_another_is_not(redis: Redis) -> None:
    channel = SimulatedChannel("telegram", redis)
    attempt = uuid4()
    sent = channel.send(ANN, OutboundMessage("Easy run", attempt_id=attempt), NOW)
    channel.send(ANN, OutboundMessage("Something else", attempt_id=uuid4()), NOW)
    assert channel.find(ANN, attempt, NOW - timedelta(minutes=1)) == sent
    assert channel.find(ANN, uuid4(), NOW - timedelta(minutes=1)) is None
    assert channel.find(ANN, attempt, NOW + timedelta(minutes=1)) is None


@pytest.mark.parametrize("title", ["</Say><Dial>+900</Dial>", "*_[x](http://evil)", "🏃" * 4000])
def test_a_hostile_title_is_kept_as_it_is(redis: Redis, phones: PhoneStore, title: str) -> None:
    SimulatedChannel("telegram", redis).send(ANN, OutboundMessage(title), NOW)
    assert phones.events([ANN])[0]["text"] == title


def test_the_simulator_refuses_what_the_real_channels_refuse(redis: Redis, phones: PhoneStore) -> None:
    channel = SimulatedChannel("telegram", redis)
    for message in (OutboundMessage(""), OutboundMessage("Go", ((Choice("Go", "x" * 65),),))):
        with pytest.raises(ChannelError) as caught:
            channel.send(ANN, message, NOW)
        assert caught.value.permanent
    assert phones.events([ANN]) == []


def test_erasing_an_address_leaves_no_key_of_it(redis: Redis, phones: PhoneStore) -> None:
    SimulatedChannel("call", redis).send(PHONE, OutboundMessage("Easy run"), NOW)
    SimulatedChannel("telegram", redis).send(ANN, OutboundMessage("Hi"), NOW)
    SimulatedVerifier(redis).start(NUMBER, NOW)
    phones.forget(PHONE)
    kept = [key.decode() if isinstance(key, bytes) else key for key in redis.keys("flux:sim:*")]
    assert sorted(kept) == ["flux:sim:seq", "flux:sim:telegram:sim:ann"]


def code_sent(phones: PhoneStore) -> str:
    return str(phones.events([Address("sms", NUMBER)])[-1]["text"]).split()[0]


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06d}"


def test_the_code_from_the_sms_proves_the_number_once(redis: Redis, phones: PhoneStore) -> None:
    verifier = SimulatedVerifier(redis)
    verifier.start(NUMBER, NOW)
    code = code_sent(phones)
    assert len(code) == 6
    assert not verifier.check(NUMBER, wrong(code), NOW)
    assert not verifier.check("+4900000000", code, NOW)
    assert verifier.check(NUMBER, f" {code} ", NOW)
    assert not verifier.check(NUMBER, code, NOW)


def test_after_five_wrong_tries_the_right_code_is_dead(redis: Redis, phones: PhoneStore) -> None:
    verifier = SimulatedVerifier(redis)
    verifier.start(NUMBER, NOW)
    code = code_sent(phones)
    assert [verifier.check(NUMBER, wrong(code), NOW) for _ in range(5)] == [False] * 5
    assert not verifier.check(NUMBER, code, NOW)
    verifier.start(NUMBER, NOW)
    assert verifier.check(NUMBER, code_sent(phones), NOW)


def test_an_old_code_is_dead(redis: Redis, phones: PhoneStore) -> None:
    verifier = SimulatedVerifier(redis)
    verifier.start(NUMBER, NOW)
    assert not verifier.check(NUMBER, code_sent(phones), NOW + timedelta(minutes=10))


def test_both_kinds_of_redis_client_read_the_same_phone(redis: Redis, phones: PhoneStore) -> None:
    known = redis.connection_pool.connection_kwargs
    options = {name: known[name] for name in ("host", "port", "db", "username", "password") if name in known}
    opposite = Redis(**options, decode_responses=not known.get("decode_responses", False))
    sent = SimulatedChannel("call", opposite).send(PHONE, OutboundMessage("Hi"), NOW)
    assert PhoneStore(opposite).events([PHONE]) == phones.events([PHONE])
    verifier = SimulatedVerifier(opposite)
    verifier.start(NUMBER, NOW)
    assert verifier.check(NUMBER, code_sent(phones), NOW)
    PhoneStore(opposite).hang_up(sent.external_id or "")
    assert phones.events([PHONE])[-1]["state"] == "ended"

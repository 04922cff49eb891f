"""The phone simulator's endpoints: what is said goes through the real door, what happens is shown, calls can be taken."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from redis import Redis
from sqlalchemy import select

from bot.clock import ManualClock, ShiftedClock
from bot.inbound import handle
from bot.services import Services
from channels.messages import Address, Choice, OutboundMessage
from channels.simulator import PhoneStore
from reminders.rules.answers import TaskTap, format_tap
from storage import users
from storage.database import Database
from storage.tables import InboundEvent, Task, User
from storage.vocabulary import Stage, TaskStatus
from tests.web.parts import add_goal, add_task, load_task
from web.app import create_app
from web.simulator import MOVING

OURS = {"X-Flux-Phone": "1"}
NUMBER = "+4915112345678"
STATE = "/simulator/api/state"


@pytest.fixture
def me(database: Database, now: datetime) -> User:
    """Whoever holds the simulated phone, onboarded, with a number."""
    with database.service() as session:
        user = users.create_user(session, now, timezone="Europe/Berlin")
        user.onboarded = True
        preferences = users.preferences_of(user)
        preferences.phone_number = NUMBER
        users.save_preferences(user, preferences)
        users.add_identity(session, user.id, "telegram", "sim:you", now, primary=True)
        return user


@pytest.fixture
def phones(redis: Redis) -> PhoneStore:
    return PhoneStore(redis)


def post(client: FlaskClient, path: str, **body: Any) -> Any:
    return client.post(f"/simulator/api{path}", json=body, headers=OURS)


def test_what_is_typed_goes_through_the_door_and_shows_on_the_phone(
    client: FlaskClient, database: Database, queue: list[tuple[str, str]]
) -> None:
    assert post(client, "/say", channel="telegram", text="hello").status_code == 200
    state = client.get(STATE).json
    with database.service() as session:
        [event] = session.scalars(select(InboundEvent)).all()
    assert (event.channel, event.sender, event.payload["text"]) == ("telegram", "sim:you", "hello")
    assert queue == [("bot.jobs.handle_inbound", str(event.id))]
    assert [(one["kind"], one["text"]) for one in state["events"]] == [("inbound", "hello")]
    assert state["typing"] == {"telegram": True}


def test_a_tap_carries_the_button_and_its_message(client: FlaskClient, database: Database) -> None:
    assert post(client, "/tap", channel="telegram", choice="c:1:ok", message_ref="m1").status_code == 200
    with database.service() as session:
        [event] = session.scalars(select(InboundEvent)).all()
    assert (event.payload["choice"], event.payload["message_ref"]) == ("c:1:ok", "m1")


def test_only_what_is_new_comes_back(client: FlaskClient, phones: PhoneStore, now: datetime) -> None:
    phones.show(Address("telegram", "sim:you"), OutboundMessage("one"), "one", now)
    first = client.get(STATE).json["events"]
    phones.show(Address("telegram", "sim:you"), OutboundMessage("two"), "two", now)
    phones.show(Address("telegram", "sim:somebody"), OutboundMessage("not yours"), "not yours", now)
    second = client.get(f"{STATE}?after={first[-1]['seq']}").json["events"]
    assert [one["text"] for one in second] == ["two"]
    for strange in ("x", "-5", "9" * 40):
        assert client.get(f"{STATE}?after={strange}").status_code == 200


@pytest.mark.parametrize("path", ["/say", "/tap", "/push", "/push/open", "/call", "/clock"])
def test_other_sites_cannot_post(client: FlaskClient, database: Database, path: str) -> None:
    body = {"channel": "telegram", "text": "hello", "move": "60"}
    plain = client.post(f"/simulator/api{path}", json=body)
    foreign = client.post(
        f"/simulator/api{path}", json=body, headers=OURS | {"Origin": "https://evil.example"}
    )
    assert plain.status_code == foreign.status_code == 403
    with database.service() as session:
        assert session.scalars(select(InboundEvent)).all() == []


def test_whatsapp_asks_for_a_number_first(client: FlaskClient) -> None:
    response = post(client, "/say", channel="whatsapp", text="hello")
    assert response.status_code == 409
    assert "number" in response.json["error"]["message"]


def test_whatsapp_speaks_from_the_persons_number(client: FlaskClient, database: Database, me: User) -> None:
    assert post(client, "/say", channel="whatsapp", text="1").status_code == 200
    with database.service() as session:
        assert session.scalars(select(InboundEvent.sender)).all() == [NUMBER]


def test_a_code_shows_for_the_number_just_typed(
    client: FlaskClient, phones: PhoneStore, now: datetime
) -> None:
    post(client, "/say", channel="telegram", text="+49 30 1234567")
    phones.add(Address("sms", "+49301234567"), {"kind": "sms", "text": "123456", "at": now.isoformat()})
    phones.add(Address("sms", "+4977777777"), {"kind": "sms", "text": "999999", "at": now.isoformat()})
    kinds = {one["kind"]: one["text"] for one in client.get(STATE).json["events"]}
    assert kinds["sms"] == "123456"


def test_the_line_under_the_clock_says_what_comes_next(
    client: FlaskClient, database: Database, me: User, now: datetime
) -> None:
    add_task(database, me, now + timedelta(hours=1), wakes_at=now + timedelta(minutes=50))
    assert client.get(STATE).json["clock"]["next"] == "reminder for Easy run at 10:50"
    with database.service() as session:
        session.scalars(select(Task)).one().stage = Stage.WHATSAPPED
    assert client.get(STATE).json["clock"]["next"] == "a call about Easy run at 10:50"


def test_the_clock_shows_the_persons_zone_and_how_far_ahead_it_is(
    services: Services, database: Database, redis: Redis, me: User
) -> None:
    shifted = ShiftedClock(redis)
    client = create_app(replace(services, clock=shifted)).test_client()
    assert client.get(STATE).json["clock"]["real"] is True
    shifted.shift(timedelta(days=1, hours=2, minutes=3))
    clock = client.get(STATE).json["clock"]
    assert (clock["zone"], clock["real"], clock["ahead"]) == ("Europe/Berlin", False, "1 d 2 h 3 min")
    assert post(client, "/clock", move="real").status_code == 200
    assert client.get(STATE).json["clock"]["real"] is True


def test_moving_the_clock_moves_it_and_next_needs_something_planned(
    services: Services, database: Database, redis: Redis, me: User
) -> None:
    shifted = ShiftedClock(redis)
    client = create_app(replace(services, clock=shifted)).test_client()
    before = shifted.now()
    assert post(client, "/clock", move="600").status_code == 200
    assert timedelta(minutes=10) <= shifted.now() - before < timedelta(minutes=11)
    assert post(client, "/clock", move="next").status_code == 409
    assert post(client, "/clock", move="-600").status_code == 422
    with database.alone(MOVING):
        assert post(client, "/clock", move="60").status_code == 409


def test_a_notifications_button_answers_the_task(
    client: FlaskClient, database: Database, me: User, phones: PhoneStore, now: datetime
) -> None:
    task_id = add_task(database, me, now + timedelta(minutes=10))
    tap = format_tap(TaskTap(task_id, 1, "done", ""))
    message = OutboundMessage("In 10 minutes", choices=((Choice("Done", tap),),), task_id=task_id)
    shown = phones.show(Address("push", "sim:you"), message, message.text, now)
    page = post(client, "/push/open", id=shown).json["url"]
    assert "Easy run" in client.get(page).get_data(as_text=True)
    assert post(client, "/push", id=shown, choice=tap).json["text"]
    assert load_task(database, task_id).status == TaskStatus.DONE


@pytest.fixture
def call(database: Database, me: User, phones: PhoneStore, now: datetime) -> tuple[str, UUID]:
    """A ringing call about a task: (call id, task id)."""
    task_id = add_task(database, me, now + timedelta(minutes=5))
    message = OutboundMessage("Easy run", title="Easy run", task_id=task_id)
    return phones.ring(Address("call", NUMBER), message, now), task_id


def heard(client: FlaskClient) -> list[tuple[str, str]]:
    events = client.get(STATE).json["events"]
    calls = [one for one in events if one["kind"] == "call"]
    return [(one["state"], one.get("text") or one.get("digits") or "") for one in calls]


def test_a_call_is_answered_heard_and_ended_by_one_key(
    client: FlaskClient, database: Database, call: tuple[str, UUID]
) -> None:
    call_id, task_id = call
    assert post(client, "/call", call_id=call_id, act="answer").status_code == 200
    assert post(client, "/call", call_id=call_id, act="digits", digits="1").status_code == 200
    states = heard(client)
    assert [state for state, _ in states] == ["ringing", "answered", "said", "pressed", "said", "ended"]
    assert "Hi, Flux here. Easy run" in states[2][1]
    assert "is done" in states[4][1]
    assert load_task(database, task_id).status == TaskStatus.DONE
    assert post(client, "/call", call_id=call_id, act="digits", digits="1").status_code == 409


def test_a_declined_call_answers_nothing(
    client: FlaskClient, database: Database, call: tuple[str, UUID]
) -> None:
    call_id, task_id = call
    assert post(client, "/call", call_id=call_id, act="digits", digits="1").status_code == 409
    assert post(client, "/call", call_id=call_id, act="decline").status_code == 200
    assert heard(client)[-1][0] == "ended"
    assert load_task(database, task_id).status == TaskStatus.PENDING


def test_a_call_nobody_made_is_not_found(client: FlaskClient, me: User) -> None:
    assert post(client, "/call", call_id="call-none", act="answer").status_code == 404


def test_a_call_nobody_takes_ends_by_itself(
    client: FlaskClient, database: Database, clock: ManualClock, call: tuple[str, UUID]
) -> None:
    clock.shift(timedelta(seconds=30))
    assert heard(client)[-1][0] == "ringing"
    clock.shift(timedelta(minutes=1))
    assert heard(client)[-1][0] == "ended"
    assert len(heard(client)) == 2
    assert post(client, "/call", call_id=call[0], act="answer").status_code == 409


def test_silence_in_a_call_is_heard_as_silence(client: FlaskClient, call: tuple[str, UUID]) -> None:
    post(client, "/call", call_id=call[0], act="answer")
    for _ in range(3):
        assert post(client, "/call", call_id=call[0], act="silence").status_code == 200
    assert "Bye" in heard(client)[-2][1]
    assert heard(client)[-1][0] == "ended"


def test_a_page_can_tell_that_the_phone_lost_its_memory(
    client: FlaskClient, phones: PhoneStore, redis: Redis, now: datetime
) -> None:
    phones.show(Address("telegram", "sim:you"), OutboundMessage("one"), "one", now)
    seen = client.get(STATE).json
    assert seen["latest"] == seen["events"][-1]["seq"]
    redis.flushall()
    assert client.get(f"{STATE}?after={seen['latest']}").json["latest"] < seen["latest"]


def test_a_weekly_commitment_is_not_yet_a_plan(
    client: FlaskClient, database: Database, me: User, now: datetime
) -> None:
    add_task(database, me, now + timedelta(days=1), title="Choir")
    assert "planned" not in client.get(STATE).json["reached"]
    add_task(database, me, now + timedelta(days=2), goal_id=add_goal(database, me))
    assert "planned" in client.get(STATE).json["reached"]


def test_a_declined_call_rings_once_more_as_a_real_one_would(
    client: FlaskClient, database: Database, me: User, services: Services, clock: ManualClock, now: datetime
) -> None:
    add_task(database, me, now + timedelta(minutes=10), wakes_at=now)
    with database.service() as session:
        user = session.get_one(User, me.id)
        user.phone_verified, user.whatsapp_opt_in_at = True, None
        preferences = users.preferences_of(user)
        preferences.calls_opted_in = True
        users.save_preferences(user, preferences)
        users.add_identity(session, me.id, "call", NUMBER, now)
    services.dispatcher.run_due(clock.now())
    clock.shift(timedelta(minutes=2))
    services.dispatcher.run_due(clock.now())
    for _ in range(2):
        assert heard(client)[-1][0] == "ringing"
        [*_, ringing] = [one for one in client.get(STATE).json["events"] if one["kind"] == "call"]
        assert post(client, "/call", call_id=ringing["call_id"], act="decline").status_code == 200
        clock.shift(timedelta(seconds=10))
        services.dispatcher.run_due(clock.now())
    assert heard(client)[-1][0] == "ended"


def test_stop_typed_on_whatsapp_turns_it_off_until_start(
    client: FlaskClient, database: Database, me: User, services: Services, queue: list[tuple[str, str]]
) -> None:
    def type_(words: str, channel: str = "whatsapp") -> bool:
        """Type it and have it handled; whether WhatsApp can be used then."""
        assert post(client, "/say", channel=channel, text=words).status_code == 200
        handle(services, UUID(queue[-1][1]))
        with database.service() as session:
            return users.disabled_reason(session, "whatsapp", NUMBER) is None

    assert type_("hello")
    assert not type_(" Stop ")
    assert not type_("hello again"), "only START counts"
    assert not type_("START", channel="telegram")
    assert type_("start")
    shown = [one["text"] for one in client.get(STATE).json["events"] if one["kind"] == "message"]
    provider_says = "You will get no more messages from this number. Reply START to get them again."
    assert [shown.count(provider_says), shown[-1]] == [1, "Welcome back. Reminders reach you here again."]
    assert type_("STOP", channel="telegram"), "Telegram knows no such word"

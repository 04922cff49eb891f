"""The phone call over Twilio's webhook: every key, said back, counted once."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlsplit
from uuid import UUID, uuid4
from xml.etree import ElementTree

import pytest
from flask.testing import FlaskClient
from sqlalchemy import delete, select
from sqlalchemy.exc import OperationalError

from bot.call_patience import in_time
from channels.voice_script import CallStep, held_of
from storage.database import Database
from storage.tables import Task, User
from storage.vocabulary import TaskStatus
from tests.web.parts import PUBLIC, load_task, signed

VOICE = "/api/v1/webhooks/twilio/voice"


class Phone:
    """Follows a call as Twilio does: requests, hears, and posts keys to where the Gather points."""

    def __init__(self, client: FlaskClient, task_id: object, sid: str = "CA1") -> None:
        self.client = client
        self.sid = sid
        self.url = f"{VOICE}?task_id={task_id}&attempt={uuid4()}"
        self.heard = ""
        self.over = False
        self._follow({})

    def press(self, digits: str) -> str:
        self._follow({"Digits": digits} if digits else {"Digits": ""})
        return self.heard

    def _follow(self, fields: dict[str, str]) -> None:
        form = {"CallSid": self.sid, "From": "+14155238886"} | fields
        response = self.client.post(self.url, data=form, headers=signed(self.url, form))
        assert response.status_code == 200
        root = ElementTree.fromstring(response.get_data(as_text=True))  # noqa: S314 - our own answer
        self.heard = " ".join(said.text or "" for said in root.iter("Say"))
        gather = root.find("Gather")
        self.over = gather is None
        if gather is not None:
            action = gather.attrib["action"]
            assert action.startswith(PUBLIC + VOICE)
            parts = urlsplit(action)
            self.url = f"{parts.path}?{parts.query}"


@pytest.fixture
def phone(client: FlaskClient, task_id: UUID) -> Phone:
    return Phone(client, task_id)


def test_the_call_names_the_task_its_length_its_time_and_the_keys(phone: Phone) -> None:
    assert phone.heard.startswith("Hi, Flux here. Easy run, twenty minutes, at ten thirty.")
    assert "1 done, 2 reschedule, 3 can't today, 4 on it" in phone.heard
    assert not phone.over


def test_1_is_done_and_said_aloud(phone: Phone, database: Database, task_id: UUID) -> None:
    assert "Easy run is done" in phone.press("1")
    assert phone.over
    assert load_task(database, task_id).status == TaskStatus.DONE


def test_3_is_missed(phone: Phone, database: Database, task_id: UUID) -> None:
    assert "not today" in phone.press("3")
    assert load_task(database, task_id).status == TaskStatus.MISSED


def test_4_keeps_the_task_open_and_stops_the_ladder(phone: Phone, database: Database, task_id: UUID) -> None:
    assert "on it" in phone.press("4")
    task = load_task(database, task_id)
    assert (task.status, task.stage) == (TaskStatus.PENDING, "acknowledged")


def test_2_offers_two_times_and_the_chosen_one_is_booked(
    phone: Phone, database: Database, task_id: UUID
) -> None:
    assert "When would suit you? 1 for" in phone.press("2")
    assert "2 for" in phone.heard
    assert phone.press("2").startswith("Moved: Easy run")
    assert phone.over
    assert load_task(database, task_id).status == TaskStatus.RESCHEDULED
    with database.service() as session:
        moved = session.scalars(select(Task).where(Task.replaces_id == task_id)).one()
        assert moved.status == TaskStatus.PENDING


def test_the_chosen_time_pressed_twice_moves_once(phone: Phone, database: Database, task_id: UUID) -> None:
    phone.press("2")
    first = phone.press("1")
    again = phone.press("1")
    assert first == again
    with database.service() as session:
        assert len(session.scalars(select(Task).where(Task.replaces_id == task_id)).all()) == 1


def test_a_task_answered_meanwhile_is_said_to_be_done(client: FlaskClient, task_id: UUID) -> None:
    Phone(client, task_id).press("1")
    later = Phone(client, task_id, "CA2")
    assert "already done" in later.heard
    assert later.over


@pytest.mark.parametrize("name", [uuid4(), "", "x", "1 or 1=1", "%00"])
def test_unknown_tasks_end_the_call_politely(client: FlaskClient, name: object) -> None:
    phone = Phone(client, name)
    assert "can't find that task" in phone.heard
    assert phone.over


def test_a_task_erased_during_the_call_ends_it_politely(
    phone: Phone, database: Database, owner: User
) -> None:
    with database.service() as session:
        session.execute(delete(User).where(User.id == owner.id))
    assert "can't find that task" in phone.press("1")


@pytest.mark.parametrize("digits", [None, "", "1"])
def test_what_is_asked_again_is_the_very_same(digits: str | None) -> None:
    step = CallStep("t", "a", "slots" if digits else "menu", silences=1)
    query = dict(parse_qsl(urlsplit(step.same_again("/call", digits, 3)).query, keep_blank_values=True))
    assert (held_of(query), query.get("digits")) == (3, digits)
    assert ("menu" in query) == (digits is not None)
    if digits is not None:
        assert CallStep.of(query) == step


def test_after_five_moments_the_caller_is_sent_to_the_chat_and_not_to_an_error() -> None:
    def away() -> str:
        raise OperationalError("select 1", {}, Exception("the database is away"))

    assert "<Redirect" in in_time(away, "/call?held=1", held=0)
    assert "Please answer in the chat" in in_time(away, "/call?held=6", held=5)
    assert in_time(lambda: "<Response/>", "/call", held=5) == "<Response/>"

"""Erasing oneself over the API and on the dashboard: one's own account only, and the door is shut behind."""

from __future__ import annotations

import re
from datetime import datetime
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from redis import Redis

from bot import inbound
from bot.services import Services
from storage import users
from storage.database import Database
from storage.erasure import find_receipt
from storage.tables import User
from tests.conftest import Held
from tests.web.parts import Headers
from web.sessions import COOKIE

ACCOUNT = "/api/v1/account"


def is_there(database: Database, user: User) -> bool:
    with database.service() as session:
        return users.get_user(session, user.id) is not None


def receipt_of(database: Database, user: User) -> str:
    with database.service() as session:
        receipt = find_receipt(session, user.id)
        assert receipt is not None
        return str(receipt.id)


def test_a_token_erases_its_owner_and_opens_nothing_afterwards(
    client: FlaskClient,
    database: Database,
    owner: User,
    stranger: User,
    as_owner: Headers,
    as_stranger: Headers,
    task_id: UUID,
    redis: Redis,
) -> None:
    client.get(ACCOUNT + "/me", headers=as_owner)
    answer = client.delete(ACCOUNT, headers=as_owner)
    assert answer.status_code == 200
    assert not [key for key in redis.scan_iter() if str(owner.id).encode() in key]
    assert set(answer.json) == {"receipt_id", "erased_at", "counts"}
    assert answer.json["receipt_id"] == receipt_of(database, owner)
    assert answer.json["counts"]["tasks"] == 1
    assert not is_there(database, owner) and is_there(database, stranger)
    assert client.get(ACCOUNT + "/me", headers=as_owner).status_code == 401
    assert client.delete(ACCOUNT, headers=as_owner).status_code == 401
    assert client.get(ACCOUNT + "/me", headers=as_stranger).status_code == 200


def test_nobody_is_erased_without_a_token(client: FlaskClient, database: Database, owner: User) -> None:
    assert client.delete(ACCOUNT).status_code == 401
    assert is_there(database, owner)


def test_the_api_document_tells_of_it(client: FlaskClient) -> None:
    described = client.get("/openapi.json").json["paths"]["/api/v1/account"]["delete"]
    assert described["responses"]["200"]["content"]["application/json"]["schema"]["$ref"].endswith(
        "ErasedAccount"
    )


def test_the_word_in_the_chat_of_the_api_is_answered_with_the_receipt(
    client: FlaskClient, services: Services, database: Database, owner: User, as_owner: Headers
) -> None:
    services.enqueue = lambda _, event_id: inbound.handle(services, UUID(event_id))
    asked = client.post("/api/v1/chat/message", json={"message": "/delete"}, headers=as_owner)
    assert "write DELETE" in asked.json["message"]
    gone = client.post("/api/v1/chat/message", json={"message": "DELETE"}, headers=as_owner)
    assert gone.status_code == 200
    assert receipt_of(database, owner) in gone.json["message"]
    assert gone.json["conversation_id"] == asked.json["conversation_id"]
    assert client.post("/api/v1/chat/message", json={"message": "hello"}, headers=as_owner).status_code == 401


@pytest.fixture
def browser(client: FlaskClient, database: Database, owner: User, now: datetime) -> FlaskClient:
    """Signed in as the owner."""
    with database.service() as session:
        code = users.mint_code(session, owner.id, "dashboard", now)
    assert client.post("/dashboard/" + code).status_code == 303
    return client


def token_of(browser: FlaskClient) -> str:
    page = browser.get("/dashboard").get_data(as_text=True)
    assert "Erase everything" in page
    found = re.search(r'name="csrf" value="([^"]+)"', page)
    assert found
    return found[1]


def test_the_dashboard_says_goodbye_with_the_receipt(
    browser: FlaskClient, database: Database, owner: User, redis: Redis
) -> None:
    form = {"csrf": token_of(browser), "word": " DELETE "}
    goodbye = browser.post("/dashboard/erase", data=form)
    assert goodbye.status_code == 200
    assert receipt_of(database, owner) in goodbye.get_data(as_text=True)
    assert f"{COOKIE}=;" in goodbye.headers["Set-Cookie"]
    assert redis.keys("flux:session:*") == []
    assert browser.get("/dashboard").status_code == 401


@pytest.mark.parametrize("word", ["", "delete", "yes", "DELETE!"])
def test_another_word_on_the_dashboard_keeps_everything(
    browser: FlaskClient, database: Database, owner: User, word: str
) -> None:
    kept = browser.post("/dashboard/erase", data={"csrf": token_of(browser), "word": word})
    assert kept.status_code == 422
    assert "Nothing was deleted" in kept.get_data(as_text=True)
    assert is_there(database, owner)


def test_another_site_cannot_erase_anybody(browser: FlaskClient, database: Database, owner: User) -> None:
    for form in ({"word": "DELETE"}, {"word": "DELETE", "csrf": "x"}):
        assert browser.post("/dashboard/erase", data=form).status_code == 403
    browser.delete_cookie(COOKIE)
    assert browser.post("/dashboard/erase", data={"word": "DELETE"}).status_code == 401
    assert is_there(database, owner)


def test_an_erasure_that_breaks_is_said_to_be_finished_later(
    client: FlaskClient, database: Database, owner: User, as_owner: Headers, browser: FlaskClient, held: Held
) -> None:
    form = {"csrf": token_of(browser), "word": "DELETE"}
    with held(owner.id):
        answer = client.delete(ACCOUNT, headers=as_owner)
        page = browser.post("/dashboard/erase", data=form)
    assert (answer.status_code, answer.json["error"]["code"]) == (500, "unfinished")
    for said in (answer.json["error"]["message"], page.get_data(as_text=True)):
        assert "it is being finished" in said and "nothing changed" not in said
    assert client.delete(ACCOUNT, headers=as_owner).status_code == 200
    assert not is_there(database, owner)

"""Push subscriptions: real push services and real keys only, sixteen per person, one's own to remove."""

from __future__ import annotations

import base64

import pytest
from flask.testing import FlaskClient

from storage.database import Database
from storage.subscriptions import subscriptions_of
from storage.tables import User
from tests.web.parts import Headers, browser_keys, encoded
from web.push_keys import valid_auth, valid_p256dh

PATH = "/api/v1/push/subscriptions"


def subscription(name: str = "one", **changes: object) -> dict[str, object]:
    endpoint = f"https://fcm.googleapis.com/fcm/send/{name}"
    return {"endpoint": endpoint, "expirationTime": None, "keys": browser_keys()} | changes


def test_the_public_key_is_a_point_browsers_accept(client: FlaskClient, as_owner: Headers) -> None:
    key = client.get("/api/v1/push/public-key", headers=as_owner).json["public_key"]
    assert valid_p256dh(key)


def test_a_browser_is_saved_once_and_renewed_by_saving_again(
    client: FlaskClient, database: Database, owner: User, as_owner: Headers
) -> None:
    first = client.post(PATH, json=subscription(), headers=as_owner)
    again = client.post(PATH, json=subscription(), headers=as_owner)
    assert first.status_code == again.status_code == 201
    assert first.json["id"] == again.json["id"]
    with database.service() as session:
        assert len(subscriptions_of(session, owner.id)) == 1


def test_the_seventeenth_browser_is_refused_and_the_others_still_renew(
    client: FlaskClient, database: Database, owner: User, as_owner: Headers, as_stranger: Headers
) -> None:
    for number in range(16):
        assert client.post(PATH, json=subscription(str(number)), headers=as_owner).status_code == 201
    assert client.post(PATH, json=subscription("17"), headers=as_owner).status_code == 409
    assert client.post(PATH, json=subscription("3"), headers=as_owner).status_code == 201
    assert client.post(PATH, json=subscription("17"), headers=as_stranger).status_code == 201
    with database.service() as session:
        assert len(subscriptions_of(session, owner.id)) == 16


@pytest.mark.parametrize(
    "keys",
    [
        {"p256dh": "", "auth": ""},
        {"p256dh": "AAAA", "auth": encoded(b"x" * 16)},
        {"p256dh": encoded(b"\x04" + b"\x01" * 64), "auth": encoded(b"x" * 16)},
        browser_keys() | {"auth": encoded(b"x" * 15)},
        browser_keys() | {"auth": "§§§"},
        {"p256dh": 5, "auth": None},
        {},
    ],
)
def test_keys_nothing_can_be_encrypted_to_are_refused(
    client: FlaskClient, as_owner: Headers, keys: dict[str, object]
) -> None:
    assert client.post(PATH, json=subscription(keys=keys), headers=as_owner).status_code == 422


def test_only_the_owner_can_remove_a_browser(
    client: FlaskClient, database: Database, owner: User, as_owner: Headers, as_stranger: Headers
) -> None:
    saved = subscription()
    client.post(PATH, json=saved, headers=as_owner)
    body = {"endpoint": saved["endpoint"]}
    assert client.delete(PATH, json=body, headers=as_stranger).status_code == 404
    assert client.delete(PATH, json=body, headers=as_owner).status_code == 204
    assert client.delete(PATH, json=body, headers=as_owner).status_code == 404


def test_generated_keys_pass_and_damaged_ones_do_not() -> None:
    for _ in range(20):
        keys = browser_keys()
        assert valid_p256dh(keys["p256dh"])
        assert valid_auth(keys["auth"])
        point = bytearray(base64.urlsafe_b64decode(keys["p256dh"] + "="))
        point[40] ^= 1
        assert not valid_p256dh(encoded(bytes(point)))

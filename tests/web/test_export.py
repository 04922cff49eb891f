"""The export over HTTP: for the token's owner, for the signed-in browser, and once for whoever has the link."""

from __future__ import annotations

import hashlib
import io
import json
import re
from dataclasses import replace
from datetime import datetime, timedelta
from zipfile import BadZipFile, ZipFile

import psycopg
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event
from sqlalchemy.exc import OperationalError
from structlog.testing import capture_logs

from bot.services import Services
from storage import users
from storage.database import Database
from storage.tables import Goal, User
from tests.storage.rows import one_of_each
from tests.web.parts import Headers
from web.app import create_app
from web.export import TooSlowError, attachment

PATH = "/api/v1/account/export"


def unpacked(data: bytes) -> dict[str, bytes]:
    with ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def link(database: Database, user: User, now: datetime) -> str:
    with database.service() as session:
        return "/export/" + users.mint_code(session, user.id, "export", now)


def fill(database: Database, user: User, kilobytes: int) -> None:
    """So much that no compression makes it small."""
    with database.service() as session:
        for n in range(kilobytes):
            noise = "".join(hashlib.sha256(f"{n} {m}".encode()).hexdigest() for m in range(32))
            session.add(Goal(user_id=user.id, title=f"Goal {n}", description=noise))


# ------------------------------------------------------------------ the API


def test_a_token_gets_its_owners_data_and_only_theirs(
    client: FlaskClient,
    database: Database,
    owner: User,
    stranger: User,
    now: datetime,
    as_owner: Headers,
    as_stranger: Headers,
) -> None:
    with database.service() as session:
        mine = one_of_each(session, owner.id, "sim:owner", now)
        theirs = one_of_each(session, stranger.id, "sim:stranger", now)
    for headers, own, other in ((as_owner, mine, theirs), (as_stranger, theirs, mine)):
        response = client.get(PATH, headers=headers)
        assert (response.status_code, response.mimetype) == (200, "application/zip")
        everything = b"".join(unpacked(response.data).values()).decode()
        assert own.secret in everything
        assert other.secret not in everything
        assert str(other.user_id) not in everything


def test_the_log_of_a_download_does_not_say_whose_it_was(
    client: FlaskClient, owner: User, as_owner: Headers
) -> None:
    with capture_logs() as lines:
        assert client.get(PATH, headers=as_owner).data
    [sent] = [line for line in lines if line["event"] == "export_sent"]
    assert sent["bytes"] > 0 and sent["correlation_id"]
    assert str(owner.id) not in str(sent)


def test_it_is_a_file_to_save_and_in_no_cache(client: FlaskClient, as_owner: Headers) -> None:
    headers = client.get(PATH, headers=as_owner).headers
    assert headers["Content-Disposition"] == 'attachment; filename="flux-export-2026-03-11.zip"'
    assert headers["Cache-Control"] == "no-store"
    assert "Content-Length" not in headers


def test_without_a_token_it_is_a_json_error(client: FlaskClient) -> None:
    response = client.get(PATH)
    assert (response.status_code, response.json["error"]["code"]) == (401, "unauthorized")


def test_a_database_that_is_away_is_a_json_error(services: Services, as_owner: Headers) -> None:
    away = replace(services, database=Database("postgresql://nobody@127.0.0.1:1/nothing"))
    response = create_app(away).test_client().get(PATH, headers=as_owner)
    assert (response.status_code, response.json["error"]["code"]) == (503, "unavailable")


def test_five_an_hour_then_it_says_how_long_to_wait(
    client: FlaskClient, as_owner: Headers, as_stranger: Headers
) -> None:
    assert [client.get(PATH, headers=as_owner).status_code for _ in range(6)] == [200] * 5 + [429]
    refused = client.get(PATH, headers=as_owner)
    assert 0 < int(refused.headers["Retry-After"]) <= 3600
    assert refused.json["error"]["code"] == "too_many_requests"
    assert client.get(PATH, headers=as_stranger).status_code == 200


def test_the_document_says_that_a_file_comes(client: FlaskClient) -> None:
    described = client.get("/openapi.json").json["paths"][PATH]["get"]
    assert list(described["responses"]["200"]["content"]) == ["application/zip"]
    assert "application/zip" in client.get("/docs").get_data(as_text=True)


def test_it_comes_piece_by_piece(
    client: FlaskClient, database: Database, owner: User, as_owner: Headers
) -> None:
    fill(database, owner, 600)
    response = client.get(PATH, headers=as_owner, buffered=False)
    pieces = list(response.iter_encoded())
    assert len(pieces) > 5
    assert max(map(len, pieces)) < 400_000
    assert len(json.loads(unpacked(b"".join(pieces))["goals.json"])) == 600


def test_a_line_that_breaks_gives_the_connection_back(
    client: FlaskClient, database: Database, owner: User, as_owner: Headers
) -> None:
    fill(database, owner, 600)
    response = client.get(PATH, headers=as_owner, buffered=False)
    next(response.iter_encoded())
    response.close()
    assert database.engine.pool.checkedout() == 0  # type: ignore[attr-defined]  # a QueuePool


def test_a_database_that_goes_in_the_middle_leaves_half_a_file_that_opens_nowhere(
    client: FlaskClient, database: Database, database_url: str, owner: User, as_owner: Headers
) -> None:
    fill(database, owner, 2000)
    pieces = client.get(PATH, headers=as_owner, buffered=False).iter_encoded()
    got = next(pieces)
    with psycopg.connect(database_url, autocommit=True) as admin:
        admin.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity"
            " where datname = current_database() and state = 'idle in transaction'"
        )
    with pytest.raises(OperationalError):
        got += b"".join(pieces)
    with pytest.raises(BadZipFile):
        ZipFile(io.BytesIO(got))


def test_a_reader_who_is_too_slow_gets_half_a_file_and_holds_no_connection(
    app: Flask, database: Database, owner: User
) -> None:
    fill(database, owner, 600)
    with app.test_request_context():
        pieces = attachment(owner.id, within=timedelta(0)).iter_encoded()
        got = next(pieces)
        with pytest.raises(TooSlowError):
            got += next(pieces)
    with pytest.raises(BadZipFile):
        ZipFile(io.BytesIO(got))
    assert database.engine.pool.checkedout() == 0  # type: ignore[attr-defined]  # a QueuePool


# ------------------------------------------------------------------ the dashboard


@pytest.fixture
def browser(client: FlaskClient, database: Database, owner: User, now: datetime) -> FlaskClient:
    """Signed in as the owner."""
    with database.service() as session:
        code = users.mint_code(session, owner.id, "dashboard", now)
    client.post(f"/dashboard/{code}")
    return client


def test_the_dashboard_has_a_button_that_downloads(browser: FlaskClient, owner: User) -> None:
    page = browser.get("/dashboard").get_data(as_text=True)
    assert "Your data" in page
    token = re.search(r'action="/dashboard/export"><input type="hidden" name="csrf" value="([^"]+)"', page)
    assert token
    response = browser.post("/dashboard/export", data={"csrf": token[1]})
    assert response.headers["Content-Disposition"].startswith("attachment")
    assert json.loads(unpacked(response.data)["profile.json"])["id"] == str(owner.id)


def test_no_other_site_can_press_the_button(app: Flask, browser: FlaskClient) -> None:
    assert browser.post("/dashboard/export").status_code == 403
    assert browser.post("/dashboard/export", data={"csrf": "x"}).status_code == 403
    assert app.test_client().post("/dashboard/export").status_code == 401


def test_browser_and_token_share_one_allowance(browser: FlaskClient, as_owner: Headers) -> None:
    page = browser.get("/dashboard").get_data(as_text=True)
    token = re.search(r'name="csrf" value="([^"]+)"', page)
    assert token
    for _ in range(5):
        assert browser.get(PATH, headers=as_owner).status_code == 200
    assert browser.post("/dashboard/export", data={"csrf": token[1]}).status_code == 429


# ------------------------------------------------------------------ the link from the chat


def test_a_download_by_link_holds_one_connection(
    client: FlaskClient, database: Database, owner: User, now: datetime
) -> None:
    fill(database, owner, 600)
    address = link(database, owner, now)
    held: list[int] = []

    def look(*_: object) -> None:
        held.append(database.engine.pool.checkedout())  # type: ignore[attr-defined]  # a QueuePool

    event.listen(database.engine, "before_cursor_execute", look)
    response = client.post(address)
    event.remove(database.engine, "before_cursor_execute", look)
    assert response.status_code == 200
    assert max(held) == 1


def test_a_code_for_something_else_fetches_nothing(
    client: FlaskClient, database: Database, owner: User, now: datetime
) -> None:
    with database.service() as session:
        code = users.mint_code(session, owner.id, "dashboard", now)
    assert client.post(f"/export/{code}").status_code == 403
    assert client.post(link(database, owner, now).replace("export", "dashboard")).status_code == 403

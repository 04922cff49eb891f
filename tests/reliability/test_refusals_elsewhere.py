"""Aimed at our own network or at somebody else's rows: refused, and nothing has happened."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask.testing import FlaskClient
from redis import Redis
from werkzeug.test import TestResponse

from bot.services import build
from bot.settings import Settings
from bot.tokens import mint_calendar_key
from reminders.rules.answers import TaskTap, format_tap
from storage import conversations, users
from storage.patterns import save_avoidance
from storage.tables import PushSubscription
from tests.fakes.http_server import FakeServer, Reply, Request
from tests.reliability.fixtures_fallback import (  # noqa: F401 - `standing_installation` is a fixture
    HOUR,
    LEAD,
    NOW,
    SECRET_KEY,
    Flux,
    standing_installation,
    untouched,
)
from tests.web.parts import add_goal, browser_keys
from web.app import create_app
from web.signing import TaskLink, seal


class Inside(FakeServer):
    """Something on our own network that must never hear from us."""

    visits = 0

    def answer(self, request: Request) -> Reply:
        self.visits += 1
        return Reply(201)


@pytest.fixture(scope="module")
def inside() -> Iterator[Inside]:
    with Inside() as server:
        yield server


@pytest.fixture
def house(standing: Flux, redis: Redis) -> Flux:
    standing.clock.move_to(NOW)
    standing.client.delete_cookie("flux_session")
    return standing


# ------------------------------------------------------------------ our own network

ENDPOINTS = [
    "https://127.0.0.1:{port}/x",
    "http://127.0.0.1:{port}/x",
    "http://localhost:{port}/x",
    "http://[::ffff:127.0.0.1]:{port}/x",
    "http://2130706433:{port}/x",
    "https://[::ffff:169.254.169.254]/latest/meta-data",
    "https://[64:ff9b::7f00:1]/x",
    "https://100.64.0.1/x",
    "https://10.0.0.1/x",
    "https://fcm.googleapis.com@127.0.0.1:{port}/x",
    "https://fcm.googleapis.com:{port}/x",
    "https://evil.example/fcm.googleapis.com",
]


def subscription(endpoint: str) -> dict[str, Any]:
    return {"endpoint": endpoint, "keys": browser_keys()}


@pytest.mark.parametrize("endpoint", ENDPOINTS)
@pytest.mark.parametrize("door", ["API", "dashboard"])
def test_a_push_endpoint_inside_is_refused_at_save(
    house: Flux, inside: Inside, door: str, endpoint: str
) -> None:
    path, headers = "/api/v1/push/subscriptions", house.bearer()
    if door == "dashboard":
        csrf = re.search(r'data-csrf="([^"]+)"', house.dashboard())
        assert csrf is not None
        path, headers = "/dashboard/push", {"X-CSRF-Token": csrf[1]}
    with untouched(house):
        body = subscription(endpoint.format(port=inside.port))
        assert house.client.post(path, json=body, headers=headers).status_code == 422
    assert inside.visits == 0


def pushed(house: Flux, endpoint: str) -> str | None:
    """The error of a reminder to somebody whose row says that their browser is there."""
    person = house.person(int(uuid4().int % 10**9))
    keys = browser_keys()
    with house.services.database.service() as session:
        session.add(PushSubscription(user_id=person, endpoint=endpoint, **keys))
    task = house.plan("Easy run", NOW + LEAD, person)
    house.at(NOW)
    [attempt] = house.attempts("push", task)
    assert attempt.status == "failed"
    return attempt.error


@pytest.mark.parametrize("endpoint", ENDPOINTS)
def test_a_push_endpoint_inside_is_refused_at_send(house: Flux, inside: Inside, endpoint: str) -> None:
    assert pushed(house, endpoint.format(port=inside.port)) == "endpoint"
    assert inside.visits == 0
    assert not [one for one in house.subscriptions() if one == endpoint.format(port=inside.port)]


@pytest.mark.parametrize(
    "found",
    [["127.0.0.1"], ["::ffff:169.254.169.254"], ["64:ff9b::7f00:1"], ["100.64.0.1"], ["8.8.8.8", "10.0.0.1"]],
    ids=", ".join,
)
def test_a_rebinding_name_is_refused_at_send(
    house: Flux, found: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name of a push service passed at save, and leads somewhere else when it is connected to."""
    honest = socket.getaddrinfo

    def rebound(host: Any, port: Any, *more: Any, **options: Any) -> list[Any]:
        if host != "fcm.googleapis.com":
            return honest(host, port, *more, **options)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in found]

    monkeypatch.setattr(socket, "getaddrinfo", rebound)
    endpoint = f"https://fcm.googleapis.com/fcm/send/{uuid4().hex}"
    assert pushed(house, endpoint) == "endpoint"
    assert endpoint in house.subscriptions(), "a network that answers wrongly costs nobody their browser"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_to_our_own_network_is_not_followed(house: Flux, inside: Inside, status: int) -> None:
    endpoint, _, _ = house.push.subscribe()
    house.push.fail_next(status, Location=f"{inside.url}/x")
    assert pushed(house, endpoint) == str(status)
    assert inside.visits == 0


# ------------------------------------------------------------------ somebody else's rows


@pytest.fixture
def anns(house: Flux) -> Iterator[dict[str, Any]]:
    """Ann's own, under the names that routes give them, and whatever else can be named in a request."""
    task = house.plan("Easy run", NOW + HOUR)
    goal = add_goal(house.services.database, house.user(house.ann))
    with house.services.database.service() as session:
        slot = {"weekday": 0, "time": "07:00"}
        pattern, _ = save_avoidance(session, house.ann, "Mondays at 07:00", slot, 0.9, NOW)
        conversation = conversations.open_conversation(session, house.ann, NOW)
        rows = {
            "task_id": task,
            "goal_id": goal,
            "pattern_id": pattern.id,
            "conversation": str(conversation.id),
        }
    endpoint = house.browser()
    yield rows | {"tap": format_tap(TaskTap(task, 1, "done", "")), "endpoint": endpoint}
    gone = {"json": {"endpoint": endpoint}, "headers": house.bearer()}
    assert house.client.delete("/api/v1/push/subscriptions", **gone).status_code == 204


@pytest.fixture
def bo(house: Flux) -> UUID:
    return house.person(int(uuid4().int % 10**9))


OPENED_BY_WHAT_THEY_CARRY = {
    "code",
    "token",
    "key",
    "filename",
}  # these arguments are secrets, or public files


def routes() -> tuple[list[tuple[str, str]], list[str]]:
    """Every route that names a row in its address, once per method, and all that list or show without naming one.

    New routes are found here by themselves.
    """
    nowhere = {"database_url": "postgresql://unused/x", "redis_url": "redis://unused"}
    with TemporaryDirectory() as home:
        settings = Settings(flux_home=Path(home), app_env="test", secret_key=SECRET_KEY, **nowhere)
        rules = list(create_app(build(settings)).url_map.iter_rules())
    naming = [rule for rule in rules if rule.arguments - OPENED_BY_WHAT_THEY_CARRY]
    named = [(method, rule.rule) for rule in naming for method in rule.methods - {"HEAD", "OPTIONS"}]
    shown = [rule.rule for rule in rules if "GET" in rule.methods and not rule.arguments]
    return sorted(named), sorted(shown)


NAMING, SHOWING = routes()


@pytest.mark.parametrize(("method", "rule"), NAMING)
def test_another_users_token_on_every_resource_of_every_route_is_404(
    house: Flux, anns: dict[str, Any], bo: UUID, method: str, rule: str
) -> None:
    named = re.sub(r"<\w+:(\w+)>", r"{\1}", rule)
    path, unknown = named.format_map(anns), named.format_map(dict.fromkeys(anns, uuid4()))
    body = None if method == "GET" else {}
    theirs, mine = house.client, house.client
    if rule.startswith("/dashboard/"):
        assert house.client.open(path, method=method, json=body, headers=house.bearer()).status_code == 401
        theirs, mine = browser(house, bo), browser(house, house.ann)
    with untouched(house):
        answer = theirs.open(path, method=method, json=body, headers=house.bearer(bo))
        nothing = theirs.open(unknown, method=method, json=body, headers=house.bearer(bo))
    assert answer.status_code == nothing.status_code == 404
    assert said(answer) == said(nothing), "the two look alike"
    assert mine.open(path, method=method, json=body, headers=house.bearer()).status_code < 300


def said(answer: TestResponse) -> str:
    """The words of an error, without what differs from request to request."""
    if answer.json:
        return str(answer.json["error"]["message"])
    return re.sub(r' nonce="[^"]+"|<code>\w+</code>', "", answer.get_data(as_text=True))


def browser(house: Flux, user_id: UUID) -> FlaskClient:
    """One in which this person has opened their dashboard."""
    with house.services.database.service() as session:
        code = users.mint_code(session, user_id, "dashboard", house.clock.now())
    opened = create_app(house.services).test_client()
    assert opened.post(f"/dashboard/{code}").status_code == 303
    return opened


@pytest.mark.parametrize("rule", SHOWING)
def test_no_page_of_another_user_shows_anything_of_mine(
    house: Flux, anns: dict[str, Any], bo: UUID, rule: str
) -> None:
    shown = house.client.get(rule, headers=house.bearer(bo))
    assert shown.status_code in (200, 401, 503)
    assert not [name for name, value in anns.items() if str(value).encode() in shown.get_data()]
    if rule.startswith("/api/v1/") and rule.rpartition("/")[2] in ("goals", "patterns", "me"):
        mine = house.client.get(rule, headers=house.bearer()).get_data()
        assert any(str(value).encode() in mine for value in (*anns.values(), house.ann)), "it shows me my own"


def theirs(path: str, **body: str) -> tuple[str, str, dict[str, str]]:
    method, _, path = path.partition(" ")
    return method, path, body


NAMED_INSIDE = {
    "a conversation to talk in": theirs("POST /api/v1/chat/message", message="hi", conversation_id="{conversation}"),
    "a conversation to read": theirs("GET /api/v1/chat/history?conversation_id={conversation}"),
    "a browser to forget": theirs("DELETE /api/v1/push/subscriptions", endpoint="{endpoint}"),
    "a browser to take over": theirs("POST /api/v1/push/subscriptions", endpoint="{endpoint}"),
    "a task to answer from a browser": theirs("POST /api/v1/push/answer", endpoint="{mine}", auth="{secret}", data="{tap}"),
    "a task to open from a browser": theirs("POST /api/v1/push/page", endpoint="{mine}", auth="{secret}", data="{tap}"),
    "a task behind a sealed link": theirs("GET /t/{sealed}"),
    "a plan behind a calendar key": theirs("GET /calendar/{key}.ics"),
}  # fmt: skip


@pytest.mark.parametrize("what", NAMED_INSIDE)
def test_what_another_user_names_inside_a_request_is_404_too(
    house: Flux, anns: dict[str, Any], bo: UUID, what: str
) -> None:
    mine = house.browser(bo)
    known = anns | {
        "mine": mine,
        "secret": house.push.browsers[mine.rpartition("/")[2]].auth,
        "sealed": seal(TaskLink(bo, anns["task_id"], NOW + HOUR), SECRET_KEY),
        "key": mint_calendar_key(SECRET_KEY, bo)[:-4] + mint_calendar_key(SECRET_KEY, house.ann)[-4:],
    }
    method, path, body = NAMED_INSIDE[what]
    filled: dict[str, Any] = {name: value.format_map(known) for name, value in body.items()}
    if what == "a browser to take over":
        filled["keys"] = browser_keys()
    with untouched(house):
        answer = house.client.open(
            path.format_map(known), method=method, json=filled or None, headers=house.bearer(bo)
        )
    assert answer.status_code == 404

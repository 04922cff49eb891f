"""Forged, replayed, aimed at our own network, at another person or guessed: refused at every door, and nothing has happened."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import jwt
import pytest
from redis import Redis
from werkzeug.test import TestResponse

from bot.tokens import mint_token
from reminders.rules.answers import TaskTap, format_tap
from storage import users
from tests.fakes.twilio_phone import TwilioPhone, whatsapp_form
from tests.reliability.fixtures_fallback import (  # noqa: F401 - `standing_installation` is a fixture
    HOUR,
    LEAD,
    MINUTE,
    NOW,
    SECRET_KEY,
    Flux,
    standing_installation,
    untouched,
)
from tests.reliability.wired_fakes import (
    PUBLIC,
    STATUS_DOOR,
    TELEGRAM_DOOR,
    TELEGRAM_SECRET,
    VOICE_DOOR,
    WHATSAPP_DOOR,
)


@pytest.fixture(scope="module")
def run(standing: Flux) -> UUID:
    """Ann's run, which she has been reminded of on all her channels."""
    standing.browser()
    standing.writes_on_whatsapp("/today")
    task = standing.reminded()
    standing.at(NOW + 2 * MINUTE)
    standing.at(NOW + 4 * MINUTE)
    return task


@pytest.fixture
def house(standing: Flux, run: UUID, redis: Redis) -> Flux:
    standing.clock.move_to(NOW + 5 * MINUTE)
    standing.client.delete_cookie("flux_session")
    return standing


# ------------------------------------------------------------------ forged


def _signed(house: Flux, url: str, form: dict[str, str]) -> dict[str, str]:
    return {"X-Twilio-Signature": house.twilio.sign(url, form)}


def _wrong_token(house: Flux, path: str, form: dict[str, str]) -> TestResponse:
    signature = TwilioPhone("f" * 32).sign(PUBLIC + path, form)
    return house.client.post(path, data=form, headers={"X-Twilio-Signature": signature})


def _header(value: str | None) -> Callable[[Flux, str, dict[str, str]], TestResponse]:
    headers = {} if value is None else {"X-Twilio-Signature": value}
    return lambda house, path, form: house.client.post(path, data=form, headers=headers)


def _signed_for(base: str, **seen: str) -> Callable[[Flux, str, dict[str, str]], TestResponse]:
    """Signed for another address than the configured one, whatever the request says about itself."""
    said = {name.replace("_", "-"): value for name, value in seen.items()}
    return lambda house, path, form: house.client.post(
        path, data=form, headers=_signed(house, base + path, form) | said
    )


def _posted(path_more: str = "", **changed: str) -> Callable[[Flux, str, dict[str, str]], TestResponse]:
    """Signed rightly, and changed afterwards."""
    return lambda house, path, form: house.client.post(
        path + (path_more and ("&" if "?" in path else "?") + path_more),
        data=form | changed,
        headers=_signed(house, PUBLIC + path, form),
    )


def _json(
    path_more: str = "", *, signs_form: bool = False
) -> Callable[[Flux, str, dict[str, str]], TestResponse]:
    def post(house: Flux, path: str, form: dict[str, str]) -> TestResponse:
        path += path_more and ("&" if "?" in path else "?") + path_more
        return house.client.post(
            path, json=form, headers=_signed(house, PUBLIC + path, form if signs_form else {})
        )

    return post


TWILIO_FORGERIES: dict[str, Callable[[Flux, str, dict[str, str]], TestResponse]] = {
    "missing header": _header(None),
    "empty header": _header(""),
    "no signature": _header("AAAA"),
    "letters": _header("schön"),
    "wrong token": _wrong_token,
    "wrong host": _signed_for("https://evil.example", Host="evil.example"),
    "wrong host behind a proxy": _signed_for("https://evil.example", X_Forwarded_Host="evil.example"),
    "http scheme behind TLS": _signed_for("http://flux.example", X_Forwarded_Proto="http"),
    "another port": _signed_for("https://flux.example:8443", Host="flux.example:8443"),
    "changed field": _posted(AccountSid="AC" + "f" * 32),
    "changed answer": _posted(Body="2", Digits="2", MessageStatus="read"),
    "added field": _posted(Extra="1"),
    "changed query": _posted("menu=slots"),
    "JSON body": _json(signs_form=True),
    "JSON body without its hash": _json(),
    "JSON body with a wrong hash": _json("bodySHA256=" + "0" * 64),
}  # fmt: skip
TWILIO_DOORS = ("whatsapp", "voice", "status")


def _door(house: Flux, run: UUID, name: str) -> tuple[str, dict[str, str]]:
    account = {"AccountSid": "AC" + "0a" * 16}
    match name:
        case "whatsapp":
            return WHATSAPP_DOOR, whatsapp_form("1")
        case "voice":
            [call] = house.attempts("call")
            return f"{VOICE_DOOR}?task_id={run}&attempt={call.id}", account | {
                "CallSid": "CA1",
                "Digits": "1",
            }
    [sent] = house.attempts("whatsapp")
    form = {"MessageSid": sent.external_id or "", "MessageStatus": "undelivered", "ErrorCode": "63024"}
    return f"{STATUS_DOOR}?attempt={sent.id}", account | form


@pytest.mark.parametrize("door", TWILIO_DOORS)
@pytest.mark.parametrize("how", TWILIO_FORGERIES)
def test_a_forged_twilio_post_is_403_and_writes_no_row(house: Flux, run: UUID, door: str, how: str) -> None:
    path, form = _door(house, run, door)
    with untouched(house):
        assert TWILIO_FORGERIES[how](house, path, form).status_code == 403


TELEGRAM_FORGERIES: dict[str, dict[str, Any]] = {
    "without the header": {},
    "empty": {"headers": {"X-Telegram-Bot-Api-Secret-Token": ""}},
    "wrong": {"headers": {"X-Telegram-Bot-Api-Secret-Token": "wrong"}},
    "too long": {"headers": {"X-Telegram-Bot-Api-Secret-Token": TELEGRAM_SECRET + "x"}},
    "too short": {"headers": {"X-Telegram-Bot-Api-Secret-Token": TELEGRAM_SECRET[:-1]}},
    "not ASCII": {"headers": {"X-Telegram-Bot-Api-Secret-Token": "schön"}},
    "in the address": {"query_string": {"secret_token": TELEGRAM_SECRET}},
    "under another name": {"headers": {"Authorization": f"Bearer {TELEGRAM_SECRET}"}},
}


@pytest.mark.parametrize("how", TELEGRAM_FORGERIES)
def test_a_telegram_post_without_the_secret_header_is_403(house: Flux, how: str) -> None:
    update = {
        "update_id": 9,
        "message": {"message_id": 1, "chat": {"id": 4242, "type": "private"}, "text": "1"},
    }
    with untouched(house):
        assert house.client.post(TELEGRAM_DOOR, json=update, **TELEGRAM_FORGERIES[how]).status_code == 403


BEARERS: dict[str, Callable[[UUID], str]] = {
    "none": lambda _: "",
    "no token": lambda _: "x",
    "another key": lambda user: mint_token("another-key-that-is-long-enough-for-it", user, NOW),
    "no signature": lambda user: mint_token(SECRET_KEY, user, NOW).rpartition(".")[0] + ".",
    "no algorithm": lambda user: jwt.encode({"sub": str(user)}, "", algorithm="none"),
    "expired": lambda user: mint_token(SECRET_KEY, user, NOW, lives=-HOUR),
    "for something else": lambda user: jwt.encode({"sub": str(user), "aud": "else"}, SECRET_KEY, algorithm="HS256"),
    "for nobody": lambda _: mint_token(SECRET_KEY, uuid4(), NOW),
}  # fmt: skip


@pytest.mark.parametrize("how", BEARERS)
def test_a_forged_token_answers_nothing(house: Flux, run: UUID, how: str) -> None:
    headers = {"Authorization": f"Bearer {BEARERS[how](house.ann)}"}
    with untouched(house):
        answer = house.client.patch(f"/api/v1/tasks/{run}/complete", headers=headers)
        assert answer.status_code == 401


@pytest.mark.parametrize("cookie", ["", "x", "x.y", "{ann}.", "{ann}.guess", "{ann}"])
@pytest.mark.parametrize("door", ["answer", "erase", "export", "leave"])
def test_a_guessed_cookie_does_nothing(house: Flux, run: UUID, cookie: str, door: str) -> None:
    house.client.set_cookie("flux_session", cookie.format(ann=house.ann.hex))
    form = {"csrf": "guess", "data": done(run), "word": "DELETE"}
    with untouched(house):
        assert house.client.post(f"/dashboard/{door}", data=form).status_code in (401, 403)


@pytest.mark.parametrize("door", ["answer", "erase", "export", "leave", "push"])
@pytest.mark.parametrize("csrf", ["", "guess"])
def test_another_site_cannot_post_in_a_signed_in_browser(
    house: Flux, run: UUID, door: str, csrf: str
) -> None:
    house.client.post(code_of(house, "dashboard", "/dashboard"))
    form = {"csrf": csrf, "data": done(run), "word": "DELETE"}
    with untouched(house):
        assert house.client.post(f"/dashboard/{door}", data=form).status_code == 403


def done(task: UUID) -> str:
    return format_tap(TaskTap(task, 3, "done", ""))


# ------------------------------------------------------------------ replayed


def code_of(house: Flux, purpose: str, place: str, age: timedelta = timedelta(0)) -> str:
    """The path of Ann's one-time link, made so long ago."""
    with house.services.database.service() as session:
        code = users.mint_code(session, house.ann, purpose, house.clock.now() - age)
    return f"{place}/{code}"


@pytest.mark.parametrize("door", TWILIO_DOORS)
def test_a_replayed_twilio_post_changes_nothing_more(house: Flux, run: UUID, door: str) -> None:
    path, form = _door(house, run, door)
    form |= {"Body": "how is it going?", "Digits": "7", "ErrorCode": "30007"}
    first = house.twilio.post(PUBLIC + path, form)
    with untouched(house):
        for _ in range(3):
            again = house.twilio.post(PUBLIC + path, form)
            assert (again.status_code, again.text) == (first.status_code, first.text)


@pytest.mark.parametrize("said", ["what is on today?", "/log", "1"])
def test_a_replayed_update_id_changes_nothing_more(house: Flux, said: str) -> None:
    stranger = 5000 + len(said)
    update = house.telegram.type(said, stranger)
    house.clock.shift(MINUTE)
    with untouched(house):
        for _ in range(3):
            house.telegram.again(update)


@pytest.mark.parametrize(("purpose", "place"), [("dashboard", "/dashboard"), ("export", "/export")])
@pytest.mark.parametrize("how", ["used", "15 minutes old", "a day old", "unknown", "for something else"])
def test_a_link_that_is_used_old_or_made_up_opens_nothing(
    house: Flux, purpose: str, place: str, how: str
) -> None:
    path = code_of(house, purpose, place)
    match how:
        case "used":
            assert house.client.post(path).status_code in (200, 303)
            house.client.delete_cookie("flux_session")
        case "15 minutes old":
            path = code_of(house, purpose, place, 15 * MINUTE)
        case "a day old":
            path = code_of(house, purpose, place, 24 * HOUR)
        case "unknown":
            path = f"{place}/{'A' * 22}"
        case "for something else":
            path = code_of(house, "link", place)
    with untouched(house):
        answer = house.client.post(path)
        assert (answer.status_code, "Set-Cookie" in answer.headers) == (403, False)
        assert f"Ask for a new one with {place} in the chat." in answer.get_data(as_text=True)

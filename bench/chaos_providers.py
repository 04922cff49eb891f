"""Telegram, Twilio and a push service that keep books and misbehave: slow, refusing, or silent after they accepted."""

from __future__ import annotations

import json
import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import Any
from urllib.parse import parse_qs, urlsplit

import requests

from bench.chaos_ledger import About, Ledger
from tests.fakes.http_server import Reply, Request
from tests.fakes.push_server import FakePushService
from tests.fakes.telegram_server import FakeTelegram
from tests.fakes.twilio_server import FakeTwilio, Record

News = Callable[[About], None]
_SLOWEST = 2.5  # seconds; under every timeout of Flux's


@dataclass
class Weather:
    """What goes wrong with one provider's requests, by chance; `down_until` refuses all of them for a while."""

    chance: random.Random
    delayed: float = 0.02
    throttled: float = 0.01
    refused: float = 0.01
    broken: float = 0.01  # accepted, and answered with 500
    lost: float = 0.01  # accepted, and not answered at all
    down_until: float = 0.0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def draw(self) -> tuple[str, float]:
        """What happens to the next request, and how long it takes."""
        with self._lock:
            number, delay = self.chance.random(), 0.0
            if self.chance.random() < self.delayed:
                delay = self.chance.uniform(0.2, _SLOWEST)
        if time.monotonic() < self.down_until:
            return "refused", 0.0
        for name in ("throttled", "refused", "broken", "lost"):
            number -= getattr(self, name)
            if number < 0:
                return name, delay
        return "ok", delay


class Books:
    """Mixed in front of a fake server: draws the weather, answers accordingly and writes it down."""

    ledger: Ledger
    weather: Weather
    news: News = staticmethod(lambda _: None)

    def _play(self, request: Request, about: About, accept: Callable[[Request], Reply]) -> Reply:
        at = time.time()
        word, delay = self.weather.draw()
        if word in ("throttled", "refused"):
            self.ledger.note(about, at=at, accepted=False, answer=word)
            return self._refusal(word)
        reply = accept(request)
        accepted = reply.status < 300
        about = self._completed(about, reply)
        if not accepted:
            word = str(reply.status)
        self.ledger.note(about, at=at, accepted=accepted, answer=word)
        if accepted:
            self.news(about)
        if delay:
            time.sleep(delay)
        if word == "broken":
            return self._refusal("broken")
        return Reply(drop=True) if word == "lost" else reply

    def _completed(self, about: About, reply: Reply) -> About:  # noqa: ARG002 - for those who know more afterwards
        return about

    def _refusal(self, word: str) -> Reply:
        raise NotImplementedError


class ChaosTelegram(Books, FakeTelegram):
    """Its news carry the message's id as `attempt`: that is what a person taps on."""

    def __init__(self, ledger: Ledger, weather: Weather) -> None:
        super().__init__()
        self.ledger, self.weather = ledger, weather

    def answer(self, request: Request) -> Reply:
        method = request.path.rpartition("/")[2]
        if method not in ("sendMessage", "editMessageText"):
            return super().answer(request)
        return self._play(request, _about_telegram(method, json.loads(request.body)), super().answer)

    def _completed(self, about: About, reply: Reply) -> About:
        sent = json.loads(reply.body).get("result")
        return about._replace(attempt=str(sent["message_id"])) if isinstance(sent, dict) else about

    def _refusal(self, word: str) -> Reply:
        if word == "throttled":
            body = {"ok": False, "error_code": 429, "description": "Too Many Requests"}
            return Reply.json(body | {"parameters": {"retry_after": 2}}, 429)
        return Reply.json({"ok": False, "error_code": 500, "description": "Internal Server Error"}, 500)


class ChaosTwilio(Books, FakeTwilio):
    """Posts its webhooks over one session, and knows when it was told to end a call."""

    def __init__(self, ledger: Ledger, weather: Weather) -> None:
        super().__init__()
        self.ledger, self.weather = ledger, weather
        self.ended_at: dict[str, float] = {}  # call sid -> when the request to end it arrived
        self.sids: dict[str, str] = {}  # attempt -> what it became first
        self._session = requests.Session()

    def answer(self, request: Request) -> Reply:
        if request.method == "GET":
            self._note_look_up(request)
            return super().answer(request)
        return self._play(request, _about_twilio(request), super().answer)

    def post(self, url: str, fields: dict[str, str]) -> requests.Response:
        headers = {"X-Twilio-Signature": self.sign(url, fields)}
        return self._session.post(self.reach(url), data=fields, headers=headers, timeout=10)

    def record(self, sid: str) -> Record | None:
        with self.lock:
            newest_first = chain(reversed(self.messages), reversed(self.calls))
            return next((one for one in newest_first if one.sid == sid), None)

    def _completed(self, about: About, reply: Reply) -> About:
        sid = str(json.loads(reply.body or b"{}").get("sid", ""))
        if about.rung == "hang_up" and reply.status < 300:
            self.ended_at.setdefault(sid, time.time())
        if about.rung == "hang_up":
            return about._replace(address=sid)
        if reply.status < 300 and about.attempt:
            self.sids.setdefault(about.attempt, sid)
        return about

    def _note_look_up(self, request: Request) -> None:
        channel = "call" if request.path.endswith("Calls.json") else "whatsapp"
        self.ledger.note_look_up(channel, dict(request.query).get("To", "").removeprefix("whatsapp:"))

    def _refusal(self, word: str) -> Reply:
        if word == "throttled":
            body = {"code": 20429, "message": "Too Many Requests", "status": 429}
            return replace(Reply.json(body, 429), headers={"Retry-After": "2"})
        return Reply.json({"code": 20500, "message": "Internal Server Error", "status": 500}, 500)


class ChaosPush(Books, FakePushService):
    def __init__(self, vapid_public_key: str, ledger: Ledger, weather: Weather) -> None:
        super().__init__(vapid_public_key)
        self.ledger, self.weather = ledger, weather

    def answer(self, request: Request) -> Reply:
        task = request.headers.get("topic", "")
        address = request.path.removeprefix("/send/")
        return self._play(request, About("push", "remind", task, "", address), self._decrypted)

    def _decrypted(self, request: Request) -> Reply:
        return super().answer(request)

    def _completed(self, about: About, reply: Reply) -> About:  # noqa: ARG002 - the interface
        """The service worker's half: the attempt that the notification names."""
        with self.lock:
            mine = (one for one in reversed(self.notifications) if one.subscription == about.address)
            newest = next(mine, None)
        return about._replace(attempt=_hex(newest.content.get("attempt"))) if newest else about

    def _refusal(self, word: str) -> Reply:
        headers = {"Retry-After": "2"} if word == "throttled" else {}
        return Reply(429 if word == "throttled" else 500, b"", "text/plain", headers)


def _about_telegram(method: str, fields: dict[str, Any]) -> About:
    """By its buttons: each kind of message has actions that no other has."""
    rows = (fields.get("reply_markup") or {}).get("inline_keyboard", [])
    taps = [button["callback_data"].split(":") for row in rows for button in row]
    task = taps[0][1] if taps and taps[0][0] == "t" else ""
    actions = {":".join(tap[3:]) for tap in taps if tap[0] == "t"}
    rung = "reply"
    if method == "editMessageText":
        rung = "echo"
    elif "onit" in actions:
        rung = "remind"
    elif "resched:small" in actions:
        rung = "miss_note"
    return About("telegram", rung, task, "", str(fields.get("chat_id")))


def _about_twilio(request: Request) -> About:
    form = {name: values[0] for name, values in parse_qs(request.body.decode()).items()}
    is_call = "Calls" in request.path
    channel, rung = ("call", "call") if is_call else ("whatsapp", "whatsapp")
    if is_call and not request.path.endswith("Calls.json"):
        return About("call", "hang_up", address=request.path.rpartition("/")[2].removesuffix(".json"))
    named = parse_qs(urlsplit(form.get("StatusCallback", "")).query)
    attempt = _hex(named.get("attempt", [""])[0])
    number = form.get("To", "").removeprefix("whatsapp:")
    return About(channel, rung if attempt else "reply", _hex(named.get("task_id", [""])[0]), attempt, number)


def _hex(identifier: object) -> str:
    return str(identifier or "").replace("-", "")

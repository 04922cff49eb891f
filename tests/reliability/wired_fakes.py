"""The fake providers wired to Flux's own web app: what they post goes straight through its doors."""

from __future__ import annotations

from typing import Any

import requests
from flask.testing import FlaskClient

from reminders.throttle import Watch
from tests.fakes.http_server import Reply, Request
from tests.fakes.telegram_server import FakeTelegram
from tests.fakes.twilio_server import FakeTwilio

PUBLIC = "https://flux.example"
TELEGRAM_DOOR = "/api/v1/webhooks/telegram"
WHATSAPP_DOOR = "/api/v1/webhooks/twilio/whatsapp"
VOICE_DOOR = "/api/v1/webhooks/twilio/voice"
STATUS_DOOR = "/api/v1/webhooks/twilio/status"
TELEGRAM_SECRET = "telegram-says-hello"


class Telegram(FakeTelegram):
    """Posts its updates to the web app itself, so that no second server is needed."""

    client: FlaskClient

    def _deliver(self, update: dict[str, Any]) -> dict[str, Any]:
        headers = {"X-Telegram-Bot-Api-Secret-Token": TELEGRAM_SECRET}
        assert self.client.post(TELEGRAM_DOOR, json=update, headers=headers).status_code == 200
        return update


class Twilio(FakeTwilio):
    """The same for Twilio's signed webhooks; while it is `down`, nothing is accepted."""

    client: FlaskClient
    down: Reply | None = None
    watch: Watch  # of whoever keeps to Twilio's pace

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[
            tuple[float, str]
        ] = []  # when, in seconds of the watch, and for what: "POST Calls.json"

    @property
    def requests(self) -> int:
        return len(self.asked)

    def post(self, url: str, fields: dict[str, str]) -> requests.Response:
        headers = {"X-Twilio-Signature": self.sign(url, fields)}
        answer = self.client.post(url.removeprefix(PUBLIC), data=fields, headers=headers)
        response = requests.Response()
        response.status_code = answer.status_code
        response._content = answer.get_data()
        response.encoding = "utf-8"
        return response

    def answer(self, request: Request) -> Reply:
        with self.lock:
            what = f"{request.method} {request.path.rpartition('/')[2]}"
            self.asked.append((self.watch.seconds(), what))
        return self.down or super().answer(request)

"""A fake Twilio: Messages, Calls and Verify over real HTTP on loopback, and the people at the other end.

It refuses what breaks the published description, keeps what was sent, signs its webhooks with the auth token, fetches
TwiML and plays calls, and can be told to misbehave.
"""

from __future__ import annotations

import base64
import secrets
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any
from urllib.parse import parse_qs

from tests.fakes.http_server import FakeServer, Reply, Request
from tests.fakes.twilio_phone import TwilioPhone
from tests.fakes.twilio_rules import call_problem, message_problem, operation, violation

ACCOUNT_SID = "AC" + "0a" * 16
AUTH_TOKEN = "fake-auth-token-of-the-tests"
VERIFY_SID = "VA" + "0b" * 16
LIVE = ("queued", "ringing", "in-progress")


@dataclass
class Record:
    """One message or call as Twilio keeps it; `form` is what created it, `updates` what changed it later."""

    sid: str
    form: dict[str, list[str]]
    status: str = "queued"
    created: datetime = field(default_factory=lambda: datetime.now(UTC))  # on the server's clock
    updates: list[dict[str, list[str]]] = field(default_factory=list)

    def get(self, name: str) -> str:
        return self.form.get(name, [""])[0]

    @property
    def to(self) -> str:
        return self.get("To").removeprefix("whatsapp:")

    def as_json(self) -> dict[str, Any]:
        return {
            "sid": self.sid,
            "account_sid": ACCOUNT_SID,
            "status": self.status,
            "to": self.get("To"),
            "from": self.get("From"),
            "body": self.get("Body") or None,
            "direction": "outbound-api",
            "date_created": format_datetime(self.created.replace(microsecond=0)),
            "date_updated": format_datetime(self.created.replace(microsecond=0)),
        }


@dataclass
class Fault:
    reply: Reply
    accept: bool = False


class FakeTwilio(FakeServer, TwilioPhone):
    def __init__(self, auth_token: str = AUTH_TOKEN) -> None:
        super().__init__()
        TwilioPhone.__init__(self, auth_token)
        self.clock: Callable[[], datetime] = lambda: datetime.now(UTC)
        self.messages: list[Record] = []
        self.calls: list[Record] = []
        self.refusals: list[str] = []
        self.faults: deque[Fault] = deque()
        self.codes: dict[str, str] = {}  # number -> the code that its person sees in an SMS
        self.sms: list[str] = []  # every number that was sent a code
        self._tries: dict[str, int] = {}
        self._news = threading.Condition(self.lock)

    # --- what tests ask -------------------------------------------------------------------------------------------

    def wait_for_message(self, count: int = 1, seconds: float = 10.0) -> Record:
        """The newest message once there are at least `count`; AssertionError when they do not come."""
        with self._news:
            assert self._news.wait_for(lambda: len(self.messages) >= count, seconds), "no such message"
            return self.messages[-1]

    def wait_for_call(self, count: int = 1, seconds: float = 10.0) -> Record:
        with self._news:
            assert self._news.wait_for(lambda: len(self.calls) >= count, seconds), "no such call"
            return self.calls[-1]

    def fail_next(self, status: int, code: int, **headers: str) -> None:
        """The next request is refused with this HTTP status and Twilio code."""
        self.faults.append(Fault(_refusal(status, code, "scripted", **headers)))

    def fail_after_accepting(self) -> None:
        """The next request takes effect, and the answer is a 500."""
        self.faults.append(Fault(_refusal(500, 20500, "Internal Server Error"), accept=True))

    def drop_reply(self) -> None:
        """The next request takes effect, and the connection closes without an answer."""
        self.faults.append(Fault(Reply(drop=True), accept=True))

    def garble_reply(self) -> None:
        """The next request takes effect, and the answer is a proxy's web page."""
        self.faults.append(Fault(Reply(201, b"<html>hello</html>", "text/html"), accept=True))

    # --- the server side ------------------------------------------------------------------------------------------

    def answer(self, request: Request) -> Reply:
        with self._news:
            reply = self._checked(request)
            self._news.notify_all()
        return reply

    def _checked(self, request: Request) -> Reply:
        expected = base64.b64encode(f"{ACCOUNT_SID}:{self.auth_token}".encode()).decode()
        if request.headers.get("authorization") != f"Basic {expected}":
            return _refusal(401, 20003, "Authenticate")
        found = operation(request.method, request.path)
        if found is None:
            return self._refuse(404, 20404, f"{request.path} was not found")
        name, place = found
        form = parse_qs(request.body.decode(), keep_blank_values=True)
        if problem := violation(name, form, dict(request.query)):
            return self._refuse(400, 21200, problem)
        fault = self.faults.popleft() if self.faults else None
        if fault and not fault.accept:
            return fault.reply
        reply = self._execute(name, place, form, dict(request.query))
        return fault.reply if fault else reply

    def _execute(
        self, name: str, place: dict[str, str], form: dict[str, list[str]], query: dict[str, str]
    ) -> Reply:
        method, _, path = name.partition(" ")
        match method, path.rpartition("/")[2], path.rpartition("/")[0].rpartition("/")[2]:
            case "POST", "Messages.json", _:
                return self._create(self.messages, "SM", form, message_problem(form))
            case "POST", "Calls.json", _:
                return self._create(self.calls, "CA", form, call_problem(form))
            case "GET", "Messages.json", _:
                return self._list("messages", self.messages, query)
            case "GET", "Calls.json", _:
                return self._list("calls", self.calls, query)
            case "POST", "{Sid}.json", "Calls":
                return self._change_call(place["Sid"], form)
            case "DELETE", _, "Messages":
                return self._forget(self.messages, place["Sid"])
            case "DELETE", _, "Calls":
                return self._forget(self.calls, place["Sid"])
            case "POST", "Verifications", _:
                return self._send_code(form["To"][0], place["ServiceSid"])
            case "POST", "VerificationCheck", _:
                return self._check_code(form.get("To", [""])[0], form.get("Code", [""])[0])
            case _:
                return self._refuse(404, 20404, f"{name} is not played here")

    def _create(
        self,
        records: list[Record],
        prefix: str,
        form: dict[str, list[str]],
        problem: tuple[int, str] | None,
    ) -> Reply:
        if problem:
            return self._refuse(400, *problem)
        if form["To"][0].removeprefix("whatsapp:") in self.opted_out and prefix == "SM":
            return self._refuse(400, 21610, "Attempt to send to unsubscribed recipient")
        record = Record(prefix + secrets.token_hex(16), form, created=self.clock())
        records.append(record)
        return Reply.json(record.as_json(), 201)

    def _list(self, name: str, records: list[Record], query: dict[str, str]) -> Reply:
        wanted = [
            record.as_json()
            for record in reversed(records)
            if query.get("To", record.get("To")) == record.get("To")
            and query.get("From", record.get("From")) == record.get("From")
        ]
        size = int(query.get("PageSize", 50))
        return Reply.json({name: wanted[:size], "page": 0, "page_size": size, "next_page_uri": None})

    def _change_call(self, sid: str, form: dict[str, list[str]]) -> Reply:
        call = next((call for call in self.calls if call.sid == sid), None)
        if call is None:
            return self._refuse(404, 20404, "no such call")
        if call.status not in LIVE:
            return self._refuse(400, 21220, "Call is not in-progress. Cannot redirect.")
        call.updates.append(form)
        if "Status" in form:
            call.status = "completed" if call.status == "in-progress" else "canceled"
        return Reply.json(call.as_json())

    def _forget(self, records: list[Record], sid: str) -> Reply:
        found = next((record for record in records if record.sid == sid), None)
        if found is None:
            return self._refuse(404, 20404, f"{sid} was not found")
        records.remove(found)
        return Reply(204)

    def _send_code(self, number: str, service: str) -> Reply:
        if service != VERIFY_SID:
            return self._refuse(404, 20404, "no such service")
        self.codes[number] = f"{secrets.randbelow(1_000_000):06d}"
        self._tries[number] = 0
        self.sms.append(number)
        return Reply.json({"sid": "VE" + secrets.token_hex(16), "to": number, "status": "pending"}, 201)

    def _check_code(self, number: str, code: str) -> Reply:
        if number not in self.codes:
            return self._refuse(404, 20404, "no such verification")
        self._tries[number] += 1
        if self._tries[number] > 5:
            return self._refuse(429, 60202, "Max check attempts reached")
        is_right = code == self.codes[number]
        if is_right:
            del self.codes[number]
        status = "approved" if is_right else "pending"
        return Reply.json(
            {"sid": "VE" + secrets.token_hex(16), "to": number, "status": status, "valid": is_right}
        )

    def _refuse(self, status: int, code: int, message: str) -> Reply:
        self.refusals.append(message)
        return _refusal(status, code, message)


def _refusal(status: int, code: int, message: str, **headers: str) -> Reply:
    return Reply.json({"code": code, "message": message, "status": status}, status, **headers)

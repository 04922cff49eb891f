"""A fake Telegram: the Bot API over real HTTP on loopback, and a person with a phone on its other side.

It refuses whatever breaks the published rules, keeps what was sent, holds updates for long polling with Telegram's
offset semantics (or posts them to the webhook that was set), and can be told to misbehave.
"""

from __future__ import annotations

import json
import math
import re
import threading
import time
from collections import deque
from dataclasses import dataclass, field
from email.parser import BytesParser
from email.policy import HTTP
from typing import Any

from tests.fakes.http_server import FakeServer, Reply, Request
from tests.fakes.rates import RateLimit
from tests.fakes.telegram_phone import TelegramPhone
from tests.fakes.telegram_rules import violation

TOKEN = "123456:FAKE-token_for-tests"


@dataclass(frozen=True)
class Call:
    """One accepted or refused API call as it arrived."""

    method: str
    fields: dict[str, Any]
    refused: str | None = None


@dataclass
class Fault:
    """The next call of `method` ("" = any) goes wrong; `accept` = it takes effect all the same."""

    reply: Reply
    method: str = ""
    accept: bool = False


@dataclass
class Sent:
    """A message of the bot as the person sees it now."""

    message_id: int
    chat_id: int
    text: str
    buttons: list[list[dict[str, str]]] = field(default_factory=list)
    filename: str | None = None
    content: bytes | None = None
    edited: int = 0

    @property
    def labels(self) -> list[str]:
        return [button["text"] for row in self.buttons for button in row]


class FakeTelegram(FakeServer, TelegramPhone):
    def __init__(self, token: str = TOKEN) -> None:
        super().__init__()
        TelegramPhone.__init__(self)
        self.token = token
        self.calls: list[Call] = []
        self.sent: dict[int, Sent] = {}
        self.answered: dict[str, str] = {}  # callback query id -> toast text
        self.commands: list[dict[str, str]] = []
        self.faults: deque[Fault] = deque()
        self.moved: dict[int, int] = {}  # group id -> supergroup id
        self.overall: RateLimit | None = None  # set both to be as strict as Telegram: 30/s, and 1/s per chat
        self.per_chat: RateLimit | None = None
        self.throttled = 0
        self._next_message = 1000
        self._news = threading.Condition(self.lock)

    # --- what tests ask -------------------------------------------------------------------------------------------

    @property
    def messages(self) -> list[Sent]:
        return list(self.sent.values())

    def chat(self, chat_id: int) -> list[Sent]:
        return [message for message in self.messages if message.chat_id == chat_id]

    def wait_for(self, count: int, chat_id: int | None = None, seconds: float = 10.0) -> list[Sent]:
        """The messages once there are at least `count`; AssertionError when they do not come."""

        def enough() -> bool:
            return len(self.messages if chat_id is None else self.chat(chat_id)) >= count

        with self._news:
            assert self._news.wait_for(enough, seconds), f"{len(self.messages)} of {count} messages came"
        return self.messages if chat_id is None else self.chat(chat_id)

    def fail_next(self, status: int, description: str = "", *, method: str = "", **parameters: Any) -> None:
        """The next call is refused: 403 blocked, 429 with retry_after=8, 400 with migrate_to_chat_id=..., 500."""
        self.faults.append(Fault(_refusal(status, description or "scripted", **parameters), method))

    def garble_next(self, status: int) -> None:
        """The next call is answered with a proxy's web page."""
        self.faults.append(Fault(Reply(status, b"<html>Bad Gateway</html>", "text/html")))

    def fail_after_accepting(self, method: str = "sendMessage") -> None:
        """The next call takes effect, and the answer is a 500."""
        self.faults.append(Fault(_refusal(500, "Internal Server Error"), method, accept=True))

    def drop_reply(self, method: str = "sendMessage") -> None:
        """The next call takes effect, and the connection closes without an answer."""
        self.faults.append(Fault(Reply(drop=True), method, accept=True))

    # --- the server side ------------------------------------------------------------------------------------------

    def answer(self, request: Request) -> Reply:
        prefix, _, method = request.path.removeprefix("/").rpartition("/")
        if prefix != f"bot{self.token}":
            return _refusal(401, "Unauthorized")
        try:
            fields = _fields(request)
        except ValueError as error:
            return _refusal(400, f"Bad Request: {error}")
        if method == "getUpdates":
            return self._updates(fields)
        with self._news:
            reply = self._execute(method, fields)
            self._news.notify_all()
        return reply

    def _execute(self, method: str, fields: dict[str, Any]) -> Reply:
        problem = violation(method, fields)
        fault = self._fault(method)
        self.calls.append(Call(method, fields, problem or ("fault" if fault and not fault.accept else None)))
        if problem:
            return _refusal(400, f"Bad Request: {problem}")
        if fault and not fault.accept:
            return fault.reply
        if "chat_id" in fields and (wait := self._wait(fields["chat_id"])):
            self.throttled += 1
            return _refusal(429, "Too Many Requests", retry_after=math.ceil(wait))
        try:
            result = getattr(self, "_do" + re.sub("([A-Z])", r"_\1", f"_{method}").lower())(fields)
        except _RefusedError as refused:
            return refused.reply
        return fault.reply if fault else Reply.json({"ok": True, "result": result})

    def _fault(self, method: str) -> Fault | None:
        for fault in self.faults:
            if fault.method in ("", method):
                self.faults.remove(fault)
                return fault
        return None

    def _wait(self, chat_id: int) -> float:
        limits = ((self.per_chat, chat_id), (self.overall, ""))
        return max((limit.wait_for(key) for limit, key in limits if limit), default=0.0)

    def _do_get_me(self, _: dict[str, Any]) -> dict[str, Any]:
        return {"id": 123456, "is_bot": True, "first_name": "Flux", "username": "flux_test_bot"}

    def _do_send_message(self, fields: dict[str, Any]) -> dict[str, Any]:
        return self._keep(fields, fields["text"])

    def _do_send_photo(self, fields: dict[str, Any]) -> dict[str, Any]:
        return self._keep(fields, fields.get("caption", ""), fields["photo"])

    def _do_send_document(self, fields: dict[str, Any]) -> dict[str, Any]:
        return self._keep(fields, fields.get("caption", ""), fields["document"])

    def _do_edit_message_text(self, fields: dict[str, Any]) -> dict[str, Any]:
        message = self.sent.get(fields["message_id"])
        if message is None:
            raise _RefusedError(400, "Bad Request: message to edit not found")
        if message.content is not None:
            raise _RefusedError(400, "Bad Request: there is no text in the message to edit")
        buttons = fields.get("reply_markup", {}).get("inline_keyboard", [])
        if (message.text, message.buttons) == (fields["text"], buttons):
            raise _RefusedError(400, "Bad Request: message is not modified")
        message.text, message.buttons, message.edited = fields["text"], buttons, message.edited + 1
        return {"message_id": message.message_id, "chat": {"id": message.chat_id}}

    def _do_answer_callback_query(self, fields: dict[str, Any]) -> bool:
        key = fields["callback_query_id"]
        if key in self.answered:
            raise _RefusedError(
                400, "Bad Request: query is too old and response timeout expired or query ID is invalid"
            )
        self.answered[key] = fields.get("text", "")
        return True

    def _do_set_webhook(self, fields: dict[str, Any]) -> bool:
        self.webhook = (fields["url"], fields.get("secret_token", ""))
        return True

    def _do_delete_webhook(self, _: dict[str, Any]) -> bool:
        self.webhook = None
        return True

    def _do_set_my_commands(self, fields: dict[str, Any]) -> bool:
        self.commands = fields["commands"]
        return True

    def _keep(self, fields: dict[str, Any], text: str, content: bytes | None = None) -> dict[str, Any]:
        chat_id = fields["chat_id"]
        if chat_id in self.blocked:
            raise _RefusedError(403, "Forbidden: bot was blocked by the user")
        if chat_id in self.moved:
            moved = self.moved[chat_id]
            raise _RefusedError(400, "Bad Request: group chat was upgraded", migrate_to_chat_id=moved)
        if content is None and not text.strip():
            raise _RefusedError(400, "Bad Request: message text is empty")
        self._next_message += 1
        buttons = fields.get("reply_markup", {}).get("inline_keyboard", [])
        filename = getattr(content, "filename", None)
        message = Sent(self._next_message, chat_id, text, buttons, filename, content)
        self.sent[message.message_id] = message
        return {"message_id": message.message_id, "date": int(time.time()), "chat": {"id": chat_id}}

    def _updates(self, fields: dict[str, Any]) -> Reply:
        """Confirms everything before `offset`, then waits up to `timeout` seconds for something newer."""
        with self._news:
            self.calls.append(Call("getUpdates", fields, problem := violation("getUpdates", fields)))
            if problem:
                return _refusal(400, f"Bad Request: {problem}")
            if fault := self._fault("getUpdates"):
                return fault.reply
            if self.webhook:
                return _refusal(409, "Conflict: can't use getUpdates method while webhook is active")
            offset = fields.get("offset", 0)
            self.updates = [update for update in self.updates if update["update_id"] >= offset]
            self._news.wait_for(lambda: bool(self.updates), min(fields.get("timeout", 0), 30))
            return Reply.json({"ok": True, "result": self.updates[: fields.get("limit", 100)]})

    def publish(self, update: dict[str, Any]) -> None:
        with self._news:
            self.updates.append(update)
            self._news.notify_all()


class Upload(bytes):
    """The bytes of an uploaded file, with its name."""

    filename: str

    def __new__(cls, content: bytes, filename: str) -> Upload:
        made = super().__new__(cls, content)
        made.filename = filename
        return made


class _RefusedError(Exception):
    def __init__(self, status: int, description: str, **parameters: Any) -> None:
        super().__init__(description)
        self.reply = _refusal(status, description, **parameters)


def _refusal(status: int, description: str, **parameters: Any) -> Reply:
    body: dict[str, Any] = {"ok": False, "error_code": status, "description": description}
    return Reply.json(body | ({"parameters": parameters} if parameters else {}), status)


def _fields(request: Request) -> dict[str, Any]:
    kind = request.headers.get("content-type", "")
    if kind.startswith("application/json"):
        fields = json.loads(request.body or b"{}")
        return fields if isinstance(fields, dict) else {}
    if kind.startswith("multipart/form-data"):
        return _multipart(kind, request.body)
    return dict(request.query)


def _multipart(kind: str, body: bytes) -> dict[str, Any]:
    parsed = BytesParser(policy=HTTP).parsebytes(b"Content-Type: " + kind.encode() + b"\r\n\r\n" + body)
    fields: dict[str, Any] = {}
    for part in parsed.iter_parts():
        name = str(part.get_param("name", header="content-disposition"))
        payload = part.get_payload(decode=True)
        raw = payload if isinstance(payload, bytes) else b""
        fields[name] = (
            Upload(raw, filename) if (filename := part.get_filename()) else _scalar(name, raw.decode())
        )
    return fields


def _scalar(name: str, text: str) -> Any:
    """Form fields are all text: numbers, booleans and objects arrive as JSON, captions as they are."""
    return text if name == "caption" else json.loads(text)

"""A fake push service and the browser behind it: checks the VAPID proof and decrypts what was sent."""

from __future__ import annotations

import base64
import json
import secrets
import threading
import time
from collections import deque
from dataclasses import dataclass
from typing import Any

import http_ece
import jwt
from cryptography.hazmat.primitives.asymmetric import ec

from tests.fakes.http_server import FakeServer, Reply, Request


@dataclass(frozen=True)
class Notification:
    """One decrypted push with the headers the service acts on."""

    subscription: str
    content: dict[str, Any]
    ttl: int
    urgency: str
    topic: str | None
    claims: dict[str, Any]


class Browser:
    """One subscription's keys."""

    def __init__(self) -> None:
        self.id = secrets.token_hex(8)
        self.private_key = ec.generate_private_key(ec.SECP256R1())
        self.secret = secrets.token_bytes(16)

    @property
    def p256dh(self) -> str:
        numbers = self.private_key.public_key().public_numbers()
        return _encoded(b"\x04" + numbers.x.to_bytes(32, "big") + numbers.y.to_bytes(32, "big"))

    @property
    def auth(self) -> str:
        return _encoded(self.secret)


class FakePushService(FakeServer):
    """`vapid_public_key`: whose proof is accepted, uncompressed and base64url, as browsers are given it."""

    def __init__(self, vapid_public_key: str) -> None:
        super().__init__()
        self._vapid = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), _decoded(vapid_public_key))
        self._vapid_text = vapid_public_key
        self.browsers: dict[str, Browser] = {}
        self.notifications: list[Notification] = []
        self.refusals: list[str] = []
        self.faults: deque[Reply] = deque()
        self._news = threading.Condition(self.lock)

    def subscribe(self) -> tuple[str, str, str]:
        """A new browser: its endpoint, p256dh and auth."""
        browser = Browser()
        self.browsers[browser.id] = browser
        return f"{self.url}/send/{browser.id}", browser.p256dh, browser.auth

    def unsubscribe(self, endpoint: str) -> None:
        del self.browsers[endpoint.rpartition("/")[2]]

    def fail_next(self, status: int, **headers: str) -> None:
        self.faults.append(Reply(status, b"", "text/plain", headers))

    def drop_reply(self) -> None:
        """The next request is not answered at all."""
        self.faults.append(Reply(drop=True))

    def wait_for(self, count: int = 1, seconds: float = 10.0) -> Notification:
        with self._news:
            assert self._news.wait_for(lambda: len(self.notifications) >= count, seconds), "no notification"
            return self.notifications[-1]

    def answer(self, request: Request) -> Reply:
        with self._news:
            if self.faults:
                return self.faults.popleft()
            try:
                return self._accept(request)
            except RefusedPushError as refused:
                self.refusals.append(str(refused))
                return Reply(refused.status, str(refused).encode(), "text/plain")
            finally:
                self._news.notify_all()

    def _accept(self, request: Request) -> Reply:
        browser = self.browsers.get(request.path.removeprefix("/send/"))
        if browser is None:
            raise RefusedPushError(410, "unsubscribed")
        claims = self._proof(request.headers.get("authorization", ""))
        if "ttl" not in request.headers:
            raise RefusedPushError(400, "TTL is missing")
        if len(request.body) > 4096:
            raise RefusedPushError(413, "payload too large")
        topic = request.headers.get("topic")
        if topic is not None and not (len(topic) <= 32 and topic.replace("-", "").replace("_", "").isalnum()):
            raise RefusedPushError(400, "bad topic")
        if request.headers.get("content-encoding") != "aes128gcm":
            raise RefusedPushError(415, "content encoding must be aes128gcm")
        plain = http_ece.decrypt(
            request.body, private_key=browser.private_key, auth_secret=browser.secret, version="aes128gcm"
        )
        urgency = request.headers.get("urgency", "normal")
        ttl = int(request.headers["ttl"])
        notification = Notification(browser.id, json.loads(plain), ttl, urgency, topic, claims)
        self.notifications.append(notification)
        return Reply(201, b"", "text/plain", {"Location": f"{self.url}/message/{secrets.token_hex(8)}"})

    def _proof(self, authorization: str) -> dict[str, Any]:
        """The claims of a valid VAPID header: our key, this service as audience, a contact, a near end."""
        scheme, _, rest = authorization.partition(" ")
        fields = dict(part.strip().partition("=")[::2] for part in rest.split(","))
        if scheme.lower() != "vapid" or fields.get("k") != self._vapid_text:
            raise RefusedPushError(403, "not signed with the subscription's key")
        try:
            claims: dict[str, Any] = jwt.decode(
                fields.get("t", ""), self._vapid, algorithms=["ES256"], audience=self.url
            )
        except jwt.InvalidTokenError as error:
            raise RefusedPushError(403, str(error)) from error
        if not str(claims.get("sub", "")).startswith("mailto:") or claims["exp"] > time.time() + 86_400:
            raise RefusedPushError(403, "bad claims")
        return claims


class RefusedPushError(Exception):
    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status


def _encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))

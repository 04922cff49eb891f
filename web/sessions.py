"""Signed-in browsers: a random cookie, its hash in Redis, and a token that every form must repeat."""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from dataclasses import dataclass
from uuid import UUID

from flask import Response, request
from redis import Redis

COOKIE = "flux_session"
LIVES_SECONDS = 7 * 24 * 3600
_PREFIX = "flux:session:"


@dataclass(frozen=True)
class BrowserSession:
    user_id: UUID
    csrf: str


def _key(user: str, secret: str) -> str:
    """The person's id leads, so that erasing a person finds their sessions."""
    return f"{_PREFIX}{user}:{hashlib.sha256(secret.encode()).hexdigest()}"


def begin(redis: Redis, user_id: UUID, response: Response, *, secure: bool) -> None:
    """Sign this browser in."""
    secret = secrets.token_urlsafe(32)
    kept = json.dumps({"csrf": secrets.token_urlsafe(24)})
    redis.set(_key(user_id.hex, secret), kept, ex=LIVES_SECONDS)
    response.set_cookie(
        COOKIE,
        f"{user_id.hex}.{secret}",
        max_age=LIVES_SECONDS,
        httponly=True,
        secure=secure,
        samesite="Lax",
        path="/",
    )


def current(redis: Redis) -> BrowserSession | None:
    """Whose browser this request comes from; None when it is not signed in."""
    user, _, secret = request.cookies.get(COOKIE, "").partition(".")
    try:
        user_id = UUID(user)
    except ValueError:
        return None
    kept = redis.get(_key(user_id.hex, secret))
    if not kept:
        return None
    return BrowserSession(user_id, json.loads(kept)["csrf"])


def end(redis: Redis, response: Response) -> None:
    user, _, secret = request.cookies.get(COOKIE, "").partition(".")
    redis.delete(_key(user, secret))
    response.delete_cookie(COOKIE, path="/")


def is_ours(session: BrowserSession, token: str) -> bool:
    """Whether a post carries the signed-in browser's token."""
    return hmac.compare_digest(session.csrf.encode(), token.encode("utf-8", "replace"))

"""Links that carry their own permission: one task of one person, until a moment, sealed with SECRET_KEY."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import struct
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

_SHAPE = struct.Struct(">16s16sQ")
_SEAL_BYTES = 16


@dataclass(frozen=True, slots=True)
class TaskLink:
    """Whoever holds it may answer this task in this person's name until it ends."""

    user_id: UUID
    task_id: UUID
    ends_at: datetime


def seal(link: TaskLink, secret_key: str) -> str:
    body = _SHAPE.pack(link.user_id.bytes, link.task_id.bytes, int(link.ends_at.timestamp()))
    return base64.urlsafe_b64encode(body + _signature(body, secret_key)).decode().rstrip("=")


def open_link(token: str, secret_key: str, now: datetime) -> TaskLink | None:
    """What the token permits; None when it was changed, is malformed, or has ended."""
    try:
        raw = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
    except (binascii.Error, ValueError):
        return None
    body, signature = raw[: _SHAPE.size], raw[_SHAPE.size :]
    if len(body) != _SHAPE.size or not hmac.compare_digest(signature, _signature(body, secret_key)):
        return None
    user, task, ends = _SHAPE.unpack(body)
    link = TaskLink(UUID(bytes=user), UUID(bytes=task), datetime.fromtimestamp(ends, UTC))
    return link if link.ends_at > now else None


def _signature(body: bytes, secret_key: str) -> bytes:
    return hmac.digest(secret_key.encode(), b"task-link:" + body, hashlib.sha256)[:_SEAL_BYTES]

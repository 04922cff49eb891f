"""What the web tests share: the installation's constants, and rows of the two test people."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from bot.tokens import mint_token
from storage.database import Database
from storage.tables import Goal, Task, User

Headers = dict[str, str]

SECRET = "a-secret-key-of-more-than-32-bytes-for-tests"
PUBLIC = "https://flux.example"
TWILIO_TOKEN = "0123456789abcdef0123456789abcdef"
TELEGRAM_SECRET = "telegram-says-hello"


def bearer(user: User, now: datetime, secret: str = SECRET) -> dict[str, str]:
    return {"Authorization": f"Bearer {mint_token(secret, user.id, now)}"}


def add_goal(database: Database, user: User, title: str = "Run 5 km", **fields: object) -> UUID:
    with database.service() as session:
        goal = Goal(user_id=user.id, title=title, **fields)
        session.add(goal)
        session.flush()
        return goal.id


def add_task(database: Database, user: User, at: datetime, title: str = "Easy run", **fields: object) -> UUID:
    """A pending task of 20 minutes at that moment, on the person's own calendar day."""
    day = at.astimezone(ZoneInfo(user.timezone)).date()
    with database.service() as session:
        values = {"duration_minutes": 20, "local_day": day} | fields
        task = Task(user_id=user.id, title=title, scheduled_at=at, **values)
        session.add(task)
        session.flush()
        return task.id


def load_task(database: Database, task_id: UUID) -> Task:
    with database.service() as session:
        return session.get_one(Task, task_id)


def signed(path: str, form: dict[str, str], token: str = TWILIO_TOKEN, base: str = PUBLIC) -> Headers:
    """Twilio's signature (HMAC-SHA1 over the public URL and the sorted fields) as a header."""
    text = base + path + "".join(name + form[name] for name in sorted(form))
    digest = hmac.new(token.encode(), text.encode(), hashlib.sha1).digest()
    return {"X-Twilio-Signature": base64.b64encode(digest).decode()}


def encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def browser_keys() -> dict[str, str]:
    public = ec.generate_private_key(ec.SECP256R1()).public_key()
    point = public.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return {"p256dh": encoded(point), "auth": encoded(secrets.token_bytes(16))}

"""Proofs of who somebody is: Bearer tokens of the REST API (ours, or Supabase's), and keys of calendar feeds."""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any
from uuid import UUID

import jwt
from jwt.types import Options

if TYPE_CHECKING:
    from bot.settings import Settings

_ISSUER = "flux"
_AUDIENCE = "flux-api"
_SUPABASE_AUDIENCE = "authenticated"
LIFETIME = timedelta(days=365)
# The contract is HS256, SECRET_KEY and `sub`: other programs may mint such a token and leave the rest out.
_OWN: Options = {
    "require": ["sub"],
    "verify_exp": False,  # checked below, by the installation's clock
    "verify_iat": False,
    "verify_nbf": False,
    "verify_aud": False,
}


def mint_token(secret_key: str, user_id: UUID, now: datetime, lives: timedelta = LIFETIME) -> str:
    """A JWT (HS256) that lets its bearer use the API as this person until now + lives."""
    claims = {
        "sub": str(user_id),
        "iss": _ISSUER,
        "aud": _AUDIENCE,
        "iat": int(now.timestamp()),
        "exp": int((now + lives).timestamp()),
    }
    return jwt.encode(claims, secret_key, algorithm="HS256")


def verify(token: str, settings: Settings, now: datetime) -> UUID | None:
    """Whose token this is; None when it is forged, expired or not meant for this API."""
    claims = _own_claims(token, settings.secret_key, now) or _supabase_claims(token, settings)
    try:
        return UUID(claims["sub"]) if claims else None
    except ValueError:
        return None


def _own_claims(token: str, secret_key: str, now: datetime) -> dict[str, Any] | None:
    try:
        claims: dict[str, Any] = jwt.decode(token, secret_key, algorithms=["HS256"], options=_OWN)
    except jwt.PyJWTError:
        return None
    for_us = claims.get("aud", _AUDIENCE) == _AUDIENCE
    ends = claims.get("exp", float("inf"))
    return claims if for_us and ends > now.timestamp() else None


def _supabase_claims(token: str, settings: Settings) -> dict[str, Any] | None:
    """Foreign tokens live by the real time: PyJWT checks it."""
    try:
        if jwt.get_unverified_header(token).get("alg") == "HS256":
            key: Any = settings.supabase_jwt_secret
            algorithms = ["HS256"]
        elif settings.supabase_url:
            key = _key_set(settings.supabase_url).get_signing_key_from_jwt(token).key
            algorithms = ["ES256", "RS256"]
        else:
            return None
        if not key:
            return None
        claims: dict[str, Any] = jwt.decode(
            token,
            key,
            algorithms=algorithms,
            audience=_SUPABASE_AUDIENCE,
            options={"require": ["exp", "sub"]},
        )
    except jwt.PyJWTError:
        return None
    return claims


@cache
def _key_set(supabase_url: str) -> jwt.PyJWKClient:
    return jwt.PyJWKClient(f"{supabase_url}/auth/v1/.well-known/jwks.json", timeout=5)


# ------------------------------------------------------------------ calendar feeds


def mint_calendar_key(secret_key: str, user_id: UUID) -> str:
    """What a calendar program subscribes with: it may read this person's plan, nothing else, until SECRET_KEY changes."""
    return base64.urlsafe_b64encode(user_id.bytes + _calendar_seal(secret_key, user_id)).decode().rstrip("=")


def calendar_owner(key: str, secret_key: str) -> UUID | None:
    """Whose plan the key opens; None for a forged or malformed one."""
    try:
        raw = base64.urlsafe_b64decode(key + "=" * (-len(key) % 4))
        owner = UUID(bytes=raw[:16])
    except ValueError:  # binascii.Error is one
        return None
    return owner if hmac.compare_digest(raw[16:], _calendar_seal(secret_key, owner)) else None


def _calendar_seal(secret_key: str, user_id: UUID) -> bytes:
    return hmac.digest(secret_key.encode(), b"calendar:" + user_id.bytes, hashlib.sha256)[:16]

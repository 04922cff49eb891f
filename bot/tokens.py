"""Bearer tokens of the REST API: minted by us for one person, or Supabase's when that is configured."""

from __future__ import annotations

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
_OWN: Options = {"require": ["exp", "sub"], "verify_exp": False, "verify_iat": False, "verify_nbf": False}


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
        claims: dict[str, Any] = jwt.decode(
            token, secret_key, algorithms=["HS256"], audience=_AUDIENCE, issuer=_ISSUER, options=_OWN
        )
    except jwt.PyJWTError:
        return None
    # By the installation's clock, which may run ahead of the machine's.
    return claims if claims["exp"] > now.timestamp() else None


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

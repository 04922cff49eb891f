"""Tokens of the API: ours, those other programs mint with SECRET_KEY, Supabase's, and everything that is none."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from jwt.algorithms import ECAlgorithm

from bot.settings import Settings
from bot.tokens import LIFETIME, calendar_owner, mint_calendar_key, mint_token, verify
from tests.fakes.http_server import FakeServer, Reply, Request

SUPABASE_SECRET = "supabase-secret-of-more-than-32-bytes"
WHO = UUID("5f0c1d60-5a1e-4d0f-9d8e-0123456789ab")


@pytest.fixture
def configured(settings: Settings) -> Callable[..., Settings]:
    return lambda **changed: settings.model_copy(update=changed)


def tampered(token: str, **claims: Any) -> str:
    """The token with other claims under its old signature."""
    head, body, seal = token.split(".")
    known = json.loads(base64.urlsafe_b64decode(body + "=="))
    changed = base64.urlsafe_b64encode(json.dumps(known | claims).encode()).decode().rstrip("=")
    return f"{head}.{changed}.{seal}"


def supabase(**changed: Any) -> dict[str, Any]:
    """Claims as Supabase writes them, valid for an hour of real time."""
    ends = datetime.now(UTC) + timedelta(hours=1)
    return {"sub": str(WHO), "aud": "authenticated", "exp": int(ends.timestamp())} | changed


def test_a_token_says_whose_it_is(settings: Settings, now: datetime) -> None:
    assert verify(mint_token(settings.secret_key, WHO, now), settings, now) == WHO


def test_a_token_ends_by_the_clock_of_the_installation(settings: Settings, now: datetime) -> None:
    token = mint_token(settings.secret_key, WHO, now)
    assert verify(token, settings, now + LIFETIME - timedelta(seconds=1)) == WHO
    assert verify(token, settings, now + LIFETIME) is None


def test_another_program_with_the_key_needs_to_name_the_person_only(
    settings: Settings, now: datetime
) -> None:
    assert verify(jwt.encode({"sub": str(WHO)}, settings.secret_key), settings, now) == WHO


@pytest.mark.parametrize("claims", [{"aud": "somebody-else"}, {"sub": "not-an-id"}, {"exp": 0}])
def test_a_token_for_something_else_opens_nothing(
    settings: Settings, now: datetime, claims: dict[str, Any]
) -> None:
    token = jwt.encode({"sub": str(WHO)} | claims, settings.secret_key)
    assert verify(token, settings, now) is None


def test_forged_tokens_open_nothing(settings: Settings, now: datetime) -> None:
    ours = mint_token(settings.secret_key, WHO, now)
    unsigned = jwt.encode({"sub": str(WHO)}, None, algorithm="none")
    foreign = mint_token("another-secret-key-of-more-than-32-bytes", WHO, now)
    for token in (tampered(ours, sub=str(uuid4())), unsigned, foreign, ours[:-2], "", "a.b.c", "\x00"):
        assert verify(token, settings, now) is None


def test_supabase_is_believed_only_when_configured(
    configured: Callable[..., Settings], now: datetime
) -> None:
    token = jwt.encode(supabase(), SUPABASE_SECRET)
    assert verify(token, configured(supabase_jwt_secret=SUPABASE_SECRET), now) == WHO
    assert verify(token, configured(), now) is None


@pytest.mark.parametrize("claims", [{"aud": "anon"}, {"exp": 1}])
def test_supabase_tokens_are_checked_whole(
    configured: Callable[..., Settings], now: datetime, claims: dict[str, Any]
) -> None:
    token = jwt.encode(supabase(**claims), SUPABASE_SECRET)
    assert verify(token, configured(supabase_jwt_secret=SUPABASE_SECRET), now) is None


def test_supabases_public_keys_are_fetched_from_the_project(
    configured: Callable[..., Settings], now: datetime
) -> None:
    key, stranger = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    with KeySet(key) as project:
        settings = configured(supabase_url=project.url)
        good = jwt.encode(supabase(), key, algorithm="ES256", headers={"kid": "one"})
        bad = jwt.encode(supabase(), stranger, algorithm="ES256", headers={"kid": "one"})
        assert verify(good, settings, now) == WHO
        assert verify(bad, settings, now) is None


class KeySet(FakeServer):
    """A Supabase project, as far as its public keys go."""

    def __init__(self, key: ec.EllipticCurvePrivateKey) -> None:
        super().__init__()
        self._public = json.loads(ECAlgorithm.to_jwk(key.public_key())) | {"kid": "one", "alg": "ES256"}

    def answer(self, request: Request) -> Reply:
        assert request.path == "/auth/v1/.well-known/jwks.json"
        return Reply.json({"keys": [self._public]})


def test_a_calendar_key_opens_one_plan_and_a_changed_one_none() -> None:
    key = mint_calendar_key("k" * 32, WHO)
    assert calendar_owner(key, "k" * 32) == WHO
    assert calendar_owner(key, "other" * 8) is None
    for wrong in (key[:-1], "A" + key[1:], "", "%%%", "AAAA"):
        assert calendar_owner(wrong, "k" * 32) != WHO

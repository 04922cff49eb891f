"""What `bench.cellar` reads: the overview, as a function and over HTTP, and the agenda."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from bench.figures import Figure, side_by_side, within
from bot.services import build
from bot.settings import Settings
from bot.tokens import mint_token
from reminders.agenda import for_days
from storage.tables import User
from web.app import create_app
from web.today import local_day, numbers

if TYPE_CHECKING:
    from bench.cellar import Cellar

ROUNDS, WARM_UP = 2000, 200
_SECRET = "b" * 32


def measure(cellar: Cellar) -> Iterator[Figure]:
    with tempfile.TemporaryDirectory(prefix="flux-bench-") as home:
        acts = {
            "overview, the numbers": _overview(cellar),
            "overview, the whole request": _request(cellar, home),
            "agenda of seven days": _agenda(cellar),
        }
        found = side_by_side(min(ROUNDS, len(cellar.people) - WARM_UP), WARM_UP, acts)
    for name, most in zip(found, (25, 25, 10), strict=True):
        yield within(name, found[name], most)


def _overview(cellar: Cellar) -> Callable[[int], object]:
    def act(number: int) -> None:
        person, zone = cellar.people[number]
        with cellar.big.session(person) as session:
            numbers(session, person, zone, cellar.now)

    return act


def _agenda(cellar: Cellar) -> Callable[[int], object]:
    def act(number: int) -> None:
        person, zone = cellar.people[-number]
        with cellar.big.session(person) as session:
            assert for_days(session, session.get_one(User, person), local_day(cellar.now, zone), 7)

    return act


def _request(cellar: Cellar, home: str) -> Callable[[int], object]:
    """The endpoint with token, limits and JSON, without a network in between."""
    wanted = {
        "flux_home": home,
        "app_env": "test",
        "database_url": cellar.database_url,
        "redis_url": cellar.redis_url,
        "secret_key": _SECRET,
        "telegram_bot_token": "1:bench",
    }
    services = build(Settings(**wanted))
    client = create_app(services).test_client()
    now = services.clock.now()
    tokens = [mint_token(_SECRET, person, now) for person, _ in cellar.people]

    def act(number: int) -> None:
        headers = {"Authorization": f"Bearer {tokens[number]}"}
        answer = client.get("/api/v1/analytics/overview", headers=headers)
        assert answer.status_code == 200, answer.text

    return act

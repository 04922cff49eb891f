"""Fake providers, started for one test each, and a moment to be at."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from tests.fakes.telegram_server import FakeTelegram

NOW = datetime(2026, 3, 12, 6, 50, tzinfo=UTC)


@pytest.fixture
def telegram() -> Iterator[FakeTelegram]:
    with FakeTelegram() as server:
        yield server

"""What the promises are shown with: the whole product over loopback providers, and people to remind."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from redis import Redis

from storage.database import Database
from tests.installation import Installation, installed

Beside = Callable[..., Future[Any]]


@pytest.fixture
def flux(
    tmp_path: Path, database: Database, database_url: str, redis_url: str, redis: Redis, now: datetime
) -> Iterator[Installation]:
    with installed(tmp_path, database, (database_url, redis_url), now) as running:
        yield running


@pytest.fixture
def beside() -> Iterator[Beside]:
    """Runs something beside the test; its result is asked for with `.result(seconds)`."""
    with ThreadPoolExecutor(32) as pool:
        yield pool.submit

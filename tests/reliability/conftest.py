"""What the promises are shown with: the whole product over loopback providers, and people to remind."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from redis import Redis

from storage.database import Database
from storage.embedded import EmbeddedServers
from storage.embedded_postgres import EmbeddedPostgres
from storage.migrations import migrate
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


@pytest.fixture
def flux_alone(
    tmp_path: Path, redis_url: str, redis: Redis, now: datetime
) -> Iterator[tuple[Installation, EmbeddedPostgres]]:
    """An installation with a Postgres of its own, which may be stopped."""
    with (
        tempfile.TemporaryDirectory(prefix="flux-tests-") as home,
        EmbeddedServers(Path(home), valkey=False, durable=False) as servers,
    ):
        assert servers.postgres is not None
        url = servers.postgres.url
        migrate(url)
        database = Database(url)
        with installed(tmp_path, database, (url, redis_url), now) as running:
            yield running, servers.postgres
        database.dispose()

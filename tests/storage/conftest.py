"""What the tests of backups share: an installation with a row in every table, and its backup."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from storage.backup import back_up
from tests.storage.filled import fill

NOW = datetime(2026, 3, 11, 9, 0, tzinfo=UTC)


@pytest.fixture
def url(fresh_database_url: str) -> str:
    """An installation in use: a row in every table."""
    fill(fresh_database_url)
    return fresh_database_url


@pytest.fixture
def saved(url: str, tmp_path: Path) -> Path:
    back_up(url, tmp_path / "flux.zip", now=NOW, flux_version="0.2.0")
    return tmp_path / "flux.zip"

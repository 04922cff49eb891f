"""A person's state as the evaluation sees it, in a few words."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

from bot.evaluation.snapshot import Entry, Snapshot
from storage.profile import Profile, SleepWindow

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 3, 11, 9, 0, tzinfo=UTC)
NIGHT = SleepWindow(start=time(23), end=time(7))


def entry(key: str, local: str, minutes: int = 30, **more: str) -> Entry:
    at = datetime.fromisoformat(local).replace(tzinfo=BERLIN).astimezone(UTC)
    return Entry(key, f"Task {key}", at, minutes, **{"goal": "g"} | more)  # type: ignore[arg-type]


def having(*entries: Entry, **more: object) -> Snapshot:
    return replace(Snapshot(BERLIN, Profile(sleep_window=NIGHT), entries=entries), **more)  # type: ignore[arg-type]

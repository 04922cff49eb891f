"""One turn as it looked from outside, which is what a conversation may expect something of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from bot.evaluation.moments import says
from bot.evaluation.snapshot import Entry, Snapshot


@dataclass(frozen=True, slots=True)
class Seen:
    """One turn as it looked: replies and buttons on the phone, and what was true before and after."""

    replies: tuple[str, ...]
    labels: tuple[str, ...]
    before: Snapshot
    after: Snapshot
    now: datetime
    shown: str = ""  # the result an older message was changed into

    @property
    def text(self) -> str:
        return "\n\n".join([*self.replies, self.shown])

    @property
    def near(self) -> date:
        return self.now.astimezone(self.after.zone).date()

    @property
    def new(self) -> list[Entry]:
        known = {one.key for one in self.before.entries}
        return [one for one in self.after.pending if one.key not in known]

    def diary(self, entries: Sequence[Entry] | None = None) -> str:
        shown = self.after.pending if entries is None else entries
        lines = [f"{says(one.at, self.after.zone)} {one.title} ({one.minutes} min)" for one in shown[:6]]
        return "; ".join(lines) or "nothing"


def compare(found: int, wanted: int, shown: str) -> str:
    """ "" when they are equal, else what was found."""
    return "" if found == wanted else f"{found}: {shown}"


def either(value: str) -> list[str]:
    """`this / that` as the words that would do."""
    return [one.strip().casefold() for one in value.split(" / ")]


def number(value: str) -> int:
    return 0 if value == "none" else int(value)

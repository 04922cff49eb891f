"""How much may go out in a day over channels that cost money, and how far apart a phone rings for two tasks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from storage.vocabulary import ChannelName

RINGS_APART = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Caps:
    """0 is no cap. A person's day is their own calendar day, everybody's the last 24 hours, as providers count."""

    calls_per_person: int = 0
    calls: int = 0
    whatsapp_per_person: int = 0
    whatsapp: int = 0
    whatsapp_people: int = 0  # different people written to outside WhatsApp's 24-hour window

    @property
    def of_everybody(self) -> bool:
        return bool(self.calls or self.whatsapp or self.whatsapp_people)

    def each_full(self, channel: str, used: int) -> bool:
        return _full(self.calls_per_person if channel == ChannelName.CALL else self.whatsapp_per_person, used)

    def all_full(self, channel: str, used: int) -> bool:
        return _full(self.calls if channel == ChannelName.CALL else self.whatsapp, used)

    def people_full(self, written_to: int) -> bool:
        return _full(self.whatsapp_people, written_to)


def _full(cap: int, used: int) -> bool:
    return bool(cap) and used >= cap

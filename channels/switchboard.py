"""Which channel carries a message to an address: the real provider, or the phone simulator in its place."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from channels.messages import Address, Channel, ChannelError

SIMULATED = "sim:"  # addresses with this prefix are never real, whatever is configured


def _nobody(channel: str, code: str) -> None:
    """Nobody counts."""


@dataclass(frozen=True)
class Switchboard:
    """The configured channels by name; `simulated` stands in for those that have no provider, outside production."""

    real: Mapping[str, Channel]
    simulated: Mapping[str, Channel]
    failed: Callable[[str, str], None] = (
        _nobody  # told the channel and the code of whatever a provider refused
    )

    def channel(self, address: Address) -> Channel:
        """The channel that reaches this address. Raises a permanent ChannelError when nothing does."""
        found = self.real[address.channel] if self.is_real(address) else None
        found = found or self.simulated.get(address.channel)
        if found is None:
            raise ChannelError(f"{address.channel} is not configured", permanent=True, code="not_configured")
        return found

    def is_real(self, address: Address) -> bool:
        """Whether a provider carries what goes there, with the limits that providers have."""
        return address.channel in self.real and not address.value.startswith(SIMULATED)

    def reaches(self, channel: str) -> bool:
        """Whether anything can be sent over this kind of channel at all."""
        return channel in self.real or channel in self.simulated

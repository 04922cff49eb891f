"""What one inbound event leads to: the replies to say, and where they came from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from channels.messages import Choice, OutboundMessage


@dataclass(frozen=True, slots=True)
class Response:
    replies: tuple[OutboundMessage, ...] = ()
    agent_node: str = "none"
    proposed_plan: dict[str, Any] | None = None
    requires_user_action: str = "none"
    erases: bool = False  # the person wants everything gone: nothing of this turn is kept


def say(text: str, node: str, *rows: tuple[Choice, ...]) -> Response:
    """One message, with rows of buttons if any."""
    return Response((OutboundMessage(text, choices=rows),), node)

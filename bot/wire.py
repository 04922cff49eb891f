"""Messages as JSON: how an inbound event keeps what came in and what is to be said."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from pydantic import TypeAdapter

from channels.messages import InboundMessage, OutboundMessage

Json = dict[str, Any]

_INBOUND = TypeAdapter(InboundMessage)
_OUTBOUND = TypeAdapter(tuple[OutboundMessage, ...])


def _storable(text: str | None) -> str | None:
    """Without what Postgres cannot hold: NUL characters and lone surrogates."""
    return None if text is None else text.replace("\0", "").encode("utf-8", "replace").decode()


def dump_inbound(message: InboundMessage) -> Json:
    message = replace(
        message,
        text=_storable(message.text) or "",
        choice=_storable(message.choice),
        display_name=_storable(message.display_name),
    )
    data: Json = json.loads(_INBOUND.dump_json(message, exclude_defaults=True))
    return data


def load_inbound(data: Json) -> InboundMessage:
    return _INBOUND.validate_json(json.dumps(data))


def dump_outbound(messages: Sequence[OutboundMessage]) -> list[Json]:
    data: list[Json] = json.loads(_OUTBOUND.dump_json(tuple(messages), exclude_defaults=True))
    return data


def load_outbound(data: list[Json]) -> tuple[OutboundMessage, ...]:
    return _OUTBOUND.validate_json(json.dumps(data))


def without_file(message: Json) -> Json:
    """A stored reply whose document is only named from here on: an export may not hold all earlier exports."""
    if not message.get("document"):
        return message
    return message | {"document": message["document"] | {"content": ""}}

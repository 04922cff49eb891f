"""The composition root: what the channels it makes do while a server under them is away."""

from __future__ import annotations

from datetime import datetime
from uuid import uuid4

import pytest

from bot.services import Services, build_switchboard
from channels.messages import Address, ChannelError, OutboundMessage
from storage.database import Database


def test_a_notification_waits_for_a_postgres_that_is_away(services: Services, now: datetime) -> None:
    away = Database("postgresql://nobody@127.0.0.1:1/nothing")
    push = build_switchboard(services.settings, away, services.redis).real["push"]
    with pytest.raises(ChannelError) as caught:
        push.send(Address("push", str(uuid4())), OutboundMessage("Easy run"), now)
    assert not (caught.value.permanent or caught.value.gone or caught.value.unknown)

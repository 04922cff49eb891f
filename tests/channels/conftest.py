"""Fake providers, started for one test each."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from channels.twilio_api import TwilioApi
from tests.fakes.telegram_server import FakeTelegram
from tests.fakes.twilio_server import ACCOUNT_SID, AUTH_TOKEN, FakeTwilio


@pytest.fixture
def telegram() -> Iterator[FakeTelegram]:
    with FakeTelegram() as server:
        yield server


@pytest.fixture
def twilio() -> Iterator[FakeTwilio]:
    with FakeTwilio() as server:
        yield server


@pytest.fixture
def api(twilio: FakeTwilio) -> TwilioApi:
    return TwilioApi(ACCOUNT_SID, AUTH_TOKEN, twilio.url, timeout=2)

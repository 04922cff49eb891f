"""A whole call over HTTP: Twilio dials, fetches signed TwiML from a web process, and a person presses keys."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from urllib.parse import parse_qsl
from uuid import uuid4

import pytest

from channels import voice_script as script
from channels.messages import Address, OutboundMessage
from channels.twilio_api import TwilioApi, signature_valid
from channels.voice import VoiceChannel, parse_call_status, parse_gather
from channels.voice_script import CallStep, Heard, hear
from tests.fakes.http_server import FakeServer, Reply, Request
from tests.fakes.twilio_server import AUTH_TOKEN, FakeTwilio

NOW = datetime(2026, 3, 12, 6, 50, tzinfo=UTC)
ANN = Address("call", "+4915112345678")
PROMPT = script.menu_prompt("Easy run", "twenty minutes", "at seven")
PUBLIC = "https://flux.example"


class Webhooks(FakeServer):
    """The smallest door that answers a call; Flux's own lives in the web room."""

    def __init__(self) -> None:
        super().__init__()
        self.states: list[str] = []
        self.answers: list[str] = []
        self.forged = 0

    def answer(self, request: Request) -> Reply:
        form = dict(parse_qsl(request.body.decode(), keep_blank_values=True))
        query = "&".join(f"{name}={value}" for name, value in request.query)
        signature = request.headers.get("x-twilio-signature")
        if not signature_valid([AUTH_TOKEN], f"{PUBLIC}{request.path}?{query}", form, signature):
            self.forged += 1
            return Reply(403)
        if request.path.endswith("/status"):
            update = parse_call_status(form)
            self.states.append(update.state if update else "?")
            return Reply(204)
        return Reply(200, self._twiml(CallStep.of(dict(request.query)), form).encode(), "text/xml")

    def _twiml(self, step: CallStep, form: dict[str, str]) -> str:
        voice_url = f"{PUBLIC}/api/v1/webhooks/twilio/voice"
        if "Digits" not in form:
            return script.menu(PROMPT, step.url(voice_url))
        press = hear(step, parse_gather(form))
        match press.heard:
            case Heard.ANSWER:
                self.answers.append(press.key)
                return script.said("Done, well run. Bye.")
            case Heard.REPEAT:
                return script.menu(PROMPT, press.step.url(voice_url))
            case Heard.WRONG:
                return script.menu(PROMPT, press.step.url(voice_url), script.wrong_key(press.key))
            case Heard.GIVE_UP:
                return script.said(script.GOODBYE)


@pytest.fixture
def web(twilio: FakeTwilio) -> Iterator[Webhooks]:
    with Webhooks() as server:
        twilio.reach = lambda url: url.replace(PUBLIC, server.url)
        yield server


@pytest.fixture
def call(api: TwilioApi, twilio: FakeTwilio, web: Webhooks) -> Iterator[None]:
    VoiceChannel(api, "+14155238886", PUBLIC).send(ANN, OutboundMessage("Easy run", task_id=uuid4()), NOW)
    yield
    assert web.forged == 0


@pytest.mark.usefixtures("call")
def test_one_key_answers_and_hears_what_was_recorded(twilio: FakeTwilio, web: Webhooks) -> None:
    phone = twilio.pick_up(twilio.calls[0])
    assert phone.heard == PROMPT
    assert phone.press("1") == "Done, well run. Bye."
    assert phone.over
    assert web.answers == ["1"]
    assert web.states == ["sent", "answered", "completed"]


@pytest.mark.usefixtures("call")
def test_silence_hears_it_three_times_and_a_goodbye(twilio: FakeTwilio, web: Webhooks) -> None:
    phone = twilio.pick_up(twilio.calls[0])
    assert [phone.stay_silent() for _ in range(3)] == [PROMPT, PROMPT, script.GOODBYE]
    assert phone.over
    assert web.answers == []


@pytest.mark.usefixtures("call")
def test_a_wrong_key_is_named_and_the_right_one_still_counts(twilio: FakeTwilio, web: Webhooks) -> None:
    phone = twilio.pick_up(twilio.calls[0])
    assert phone.press("7") == f"You pressed 7. That one does nothing here. {PROMPT}"
    assert phone.press("*") == PROMPT
    assert phone.press("4") == "Done, well run. Bye."
    assert web.answers == ["4"]

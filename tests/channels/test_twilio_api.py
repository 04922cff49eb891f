"""Twilio's REST API and signatures: errors by the table, forged webhooks, phone verification."""

from __future__ import annotations

import base64
import hashlib
import hmac
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from werkzeug.datastructures import MultiDict

from channels.messages import ChannelError
from channels.twilio_api import Sent, TwilioApi, TwilioVerify, first_since, signature_valid
from tests.fakes.twilio_server import ACCOUNT_SID, AUTH_TOKEN, VERIFY_SID, FakeTwilio

NOW = datetime(2026, 3, 12, 6, 50, tzinfo=UTC)
ANN = "+4915112345678"
FLUX = "+14155238886"
URL = "https://flux.example/api/v1/webhooks/twilio/status?attempt=7"


def refused(api: TwilioApi, to: str = ANN, body: str = "Hello") -> ChannelError:
    with pytest.raises(ChannelError) as caught:
        api.create_message(to=to, from_=FLUX, body=body)
    return caught.value


@pytest.mark.parametrize(
    ("status", "code", "permanent", "gone", "unknown"),
    [
        (400, 21610, True, True, False),
        (400, 21211, True, True, False),
        (400, 21614, True, True, False),
        (400, 63003, True, True, False),
        (400, 63016, True, False, False),
        (400, 63018, True, False, False),
        (400, 21608, True, False, False),
        (401, 20003, True, False, False),
        (400, 99999, True, False, False),
        (429, 20429, False, False, False),
        (503, 20503, False, False, True),
        (500, 20500, False, False, True),
    ],
)
def test_refusals_are_sorted_by_the_table(
    api: TwilioApi,
    twilio: FakeTwilio,
    status: int,
    code: int,
    permanent: bool,
    gone: bool,
    unknown: bool,
) -> None:
    twilio.fail_next(status, code)
    error = refused(api)
    assert (error.permanent, error.gone, error.unknown) == (permanent, gone, unknown)
    assert error.code == str(code)


def test_too_many_requests_says_how_long_to_wait(api: TwilioApi, twilio: FakeTwilio) -> None:
    twilio.fail_next(429, 20429, Retry_After="7")
    assert refused(api).retry_after == 7.0


def test_a_wrong_number_is_refused_by_twilio(api: TwilioApi) -> None:
    assert (refused(api, to="+12").gone, refused(api, to="0151").code) == (True, "21211")


def test_wrong_credentials_are_a_permanent_error(twilio: FakeTwilio) -> None:
    error = refused(TwilioApi(ACCOUNT_SID, "wrong", twilio.url))
    assert (error.permanent, error.gone, error.code) == (True, False, "20003")


def test_a_lost_reply_is_unknown_and_the_message_is_found(api: TwilioApi, twilio: FakeTwilio) -> None:
    begun = datetime.now(UTC)
    twilio.drop_reply()
    assert refused(api).unknown
    found = first_since(api.messages_to(ANN, FLUX), begun)
    assert found is not None
    assert found.external_id == twilio.messages[0].sid


def test_a_500_after_accepting_is_unknown_and_the_message_is_found(
    api: TwilioApi, twilio: FakeTwilio
) -> None:
    begun = datetime.now(UTC)
    twilio.fail_after_accepting()
    assert refused(api).unknown
    assert first_since(api.messages_to(ANN, FLUX), begun) is not None


def test_a_web_page_instead_of_an_answer_is_unknown(api: TwilioApi, twilio: FakeTwilio) -> None:
    twilio.garble_reply()
    assert refused(api).unknown
    assert len(twilio.messages) == 1


def test_a_twilio_that_is_not_there_is_a_temporary_failure() -> None:
    server = FakeTwilio().start()
    api = TwilioApi(ACCOUNT_SID, AUTH_TOKEN, server.url, timeout=1)
    server.stop()
    error = refused(api)
    assert (error.permanent, error.unknown, error.code) == (False, False, "unreachable")


def test_while_tokens_rotate_the_first_one_speaks(twilio: FakeTwilio) -> None:
    api = TwilioApi(ACCOUNT_SID, f"{AUTH_TOKEN}, the-old-token", twilio.url)
    assert api.create_message(to=ANN, from_=FLUX, body="Hello") == twilio.messages[0].sid


def test_the_base_may_have_a_path_and_other_paths_are_kept(twilio: FakeTwilio) -> None:
    api = TwilioApi(ACCOUNT_SID, AUTH_TOKEN, twilio.url + "/proxy/", timeout=1)
    refused(api)
    assert twilio.refusals == [f"/proxy/2010-04-01/Accounts/{ACCOUNT_SID}/Messages.json was not found"]


def test_nothing_found_is_nothing_sent(api: TwilioApi) -> None:
    assert first_since(api.messages_to(ANN, FLUX), NOW) is None
    assert first_since(api.calls_to(ANN, FLUX), NOW) is None


def test_the_attempts_own_message_is_the_first_after_it_began() -> None:
    sent = [Sent(f"SM{minute}", NOW + timedelta(minutes=minute), "sent") for minute in (9, 4, -5)]
    found = first_since(sent, NOW)
    assert found is not None
    assert found.external_id == "SM4"
    assert first_since(sent, NOW + timedelta(minutes=10)) is None


def test_many_threads_share_one_client(api: TwilioApi, twilio: FakeTwilio) -> None:
    with ThreadPoolExecutor(8) as pool:
        sids = set(pool.map(lambda n: api.create_message(to=ANN, from_=FLUX, body=f"note {n}"), range(24)))
    assert sids == {message.sid for message in twilio.messages}
    assert len(sids) == 24


def test_one_connection_carries_many_messages(api: TwilioApi, twilio: FakeTwilio) -> None:
    for number in range(20):
        api.create_message(to=ANN, from_=FLUX, body=f"note {number}")
    assert twilio.connections == 1


def form(**changed: str) -> MultiDict[str, str]:
    fields = {"From": "whatsapp:" + ANN, "Body": "1", "MessageSid": "SM1", "Empty": ""}
    return MultiDict(fields | changed)


def signed(twilio: FakeTwilio, url: str = URL) -> str:
    return twilio.sign(url, form().to_dict())


def test_a_signed_form_is_valid_with_either_of_two_tokens(twilio: FakeTwilio) -> None:
    assert signature_valid([AUTH_TOKEN], URL, form(), signed(twilio))
    assert signature_valid(["new-token", AUTH_TOKEN], URL, form(), signed(twilio))


def test_a_repeated_field_is_part_of_the_signature(twilio: FakeTwilio) -> None:
    repeated = MultiDict([("Media", "b"), ("Media", "a"), ("Body", "x")])
    text = URL + "Bodyx" + "Mediaa" + "Mediab"
    digest = hmac.new(AUTH_TOKEN.encode(), text.encode(), hashlib.sha1).digest()
    header = base64.b64encode(digest).decode()
    assert signature_valid([AUTH_TOKEN], URL, repeated, header)
    assert not signature_valid([AUTH_TOKEN], URL, MultiDict([("Media", "b"), ("Body", "x")]), header)


def test_every_forgery_is_refused(twilio: FakeTwilio) -> None:
    header = signed(twilio)
    assert not signature_valid([AUTH_TOKEN], URL, form(), None)
    assert not signature_valid([AUTH_TOKEN], URL, form(), "")
    assert not signature_valid([AUTH_TOKEN], URL, form(), "ß" + header[1:])
    assert not signature_valid([AUTH_TOKEN], URL, form(Body="3"), header)
    assert not signature_valid([AUTH_TOKEN], URL, form(Extra="1"), header)
    assert not signature_valid([AUTH_TOKEN], URL + "0", form(), header)
    assert not signature_valid([AUTH_TOKEN], URL.replace("https", "http"), form(), header)
    assert not signature_valid([AUTH_TOKEN], URL.replace("flux.example", "evil.example"), form(), header)
    assert not signature_valid(["another-token"], URL, form(), header)
    assert not signature_valid([], URL, form(), header)
    assert not signature_valid([""], URL, form(), base64.b64encode(b"x").decode())


def test_an_unset_token_signs_nothing() -> None:
    digest = hmac.new(b"", URL.encode(), hashlib.sha1).digest()
    assert not signature_valid([""], URL, MultiDict(), base64.b64encode(digest).decode())


def test_a_json_body_is_valid_only_with_its_hash(twilio: FakeTwilio) -> None:
    body = '{"CallSid": "CA1"}'
    url = f"{URL}&bodySHA256={hashlib.sha256(body.encode()).hexdigest()}"
    assert signature_valid([AUTH_TOKEN], url, body, twilio.sign(url, {}))
    assert not signature_valid([AUTH_TOKEN], url, body + " ", twilio.sign(url, {}))
    assert not signature_valid([AUTH_TOKEN], URL, body, twilio.sign(URL, {}))


def test_the_code_twilio_sent_proves_the_number(api: TwilioApi, twilio: FakeTwilio) -> None:
    verifier = TwilioVerify(api, VERIFY_SID)
    verifier.start(ANN, NOW)
    code = twilio.codes[ANN]
    wrong = f"{(int(code) + 1) % 1_000_000:06d}"
    assert not verifier.check(ANN, wrong, NOW)
    assert verifier.check(ANN, f" {code} ", NOW)
    assert not verifier.check(ANN, code, NOW)  # used up: Twilio knows it no longer


def test_after_five_wrong_tries_the_right_code_is_dead(api: TwilioApi, twilio: FakeTwilio) -> None:
    verifier = TwilioVerify(api, VERIFY_SID)
    verifier.start(ANN, NOW)
    code = twilio.codes[ANN]
    wrong = f"{(int(code) + 1) % 1_000_000:06d}"
    assert [verifier.check(ANN, wrong, NOW) for _ in range(5)] == [False] * 5
    assert not verifier.check(ANN, code, NOW)


@pytest.mark.parametrize("code", ["", "abc", "12", "1" * 40, "١٢٣٤٥٦"])
def test_what_is_no_code_is_not_sent_to_twilio(api: TwilioApi, twilio: FakeTwilio, code: str) -> None:
    twilio.fail_next(500, 20500)
    assert not TwilioVerify(api, VERIFY_SID).check(ANN, code, NOW)
    assert len(twilio.faults) == 1


def test_a_verify_service_that_is_away_cannot_say_no(api: TwilioApi, twilio: FakeTwilio) -> None:
    twilio.fail_next(503, 20503)
    with pytest.raises(ChannelError):
        TwilioVerify(api, VERIFY_SID).check(ANN, "123456", NOW)

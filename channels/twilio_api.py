"""Twilio's REST API and its signatures: the one place that holds the client.

The client is made at the first call, so that a process which never talks to Twilio never imports it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any

from channels.messages import ChannelError, Receipt
from channels.text import clean

if TYPE_CHECKING:
    from twilio.rest import Client

NOT_CANCELLABLE = "21220"  # the call has ended already
NO_VERIFICATION = "20404"  # expired, approved before, or too many tries
TOO_MANY_CHECKS = "60202"
LISTED = 50
CLOCK_SLACK = timedelta(seconds=2)
COMPARED = 60  # characters


@dataclass(frozen=True, slots=True)
class Sent:
    """One message or call as Twilio lists it."""

    sid: str
    created_at: datetime
    status: str
    body: str | None = None


class TwilioApi:
    """Thread-safe. Every method raises ChannelError, sorted by `channels.twilio_errors`.

    While tokens are being rotated `auth_token` may hold two, with a comma: requests use the first.
    """

    def __init__(
        self, account_sid: str, auth_token: str, base_url: str | None = None, timeout: float = 10.0
    ) -> None:
        self.account_sid = account_sid
        self._auth_token = auth_token.partition(",")[0].strip()
        self._base_url = base_url
        self._timeout = timeout
        self._lock = threading.Lock()

    def create_message(self, **fields: Any) -> str:
        """Sends one message and returns its sid; the fields are those of the library's messages.create."""
        return str(self._open().messages.create(**fields).sid)

    def create_call(self, **fields: Any) -> str:
        """Begins one call and returns its sid."""
        return str(self._open().calls.create(**fields).sid)

    def end_call(self, sid: str) -> None:
        """Ends a call, ringing or answered; one that has ended already is no error."""
        try:
            self._open().calls(sid).update(status="completed")
        except ChannelError as error:
            if error.code not in (NOT_CANCELLABLE, "20404"):
                raise

    def speak(self, sid: str, twiml: str) -> None:
        """Replaces what a running call says; one that has ended already is no error."""
        try:
            self._open().calls(sid).update(twiml=twiml)
        except ChannelError as error:
            if error.code not in (NOT_CANCELLABLE, "20404"):
                raise

    def delete_message(self, sid: str) -> None:
        """Deletes what Twilio keeps of a message; one that is gone already is no error."""
        self._delete(lambda client: client.messages(sid).delete())

    def delete_call(self, sid: str) -> None:
        """The same for the record of a call."""
        self._delete(lambda client: client.calls(sid).delete())

    def _delete(self, act: Callable[[Client], bool]) -> None:
        try:
            act(self._open())
        except ChannelError as error:
            if error.code not in ("20404", "404"):
                raise

    def messages_to(self, to: str, sender: str) -> list[Sent]:
        """The latest messages from one of our senders to one recipient, newest first."""
        found = self._open().messages.list(to=to, from_=sender, limit=LISTED, page_size=LISTED)
        return [_sent(item) for item in found if item.date_created]

    def calls_to(self, to: str, sender: str) -> list[Sent]:
        """The latest calls from our number to one recipient, newest first."""
        found = self._open().calls.list(to=to, from_=sender, limit=LISTED, page_size=LISTED)
        return [_sent(item) for item in found if item.date_created]

    def start_verification(self, service_sid: str, number: str) -> None:
        self._open().verify.v2.services(service_sid).verifications.create(to=number, channel="sms")

    def check_verification(self, service_sid: str, number: str, code: str) -> bool:
        checks = self._open().verify.v2.services(service_sid).verification_checks
        try:
            return bool(checks.create(to=number, code=code).status == "approved")
        except ChannelError as error:
            if error.code in (NO_VERIFICATION, TOO_MANY_CHECKS):
                return False
            raise

    @cached_property
    def _client(self) -> Client:
        from twilio.rest import Client  # noqa: PLC0415 - 100 ms and 37 MB that only senders should pay

        from channels.twilio_http import FluxHttpClient  # noqa: PLC0415 - imports twilio

        http = FluxHttpClient(self._base_url, self._timeout)
        return Client(self.account_sid, self._auth_token, http_client=http)

    def _open(self) -> Client:
        with self._lock:  # cached_property alone would let two threads make two clients
            return self._client


class TwilioVerify:
    """Twilio Verify as a PhoneVerifier: Twilio makes the code, sends it, and counts the tries."""

    def __init__(self, api: TwilioApi, service_sid: str) -> None:
        self._api = api
        self._service_sid = service_sid

    def start(self, number: str, now: datetime) -> None:  # noqa: ARG002 - PhoneVerifier's signature
        self._api.start_verification(self._service_sid, number)

    def check(self, number: str, code: str, now: datetime) -> bool:  # noqa: ARG002 - PhoneVerifier's signature
        digits = code.strip()
        if not (digits.isascii() and digits.isdigit() and 4 <= len(digits) <= 10):
            return False
        return self._api.check_verification(self._service_sid, number, digits)


def first_since(sent: Sequence[Sent], since: datetime, words: str = "") -> Receipt | None:
    """The first thing Twilio accepted after `since`: what an attempt that began then must have become.

    Twilio keeps no reference of ours on a message or call, so sender, recipient, time and `words` decide.
    """
    begun = since - CLOCK_SLACK  # Twilio counts whole seconds, on its own clock
    after = [item for item in sent if item.created_at >= begun and _says(item, words)]
    return Receipt(min(after, key=lambda item: item.created_at).sid) if after else None


def _says(item: Sent, words: str) -> bool:
    """Compared by their beginning, without line breaks: titles are shortened, and templates take single lines."""
    wanted = " ".join(clean(words).split())[:COMPARED]
    return item.body is None or wanted in " ".join(item.body.split())


def signature_valid(
    tokens: Sequence[str], public_url: str, body: Mapping[str, Any] | str, header: str | None
) -> bool:
    """Whether Twilio signed this request for exactly this public URL, query string included.

    `body`: the form as werkzeug's MultiDict, as it came, or a JSON body as text. Several tokens allow a rotation.
    """
    from twilio.request_validator import RequestValidator  # noqa: PLC0415 - only the webhook door needs it

    if not header:
        return False
    if isinstance(body, str) and "bodySHA256=" not in public_url:
        return False  # a body that is not a form is only covered through its hash in the URL
    return any(RequestValidator(token).validate(public_url, body, header) for token in tokens if token)


def _sent(item: Any) -> Sent:
    return Sent(item.sid, item.date_created, str(item.status), getattr(item, "body", None))

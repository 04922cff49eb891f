"""The other end of the fake Twilio: a person on WhatsApp and at the phone, heard through signed webhooks."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import xml.etree.ElementTree as ET
from collections.abc import Callable
from typing import TYPE_CHECKING
from urllib.parse import urljoin

import requests

if TYPE_CHECKING:
    from tests.fakes.twilio_server import Record

ANN = "+4915112345678"
FLUX = "+14155238886"
VERBS = {"Say", "Gather", "Hangup", "Redirect", "Pause"}


class TwilioPhone:
    """Mixed into the fake server. `reach` maps the public address that is signed to the one that is really called."""

    def __init__(self, auth_token: str) -> None:
        self.auth_token = auth_token
        self.reach: Callable[[str], str] = str
        self.opted_out: set[str] = set()  # numbers Twilio itself no longer sends to

    def sign(self, url: str, fields: dict[str, str]) -> str:
        """Twilio's signature: HMAC-SHA1 over the URL and the sorted fields."""
        text = url + "".join(name + fields[name] for name in sorted(fields))
        digest = hmac.new(self.auth_token.encode(), text.encode(), hashlib.sha1).digest()
        return base64.b64encode(digest).decode()

    def post(self, url: str, fields: dict[str, str]) -> requests.Response:
        """A signed webhook."""
        headers = {"X-Twilio-Signature": self.sign(url, fields)}
        return requests.post(self.reach(url), data=fields, headers=headers, timeout=10)

    def whatsapp(self, url: str, text: str, number: str = ANN, **fields: str) -> requests.Response:
        """The person sends a WhatsApp message; `fields` add or replace what Twilio posts. STOP and START count."""
        match text.strip().upper():
            case "STOP":
                self.opted_out.add(number)
            case "START":
                self.opted_out.discard(number)
        return self.post(url, whatsapp_form(text, number) | fields)

    def report(self, message: Record, status: str, error_code: str = "") -> requests.Response:
        """A delivery report for one of our messages, to the address it asked for."""
        message.status = status
        fields = {"MessageSid": message.sid, "MessageStatus": status, "To": message.get("To")}
        return self.post(
            message.get("StatusCallback"), fields | ({"ErrorCode": error_code} if error_code else {})
        )

    def call_status(self, call: Record, status: str, **fields: str) -> None:
        """A step in a call's life: ringing, in-progress, completed, busy, no-answer, failed, canceled."""
        call.status = status
        if call.get("StatusCallback"):
            form = {"CallSid": call.sid, "CallStatus": status, "To": call.get("To")} | fields
            self.post(call.get("StatusCallback"), form).raise_for_status()

    def pick_up(self, call: Record) -> PhoneCall:
        """The person answers: the fake fetches the TwiML, and listens until it has to press something."""
        self.call_status(call, "ringing")
        self.call_status(call, "in-progress")
        answered = PhoneCall(self, call)
        answered.follow(call.get("Url"), {})
        return answered


class PhoneCall:
    """A call that was answered: what was said so far, and the keypad."""

    def __init__(self, phone: TwilioPhone, call: Record) -> None:
        self._phone = phone
        self._call = call
        self._action: str | None = None
        self._on_silence = False
        self.said: list[str] = []
        self.over = False

    @property
    def heard(self) -> str:
        return self.said[-1] if self.said else ""

    @property
    def listens_at(self) -> str:
        """Where the keys that are pressed now are posted to."""
        assert self._action is not None, "nothing listens to the keypad"
        return self._action

    def press(self, keys: str) -> str:
        """Presses keys while the menu speaks or waits; returns what is said next."""
        self.follow(self.listens_at, {"Digits": keys})
        return self.heard

    def stay_silent(self) -> str:
        """Presses nothing until the menu gives up listening; returns what is said next."""
        assert self._action is not None, "nothing listens to the keypad"
        if self._on_silence:
            self.follow(self._action, {"Digits": ""})
        else:
            self._end()
        return self.heard

    def follow(self, url: str, fields: dict[str, str]) -> None:
        """Fetches and plays one TwiML document."""
        form = {"CallSid": self._call.sid, "CallStatus": "in-progress", "To": self._call.get("To")} | fields
        response = self._phone.post(url, form)
        assert response.status_code == 200, f"the webhook answered {response.status_code}"
        self._action = None
        self._play(ET.fromstring(response.text), url)  # noqa: S314 - our own web process wrote it

    def _play(self, document: ET.Element, url: str) -> None:
        for verb in document:
            assert verb.tag in VERBS, f"a call must not contain <{verb.tag}>"
            match verb.tag:
                case "Say":
                    self.said.append(verb.text or "")
                case "Gather":
                    self.said.extend(say.text or "" for say in verb.iter("Say"))
                    self._action = urljoin(url, verb.get("action", url))
                    self._on_silence = verb.get("actionOnEmptyResult") == "true"
                    return
                case "Redirect":
                    self.follow(urljoin(url, verb.text or ""), {})
                    return
                case "Hangup":
                    break
        self._end()

    def _end(self) -> None:
        self.over = True
        self._phone.call_status(self._call, "completed", CallDuration="20")


def whatsapp_form(text: str, number: str = ANN) -> dict[str, str]:
    """The fields Twilio posts for an incoming WhatsApp message."""
    return {
        "SmsMessageSid": (sid := "SM" + secrets.token_hex(16)),
        "MessageSid": sid,
        "SmsSid": sid,
        "SmsStatus": "received",
        "NumMedia": "0",
        "NumSegments": "1",
        "ReferralNumMedia": "0",
        "ProfileName": "Ann",
        "MessageType": "text",
        "WaId": number.removeprefix("+"),
        "From": f"whatsapp:{number}",
        "To": f"whatsapp:{FLUX}",
        "Body": text,
        "AccountSid": "AC" + "0a" * 16,
        "ApiVersion": "2010-04-01",
    }

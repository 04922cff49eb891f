"""Phone calls through Twilio: dialled here, spoken by `channels.voice_script`, answered with the keypad."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from urllib.parse import urlencode
from uuid import UUID

from channels.messages import (
    Address,
    ChannelError,
    DeliveryState,
    InboundMessage,
    OutboundMessage,
    Receipt,
    StatusUpdate,
)
from channels.twilio_api import TwilioApi, first_since
from channels.voice_script import said

VOICE_PATH = "/api/v1/webhooks/twilio/voice"
STATUS_PATH = "/api/v1/webhooks/twilio/status"
RING_SECONDS = 25  # before most voicemails pick up
LONGEST_CALL = 180  # seconds: a forgotten receiver must not cost an hour
EVENTS = ["initiated", "ringing", "answered", "completed"]
MACHINES = ("machine_", "fax")
STATES = {
    "queued": DeliveryState.QUEUED,
    "initiated": DeliveryState.QUEUED,
    "ringing": DeliveryState.SENT,
    "in-progress": DeliveryState.ANSWERED,
    "completed": DeliveryState.COMPLETED,
    "busy": DeliveryState.BUSY,
    "no-answer": DeliveryState.NO_ANSWER,
    "failed": DeliveryState.FAILED,
    "canceled": DeliveryState.CANCELLED,
}


class VoiceChannel:
    """Addresses are E.164 numbers. The message names the task; the words are made when Twilio asks for them."""

    name = "call"

    def __init__(
        self, api: TwilioApi, sender: str, webhook_base_url: str, *, detects_machines: bool = True
    ) -> None:
        self._api = api
        self._detects_machines = detects_machines
        self._sender = sender
        self._base = webhook_base_url.rstrip("/")

    def send(self, to: Address, message: OutboundMessage, now: datetime) -> Receipt:
        """Dials. A call whose deadline has passed is never made."""
        if message.deadline and message.deadline <= now:
            raise ChannelError("too late to call", permanent=True, code="expired")
        names = {"task_id": message.task_id, "attempt": message.attempt_id}
        query = urlencode({name: value for name, value in names.items() if value})
        status_url = f"{self._base}{STATUS_PATH}?{query}"
        fields: dict[str, object] = {
            "to": to.value,
            "from_": self._sender,
            "url": f"{self._base}{VOICE_PATH}?{query}",
            "method": "POST",
            "timeout": RING_SECONDS,
            "time_limit": LONGEST_CALL,
            "status_callback": status_url,
            "status_callback_event": EVENTS,
        }
        if self._detects_machines:  # asynchronously: whoever picks up hears the menu at once
            fields |= {
                "machine_detection": "DetectMessageEnd",
                "async_amd": "true",
                "async_amd_status_callback": status_url,
                "async_amd_status_callback_method": "POST",
            }
        return Receipt(self._api.create_call(**fields))

    def acknowledge(self, message: InboundMessage, text: str = "") -> None:
        """A caller is answered in the call itself."""

    def find(self, to: Address, attempt_id: UUID, since: datetime, words: str = "") -> Receipt | None:  # noqa: ARG002 - Channel's signature
        return first_since(self._api.calls_to(to.value, self._sender), since)

    def cancel(self, external_id: str) -> None:
        """Stops a call, ringing or answered. Raises ChannelError; a call that has ended is no error."""
        self._api.end_call(external_id)

    def leave_message(self, external_id: str, words: str) -> None:
        """Says it to the machine that picked up, and hangs up. Raises ChannelError; a call that has ended is no error."""
        self._api.speak(external_id, said(words))


def parse_gather(form: Mapping[str, str]) -> str:
    """The keys pressed, "" for silence; anything that is not a key of a phone is left out."""
    return "".join(key for key in form.get("Digits", "")[:16] if key in "0123456789*#")


def parse_call_status(form: Mapping[str, str], attempt_id: UUID | None = None) -> StatusUpdate | None:
    """A call's progress, or what picked it up; `attempt_id` comes from the callback URL's query string.

    None for an unknown status, and for a person.
    """
    state = STATES.get(form.get("CallStatus", ""))
    if form.get("AnsweredBy", "").startswith(MACHINES):
        state = DeliveryState.MACHINE
    sid = form.get("CallSid")
    if state is None or not sid:
        return None
    return StatusUpdate("call", sid, state, attempt_id, form.get("ErrorCode") or None)

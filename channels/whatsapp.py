"""WhatsApp through Twilio: free text inside the 24-hour window, the approved template outside it.

Buttons become numbered lines, because typed numbers always work. Whoever sends decides about the window: a message
with `template` variables uses the template unless it is `in_session`; without a template configured its text is sent,
and Twilio's 63016 says that the window was closed. Files cannot be attached (WhatsApp fetches them from a public address): the text says so.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from urllib.parse import urlencode
from uuid import UUID

from channels.messages import (
    Address,
    ChannelError,
    DeliveryState,
    InboundKind,
    InboundMessage,
    OutboundMessage,
    Receipt,
    StatusUpdate,
)
from channels.opt_out import opt_out_kind
from channels.text import LABEL_UNITS, clean, shorten, split, utf16_length
from channels.twilio_api import TwilioApi, first_since
from channels.twilio_errors import WINDOW_CLOSED

PREFIX = "whatsapp:"
TEMPLATE = "Reminder: {{1}} at {{2}}. Reply 1 done, 2 reschedule, 3 can't today, 4 on it."  # to be registered
BUTTONS = ("Done", "Reschedule", "Can't today")  # inside the window WhatsApp shows three without approval
FOURTH = "4 means: on it."
BODY_UNITS = 1024
VARIABLE_UNITS = 120
LONGEST_VALIDITY = 14_400  # seconds, Twilio's own limit for what it holds back
STATES = {
    "accepted": DeliveryState.QUEUED,
    "scheduled": DeliveryState.QUEUED,
    "queued": DeliveryState.QUEUED,
    "sending": DeliveryState.QUEUED,
    "sent": DeliveryState.SENT,
    "delivered": DeliveryState.DELIVERED,
    "read": DeliveryState.READ,
    "failed": DeliveryState.FAILED,
    "undelivered": DeliveryState.FAILED,
    "canceled": DeliveryState.FAILED,
}


class WhatsAppChannel:
    """Addresses are E.164 numbers; `sender` is ours, with or without the "whatsapp:" prefix."""

    name = "whatsapp"

    def __init__(
        self,
        api: TwilioApi,
        sender: str,
        template_sid: str | None,
        status_callback_url: str | None,
        buttons_sid: str | None = None,
    ) -> None:
        self._api = api
        self._sender = PREFIX + sender.removeprefix(PREFIX)
        self._template_sid = template_sid
        self._buttons_sid = buttons_sid
        self._status_callback_url = status_callback_url

    def send(self, to: Address, message: OutboundMessage, now: datetime) -> Receipt:
        """Long text goes out as several messages; the receipt is the last one's.

        When a later part fails, that failure is raised, and repeating sends the earlier parts again.
        """
        fields = {"to": PREFIX + to.value, "from_": self._sender} | self._conditions(message, now)
        has_template = bool(message.template and self._template_sid)
        if has_template and not message.in_session:
            return self._send_template(message.template, fields)
        try:
            return self._send_text(message, fields)
        except ChannelError as error:
            if not (has_template and error.code == WINDOW_CLOSED):
                raise
            return self._send_template(message.template, fields)  # nothing was sent: the window had closed

    def _send_text(self, message: OutboundMessage, fields: Mapping[str, object]) -> Receipt:
        """Free text; a reminder with quick replies, where this installation has set them up."""
        if self._buttons_sid and message.template and message.in_session:
            said = shorten(f"{' '.join(clean(message.text).split())} {FOURTH}", BODY_UNITS)
            variables = json.dumps({"1": said})
            sid = self._api.create_message(
                content_sid=self._buttons_sid, content_variables=variables, **fields
            )
            return Receipt(sid)
        pieces = _pieces(message)
        if not pieces:
            raise ChannelError("empty message", permanent=True, code="empty")
        return Receipt([self._api.create_message(body=piece, **fields) for piece in pieces][-1])

    def _send_template(self, values: tuple[str, ...], fields: Mapping[str, object]) -> Receipt:
        variables = json.dumps(_variables(values))
        sid = self._api.create_message(content_sid=self._template_sid, content_variables=variables, **fields)
        return Receipt(sid)

    def acknowledge(self, message: InboundMessage, text: str = "") -> None:
        """Nothing waits for an answer here."""

    def find(self, to: Address, attempt_id: UUID, since: datetime, words: str = "") -> Receipt | None:  # noqa: ARG002 - Channel's signature
        return first_since(self._api.messages_to(PREFIX + to.value, self._sender), since, words)

    def _conditions(self, message: OutboundMessage, now: datetime) -> dict[str, object]:
        """Where Twilio reports to, and how long the message is worth delivering."""
        conditions: dict[str, object] = {}
        if self._status_callback_url:
            query = f"?{urlencode({'attempt': message.attempt_id})}" if message.attempt_id else ""
            conditions["status_callback"] = self._status_callback_url + query
        if message.deadline:
            seconds = int((message.deadline - now).total_seconds())
            if seconds <= 0:
                raise ChannelError("too late to be worth sending", permanent=True, code="expired")
            conditions["validity_period"] = min(seconds, LONGEST_VALIDITY)
        return conditions


def parse_webhook(form: Mapping[str, str], now: datetime) -> InboundMessage | None:
    """One incoming message (form fields as Twilio posts them); None when it is not a WhatsApp message.

    STOP and START become BLOCKED and UNBLOCKED and keep their text: "start" may also be meant as a word.
    """
    sender, sid = clean(form.get("From", "")), clean(form.get("MessageSid", ""))
    if not (sender.startswith(PREFIX) and sid):
        return None
    payload = clean(form.get("ButtonPayload", "")) or None
    if payload and ":" not in payload:
        payload = None  # a button of a template: its words say what it means, the message it hangs on about which task
    text = clean(form.get("ButtonText") or form.get("Body") or "")
    return InboundMessage(
        sender=Address("whatsapp", sender.removeprefix(PREFIX)),
        text=text,
        external_id=sid,
        received_at=now,
        kind=InboundKind.BUTTON if payload else _kind(form, text),
        choice=payload,
        message_ref=clean(form.get("OriginalRepliedMessageSid", "")) or None,
        display_name=clean(form.get("ProfileName", "")) or None,
        forwarded="true" in (form.get(name, "").lower() for name in ("Forwarded", "FrequentlyForwarded")),
        latitude=_number(form.get("Latitude")),
        longitude=_number(form.get("Longitude")),
    )


def parse_status(form: Mapping[str, str], attempt_id: UUID | None = None) -> StatusUpdate | None:
    """A delivery report; `attempt_id` comes from the callback URL's query string. None for an unknown status."""
    state = STATES.get(form.get("MessageStatus") or form.get("SmsStatus") or "")
    sid = form.get("MessageSid") or form.get("SmsSid")
    if state is None or not sid:
        return None
    return StatusUpdate("whatsapp", sid, state, attempt_id, form.get("ErrorCode") or None)


def _kind(form: Mapping[str, str], text: str) -> InboundKind:
    if kind := opt_out_kind(form.get("OptOutType") or text):
        return kind
    if form.get("Latitude"):
        return InboundKind.LOCATION
    return InboundKind.TEXT if form.get("NumMedia", "0") == "0" else _media_kind(form)


def _media_kind(form: Mapping[str, str]) -> InboundKind:
    media_type = form.get("MediaContentType0", "")
    match media_type.partition("/")[0]:
        case "audio":
            return InboundKind.VOICE_NOTE
        case "image":
            return InboundKind.STICKER if media_type == "image/webp" else InboundKind.PHOTO
        case "text" if "vcard" in media_type:
            return InboundKind.CONTACT
        case _:
            return InboundKind.OTHER


def _pieces(message: OutboundMessage) -> list[str]:
    """The text in pieces WhatsApp accepts, the last one followed by the buttons as numbered lines."""
    text = clean(message.text)
    if message.document:
        text += "\n\nI can't attach files here. You find it on Telegram and on your dashboard."
    labels = [shorten(clean(choice.label), LABEL_UNITS) for choice in message.flat_choices]
    lines = "\n".join(f"{number} {label}" for number, label in enumerate(labels, start=1))
    pieces = split(text.strip(), max(BODY_UNITS - utf16_length(lines) - 2, BODY_UNITS // 4))
    if lines and pieces:
        pieces[-1] = shorten(f"{pieces[-1]}\n\n{lines}", BODY_UNITS)
    return pieces


def _variables(values: tuple[str, ...]) -> dict[str, str]:
    """Template variables by number: one line each, never empty, as WhatsApp demands."""
    one_line = (" ".join(clean(value).split()) for value in values)
    return {str(n): shorten(value, VARIABLE_UNITS) or "–" for n, value in enumerate(one_line, start=1)}


def _number(value: str | None) -> float | None:
    try:
        number = float(value) if value else None
    except ValueError:
        return None
    return number if number is not None and -180 <= number <= 180 else None

"""Where providers knock: check who it is, parse, store, wake a worker; nothing is handled here but phone calls."""

from __future__ import annotations

import hmac
import json
from collections.abc import Mapping
from functools import partial
from uuid import UUID

import structlog
from flask import Blueprint, Response, request

from bot import inbound
from bot.call_patience import in_time
from bot.calls import call_step
from bot.statuses import note_status
from channels import telegram_updates, voice, whatsapp
from channels.messages import StatusUpdate
from channels.twilio_api import signature_valid
from channels.voice_script import CallStep, held_of
from web.context import correlation_id, now, services
from web.errors import ApiError, not_found
from web.limits import PROVIDERS, limiter

log = structlog.get_logger()

blueprint = Blueprint("webhooks", __name__, url_prefix="/api/v1/webhooks")
limiter.limit(PROVIDERS)(blueprint)

_TELEGRAM_HEADER = "X-Telegram-Bot-Api-Secret-Token"
_NOTHING_TO_SAY = "<Response></Response>"


@blueprint.post("/telegram")
def telegram() -> Response:
    """Any update, readable or not, is answered 200, or Telegram would send it for ever."""
    secret = services().settings.telegram_webhook_secret or ""
    offered = request.headers.get(_TELEGRAM_HEADER, "")
    if not secret or not hmac.compare_digest(secret.encode(), offered.encode("utf-8", "replace")):
        raise ApiError(403)
    try:
        raw = json.loads(request.get_data())
    except (ValueError, RecursionError):
        raw = None
    message = telegram_updates.parse_update(raw, now()) if isinstance(raw, dict) else None
    if message is None:
        log.info("webhook_ignored", channel="telegram")
        return Response(status=200)
    inbound.receive(services(), message, correlation_id())
    return Response(status=200)


@blueprint.post("/twilio/whatsapp")
def twilio_whatsapp() -> Response:
    _require_signature()
    message = whatsapp.parse_webhook(request.form, now())
    if message is None:
        log.info("webhook_ignored", channel="whatsapp")
    else:
        inbound.receive(services(), message, correlation_id())
    return _twiml(_NOTHING_TO_SAY)


@blueprint.post("/twilio/voice")
def twilio_voice() -> Response:
    """The one webhook that answers at once: a caller is waiting."""
    _require_signature()
    step, digits = CallStep.of(request.args), _digits()
    base = _public_base() + voice.VOICE_PATH
    answer = partial(
        call_step,
        services(),
        step,
        digits,
        call_id=request.form.get("CallSid", "")[:64],
        action_base=base,
        now=now(),
        correlation_id=correlation_id(),
    )
    held = held_of(request.args)
    return _twiml(in_time(answer, step.same_again(base, digits, held + 1), held))


@blueprint.post("/twilio/status")
def twilio_status() -> Response:
    """What became of a message or a call; may come late, twice and in any order."""
    _require_signature()
    attempt = _attempt_id()
    update: StatusUpdate | None
    if "CallSid" in request.form:
        update = voice.parse_call_status(request.form, attempt)
    else:
        update = whatsapp.parse_status(request.form, attempt)
    if update is not None:
        note_status(services(), update, now())
    return Response(status=204)


def _public_base() -> str:
    return str(services().settings.twilio_webhook_base_url or "").rstrip("/")


def _require_signature() -> None:
    """403 unless Twilio signed exactly our public address; what Host or a proxy header says never counts."""
    settings = services().settings
    if not (settings.twilio_auth_token and _public_base()):
        raise not_found()
    query = request.query_string.decode("latin-1")
    url = _public_base() + request.path + (f"?{query}" if query else "")
    body = request.get_data(as_text=True) if request.is_json else request.form
    tokens = [token.strip() for token in settings.twilio_auth_token.split(",")]
    if not signature_valid(tokens, url, body, request.headers.get("X-Twilio-Signature")):
        log.warning("webhook_forged", path=request.path)
        raise ApiError(403)


def _digits() -> str | None:
    """The keys pressed now, or before we asked for a moment; "" for silence, None when nothing was asked yet."""
    form: Mapping[str, str] = request.form
    if "Digits" not in form and "digits" in request.args:
        form = {"Digits": request.args["digits"]}
    return voice.parse_gather(form) if "Digits" in form or "menu" in request.args else None


def _attempt_id() -> UUID | None:
    try:
        return UUID(request.args.get("attempt", ""))
    except ValueError:
        return None


def _twiml(text: str) -> Response:
    return Response(text, mimetype="application/xml")

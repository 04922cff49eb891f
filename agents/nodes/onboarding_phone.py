"""Proving a phone number during onboarding: send a code, hear it, and only then reach the person there."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import structlog

from agents import wording
from agents.reply import Option, ask
from agents.state import AgentState, Update
from agents.turn import TurnContext
from channels.messages import ChannelError
from storage.profile import PhoneCheck, normalise_phone
from storage.users import add_identity, preferences_of, save_preferences
from storage.vocabulary import ChannelName

log = structlog.get_logger()
_NODE = "onboarding"
_NUMBER = re.compile(r"(?:\+|(?<!\d )\b00)[\d\s().\-/]{7,24}\d")
_CONTROL = [Option("Send again", "resend"), Option("Other number", "number"), Option("Skip", "skip")]


def hear_number(state: AgentState, ctx: TurnContext, text: str) -> Update | None:
    """Take a typed number and send a code to it; None when it is no number with a country code."""
    number = number_in(text)
    return None if number is None else send_code(state, ctx, number)


def number_in(text: str) -> str | None:
    """A number with its country code anywhere in a short message, or None."""
    found = _NUMBER.search(text) if len(text) <= 80 else None
    return normalise_phone(found[0]) if found else None


def send_code(state: AgentState, ctx: TurnContext, number: str) -> Update:
    """Send a code unless that was done too often within the hour, and ask for it."""
    check = ctx.profile().phone_check
    recent = [at for at in check.sent_at if datetime.fromisoformat(at) > ctx.now - timedelta(hours=1)]
    if len(recent) >= ctx.tools.limits.otp_sends_per_hour:
        again = datetime.fromisoformat(min(recent)) + timedelta(hours=1)
        return _ask_code(
            state,
            f"I've sent as many codes as I may within an hour; {_from(ctx, again)} I can send another. "
            "Use the last one, or skip for now?",
        )
    if ctx.tools.verifier is None:
        return _ask_code(state, "I can't send codes from here yet. Shall we skip this for now?")
    try:
        ctx.tools.verifier.start(number, ctx.now)
    except ChannelError as error:
        log.warning("otp_not_sent", user=str(ctx.user.id), code=error.code, permanent=error.permanent)
        return _ask_code(state, _not_sent(ctx, error))
    _remember(ctx, PhoneCheck(number=number, sent_at=[*recent, ctx.now.isoformat()]))
    return _ask_code(state, "I sent a code to that number. What does it say?")


def _not_sent(ctx: TurnContext, error: ChannelError) -> str:
    """Why no code is on its way, and when one can be."""
    if not error.permanent:
        return "I couldn't send a code just now. Shall I try again, or skip for now?"
    if error.retry_after is None:
        return "That number didn't accept a code. Another number, or skip for now?"
    again = _from(ctx, ctx.now + timedelta(seconds=error.retry_after))
    return (
        f"That number has had its codes for now; {again} I can send another. Another number, or skip for now?"
    )


def _from(ctx: TurnContext, at: datetime) -> str:
    """ "from 11:05 on", in whole minutes and never too early; with its day when that is not today."""
    at += timedelta(seconds=59)
    today = at.astimezone(ctx.zone).date() == ctx.local_now.date()
    return (
        f"from {wording.clock(at.astimezone(ctx.zone).time()) if today else wording.moment(at, ctx.zone)} on"
    )


def hear_code(state: AgentState, ctx: TurnContext, text: str) -> Update | None:
    """Check a typed code. None means the number is proved and the talk may go on."""
    check = ctx.profile().phone_check
    digits = re.sub(r"\D", "", text)
    other = normalise_phone(text)
    if other is not None and len(digits) > 8:
        return send_code(state, ctx, other)
    if check.number is None or ctx.tools.verifier is None:
        return _ask_code(state, "There is no code on its way. Another number, or skip?")
    if not 4 <= len(digits) <= 8:
        return _ask_code(state, "The code is the few digits in the message I sent. What does it say?")
    if check.tries >= ctx.tools.limits.otp_tries:
        return _ask_code(state, "That code has been tried too often. Shall I send a new one?")
    try:
        right = ctx.tools.verifier.check(check.number, digits, ctx.now)
    except ChannelError as error:
        log.warning("otp_not_checked", user=str(ctx.user.id), code=error.code)
        return _ask_code(state, "I couldn't check the code just now. Try it again in a minute?")
    if right:
        _proved(ctx, check.number)
        return None
    _remember(ctx, check.model_copy(update={"tries": check.tries + 1}))
    left = ctx.tools.limits.otp_tries - check.tries - 1
    more = "Have another look?" if left else "Shall I send a new one?"
    return _ask_code(state, f"That isn't the code I sent. {more}")


def _proved(ctx: TurnContext, number: str) -> None:
    preferences = preferences_of(ctx.user)
    preferences.phone_number = number
    save_preferences(ctx.user, preferences)
    ctx.user.phone_verified = True
    for channel in (ChannelName.WHATSAPP, ChannelName.CALL):
        add_identity(ctx.session, ctx.user.id, channel, number, ctx.now)
    _remember(ctx, PhoneCheck())
    log.info("phone_verified", user=str(ctx.user.id))


def _remember(ctx: TurnContext, check: PhoneCheck) -> None:
    profile = ctx.profile()
    profile.phone_check = check
    ctx.save(profile)


def _ask_code(state: AgentState, text: str) -> Update:
    focus = {"kind": "onboarding", "step": "code", "topic": "phone", "numbers_are_answers": 1}
    return ask(state, _NODE, text, [_CONTROL], focus)

"""Twilio's error codes as ChannelErrors: what can be repeated, what cannot, and which addresses are dead.

The same codes come in two ways: at once, in the answer to a request, and later, in a status callback.
"""

from __future__ import annotations

from channels.messages import ChannelError

# The address will not work again unless the person does something about it.
GONE = {
    "21610": "the person sent STOP",
    "21211": "not a valid number",
    "21614": "not a mobile number",
    "21217": "not a valid number",
    "13223": "not a valid number",
    "13224": "not a valid number",
    "63003": "not a WhatsApp number",
    "63024": "not a valid WhatsApp recipient",
}
# Ours to mend, or a limit that lasts longer than a rung: the next rung may start.
PERMANENT = {
    "20003": "wrong Twilio credentials",
    "20404": "unknown to Twilio",
    "21215": "calls to this country are not allowed",
    "21216": "calls to this number are not allowed",
    "21608": "a trial account reaches verified numbers only",
    "21219": "a trial account calls verified numbers only",
    "60202": "too many wrong codes",
    "60203": "too many codes sent",
    "63007": "the WhatsApp sender is not set up",
    "63015": "the person has not joined the sandbox",
    "63016": "outside the 24-hour window",
    "63018": "WhatsApp rate limit",
    "63032": "WhatsApp will not deliver to this person",
    "63038": "daily message limit reached",
    "63049": "WhatsApp will not deliver this now",
}
TEMPORARY = {
    "20429": "too many requests",
    "14107": "too many messages",
    "30001": "queue overflow",
    "63010": "WhatsApp is not answering",
}


def error_for(status: int, code: str | None, retry_after: float | None = None) -> ChannelError:
    """The error for a refused request, or (status 400) for a code that a status callback brought.

    5xx means unknown: Twilio may have accepted the message and failed afterwards.
    """
    name = code or str(status)
    if name in GONE:
        return ChannelError(GONE[name], permanent=True, gone=True, code=name)
    if name in PERMANENT:
        return ChannelError(PERMANENT[name], permanent=True, code=name)
    if name in TEMPORARY or status == 429:
        reason = TEMPORARY.get(name, "too many requests")
        return ChannelError(reason, retry_after=retry_after, code=name)
    if status >= 500:
        return ChannelError(f"Twilio answered {status}", unknown=True, code=name)
    return ChannelError(f"Twilio refused it: {name}", permanent=True, code=name)

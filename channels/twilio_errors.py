"""Twilio's error codes, one table for each of its products: what can be repeated, what cannot, which numbers are dead.

The same codes come in two ways: at once, in the answer to a request, and later, in a status callback.
"""

from __future__ import annotations

from channels.messages import ChannelError, Limit
from channels.refusals import Refusal, gone, limited, permanent, temporary

STOPPED = "you sent STOP"
WINDOW_CLOSED = "63016"
_CREDENTIALS = "check TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN"
_TRIAL = "a trial account reaches verified numbers only: upgrade it, or verify the number"
_COUNTRIES = "allow the country under geo permissions in Twilio's console"
_TEMPLATE = "check TWILIO_WHATSAPP_TEMPLATE_SID: `flux doctor` prints the text to register"
_SENDER = "check TWILIO_WHATSAPP_FROM and the sender's state in Twilio's console"
_NOT_A_NUMBER = "that is not a valid phone number"
_NO_ANSWERS = "WhatsApp is not answering"

ACCOUNT: dict[str, Refusal] = {
    "20003": permanent("Flux is not signed in to Twilio", _CREDENTIALS),
    "20404": permanent("Twilio does not know this any more", "check the SIDs in the settings"),
    "20429": limited("Twilio asks for a pause", Limit.SENDER),
    "30002": permanent("the Twilio account is suspended", "see Twilio's console"),
}

MESSAGING: dict[str, Refusal] = {
    "14107": limited("too many messages at once", Limit.SENDER),
    "21211": gone(_NOT_A_NUMBER),
    "21408": permanent("messages to this country are not allowed", _COUNTRIES),
    "21608": permanent("the number is not verified with the trial account", _TRIAL),
    "21610": gone(STOPPED),
    "21612": permanent("the number cannot be reached from here", "this sender cannot reach that country"),
    "21614": gone("that is not a mobile number"),
    "21617": permanent("the message was too long", "a fault of Flux: please report it with the log line"),
    "21655": permanent("the reminder's template is not set up", _TEMPLATE),
    "21656": permanent("the reminder's template is not set up", _TEMPLATE),
    "30001": limited("too many messages at once", Limit.SENDER),
    "30003": permanent("the phone could not be reached"),
    "30004": permanent("the phone does not take the message"),
    "30005": gone("the number is not in use"),
    "30006": gone("the number takes no messages"),
    "30007": permanent("the network filtered the message", "the carrier took it for spam"),
    "30008": temporary("the message was lost on its way"),
    "30034": permanent("the network refused the message", "register the number for A2P messaging"),
    "63003": gone("the number is not on WhatsApp"),
    "63005": permanent("WhatsApp did not accept the message"),
    "63007": permanent("WhatsApp is not set up", _SENDER),
    "63010": temporary(_NO_ANSWERS),
    "63013": permanent("WhatsApp did not accept the message", "it broke a rule of WhatsApp's"),
    "63015": permanent(
        "the number has not joined the WhatsApp sandbox", "send the sandbox's join word first"
    ),
    WINDOW_CLOSED: permanent("you have not written on WhatsApp for a day", _TEMPLATE),
    "63018": permanent("WhatsApp's limit is reached", "too many messages from this sender"),
    "63024": gone("the number cannot be written to on WhatsApp"),
    "63028": permanent("the reminder's template is not set up", _TEMPLATE),
    "63032": permanent("WhatsApp does not deliver to this number"),
    "63033": gone("you blocked Flux on WhatsApp"),
    "63038": permanent("WhatsApp's limit for today is reached", "the account's daily limit"),
    "63040": permanent("the reminder's template is not set up", _TEMPLATE),
    "63041": permanent("the reminder's template is paused", "WhatsApp paused the template"),
    "63049": permanent(
        "WhatsApp chose not to deliver it", "register the template as utility, not as marketing"
    ),
}

VOICE: dict[str, Refusal] = {
    "13223": gone(_NOT_A_NUMBER),
    "13224": gone(_NOT_A_NUMBER),
    "13225": permanent("this number may not be called", "Twilio bars the number"),
    "13226": gone("the country code does not exist"),
    "13227": permanent("calls to this country are not allowed", _COUNTRIES),
    "21201": permanent("there was no number to call"),
    "21205": permanent("calls are not set up", "check TWILIO_WEBHOOK_BASE_URL"),
    "21210": permanent("calls are not set up", "TWILIO_VOICE_FROM is no number of this account"),
    "21215": permanent("calls to this country are not allowed", _COUNTRIES),
    "21216": permanent("this number may not be called", "Twilio bars the number"),
    "21217": gone(_NOT_A_NUMBER),
    "21219": permanent("the number is not verified with the trial account", _TRIAL),
    "21220": permanent("the call was over already"),
}

VERIFY: dict[str, Refusal] = {
    "60200": permanent("that number takes no codes"),
    "60202": permanent("too many wrong codes"),
    "60203": permanent("too many codes were sent to this number"),
    "60205": permanent("a landline takes no codes"),
    "60212": temporary("too many codes at once"),
    "60220": permanent("codes to this country are not allowed", "the country needs vetting by Twilio"),
    "60238": permanent("codes to this number are not allowed", "blocked by Twilio Verify"),
    "60410": permanent("codes to this number are not allowed", "blocked by Verify's fraud guard"),
    "60605": permanent("codes to this country are not allowed", _COUNTRIES),
}

TABLE = ACCOUNT | MESSAGING | VOICE | VERIFY
_PAUSE = limited("Twilio asks for a pause", Limit.SENDER)


def error_for(status: int, code: str | None, retry_after: float | None = None) -> ChannelError:
    """The error for a refused request, or (status 400) for a code that a status callback brought.

    5xx means unknown: Twilio may have accepted the message and failed afterwards.
    """
    name = code or str(status)
    row = TABLE.get(name) or (_PAUSE if status == 429 else None)
    if row is not None:
        return row.error(name, retry_after)
    if status >= 500:
        return ChannelError("Twilio is out of order", unknown=True, code=name)
    return ChannelError("Twilio did not accept it", permanent=True, code=name)

"""What a call says and how it listens: TwiML made from plain words, and what a pressed key means next.

Everything that changes during a call travels in the query string of the URL that Twilio signs and requests, so a
call needs no memory of its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from channels.spoken import spoken_text

if TYPE_CHECKING:
    from twilio.twiml.voice_response import VoiceResponse

MENU_KEYS = "1234"
SLOT_KEYS = "12"
REPEATS = 2
WRONG_KEYS = 3
LISTEN_SECONDS = 6
MENU = "1 done, 2 reschedule, 3 can't today, 4 on it, star to repeat."
VOICEMAIL = "Hi, Flux here, with a reminder. It waits for you in the chat. Bye."  # whoever else may listen learns no more
PUT_OFF = "I can't get to your answer right now, I'm sorry. Please answer in the chat. Bye."
GOODBYE = "I'll leave you to it. You can answer in the chat at any time. Bye."


class Heard(StrEnum):
    ANSWER = "answer"  # `key` is one of the keys on offer
    REPEAT = "repeat"  # silence or star: say it once more
    WRONG = "wrong"  # name the key, say it once more
    GIVE_UP = "give_up"  # often enough: a polite end


@dataclass(frozen=True, slots=True)
class CallStep:
    """Where a call stands: which menu was read ("menu" or "slots"), and how often it was repeated or mistaken."""

    task_id: str
    attempt: str = ""
    menu: str = "menu"
    silences: int = 0
    wrongs: int = 0

    @classmethod
    def of(cls, query: Mapping[str, str]) -> CallStep:
        """From a query string; whatever is missing or strange counts as the beginning."""
        return cls(
            task_id=query.get("task_id", ""),
            attempt=query.get("attempt", ""),
            menu="slots" if query.get("menu") == "slots" else "menu",
            silences=_count(query.get("silences")),
            wrongs=_count(query.get("wrongs")),
        )

    def url(self, base: str) -> str:
        """`base` (without query) with this step in its query string: the action of the next Gather."""
        fields = {
            "task_id": self.task_id,
            "attempt": self.attempt,
            "menu": self.menu,
            "silences": self.silences,
            "wrongs": self.wrongs,
        }
        return f"{base}?{urlencode(fields)}"

    def same_again(self, base: str, digits: str | None, held: int) -> str:
        """Where to ask the very same once more: the keys travel along, as a redirect presses none."""
        if digits is None:
            fields = {"task_id": self.task_id, "attempt": self.attempt, "held": held}
            return f"{base}?{urlencode(fields)}"
        return f"{self.url(base)}&{urlencode({'digits': digits, 'held': held})}"

    def offering_slots(self) -> CallStep:
        """The same call at the start of the second menu."""
        return replace(self, menu="slots", silences=0, wrongs=0)


@dataclass(frozen=True, slots=True)
class KeyPress:
    heard: Heard
    key: str
    step: CallStep  # for the next Gather


def hear(step: CallStep, digits: str, offered: int = len(SLOT_KEYS)) -> KeyPress:
    """What the pressed keys ("" = silence) mean: silence and star repeat twice, a wrong key is named three times.

    `offered` is how many times the second menu named.
    """
    key = digits[:1]
    if key and key in (SLOT_KEYS[:offered] if step.menu == "slots" else MENU_KEYS):
        return KeyPress(Heard.ANSWER, key, step)
    if key in ("", "*"):
        again = replace(step, silences=step.silences + 1)
        return KeyPress(Heard.REPEAT if again.silences <= REPEATS else Heard.GIVE_UP, key, again)
    again = replace(step, wrongs=step.wrongs + 1)
    return KeyPress(Heard.WRONG if again.wrongs <= WRONG_KEYS else Heard.GIVE_UP, key, again)


def menu_prompt(title: str, minutes: str, start: str) -> str:
    """The first menu's words; `minutes` and `start` as `channels.spoken` says them."""
    return f"Hi, Flux here. {spoken_text(title)}, {minutes}, {start}. {MENU}"


def slots_prompt(moments: Sequence[str]) -> str:
    """The second menu's words: up to two moments, such as "today at six"."""
    offers = ", ".join(f"{number} for {moment}" for number, moment in enumerate(moments[:2], start=1))
    return f"When would suit you? {offers}, star to repeat."


def wrong_key(key: str) -> str:
    """Names a key that means nothing here; said before the menu."""
    names = {"#": "hash", "0": "zero"}
    return f"You pressed {names.get(key, key)}. That one does nothing here."


def menu(prompt: str, action_url: str, before: str = "") -> str:
    """TwiML that speaks the prompt inside a Gather, so that keys count while it speaks.

    Silence is posted to the action too, and no key ends the input early, so that star can mean "repeat".
    """
    response = _response()
    gather = response.gather(
        num_digits=1,
        action=action_url,
        method="POST",
        timeout=LISTEN_SECONDS,
        finish_on_key="",
        action_on_empty_result=True,
    )
    gather.say(f"{before} {prompt}".strip())
    return str(response)


def said(text: str) -> str:
    """TwiML that says one thing and hangs up: what was recorded, or a goodbye."""
    response = _response()
    response.say(text)
    response.hangup()
    return str(response)


def holding(action_url: str) -> str:
    """TwiML that buys a moment: says so, and asks once more at `action_url`."""
    response = _response()
    response.say("One moment, please.")
    response.pause(length=2)
    response.redirect(action_url, method="POST")
    return str(response)


def _response() -> VoiceResponse:
    from twilio.twiml.voice_response import VoiceResponse  # noqa: PLC0415 - only what answers calls needs it

    return VoiceResponse()


def held_of(query: Mapping[str, str]) -> int:
    """How often this very question was put off already."""
    return _count(query.get("held"))


def _count(value: str | None) -> int:
    if not (value and value.isascii() and value.isdigit()):
        return 0
    return int(value) if len(value) == 1 else 9

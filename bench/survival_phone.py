"""A person with the simulated phone of a running `flux up`, over its HTTP interface; patient while processes are away."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import requests

Event = dict[str, Any]
_SECONDS = 10.0  # of one request
_EVERY = 0.1


class SilenceError(Exception):
    """What was waited for did not come."""


class Phone:
    """Sees what the page would show; acts as its buttons do."""

    def __init__(self, base: Callable[[], str]) -> None:
        self._base = base
        self._session = requests.Session()
        self._session.headers["X-Flux-Phone"] = "1"
        self.seen: list[Event] = []
        self.typing = False  # whether the page says that an answer is being written

    def post(self, what: str, **body: Any) -> int:
        """The status; 0 when the web process was not there, or went away in the middle."""
        try:
            url = f"{self._base()}/simulator/api/{what}"
            return self._session.post(url, json=body, timeout=_SECONDS).status_code
        except requests.RequestException:
            return 0

    def look(self) -> bool:
        """Read what is new; whether the page answered."""
        after = self.seen[-1]["seq"] if self.seen else 0
        try:
            url = f"{self._base()}/simulator/api/state"
            answer = self._session.get(url, params={"after": after}, timeout=_SECONDS)
            told = answer.json()
            self.seen += told["events"]
            self.typing = bool(told["typing"])
        except (requests.RequestException, ValueError, KeyError):
            return False
        return True

    def wait(self, what: str, holds: Callable[[Event], bool], since: int, seconds: float = 90.0) -> Event:
        """The first event after position `since` that fits. Raises SilenceError."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.look()
            found = next((event for event in self.seen[since:] if holds(event)), None)
            if found is not None:
                return found
            time.sleep(_EVERY)
        raise SilenceError(f"{what} did not come; the phone showed {self._last()}")

    def says(self, text: str) -> Event:
        """Type, and wait until the answer is said whole."""
        since = len(self.seen)
        while not 200 <= self.post("say", channel="telegram", text=text) < 300:
            time.sleep(_EVERY)
        return self._answer(f"an answer to {text!r}", since)

    def taps(self, label: str) -> Event:
        since = len(self.seen)
        event, choice = self.button(label)
        self.post("tap", channel="telegram", choice=choice["data"], message_ref=event["id"])
        return self._answer(f"an answer to the tap on {label!r}", since)

    def _answer(self, what: str, since: int) -> Event:
        answer = self.wait(what, is_reply, since)
        end = time.monotonic() + _SECONDS
        while (not self.look() or self.typing) and time.monotonic() < end:
            time.sleep(_EVERY)
        return answer

    def button(self, label: str) -> tuple[Event, dict[str, str]]:
        """The newest button of that name, and the message it hangs on. Raises SilenceError."""
        for event in reversed(self.seen):
            for choice in choices_of(event):
                if choice["label"].startswith(label):
                    return event, choice
        raise SilenceError(f"there is no button {label!r}; the phone showed {self._last()}")

    def _last(self) -> list[str]:
        return [
            f"{event['kind']}: {event.get('text') or event.get('choice') or ''}" for event in self.seen[-6:]
        ]


def is_reply(event: Event) -> bool:
    """Something said in the chat that is no reminder: those have an attempt."""
    return event["kind"] == "message" and event["channel"] == "telegram" and not event.get("attempt_id")


def choices_of(event: Event) -> Iterator[dict[str, str]]:
    for row in event.get("rows") or []:
        yield from row

"""Web push: encrypted notifications to a person's browsers, with the two answers a notification has room for."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Collection
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any
from uuid import UUID

from channels.messages import Address, ChannelError, Choice, InboundMessage, OutboundMessage, Receipt
from channels.push_errors import TOO_LARGE, error_for
from channels.push_hosts import endpoint_allowed, endpoint_problem
from channels.push_keys import generate_vapid_keys, public_key_of
from channels.text import checked_choices, clean, shorten

if TYPE_CHECKING:
    from py_vapid import Vapid02
    from requests import RequestException, Response, Session

__all__ = ["PushChannel", "endpoint_allowed", "endpoint_problem", "generate_vapid_keys", "public_key_of"]

Subscription = tuple[str, str, str]  # endpoint, p256dh, auth: as the browser gave them
TIMEOUT = 5.0
PAYLOAD_BYTES = 3900
SMALL_BYTES = 1000
DEFAULT_TTL = 3600  # seconds, for what has no deadline
LONGEST_TTL = 28 * 86_400
# Browsers show two actions: these answers when the message has them, else its first two.
PREFERRED = ("done", "resched")


class PushChannel:
    """Addresses are subscription ids; `subscriptions` looks one up, None when it is no longer there."""

    name = "push"

    def __init__(
        self,
        vapid_private_key: str,
        claims_email: str,
        allowed_hosts: Collection[str],
        subscriptions: Callable[[str], Subscription | None],
    ) -> None:
        self._private_key = vapid_private_key
        self._subject = "mailto:" + claims_email.removeprefix("mailto:")
        self._allowed_hosts = tuple(allowed_hosts)
        self._subscriptions = subscriptions
        self._lock = threading.Lock()

    def send(self, to: Address, message: OutboundMessage, now: datetime) -> Receipt:
        checked_choices(message.flat_choices)
        found = self._subscriptions(to.value)
        if found is None:
            raise ChannelError("no such subscription", permanent=True, gone=True, code="no_subscription")
        endpoint, p256dh, auth = found
        if problem := endpoint_problem(endpoint, self._allowed_hosts):
            raise ChannelError(f"endpoint {problem}", permanent=True, gone=True, code="endpoint")
        headers = {"Urgency": "high"}
        if message.task_id:
            headers["Topic"] = message.task_id.hex  # a newer step replaces an undelivered older one
        keys = {"p256dh": p256dh, "auth": auth}
        subscription = {"endpoint": endpoint, "keys": keys}
        ttl = _ttl(message, now)
        try:
            response = self._post(subscription, payload(message), ttl, headers)
        except ChannelError as error:
            if error.code != str(TOO_LARGE):
                raise
            # Nothing was shown, so this is no repetition: some services take less than the standard's 4 KB.
            response = self._post(subscription, payload(message, SMALL_BYTES), ttl, headers)
        return Receipt(response.headers.get("Location"))

    def acknowledge(self, message: InboundMessage, text: str = "") -> None:
        """Nothing waits for an answer here."""

    def find(self, to: Address, attempt_id: UUID, since: datetime, words: str = "") -> Receipt | None:  # noqa: ARG002 - Channel's signature
        raise ChannelError("push services have no look-up", unknown=True, code="no_lookup")

    def _post(self, subscription: dict[str, Any], data: str, ttl: int, headers: dict[str, str]) -> Response:
        import requests  # noqa: PLC0415 - comes with pywebpush
        from pywebpush import WebPushException, webpush  # noqa: PLC0415 - 200 ms that only senders should pay

        vapid, session = self._tools()
        try:
            sent: Response = webpush(
                subscription,
                data,
                vapid_private_key=vapid,
                vapid_claims={"sub": self._subject},  # fresh each time: the library writes `aud` into it
                ttl=ttl,
                timeout=TIMEOUT,
                headers=headers,
                requests_session=session,
            )
            return sent
        except WebPushException as error:
            raise _refusal(error.response) from None
        except requests.RequestException as error:
            raise _network_error(error) from None
        except (ValueError, IndexError):  # how the encryption meets keys that are none
            raise ChannelError("bad keys", permanent=True, gone=True, code="bad_keys") from None

    def _tools(self) -> tuple[Vapid02, Session]:
        with self._lock:
            return self._vapid, self._session

    @cached_property
    def _vapid(self) -> Vapid02:
        from py_vapid import Vapid02  # noqa: PLC0415 - imports cryptography, only senders need it

        return Vapid02.from_string(self._private_key)

    @cached_property
    def _session(self) -> Session:
        from channels.push_http import guarded_session  # noqa: PLC0415 - imports requests

        return guarded_session(self._allowed_hosts)


def payload(message: OutboundMessage, most: int = PAYLOAD_BYTES) -> str:
    """The JSON the service worker receives, shortened until it fits: title, body, task_id, actions, choices, tag, attempt."""
    choices = [{"label": shorten(clean(c.label), 40), "data": c.data} for c in message.flat_choices]
    actions = [
        {"action": c.data, "title": shorten(clean(c.label), 24)} for c in _actions(message.flat_choices)
    ]
    body = clean(message.text)
    for units in (2000, 1000, 500, 250, 120, 60):
        content = {
            "title": shorten(clean(message.title or "Flux"), min(120, units)),
            "body": shorten(body, units),
            "task_id": str(message.task_id) if message.task_id else None,
            "tag": message.task_id.hex if message.task_id else None,
            "attempt": message.attempt_id.hex if message.attempt_id else None,
            "silent": message.silent,
            "actions": actions,
            "choices": choices if units > 250 else [],
        }
        data = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
        if len(data.encode()) <= most:
            return data
    raise ChannelError("too long for a notification", permanent=True, code="too_long")


def _actions(choices: tuple[Choice, ...]) -> tuple[Choice, ...]:
    preferred = tuple(c for c in choices if c.data.startswith("t:") and c.data.split(":")[-1] in PREFERRED)
    return (preferred if len(preferred) == len(PREFERRED) else choices)[:2]


def _ttl(message: OutboundMessage, now: datetime) -> int:
    """Seconds the push service may keep it: the rest of the message's worth."""
    if message.deadline is None:
        return DEFAULT_TTL
    seconds = int((message.deadline - now).total_seconds())
    if seconds <= 0:
        raise ChannelError("too late to be worth sending", permanent=True, code="expired")
    return min(seconds, LONGEST_TTL)


def _refusal(response: Response | None) -> ChannelError:
    """What a push service's status means. No response: the subscription's keys were unusable."""
    if response is None:
        return ChannelError("bad keys", permanent=True, gone=True, code="bad_keys")
    return error_for(response.status_code, response.headers.get("Retry-After"))


def _network_error(error: RequestException) -> ChannelError:
    """A connection that was never made, one our guard refused, or an answer that did not come."""
    from channels.network import never_arrived  # noqa: PLC0415 - imports requests
    from channels.push_http import was_forbidden  # noqa: PLC0415 - imports requests

    if was_forbidden(error):
        # Not gone: our own network may answer wrongly for a known service, and that will pass.
        return ChannelError("endpoint resolves to a private address", permanent=True, code="endpoint")
    if never_arrived(error):
        return ChannelError(f"not reached: {type(error).__name__}", code="unreachable")
    return ChannelError(f"no answer: {type(error).__name__}", unknown=True, code="no_answer")

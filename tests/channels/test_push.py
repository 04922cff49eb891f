"""Web push: what a browser can decrypt, what the service is told, and what becomes of refusals."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from channels.messages import Address, ChannelError, Choice, OutboundMessage
from channels.push import PushChannel, generate_vapid_keys, payload, public_key_of
from tests.fakes.http_server import FakeServer, Reply, Request
from tests.fakes.push_server import FakePushService

NOW = datetime(2026, 3, 12, 6, 50, tzinfo=UTC)
HERE = Address("push", "subscription-1")
PRIVATE, PUBLIC = generate_vapid_keys()
ANSWERS = (
    (Choice("Done", "t:9f:0:done"), Choice("On it", "t:9f:0:onit"), Choice("Snooze", "t:9f:0:snooze")),
    (Choice("Reschedule", "t:9f:0:resched"), Choice("Can't today", "t:9f:0:missed")),
)


@pytest.fixture
def service() -> Iterator[FakePushService]:
    with FakePushService(PUBLIC) as server:
        yield server


def channel_to(subscription: tuple[str, str, str] | None, *hosts: str) -> PushChannel:
    return PushChannel(PRIVATE, "admin@flux.example", hosts, lambda _: subscription)


@pytest.fixture
def channel(service: FakePushService) -> PushChannel:
    return channel_to(service.subscribe(), f"127.0.0.1:{service.port}")


def refused(channel: PushChannel, message: OutboundMessage | None = None) -> ChannelError:
    with pytest.raises(ChannelError) as caught:
        channel.send(HERE, message or OutboundMessage("Easy run"), NOW)
    return caught.value


def test_a_browser_can_read_it_and_answer_with_two_buttons(
    channel: PushChannel, service: FakePushService
) -> None:
    task = uuid4()
    message = OutboundMessage("In 10 minutes", ANSWERS, title="Easy run", task_id=task)
    receipt = channel.send(HERE, message, NOW)
    (seen,) = service.notifications
    assert (seen.content["title"], seen.content["body"]) == ("Easy run", "In 10 minutes")
    assert [action["title"] for action in seen.content["actions"]] == ["Done", "Reschedule"]
    assert [action["action"] for action in seen.content["actions"]] == ["t:9f:0:done", "t:9f:0:resched"]
    assert len(seen.content["choices"]) == 5
    assert (seen.content["task_id"], seen.content["tag"], seen.topic) == (str(task), task.hex, task.hex)
    assert (receipt.external_id or "").startswith(service.url)


def test_the_same_attempt_sent_again_says_that_it_is_the_same(
    channel: PushChannel, service: FakePushService
) -> None:
    message = OutboundMessage("In 10 minutes", title="Easy run", task_id=uuid4(), attempt_id=uuid4())
    for _ in range(2):
        channel.send(HERE, message, NOW)
    again = [(seen.topic, seen.content["tag"], seen.content["attempt"]) for seen in service.notifications]
    assert again == [(message.task_id.hex, message.task_id.hex, message.attempt_id.hex)] * 2


def test_it_is_urgent_and_worth_the_rest_of_the_window(
    channel: PushChannel, service: FakePushService
) -> None:
    channel.send(HERE, OutboundMessage("a", deadline=NOW + timedelta(minutes=2)), NOW)
    channel.send(HERE, OutboundMessage("b"), NOW)
    assert [(seen.urgency, seen.ttl) for seen in service.notifications] == [("high", 120), ("high", 3600)]
    assert refused(channel, OutboundMessage("c", deadline=NOW)).code == "expired"
    assert len(service.notifications) == 2


def test_each_service_gets_a_proof_made_out_to_itself(service: FakePushService) -> None:
    with FakePushService(PUBLIC) as other:
        subscriptions = {"a": service.subscribe(), "b": other.subscribe()}
        hosts = [f"127.0.0.1:{service.port}", f"127.0.0.1:{other.port}"]
        channel = PushChannel(PRIVATE, "admin@flux.example", hosts, subscriptions.get)
        for name in ("a", "b", "a"):
            channel.send(Address("push", name), OutboundMessage("Easy run"), NOW)
        assert [seen.claims["aud"] for seen in service.notifications] == [service.url, service.url]
        assert [seen.claims["aud"] for seen in other.notifications] == [other.url]


@pytest.mark.parametrize(
    "text", ["🏃" * 4000, "word " * 2000, '"\\' * 3000, "</script><b>*_[x](http://evil)"]
)
def test_whatever_is_said_fits_into_one_push(
    channel: PushChannel, service: FakePushService, text: str
) -> None:
    channel.send(HERE, OutboundMessage(text, ANSWERS, title=text), NOW)
    (seen,) = service.notifications
    assert seen.content["body"].rstrip("…").strip() == text[: len(seen.content["body"].rstrip("…"))].strip()
    assert len(seen.content["actions"]) == 2
    assert len(payload(OutboundMessage(text, ANSWERS, title=text)).encode()) <= 3900


def test_other_buttons_are_offered_in_their_order() -> None:
    choices = ((Choice("Yes", "c:1:yes"), Choice("No", "c:1:no"), Choice("Later", "c:1:later")),)
    actions = json.loads(payload(OutboundMessage("Move it?", choices)))["actions"]
    assert [action["title"] for action in actions] == ["Yes", "No"]


@pytest.mark.parametrize(
    ("status", "permanent", "gone"),
    [
        (404, True, True),
        (410, True, True),
        (400, True, False),
        (500, False, False),
    ],
)
def test_refusals_are_sorted_by_the_table(
    channel: PushChannel, service: FakePushService, status: int, permanent: bool, gone: bool
) -> None:
    service.fail_next(status)
    error = refused(channel)
    assert (error.permanent, error.gone, error.unknown, error.code) == (permanent, gone, False, str(status))


def test_what_is_too_large_is_sent_once_more_and_shorter(
    channel: PushChannel, service: FakePushService
) -> None:
    service.fail_next(413)
    channel.send(HERE, OutboundMessage("word " * 2000, ANSWERS, title="Easy run"), NOW)
    (seen,) = service.notifications
    assert seen.content["title"] == "Easy run"
    assert len(seen.content["body"]) < 900
    service.fail_next(413)
    service.fail_next(413)
    error = refused(channel)
    assert (error.permanent, error.gone, error.code) == (True, False, "413")


def test_a_throttled_push_says_how_long_to_wait(channel: PushChannel, service: FakePushService) -> None:
    service.fail_next(429, Retry_After="30")
    error = refused(channel)
    assert (error.retry_after, error.permanent) == (30.0, False)


def test_an_unsubscribed_browser_is_gone(service: FakePushService) -> None:
    subscription = service.subscribe()
    channel = channel_to(subscription, f"127.0.0.1:{service.port}")
    service.unsubscribe(subscription[0])
    assert refused(channel).gone


def test_a_subscription_that_was_deleted_is_gone() -> None:
    error = refused(channel_to(None))
    assert (error.permanent, error.gone) == (True, True)


def test_a_lost_reply_is_an_unknown_outcome(channel: PushChannel, service: FakePushService) -> None:
    service.drop_reply()
    error = refused(channel)
    assert (error.unknown, error.permanent) == (True, False)


def test_a_service_that_is_not_there_is_a_temporary_failure(service: FakePushService) -> None:
    channel = channel_to(service.subscribe(), f"127.0.0.1:{service.port}")
    service.stop()
    error = refused(channel)
    assert (error.permanent, error.unknown, error.code) == (False, False, "unreachable")


@pytest.mark.parametrize(
    ("p256dh", "auth"), [("", "x"), ("AAAA", "AAAA"), ("!" * 87, "A" * 22), ("A" * 87, "A" * 22), ("é", "é")]
)
def test_keys_that_are_none_are_gone(service: FakePushService, p256dh: str, auth: str) -> None:
    endpoint, _, _ = service.subscribe()
    error = refused(channel_to((endpoint, p256dh, auth), f"127.0.0.1:{service.port}"))
    assert (error.permanent, error.gone) == (True, True)
    assert service.notifications == []


class Redirecting(FakeServer):
    """A push service that sends everybody on to another place."""

    def __init__(self, target: str) -> None:
        super().__init__()
        self.target = target

    def answer(self, request: Request) -> Reply:
        return Reply(307, headers={"Location": self.target})


def test_one_connection_carries_many_pushes(channel: PushChannel, service: FakePushService) -> None:
    for number in range(20):
        channel.send(HERE, OutboundMessage(f"note {number}"), NOW)
    assert service.connections == 1


def test_a_redirect_is_not_followed(service: FakePushService) -> None:
    endpoint, p256dh, auth = service.subscribe()
    with Redirecting(endpoint) as server:
        url = f"{server.url}/send/x"
        hosts = (f"127.0.0.1:{server.port}", f"127.0.0.1:{service.port}")
        error = refused(channel_to((url, p256dh, auth), *hosts))
    assert (error.permanent, error.code) == (True, "307")
    assert service.notifications == []
    assert service.refusals == []


def test_an_endpoint_that_is_not_allowed_is_never_called(service: FakePushService) -> None:
    error = refused(channel_to(service.subscribe()))
    assert (error.permanent, error.gone, error.code) == (True, True, "endpoint")
    assert service.notifications == []


def test_a_new_key_pair_belongs_together_and_has_the_browsers_form() -> None:
    private, public = generate_vapid_keys()
    assert (len(private), len(public)) == (43, 87)
    assert public_key_of(private) == public
    assert public_key_of(private + "=") == public
    assert generate_vapid_keys()[0] != private


@pytest.mark.parametrize("key", ["", "AAAA", "-----BEGIN PRIVATE KEY-----", "ü" * 43])
def test_what_is_no_private_key_says_so(key: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        public_key_of(key)

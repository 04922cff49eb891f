"""The throttle in a real Valkey: a pace shared by processes, pauses that a provider asks for, a circuit that opens and closes."""

from __future__ import annotations

from itertools import count, pairwise

import pytest
from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry
from structlog.testing import capture_logs

from channels import telegram_errors, twilio_errors
from channels.messages import Address, ChannelError
from reminders.throttle import AHEAD, Pace, Slots, Throttle, states
from tests.reminders.turned_watch import TurnedWatch

# Chats rest for longer than a slow machine may take over a test: Valkey forgets them by its own clock.
PACES = {
    "telegram": Pace(per_second=10, per_chat=0.01),
    "whatsapp": Pace(per_second=10),
    "call": Pace(per_second=1),
    "unlimited": Pace(),
}
APART = PACES["telegram"].apart
LOST = ChannelError("not reached", code="unreachable")
NEW_CHATS = (str(number) for number in count())


@pytest.fixture
def watch() -> TurnedWatch:
    return TurnedWatch()


@pytest.fixture
def throttle(redis: Redis, watch: TurnedWatch) -> Throttle:
    return Throttle(redis, PACES, watch)


def take(throttle: Throttle, *chats: str, channel: str = "telegram") -> Slots:
    return throttle.reserve(channel, chats or [next(NEW_CHATS)])


def moments(throttle: Throttle, number: int, *others: Throttle, channel: str = "telegram") -> list[float]:
    """When so many messages leave that as many chats are to get, from several processes in turn."""
    found: list[float] = []
    for asking in (throttle, *others) * 100 * number:
        slots, now = take(asking, channel=channel), asking.watch.seconds()
        found += [now + at for at in slots.at if at is not None]
        if len(found) == number:
            return found
        asking.watch.sleep(slots.wait)
    raise AssertionError(f"{len(found)} of {number} slots")


def gaps(found: list[float]) -> list[float]:
    return [later - sooner for sooner, later in pairwise(sorted(found))]


def test_processes_share_one_pace_and_all_of_it_is_used(throttle: Throttle, redis: Redis) -> None:
    another = Throttle(redis, PACES, throttle.watch)
    assert gaps(moments(throttle, 30, another)) == pytest.approx([APART] * 29, abs=1e-4)


def test_a_second_of_any_kind_holds_no_more_than_the_provider_takes(throttle: Throttle) -> None:
    found = moments(throttle, 40)
    assert max(sum(start <= at < start + 1 for at in found) for start in found) <= 10


def test_quiet_times_are_not_saved_up_for_a_burst(throttle: Throttle, watch: TurnedWatch) -> None:
    take(throttle)
    watch.sleep(600)
    assert min(gaps(moments(throttle, 5))) == pytest.approx(APART, abs=1e-4)


def test_a_slot_is_taken_only_when_it_is_near(throttle: Throttle) -> None:
    slots = take(throttle, *"abcdef")
    assert all(at is None or at <= AHEAD for at in slots.at)
    assert slots.at[0] == 0
    assert slots.at[-1] is None
    assert slots.wait > 0


def test_a_chat_keeps_its_distance_and_others_go_on(throttle: Throttle, watch: TurnedWatch) -> None:
    take(throttle, "one")
    watch.sleep(1)
    slots = take(throttle, "one", "two")
    assert slots.at == (None, 0)
    assert slots.rests[0] == pytest.approx(PACES["telegram"].chat_apart - 1)


def test_an_answer_goes_first_and_reminders_step_back(throttle: Throttle) -> None:
    for chat in ("a", "b", "c"):
        throttle.reply(Address("telegram", chat))
    slots = take(throttle)
    assert slots.at == (None,)
    assert slots.wait == pytest.approx(3 * APART - AHEAD, abs=1e-4)


def test_many_answers_push_reminders_back_by_seconds_and_not_for_ever(
    throttle: Throttle, watch: TurnedWatch
) -> None:
    for chat in range(500):
        throttle.reply(Address("telegram", str(chat)))
    watch.sleep(take(throttle).wait)
    assert take(throttle).at != (None,)
    assert watch.seconds() <= 1_000_003


def test_what_left_late_keeps_those_behind_it_at_their_distance(throttle: Throttle) -> None:
    take(throttle)
    throttle.late("telegram", 0.5)
    assert take(throttle).wait == pytest.approx(APART + 0.5 - AHEAD, abs=1e-4)


def test_a_worker_that_was_frozen_for_minutes_does_not_stop_the_others(throttle: Throttle) -> None:
    take(throttle)
    throttle.late("telegram", 300)
    assert take(throttle).wait <= 1 + APART


def test_nothing_stops_when_the_clock_is_put_back(throttle: Throttle, watch: TurnedWatch) -> None:
    fail(throttle, 5)
    take(throttle)
    watch.sleep(-3600)
    assert take(throttle).at == (0,)
    assert take(throttle, channel="call").at == (0,)


def test_no_limit_means_all_at_once(throttle: Throttle) -> None:
    slots = take(throttle, *"abcdefghij", channel="unlimited")
    assert slots == Slots((0,) * 10, (None,) * 10)


def test_those_who_come_back_later_are_told_different_times(throttle: Throttle, redis: Redis) -> None:
    another = Throttle(redis, PACES, throttle.watch)
    assert throttle.promise("call", 100, 5) == pytest.approx(5)
    assert another.promise("call", 100, 5) == pytest.approx(5 + 100 * PACES["call"].apart)


# ---------------------------------------------------------------- pauses


def test_a_chat_that_telegram_wants_left_alone_waits_and_others_do_not(throttle: Throttle) -> None:
    flood = telegram_errors.error_for(429, {"parameters": {"retry_after": 800}})
    throttle.failed(Address("telegram", "held"), flood)
    slots = take(throttle, "held", "other")
    assert slots.at == (None, 0)
    assert slots.rests[0] == pytest.approx(800)


def test_several_chats_refused_in_a_row_mean_the_whole_bot(throttle: Throttle, watch: TurnedWatch) -> None:
    flood = telegram_errors.error_for(429, {"parameters": {"retry_after": 8}})
    for chat in ("a", "b", "c"):
        throttle.failed(Address("telegram", chat), flood)
    assert take(throttle).wait == pytest.approx(8)
    assert take(throttle, channel="call").at == (0,)
    watch.sleep(8)
    assert take(throttle).at == (0,)


def test_refusals_far_apart_do_not_mean_the_whole_bot(throttle: Throttle, watch: TurnedWatch) -> None:
    flood = telegram_errors.error_for(429, {"parameters": {"retry_after": 8}})
    for chat in ("a", "b", "c"):
        throttle.failed(Address("telegram", chat), flood)
        watch.sleep(11)
    assert take(throttle).at == (0,)


@pytest.mark.parametrize("code", ["20429", "14107"])
def test_twilio_means_the_sender_when_it_asks_for_a_pause(throttle: Throttle, code: str) -> None:
    throttle.failed(Address("whatsapp", "+49151"), twilio_errors.error_for(429, code, 20))
    assert take(throttle, channel="whatsapp").wait == pytest.approx(20)


# ---------------------------------------------------------------- the circuit


def fail(throttle: Throttle, times: int) -> None:
    for number in range(times):
        throttle.failed(Address("call", str(number)), LOST)


def test_five_failures_in_a_row_open_the_circuit_and_a_success_between_them_counts(
    throttle: Throttle, watch: TurnedWatch
) -> None:
    fail(throttle, 4)
    assert take(throttle, channel="call").strained
    throttle.succeeded("call")
    fail(throttle, 4)
    watch.sleep(2)
    assert take(throttle, channel="call").at == (0,)
    with capture_logs() as lines:
        fail(throttle, 3)
    assert [line["event"] for line in lines] == ["circuit_open"]
    watch.sleep(2)
    assert take(throttle, channel="call").at == (None,)


def test_a_refusal_for_good_shows_that_the_provider_is_there(throttle: Throttle) -> None:
    fail(throttle, 4)
    throttle.failed(Address("call", "1"), ChannelError("no such number", permanent=True))
    fail(throttle, 1)
    assert take(throttle, channel="call").at == (0,)


def test_one_probe_is_let_through_and_closes_the_circuit_without_a_burst(
    throttle: Throttle, watch: TurnedWatch, redis: Redis
) -> None:
    fail(throttle, 5)
    slots = take(throttle, channel="call")
    assert (slots.at, slots.wait) == ((None,), pytest.approx(5))
    watch.sleep(slots.wait)
    assert take(throttle, channel="call").at == (0,)
    assert take(Throttle(redis, PACES, watch), channel="call").at == (None,)
    with capture_logs() as lines:
        throttle.succeeded("call")
        throttle.succeeded("call")
    assert [line["event"] for line in lines] == ["circuit_closed"]
    assert min(gaps(moments(throttle, 5, channel="call"))) >= 1


def test_a_probe_that_fails_doubles_the_rest_up_to_a_minute(throttle: Throttle, watch: TurnedWatch) -> None:
    fail(throttle, 5)
    rests = []
    for _ in range(6):
        rests.append(take(throttle, channel="call").wait)
        watch.sleep(rests[-1])
        assert take(throttle, channel="call").at == (0,)
        fail(throttle, 1)
    assert rests == pytest.approx([5, 10, 20, 40, 60, 60])


def test_a_probe_that_nobody_reports_on_is_followed_by_another(
    throttle: Throttle, watch: TurnedWatch
) -> None:
    fail(throttle, 5)
    watch.sleep(5)
    assert take(throttle, channel="call").at == (0,)
    watch.sleep(16)
    assert take(throttle, channel="call").at == (0,)


def test_what_had_left_before_the_circuit_opened_does_not_lengthen_its_rest(throttle: Throttle) -> None:
    fail(throttle, 12)
    assert take(throttle, channel="call").wait == pytest.approx(5)


# ---------------------------------------------------------------- Redis


def nowhere() -> Redis:
    return Redis(port=1, retry=Retry(NoBackoff(), 0))


def test_without_redis_the_pace_is_half_and_it_is_said_once(watch: TurnedWatch) -> None:
    alone = Throttle(nowhere(), PACES, watch)
    with capture_logs() as lines:
        found = moments(alone, 5)
        alone.reply(Address("telegram", "1"))
        alone.failed(Address("telegram", "1"), LOST)
        alone.late("telegram", 1)
        alone.succeeded("telegram")
    assert gaps(found) == pytest.approx([2 * APART] * 4)
    assert alone.promise("telegram", 3, 5) == 5
    assert [line["event"] for line in lines] == ["throttle_alone"]


def test_without_redis_a_chat_keeps_its_distance_too(watch: TurnedWatch) -> None:
    alone = Throttle(nowhere(), PACES, watch)
    take(alone, "one")
    watch.sleep(1)
    slots = take(alone, "one", "two")
    assert slots.at == (None, 0)
    assert slots.rests[0] == pytest.approx(PACES["telegram"].chat_apart - 1)


def test_no_address_stands_in_redis(throttle: Throttle, redis: Redis) -> None:
    take(throttle, "4242424242")
    throttle.reply(Address("telegram", "4242424242"))
    throttle.failed(Address("telegram", "4242424242"), telegram_errors.error_for(429, {}))
    assert not [key for key in redis.scan_iter() if b"4242424242" in key]


def test_with_the_clock_of_redis_slots_are_taken_as_well(redis: Redis) -> None:
    throttle = Throttle(redis, {"call": Pace(per_second=0.001)})
    assert take(throttle, channel="call").at == (0,)
    assert take(throttle, channel="call").at == (None,)
    fail(throttle, 5)
    assert 0 < states(redis, ["call"])["call"].open_seconds <= 5

"""The clock: real, shifted for everybody, or turned by hand."""

from datetime import UTC, datetime, timedelta

import redis as redis_client

from bot.clock import ManualClock, ShiftedClock, SystemClock, build_clock

_NEAR = timedelta(seconds=5)


def test_every_clock_tells_aware_utc(redis: redis_client.Redis, now: datetime) -> None:
    for clock in (SystemClock(), ShiftedClock(redis), ManualClock(now)):
        assert clock.now().utcoffset() == timedelta(0)


def test_a_shift_is_seen_by_every_process(redis: redis_client.Redis) -> None:
    mine, other = ShiftedClock(redis), ShiftedClock(redis)
    mine.shift(timedelta(hours=2))
    mine.shift(timedelta(minutes=30))
    real = datetime.now(UTC)
    assert abs(mine.now() - real - timedelta(hours=2.5)) < _NEAR
    assert abs(other.now() - mine.now()) < _NEAR


def test_a_process_that_has_just_looked_follows_a_move_at_once(redis: redis_client.Redis) -> None:
    mine, other = ShiftedClock(redis), ShiftedClock(redis)
    before = other.now()
    mine.shift(timedelta(days=1))
    while other.now() - before < timedelta(hours=1):
        assert datetime.now(UTC) - before < timedelta(milliseconds=300)


def test_the_clock_goes_to_a_moment_and_back_to_the_real_time(
    redis: redis_client.Redis, now: datetime
) -> None:
    clock = ShiftedClock(redis)
    assert abs(clock.move_to(now) - now) < _NEAR
    assert abs(clock.reset() - datetime.now(UTC)) < _NEAR


def test_a_simulated_moment_is_rung_at_its_real_one(redis: redis_client.Redis) -> None:
    clock = ShiftedClock(redis)
    clock.shift(timedelta(days=1))
    in_a_minute = clock.now() + timedelta(minutes=1)
    assert abs(clock.to_real(in_a_minute) - datetime.now(UTC) - timedelta(minutes=1)) < _NEAR


def test_time_goes_on_when_redis_is_away() -> None:
    nobody_there = redis_client.Redis(port=1, socket_connect_timeout=1)
    assert abs(ShiftedClock(nobody_there).now() - datetime.now(UTC)) < _NEAR


def test_production_has_no_clock_to_move(redis: redis_client.Redis) -> None:
    assert isinstance(build_clock("production", redis), SystemClock)
    assert isinstance(build_clock("development", redis), ShiftedClock)


def test_a_manual_clock_stands_still_until_it_is_turned(now: datetime) -> None:
    clock = ManualClock(now)
    assert clock.now() == clock.now() == now
    clock.shift(timedelta(minutes=10))
    assert clock.now() == now + timedelta(minutes=10)
    clock.move_to(now)
    assert clock.to_real(clock.now()) == now

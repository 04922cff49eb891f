"""The pulse: who is frozen, who is busy, and who only starts."""

import os
from pathlib import Path

import pytest

from bot.pulse import FROZEN_SECONDS, Pulse, PulseWatch, forget, last_beat, make_room, shown_in


@pytest.fixture
def watch() -> PulseWatch:
    made = PulseWatch()
    made.look(1000.0)
    return made


def _look_until(watch: PulseWatch, begin: float, end: float) -> None:
    """A watcher that is awake looks every second."""
    for second in range(int(begin), int(end) + 1):
        watch.look(float(second))


def test_whoever_has_not_beaten_for_a_minute_is_frozen(watch: PulseWatch) -> None:
    _look_until(watch, 1000, 1100)
    assert not watch.frozen(1100 - FROZEN_SECONDS, 1100.0)
    assert watch.frozen(1099 - FROZEN_SECONDS, 1100.0)


def test_whoever_has_not_begun_to_beat_is_starting_however_long_it_takes(watch: PulseWatch) -> None:
    _look_until(watch, 1000, 2000)
    assert not watch.frozen(0.0, 2000.0)


def test_a_watcher_that_slept_itself_gives_everybody_a_minute_more(watch: PulseWatch) -> None:
    watch.look(5000.0)  # the machine was suspended
    assert not watch.frozen(999.0, 5000.0)
    _look_until(watch, 5001, 5062)
    assert watch.frozen(999.0, 5062.0)


def test_a_forked_child_beats_for_its_parent() -> None:
    pulse = Pulse()
    assert pulse.last == 0
    child = os.fork()
    if not child:
        pulse.beat()
        os._exit(0)
    os.waitpid(child, 0)
    assert pulse.last > 0


def test_a_pulse_is_shown_to_a_supervisor_over_the_same_home_and_to_nobody_without_one(
    tmp_path: Path,
) -> None:
    shown_in(tmp_path).beat()
    assert last_beat(tmp_path, os.getpid()) == 0
    make_room(tmp_path)
    assert last_beat(tmp_path, os.getpid()) == 0
    pulse = shown_in(tmp_path)
    pulse.beat()
    assert last_beat(tmp_path, os.getpid()) == pulse.last > 0
    forget(tmp_path, os.getpid())
    assert last_beat(tmp_path, os.getpid()) == 0


def test_pulses_of_an_earlier_run_are_forgotten(tmp_path: Path) -> None:
    make_room(tmp_path)
    shown_in(tmp_path).beat()
    make_room(tmp_path)
    assert last_beat(tmp_path, os.getpid()) == 0

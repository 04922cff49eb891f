"""What is said to lie ahead is what then happens, and nothing is done by saying it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reminders.rules.ahead import ahead, from_the_start
from reminders.rules.ladder import Ladder, Timing
from reminders.rules.life import Answered, SkipRung, step
from storage.vocabulary import Answer, Rung
from tests.reminders.rules.lives import HOUR, LADDER, MINUTE, NIGHTS, NOW, Told, fresh, live

BARRED = replace(LADDER, barred={Rung.WHATSAPP: "no number", Rung.CALL: "no number"})


def happened(told: Told) -> list[tuple[datetime, Rung, str | None]]:
    rungs = [(effect.not_before or at, effect.rung, None) for at, effect in told.sent()]
    skipped = [
        (at, effect.rung, effect.reason) for at, effect in told.effects if isinstance(effect, SkipRung)
    ]
    return sorted([*rungs, *skipped], key=lambda one: (one[0], one[1]))


@given(
    minutes=st.integers(1, 3 * 24 * 60),
    barred=st.sampled_from([LADDER, BARRED, Ladder(NIGHTS, Timing(window=7 * MINUTE, grace=timedelta(0)))]),
)
def test_what_lies_ahead_is_what_happens_if_nobody_answers(minutes: int, barred: Ladder) -> None:
    task = fresh(NOW + minutes * MINUTE, NOW, barred)
    foreseen = [(one.at, one.rung, one.reason) for one in ahead(task, barred, NOW)]
    assert sorted(foreseen, key=lambda one: (one[0], one[1])) == happened(live(task, barred))


def test_after_on_it_only_the_question_and_the_miss_lie_ahead() -> None:
    task = fresh(NOW + HOUR, NOW, LADDER)
    held, _ = step(task, Answered(Answer.ON_IT), LADDER, NOW)
    assert [(one.at - NOW, one.rung) for one in ahead(held, LADDER, NOW)] == [
        (90 * MINUTE, Rung.FOLLOW_UP),
        (150 * MINUTE, Rung.MISS_NOTE),
    ]


def test_nothing_lies_ahead_of_what_is_done_but_its_ladder_is_still_known() -> None:
    task = fresh(NOW + HOUR, NOW, LADDER)
    done, _ = step(task, Answered(Answer.DONE), LADDER, NOW)
    assert ahead(done, LADDER, NOW) == ()
    assert from_the_start(done, LADDER) == ahead(task, LADDER, NOW)


def test_what_begins_during_a_pause_is_called_off() -> None:
    away = replace(LADDER, paused_until=NOW + 48 * HOUR)
    [expected] = ahead(fresh(NOW + HOUR, NOW, away), away, NOW)
    assert (expected.at, expected.rung, expected.reason) == (NOW + HOUR, None, "paused")


@pytest.mark.parametrize("ladder", [LADDER, Ladder(replace(NIGHTS, sleep=None))])
def test_a_task_that_waits_for_a_place_is_foreseen_within_bounds(ladder: Ladder) -> None:
    task = replace(fresh(NOW, NOW, ladder), at_place=True)
    found = ahead(task, ladder, NOW)
    assert 1 < len(found) <= 12
    assert {one.rung for one in found} <= {Rung.REMIND, Rung.MISS_NOTE}

"""Weeks of two people under whatever hypothesis thinks of: every promise is checked after every step (bench.weeks does a thousand)."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from redis import Redis
from sqlalchemy import text

from bot.settings import Settings
from storage.database import Database
from storage.vocabulary import Answer
from tests.lives.acts import Lives
from tests.lives.people import ZONES, Liver
from tests.lives.world import World

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
# The weeks in which clocks change, on either half of the globe, and an ordinary one.
BEGINNINGS = [
    datetime(2026, *day, tzinfo=UTC) for day in ((3, 6), (3, 27), (4, 3), (10, 2), (10, 23), (6, 15))
]
someone = st.integers(0, 1)


class Weeks(RuleBasedStateMachine):
    """What two people and the time may do, in any order."""

    def __init__(self, database: Database, given: Settings) -> None:
        super().__init__()
        self._database, self._settings = database, given

    @initialize(seed=st.integers(0, 10_000), begins=st.sampled_from(BEGINNINGS))
    def begin(self, seed: int, begins: datetime) -> None:
        people = [Liver.random(seed, number, begins) for number in (0, 1)]
        for one in people:
            one.diligence = 0.0  # they answer when a rule says so
            one.night = one.night or (time(23), time(7))
            one.has_push = one.has_whatsapp = one.has_call = True
        heard = lambda *words: self.lives.heard(*words)  # noqa: E731 - the world comes before those who live in it
        self.world = World.begin(self._database, self._settings, people, seed, heard, trouble=0.2)
        self.people, self.lives = people, Lives(self.world)

    @rule(who=someone, ahead=st.integers(1, 2000), at_home=st.booleans())
    def plan(self, who: int, ahead: int, at_home: bool) -> None:
        place = "home" if at_home and ahead % 5 == 0 else None
        self.lives.add_task(self.people[who], self.world.now, place, ahead * MINUTE)

    @rule(who=someone, minutes=st.integers(-15, 40), woken=st.booleans())
    def plan_near_the_night(self, who: int, minutes: int, woken: bool) -> None:
        """Where a ladder would run into sleep, or out of it."""
        one, now = self.people[who], self.world.now
        assert one.night is not None
        edge = datetime.combine(now.astimezone(one.zone).date() + DAY, one.night[woken], one.zone)
        self.lives.add_task(one, now, ahead=edge.astimezone(UTC) + minutes * MINUTE - now, exact=True)

    @rule(who=someone)
    def wait_for_the_night(self, who: int) -> None:
        one, now = self.people[who], self.world.now
        assert one.night is not None
        bed = datetime.combine(now.astimezone(one.zone).date() + DAY, one.night[0], one.zone).astimezone(UTC)
        self.world.run_until(bed - 3 * MINUTE)

    @rule(who=someone, weekdays=st.sets(st.integers(0, 6), min_size=1, max_size=7))
    @precondition(lambda self: len(self.people[0].series) + len(self.people[1].series) < 3)
    def plan_series(self, who: int, weekdays: set[int]) -> None:
        self.lives.add_series(self.people[who], self.world.now, sorted(weekdays))

    @rule(minutes=st.sampled_from([1, 1, 2, 3, 7, 30, 61, 240, 900]))
    def wait(self, minutes: int) -> None:
        self.world.run_until(self.world.now + minutes * MINUTE)

    @rule(minutes=st.sampled_from([1, 5, 90, 360]))
    def be_away(self, minutes: int) -> None:
        """The whole installation is off; then everything is due at once."""
        self.world.now += minutes * MINUTE
        self.world.run_until(self.world.now)

    @rule(who=someone, newest=st.integers(0, 8))
    def tap(self, who: int, newest: int) -> None:
        """A button of the last messages, or of older ones."""
        buttons = self.lives.buttons(self.people[who])
        if buttons:
            self.lives.tap(self.people[who], buttons[newest % len(buttons)], self.world.now)

    @rule(who=someone, key=st.sampled_from([Answer.DONE, Answer.RESCHEDULE, Answer.MISSED, Answer.ON_IT]))
    def press(self, who: int, key: Answer) -> None:
        task = self.lives.last_called.get(self.people[who].user_id)
        if task is not None:
            self.lives.press(self.people[who], task, key, self.world.now)

    @rule(who=someone, answer=st.sampled_from(list(Answer)))
    def say(self, who: int, answer: Answer) -> None:
        """Typed, about what comes next or is being said, whether it has arrived or not."""
        self.lives.say(self.people[who], answer, self.world.now)

    @rule(who=someone)
    def move(self, who: int) -> None:
        self.lives.move_one(self.people[who], self.world.now)

    @rule(who=someone)
    def cancel(self, who: int) -> None:
        self.lives.cancel_one(self.people[who], self.world.now)

    @rule(who=someone, days=st.integers(0, 2))
    def pause(self, who: int, days: int) -> None:
        self.lives.pause(self.people[who], self.world.now, days)

    @rule(who=someone)
    def come_back(self, who: int) -> None:
        self.lives.come_back(self.people[who], self.world.now)

    @rule(who=someone, zone=st.sampled_from(ZONES), keep_local=st.booleans())
    def travel(self, who: int, zone: str, keep_local: bool) -> None:
        self.lives.travel(self.people[who], self.world.now, ZoneInfo(zone), keep_local=keep_local)

    @rule(who=someone)
    def arrive(self, who: int) -> None:
        self.lives.arrive(self.people[who], self.world.now)

    @invariant()
    def every_promise_is_kept(self) -> None:
        assert not self.world.book.wrong

    def teardown(self) -> None:
        """Whatever was begun comes to its end by itself."""
        try:
            if hasattr(self, "world"):
                self._end()
        finally:
            with self._database.service() as session:
                session.execute(text("delete from users"))

    def _end(self) -> None:
        end = self.world.now + 4 * DAY
        self.world.run_until(end)
        with self._database.service() as session:
            self.world.book.close_day(session, self.people[0].begins - DAY, end - 2 * DAY)
            self.world.book.check_series(session)
        assert not self.world.book.wrong


def test_every_promise_is_kept_whatever_people_and_providers_do(
    database: Database, redis: Redis, redis_url: str, database_url: str, tmp_path: Path
) -> None:
    given = Settings(
        flux_home=tmp_path,
        app_env="test",
        secret_key="w" * 32,
        database_url=database_url,
        redis_url=redis_url,
    )
    run_state_machine_as_test(
        lambda: Weeks(database, given),
        settings=settings(
            max_examples=25,
            stateful_step_count=25,
            derandomize=True,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )

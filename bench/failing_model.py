"""How long people wait for an answer while the network model fails, in thirty ways, with the real deadlines.

    python -m bench.failing_model

Each way is one person's talk (a capture, small talk, a goal to its approved plan, a move) through the whole path from the
door to the phone, in a process whose breakers are new; then another person lives the same in the same process. The
longest wait of each is shown. Target: every answer within 20 s, every plan approved.
"""

from __future__ import annotations

import sys
import tempfile
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter

from bench.figures import Figure, table
from bot.clock import ManualClock
from bot.life import Person
from bot.logs import configure_logging
from bot.services import Services, build
from bot.settings import Settings
from channels.messages import Address
from channels.simulator import PhoneStore
from reminders.wakeups import RecordedWakeups
from storage.embedded import EmbeddedServers
from storage.migrations import migrate
from storage.profile import Profile, SleepWindow
from storage.users import add_identity, create_user, save_profile
from tests.fakes.failing_models import QUICK, SLOW, SOUND_WAYS, Way
from tests.fakes.openai_server import OpenAIServer

TARGET = 20.0  # seconds
NOW = datetime(2026, 3, 11, 9, 0, tzinfo=UTC)


@dataclass
class Wait:
    """How long each answer of one talk took."""

    seconds: list[float]
    approved: bool

    @property
    def longest(self) -> float:
        return max(self.seconds)


def live(person: Person) -> Wait:
    seconds: list[float] = []

    def timed(act: str, words: str) -> None:
        begun = perf_counter()
        person.says(words) if act == "says" else person.taps(words)
        seconds.append(perf_counter() - begun)

    timed("says", "call mum tomorrow 6pm")
    timed("taps", "OK")
    timed("says", "the sea was lovely and grey")
    if person.shows_button("Leave it"):
        timed("taps", "Leave it")
    timed("says", "I want to run 5 km in six weeks")
    while person.shows_button("Skip"):
        timed("taps", "Skip")
    approved = person.shows_button("Looks good")
    if approved:
        timed("taps", "Looks good")
    timed("says", "move call mum to Friday 5pm")
    timed("says", "so what now, captain")
    return Wait(seconds, approved)


def newcomer(services: Services, clock: ManualClock, number: int) -> Person:
    address = Address("telegram", f"sim:{number}")
    with services.database.service() as session:
        user = create_user(session, NOW, timezone="Europe/Berlin")
        user.onboarded = True
        sleep = SleepWindow.model_validate({"start": "23:00", "end": "07:00"})
        save_profile(user, Profile(name="Ada", sleep_window=sleep))
        add_identity(session, user.id, address.channel, address.value, NOW, primary=True)
    return Person(services, clock, PhoneStore(services.redis), address)


def figures(settings: Settings, server: OpenAIServer, ways: dict[str, Way]) -> list[Figure]:
    found = []
    for number, (name, way) in enumerate(ways.items()):
        server.answer_by = lambda asked, way=way: way(asked, "http://127.0.0.1:9/v1")
        clock = ManualClock(NOW)
        services = replace(build(settings), clock=clock, wakeups=RecordedWakeups(), enqueue=lambda *_: None)
        wait, after = (live(newcomer(services, clock, 2 * number + second)) for second in (0, 1))
        ok = wait.approved and after.approved and max(wait.longest, after.longest) <= TARGET
        words = f"{wait.longest:.1f} s, next person {after.longest:.1f} s"
        found.append(Figure(name, f"<= {TARGET:.0f} s", words, ok))
        print(f"{name}: {words}", flush=True)
        services.database.dispose()
    return found


def main() -> int:
    configure_logging("ERROR")
    with (
        tempfile.TemporaryDirectory(prefix="flux-bench-") as home,
        EmbeddedServers(Path(home)) as servers,
        OpenAIServer() as server,
    ):
        migrate(servers.urls["DATABASE_URL"])
        settings = Settings(
            flux_home=Path(home),
            app_env="test",
            secret_key="s" * 32,
            database_url=servers.urls["DATABASE_URL"],
            redis_url=servers.urls["REDIS_URL"],
            openrouter_api_key="sk-bench",
            openrouter_base_url=server.url,
        )
        # The slow ones first: their first question also pays for the import.
        found = figures(settings, server, SLOW | QUICK | SOUND_WAYS)
    print(table(found))
    return 0 if all(one.ok for one in found) else 1


if __name__ == "__main__":
    sys.exit(main())

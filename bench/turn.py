"""How long a chat turn takes without a network model, beside a bare ten-node LangGraph turn on the same Postgres.

    python -m bench.turn [--turns 200]

`turn` is a worker's part, from the stored inbound event to the committed replies: <= 2.5 x bare. `whole` is the way from
the door through queue, worker process and graph to the provider: p50 <= 60 ms.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from time import perf_counter
from typing import Annotated, Any, TypedDict
from uuid import UUID, uuid4

from langgraph.checkpoint.postgres import PostgresSaver
from langgraph.graph import END, START, StateGraph

from agents.conversation import Turn, TurnTools, take_turn
from agents.offline.model import OfflineModel
from bench.figures import Figure, Spread, report
from bench.worker_path import worker_turn
from bot.logs import configure_logging
from channels.messages import Address, InboundMessage
from storage.database import Database, lock_person
from storage.embedded import EmbeddedServers
from storage.inbound import record
from storage.migrations import migrate
from storage.profile import Profile, SleepWindow
from storage.tables import InboundEvent
from storage.users import add_identity, create_user, save_profile
from storage.vocabulary import InboundState

NOW = datetime(2026, 3, 11, 9, 0, tzinfo=UTC)
WARM_UP = 10
WORDS = ("call mum tomorrow 6pm", "no", "what's on today?", "thanks", "remind me to water the plants", "no")


@dataclass(frozen=True)
class Timing(Spread):
    name: str = ""


class Bare(TypedDict, total=False):
    text: str
    steps: Annotated[list[str], lambda before, new: (before + new)[-10:]]


def _does_nothing(name: str) -> Any:
    return lambda state: {"text": state["text"], "steps": [name]}


def bare_turn(database: Database) -> Callable[[int], None]:
    """Ten nodes in a row that do nothing, checkpointed once at their end."""
    graph = StateGraph(Bare)
    names = [f"node_{number}" for number in range(10)]
    for name in names:
        graph.add_node(name, _does_nothing(name))
    for before, after in zip([START, *names], [*names, END], strict=True):
        graph.add_edge(before, after)
    compiled = graph.compile()
    thread = str(uuid4())

    def turn(number: int) -> None:
        with database.service() as session:
            connection: Any = session.connection().connection.driver_connection
            running = compiled.copy(update={"checkpointer": PostgresSaver(connection)})
            config: Any = {"configurable": {"thread_id": thread}}
            running.invoke({"text": WORDS[number % len(WORDS)]}, config, durability="exit")

    return turn


def flux_turn(database: Database, turns: int) -> Callable[[int], None]:
    """What a worker does for one stored message of a known person: take the event, run the turn, store the replies."""
    user_id, model = _person(database), OfflineModel()
    events = _stored(database, turns)
    taken = count()

    def turn(_number: int) -> None:
        event_id, message, now = events[next(taken)]
        with database.service() as session:
            lock_person(session, user_id)
            event = session.get_one(InboundEvent, event_id, with_for_update=True)
            result = take_turn(Turn(user_id, message, now, "bench", event_id), TurnTools(session, model))
            event.replies = {"messages": [reply.text for reply in result.replies], "sent": 0}
            event.state = InboundState.ANSWERED

    return turn


def _person(database: Database) -> UUID:
    with database.service() as session:
        user = create_user(session, NOW, timezone="Europe/Berlin")
        user.onboarded = True
        sleep = SleepWindow.model_validate({"start": "23:00", "end": "07:00"})
        save_profile(user, Profile(name="Ada", sleep_window=sleep))
        add_identity(session, user.id, "telegram", "sim:bench", NOW, primary=True)
        return user.id


def _stored(database: Database, turns: int) -> list[tuple[UUID, InboundMessage, datetime]]:
    """Messages as a door leaves them, written before the clock starts."""
    stored = []
    for number in range(turns):
        now = NOW + timedelta(seconds=20 * number)
        message = InboundMessage(
            Address("telegram", "sim:bench"), WORDS[number % len(WORDS)], uuid4().hex, now
        )
        with database.service() as session:
            event_id = record(
                session,
                channel="telegram",
                sender="sim:bench",
                external_id=message.external_id,
                payload={"text": message.text},
                received_at=now,
                correlation_id="bench",
            )
        assert event_id is not None
        stored.append((event_id, message, now))
    return stored


def measure(contestants: dict[str, Callable[[int], None]], turns: int) -> list[Timing]:
    """Take turns in turn, so that a slow moment of the machine hits everybody alike."""
    times: dict[str, list[float]] = {name: [] for name in contestants}
    for number in range(-WARM_UP, turns):
        for name, turn in contestants.items():
            begun = perf_counter()
            turn(abs(number))
            if number >= 0:
                times[name].append((perf_counter() - begun) * 1000)
    return [Timing(tuple(values), name) for name, values in times.items()]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--turns", type=int, default=200)
    configure_logging("ERROR")
    turns: int = parser.parse_args().turns
    with tempfile.TemporaryDirectory(prefix="flux-bench-") as home, EmbeddedServers(Path(home)) as servers:
        database_url, redis_url = servers.urls["DATABASE_URL"], servers.urls["REDIS_URL"]
        migrate(database_url)
        database = Database(database_url)
        with worker_turn(database_url, redis_url, WORDS) as whole:
            contestants = {
                "bare": bare_turn(database),
                "turn": flux_turn(database, turns + WARM_UP),
                "whole": whole,
            }
            bare, turn, path = measure(contestants, turns)
        database.dispose()
    for timing in (bare, turn, path):
        print(f"{timing.name:5} p50 {timing.p50:6.1f} ms  p99 {timing.p99:6.1f} ms")
    ratio = turn.p50 / bare.p50
    print(json.dumps({one.name: {"p50": one.p50, "p99": one.p99} for one in (bare, turn, path)}))
    return report(
        [
            Figure("chat turn / bare graph turn", "<= 2.5 x", f"{ratio:.2f} x", ratio <= 2.5),
            Figure("chat message, door to provider", "p50 <= 60 ms", str(path), path.p50 <= 60),
        ]
    )


if __name__ == "__main__":
    sys.exit(main())

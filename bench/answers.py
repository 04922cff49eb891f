"""Answers through real processes: how soon a tap is answered and counts, and that nothing is sent after it.

    python -m bench.answers [--taps 200] [--races 200] [--calls 20]

F5: people tap "Done" in Telegram, four at a time; each tap runs through the web process, the queue and a worker, until
the provider hears `answerCallbackQuery` and the task is done in Postgres. F4: people answer before or at the moment their
WhatsApp message is due; a send counts as begun after the answer when Postgres says that its attempt was begun at a
moment at which the answer was already seen as committed. Others answer while their telephone rings: it is hung up.
"""

from __future__ import annotations

import argparse
import random
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from uuid import UUID

from bench.figures import Figure, Spread, report
from bench.town import Resident, Town, open_town, soon, wait_until

ANSWERED, COMMITTED = 1000.0, 500.0  # ms, p99
HUNG_UP = 2.0  # seconds
WINDOW = 4.0  # seconds from rung to rung in the race
_TAPPERS = 4
_PATIENCE = 60.0
_DONE = "select id from tasks where status = 'done'"
# Who begins a send is written down by Postgres itself, whatever the product says about it.
_BOOK = """
    create table begun (task_id uuid, rung text, at timestamptz);
    create function note_begun() returns trigger language plpgsql security definer as $$
    begin
        insert into public.begun values (new.task_id, new.rung, clock_timestamp());
        return null;
    end $$;
    create trigger note_begun after update on dispatch_log for each row
        when (new.outcome = 'sending' and old.outcome is distinct from 'sending'
            and new.rung in ('remind', 'whatsapp', 'call'))
        execute function note_begun();
"""


class Watch:
    """When each task was first seen to be done; looks every few milliseconds."""

    def __init__(self) -> None:
        self.done_at: dict[UUID, float] = {}
        self.over = False

    def look(self, town: Town) -> None:
        with town.connect() as connection:
            while not self.over:
                for (task_id,) in connection.execute(_DONE).fetchall():
                    self.done_at.setdefault(task_id, time.time())
                time.sleep(0.003)


@contextmanager
def watched(town: Town) -> Iterator[Watch]:
    watch = Watch()
    thread = threading.Thread(target=watch.look, args=(town,), daemon=True)
    thread.start()
    try:
        yield watch
    finally:
        watch.over = True
        thread.join(5)


def tap(town: Town, resident: Resident) -> tuple[str, float]:
    """The id of the tap, and when the person's finger came down."""
    message_id, data = town.button(resident)
    begun = time.time()
    update = town.telegram.tap_data(message_id, data, resident.chat)
    return str(update["callback_query"]["id"]), begun


def all_reminded(town: Town, people: Sequence[Resident]) -> None:
    chats = [one.chat for one in people]
    if not wait_until(lambda: all(town.telegram.chat(chat) for chat in chats), _PATIENCE, 0.2):
        raise TimeoutError("not everybody was reminded")


def taps(town: Town, count: int) -> tuple[Spread, Spread, int]:
    """Milliseconds from tap to callback answered and to state committed, and how many taps never had both."""
    people = town.settle(count, soon(3))
    all_reminded(town, people)
    with watched(town) as watch, ThreadPoolExecutor(_TAPPERS) as pool:

        def act(one: Resident) -> tuple[float, float] | None:
            query, begun = tap(town, one)
            answered, done = town.telegram.answered_at, watch.done_at
            wait_until(lambda: query in answered and one.task_id in done, _PATIENCE, 0.005)
            if query not in answered or one.task_id not in done:
                return None
            return (answered[query] - begun) * 1000, (done[one.task_id] - begun) * 1000

        took = [pair for pair in pool.map(act, people) if pair]
    answered, committed = zip(*took, strict=True) if took else ((), ())
    return Spread(answered), Spread(committed), count - len(took)


def race(town: Town, count: int) -> tuple[int, int]:
    """Sends begun after the answer, and how many answers came before their WhatsApp was begun."""
    with town.connect() as connection:
        connection.execute(_BOOK.encode())
    due = soon(5)
    people = town.settle(count, due, timedelta(seconds=4))
    with watched(town) as watch, ThreadPoolExecutor(64) as pool:
        list(pool.map(lambda one: _answer_in_the_race(town, one), people))
        wait_until(lambda: all(one.task_id in watch.done_at for one in people), _PATIENCE)
        time.sleep(WINDOW)  # whatever would still come
    with town.connect() as connection:
        rows = connection.execute("select task_id, rung, extract(epoch from at)::float from begun").fetchall()
    theirs = {one.task_id for one in people}
    after = sum(at > watch.done_at.get(task, at) for task, _, at in rows if task in theirs)
    messaged = {task for task, rung, _ in rows if rung == "whatsapp"}
    return after, len(theirs - messaged)


def _answer_in_the_race(town: Town, one: Resident) -> None:
    """Once reminded, before or at the moment at which WhatsApp is due."""
    if wait_until(lambda: bool(town.telegram.chat(one.chat)), _PATIENCE, 0.05):
        time.sleep(WINDOW * random.uniform(0.1, 1.05))
        tap(town, one)


def ringing(town: Town, count: int) -> list[float]:
    """Seconds from the tap of somebody whose telephone rings to the end of the ringing; endless where there is none."""
    people = town.settle(count, soon(3))
    took: list[float] = []

    def answer(one: Resident) -> None:
        at = town.twilio.at
        if wait_until(lambda: ("call", one.number) in at, _PATIENCE):
            time.sleep(0.3)
            _, begun = tap(town, one)
            wait_until(lambda: ("hung up", one.number) in at, 10, 0.02)
            took.append(at.get(("hung up", one.number), float("inf")) - begun)
        else:
            took.append(float("inf"))

    with ThreadPoolExecutor(count) as pool:
        list(pool.map(answer, people))
    return took


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.answers", description=__doc__.partition("\n")[0])
    parser.add_argument("--taps", type=int, default=200)
    parser.add_argument("--races", type=int, default=200)
    parser.add_argument("--calls", type=int, default=20)
    given = parser.parse_args()
    with open_town() as town:
        answered, committed, missing = taps(town, given.taps)
    with open_town(ESCALATION_WINDOW_MINUTES=str(WINDOW / 60)) as town:
        after, spared = race(town, given.races)
        rings = ringing(town, given.calls)
    return report(
        [
            Figure(
                "F5 tap -> callback answered",
                f"p99 <= {ANSWERED:.0f} ms",
                str(answered),
                not missing and answered.p99 <= ANSWERED,
            ),
            Figure(
                "F5 tap -> state committed",
                f"p99 <= {COMMITTED:.0f} ms",
                str(committed),
                not missing and committed.p99 <= COMMITTED,
            ),
            Figure(
                f"F4 sends begun after an answer, {given.races} races",
                "0",
                f"{after}; {spared} were answered first",
                after == 0,
            ),
            Figure(
                f"F4 ringing call ended, {given.calls} calls",
                f"<= {HUNG_UP:.0f} s",
                f"longest {max(rings):.2f} s",
                max(rings) <= HUNG_UP,
            ),
        ]
    )


if __name__ == "__main__":
    sys.exit(main())

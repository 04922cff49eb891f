"""A kill -9 of any process of `make run`, at any moment, is survived without a hand being moved.

    python -m bench.survival [--rounds 2] [--victims KIND ...] [--seed 1] [--keep FOLDER]

Starts the real `flux up` with its simulator in a home of its own. A person talks and is reminded while each process in
turn - Postgres, Valkey and the supervisor too - is killed in the middle of a turn of the conversation and in the middle of
a ladder, and the person writes again after each. Only a supervisor that was killed is started again, as a person would.
"""

from __future__ import annotations

import argparse
import random
import shutil
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import psycopg

from bench.chaos_home import Installation
from bench.figures import Figure, table
from bench.survival_books import Story, audit, is_nudge
from bench.survival_phone import Phone, SilenceError, is_reply

VICTIMS = (
    "worker", "worker line", "scheduler", "web", "web worker", "postgres", "postgres backend", "valkey", "supervisor",
)  # fmt: skip
_ANSWERS = ("Alex", "half six", "22:30", "Mon-Fri 9-17", "Morning", "Berlin", "None", "no", "+49 170 1234567")
_LATEST = 0.06  # seconds after a person acts: a turn takes about half of that
_PATIENCE = 90.0
_ERRANDS = (
    "alpha", "bravo", "charlie", "delta", "echo", "foxtrot", "golf", "hotel", "india", "juliett", "kilo", "lima", "mike",
    "november", "oscar", "papa", "quebec", "romeo", "sierra", "tango", "uniform", "victor", "whiskey", "xray", "yankee", "zulu",
)  # fmt: skip
_OPEN = """
    select (select count(*) from dispatch_log where status in ('pending', 'unknown') and lease_until < now())
        + (select count(*) from inbound_events where state in ('received', 'answered'))
"""


class Survivor:
    """One installation, one person, and a killer."""

    def __init__(
        self, installation: Installation, chance: random.Random, victims: Sequence[str] = VICTIMS
    ) -> None:
        self._installation, self._victims = installation, victims
        self._chance = chance
        self.phone = Phone(lambda: installation.base)
        self.story = Story()
        self.errands: list[str] = []

    def introduce(self) -> None:
        """The first questions, with nothing killed yet."""
        phone = self.phone
        phone.says("/start")
        phone.taps("Start")
        for answer in _ANSWERS:
            phone.says(answer)
        code = phone.wait("the code", lambda event: event["kind"] == "sms", 0)
        phone.says(str(code["text"]).split()[0])
        phone.taps("WhatsApp and calls")
        phone.says("nothing for now")

    # ------------------------------------------------------------------ in the middle of a turn

    def kill_during_turns(self, rounds: int) -> None:
        """By turns while words are understood and while a tap writes rows; two rounds are both for each."""
        for number in range(rounds):
            for place, victim in enumerate(self._victims):
                errand = f"errand {_ERRANDS[number * len(VICTIMS) + place]}"
                self.errands.append(errand)
                words = f"Remind me to call {errand} tomorrow at {8 + place:02}:{number * 20:02}"
                dies_early = (place + number) % 2 == 0
                self._turn(victim if dies_early else "", "say", text=words)
                event, choice = self.phone.button("OK")
                self._turn(
                    "" if dies_early else victim, "tap", choice=choice["data"], message_ref=event["id"]
                )

    def _turn(self, victim: str, act: str, **body: str) -> None:
        """One act of the person's and the answer to it; `victim` is killed meanwhile."""
        since = len(self.phone.seen)
        killer = self._killer(victim) if victim else None
        began = time.monotonic()
        self._until_taken(act, body, since)
        if killer:
            killer.join()
        try:
            self.phone.wait(f"an answer after the end of {victim}", is_reply, since, _PATIENCE)
        except SilenceError as silence:
            self.story.troubles.append(str(silence))
        if victim:
            self.story.note(time.monotonic() - began, f"{victim} during a {act}")
        self._settle()
        said = Counter(
            event["text"] for event in self.phone.seen[since:] if is_reply(event) and not event["replaces"]
        )
        self.story.doubled_replies += said.total() - len(said)

    def _until_taken(self, act: str, body: dict[str, str], since: int) -> None:
        """A person whose message does not appear, or to whom nobody seems to be writing, sends it again."""
        said = {name: body[name] for name in ("text", "choice") if name in body}
        end = time.monotonic() + _PATIENCE
        while time.monotonic() < end:
            if 200 <= self.phone.post(act, channel="telegram", **body) < 300:
                return
            while not self.phone.look() and time.monotonic() < end:
                time.sleep(0.1)
            new = self.phone.seen[since:]
            shown = any(event["kind"] == "inbound" and said.items() <= event.items() for event in new)
            if shown and (self.phone.typing or any(map(is_reply, new))):
                return

    # ------------------------------------------------------------------ in the middle of a ladder

    def kill_during_ladders(self, rounds: int) -> None:
        """The clock goes from one due moment to the next, and somebody dies at each."""
        victims = [victim for _ in range(rounds) for victim in self._victims]
        self._chance.shuffle(victims)
        for victim in victims:
            since = len(self.phone.seen)
            killer = self._killer(victim)
            began = time.monotonic()
            self._move()
            killer.join()
            try:
                self.phone.wait(f"what is due, after the end of {victim}", is_nudge, since, _PATIENCE)
            except SilenceError as silence:
                self.story.troubles.append(str(silence))
            self.story.note(time.monotonic() - began, f"{victim} in a ladder")
            self._settle()
            self._chat(victim)

    def _chat(self, victim: str) -> None:
        """Whoever writes after all that is answered at once."""
        began = time.monotonic()
        try:
            self.phone.says("what's next?")
        except SilenceError as silence:
            self.story.troubles.append(str(silence))
        self.story.chats.append((time.monotonic() - began, f"after {victim} in a ladder"))

    def _move(self) -> None:
        end = time.monotonic() + _PATIENCE
        while not 200 <= (status := self.phone.post("clock", move="next")) < 300:
            if time.monotonic() > end:
                self.story.troubles.append(f"the clock did not move: {status}")
                return
            time.sleep(0.2)

    # ------------------------------------------------------------------

    def _killer(self, victim: str) -> threading.Thread:
        pause = self._chance.uniform(0, _LATEST)

        def strike() -> None:
            time.sleep(pause)
            end = time.monotonic() + _PATIENCE
            while not (pids := self._installation.processes()[victim]):  # it is just being started again
                if time.monotonic() > end:
                    self.story.troubles.append(f"there was no {victim} any more")
                    return
                time.sleep(0.01)
            self.story.kills[victim] += 1
            self._installation.kill(victim, self._chance.choice(pids))

        thread = threading.Thread(target=strike)
        thread.start()
        return thread

    def _settle(self) -> None:
        """Until everybody is there again and nothing waits."""
        end = time.monotonic() + _PATIENCE
        while time.monotonic() < end:
            self.phone.look()
            if self._installation.readiness() == "ready" and self._nothing_waits():
                return
            time.sleep(0.2)
        self.story.troubles.append("it did not come to rest")

    def _nothing_waits(self) -> bool:
        try:
            with self._installation.connect() as connection:
                return connection.execute(_OPEN.encode()).fetchone() == (0,)
        except psycopg.Error:
            return False

    # ------------------------------------------------------------------ the books

    def figures(self) -> list[Figure]:
        for line in self.story.troubles:
            print(f"  {line}")
        with self._installation.connect() as connection:
            return audit(connection, self.story, self.errands, self.phone.seen, len(self._victims))


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.survival", description=__doc__.partition("\n")[0])
    parser.add_argument(
        "--rounds", type=int, default=1, choices=(1, 2), help="kills of each kind in each situation"
    )
    parser.add_argument("--victims", nargs="+", default=VICTIMS, choices=VICTIMS, metavar="KIND")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, help="leave the installation's folder, logs included, here")
    given = parser.parse_args()
    folder = given.keep or Path(tempfile.mkdtemp(prefix="flux-survival-"))
    folder.mkdir(parents=True, exist_ok=True)
    unset = dict.fromkeys(("TELEGRAM_BOT_TOKEN", "TWILIO_ACCOUNT_SID", "OPENROUTER_API_KEY", "APP_ENV"), "")
    installation = Installation(folder / "home", unset | {"PORT": "18500"})
    survivor = Survivor(installation, random.Random(given.seed), given.victims)
    try:
        installation.start()
        installation.wait_until_ready()
        survivor.introduce()
        survivor.kill_during_turns(given.rounds)
        survivor.kill_during_ladders(given.rounds)
        found = survivor.figures()
    finally:
        installation.stop()
        if given.keep is None:
            shutil.rmtree(folder, ignore_errors=True)
    print(table(found))
    return 0 if all(one.ok for one in found) else 1


if __name__ == "__main__":
    sys.exit(main())

"""How long the offline model takes to understand one message, and how long a fresh process takes until it can.

    python -m bench.understand [--rounds 20]

The messages are every line the people of the golden conversations say, and texts made to be slow to read.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections.abc import Sequence
from datetime import datetime
from time import perf_counter, thread_time
from zoneinfo import ZoneInfo

from agents.offline.understand import understand
from bench.figures import Figure, Spread, table, within
from bot.evaluation.script import load

ZONE = "Europe/Berlin"
NOW = datetime(2026, 3, 11, 10, 0, tzinfo=ZoneInfo(ZONE))
MOST_MS = 5.0  # of one message, the slowest hundredth
MOST_LOAD_SECONDS = 1.5  # from a fresh process to the first answer, the interpreter included
_LOADS = 5
_FIRST = (
    "from datetime import datetime; from zoneinfo import ZoneInfo; from agents.offline.understand import understand; "
    f"understand('call mum tomorrow 6pm', datetime(2026, 3, 11, 10, tzinfo=ZoneInfo('{ZONE}')), '{ZONE}')"
)
HOSTILE = (
    "tomorrow at 5pm " * 100,
    "1" * 2_000,
    "every " * 300,
    "mon tue wed thu fri sat sun " * 60,
    "and then and also, " * 100,
    "in 5 minutes in 6 hours in 7 days " * 50,
    "a" * 10_000,
    "?!" * 1_000,
    "\u202e\u200b🙂" * 300,
    "12:30 " * 300 + "31/31/3131",
    "call (((((((((((" * 100,
    " " * 5_000 + "gym",
)


def sentences() -> list[str]:
    """What people say in the golden conversations, as long as a chat takes it."""
    said = [step.text for talk in load() for step in talk.steps if step.act == "say"]
    return [text[:2_000] for text in said]


def measure(texts: Sequence[str], rounds: int) -> Spread:
    """Each text in each round, after one round that warms up; in the thread's own time, as it only computes."""
    milliseconds = []
    for number in range(rounds + 1):
        for text in texts:
            begun = thread_time()
            understand(text, NOW, ZONE)
            if number:
                milliseconds.append((thread_time() - begun) * 1000)
    return Spread(tuple(milliseconds))


def load_seconds() -> float:
    """The median of a few fresh processes."""
    took = []
    for _ in range(_LOADS):
        begun = perf_counter()
        subprocess.run([sys.executable, "-c", _FIRST], check=True)
        took.append(perf_counter() - begun)
    return sorted(took)[len(took) // 2]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=20)
    rounds: int = parser.parse_args().rounds
    loaded = load_seconds()
    said, hostile = measure(sentences(), rounds), measure(HOSTILE, rounds)
    figures = [
        within(f"one of {len(sentences())} messages understood", said, MOST_MS),
        within(f"one of {len(HOSTILE)} hostile texts", hostile, MOST_MS),
        Figure(
            "a fresh process's first answer",
            f"<= {MOST_LOAD_SECONDS} s",
            f"{loaded:.2f} s",
            loaded <= MOST_LOAD_SECONDS,
        ),
    ]
    print(table(figures))
    return 1 if any(figure.ok is False for figure in figures) else 0


if __name__ == "__main__":
    sys.exit(main())

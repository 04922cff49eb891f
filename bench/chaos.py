"""Chaos: the real processes are killed, frozen and cut off while people are reminded and answer; then the books are compared.

    python -m bench.chaos [--steps 10000] [--kills 200] [--seed 1] [--quick] [--keep FOLDER]

F1, F3 and F4 of the design. Several workers and schedulers, the web process, the Telegram poller, Postgres and Valkey run
as `flux up` runs them, against providers on loopback that keep an independent ledger and misbehave. That takes about a
quarter of an hour; `--quick` is 1,500 steps and 40 kills. Exit code 1 when any target is missed.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from bench.chaos_arena import Arena, Size
from bench.chaos_judge import Case, at_most, spread
from bench.figures import Figure, table

IN_FLIGHT = 0.5  # seconds: what arrives so soon after an answer had been begun before it
PICKED_UP_BY = 30.0  # seconds
MOST_LINES = 20


def figures(arena: Arena, case: Case) -> list[Figure]:
    size, rampage = arena.size, arena.rampage
    killed, left = rampage.killed.total(), sum(case.left)
    doubled = {name: case.doubled(name) for name in ("telegram", "whatsapp", "call", "push")}
    blind = killed + rampage.others.total() + case.ledger.lies("telegram")
    lost, answers, after = case.lost(), case.answers_lost(), case.after_the_answer()
    begun = [what for seconds, what in after if seconds > IN_FLIGHT]
    picked_up = case.picked_up(rampage.outages, alone=True)
    _print("lost", lost + answers)
    _print("doubled", doubled["whatsapp"] + doubled["call"] + doubled["push"])
    _print("begun after the answer", begun)
    _print(
        "picked up late",
        [f"{seconds:.1f} s: {what}" for seconds, what in picked_up if seconds > PICKED_UP_BY],
    )
    _print(
        "not sent, with a reason", [f"{count} {reason}" for reason, count in case.not_sent().most_common()]
    )
    return [
        Figure("F1 steps carried out", f">= {size.steps:,}", f"{case.steps:,}", case.steps >= size.steps),
        Figure(
            "F1 SIGKILLs", f">= {size.kills}", f"{killed}: {_words(rampage.killed)}", killed >= size.kills
        ),
        Figure("F1 beside them", "", _words(rampage.others)),
        at_most("F1 lost steps", len(lost), 0),
        at_most("F1 lost answers", len(answers), 0, f" of {len(case.answered):,}"),
        at_most("F1 WhatsApp messages doubled", len(doubled["whatsapp"]), 0),
        at_most("F1 calls doubled", len(doubled["call"]), 0),
        at_most(
            "F1 notifications doubled", len(doubled["push"]), 0, f" ({case.repeats('push')} repeats in place)"
        ),
        at_most(
            "F1 Telegram texts doubled: one a kill, freeze or lost reply", len(doubled["telegram"]), blind
        ),
        at_most("F1 left at the end", left, 0, "" if arena.settled else " (not settled in time)"),
        spread("F3 a dead worker's step picked up", _seconds(picked_up), PICKED_UP_BY),
        spread(
            "F3 the same while a server was down too",
            _seconds(case.picked_up(rampage.outages, alone=False)),
            None,
        ),
        at_most(
            "F4 sends begun after an answer committed",
            len(begun),
            0,
            f" ({len(after) - len(begun)} within half a second)",
        ),
        spread("F4 ringing call ended after the answer", case.hang_ups(), 2, of="p50"),
        spread("reminders later than due", case.late(), None),
    ]


def _print(what: str, lines: Sequence[str]) -> None:
    if lines:
        print(f"  {what}:")
    for line in lines[:MOST_LINES]:
        print(f"    {line}")


def _seconds(found: Sequence[tuple[float, str]]) -> list[float]:
    return [seconds for seconds, _ in found]


def _words(counts: Counter[str]) -> str:
    return ", ".join(f"{count} {name}" for name, count in sorted(counts.items(), key=lambda one: -one[1]))


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.chaos", description=__doc__.partition("\n")[0])
    parser.add_argument("--steps", type=int, default=10_000)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--quick", action="store_true", help="1,500 steps and 40 kills: four minutes")
    parser.add_argument("--keep", type=Path, help="leave the installation's folder, logs included, here")
    given = parser.parse_args()
    size = Size(1500, 40, given.seed) if given.quick else Size(given.steps, given.kills, given.seed)
    folder = given.keep or Path(tempfile.mkdtemp(prefix="flux-chaos-"))
    folder.mkdir(parents=True, exist_ok=True)
    print(
        f"seed {size.seed}: {size.tasks:,} people, about {size.steps:,} steps, {size.kills} kills", flush=True
    )
    began = time.monotonic()
    try:
        arena = Arena(size, folder)
        with arena.running():
            case = arena.play()
    finally:
        if given.keep is None:
            shutil.rmtree(folder, ignore_errors=True)
    print(f"  {time.monotonic() - began:.0f} s in all; {arena.crowd.later.unheard} callbacks found nobody")
    found = figures(arena, case)
    print(table(found))
    return 0 if all(one.ok is not False for one in found) else 1


if __name__ == "__main__":
    sys.exit(main())

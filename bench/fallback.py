"""A rung that fails for good makes room for the next one: how long that takes, through real processes.

    python -m bench.fallback [--people 40]

Everybody has blocked the bot, and their number takes no WhatsApp: the reminder goes from Telegram's refusal to WhatsApp,
and from Twilio's to the telephone. By the ladder alone each rung would come two minutes after the one before (F9).
"""

from __future__ import annotations

import argparse
import sys
from itertools import pairwise

from bench.figures import Figure, Spread, report
from bench.town import Resident, Town, open_town, soon, wait_until

MOST = 5.0  # seconds
_PATIENCE = 90.0


def live(town: Town, count: int) -> tuple[list[float], int]:
    """Milliseconds between a refusal and what came next, and how many never got their call."""
    due = soon(4)
    people = town.settle(count, due)
    town.telegram.blocked |= {one.chat for one in people}
    town.twilio.opted_out |= {one.number for one in people}
    wait_until(lambda: all(("call", one.number) in town.twilio.at for one in people), _PATIENCE)
    gaps: list[float] = []
    lost = 0
    for one in people:
        steps = _steps(town, one)
        lost += len(steps) < 3
        gaps += [(later - before) * 1000 for before, later in pairwise(steps)]
    return gaps, lost


def _steps(town: Town, one: Resident) -> list[float]:
    """When Telegram refused, when Twilio refused, when the phone rang; as far as it came."""
    found = (
        town.telegram.refused_at.get(one.chat),
        town.twilio.at.get(("refused", one.number)),
        town.twilio.at.get(("call", one.number)),
    )
    return [at for at in found if at is not None]


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.fallback", description=__doc__.partition("\n")[0])
    parser.add_argument("--people", type=int, default=40)
    people: int = parser.parse_args().people
    with open_town() as town:
        gaps, lost = live(town, people)
    worst = max(gaps, default=0.0) / 1000
    words = f"{Spread(tuple(gaps))}, longest {worst:.2f} s" if len(gaps) > 1 else "nothing went on"
    return report(
        [
            Figure(
                "F9 permanent failure -> next rung",
                f"<= {MOST:.0f} s",
                words,
                len(gaps) > 1 and worst <= MOST,
            ),
            Figure(f"F9 of {people} never called", "0", str(lost), lost == 0),
        ]
    )


if __name__ == "__main__":
    sys.exit(main())

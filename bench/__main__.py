"""Every figure, one module after the other, and one table of all at the end; exit code 1 when any misses its target.

    python -m bench [--quick] [NAME ...]

The sizes are the design's, and take the better part of an hour; `--quick` makes the long ones smaller. What each module
measures, and how to run it alone, stands in docs/benchmarks.md.
"""

from __future__ import annotations

import argparse
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from bench.figures import Figure, table

# What the design promises comes first, in the order of its figures; whatever else has a `main` follows by name.
FIRST = (
    "chaos",  # F1, F3
    "survival",  # F1, with the whole of `make run`
    "steady",  # F2
    "answers",  # F4, F5
    "outage",  # F6
    "paced",  # F7
    "webhooks",  # F8
    "fallback",  # F9
    "weeks",  # F10, F14
    "claims",  # F13
    "spike",  # F13, and beside others
    "stalls",  # F15
    "memory",  # F16
)
_NO_FIGURES = {"__init__", "__main__", "seed", "seed_history"}
_SIZED = ("chaos", "paced", "spike")  # these can be quick
_LONGEST = 1800.0  # seconds a module may take: one that hangs does not keep the others from their turn
_ROW = re.compile(r"(?!figure +\|)(?P<name>[^|]+)\|(?P<target>[^|]*)\|(?P<measured>[^|]*)\|(?P<ok>[^|]*)")
_OK = {"ok": True, "MISSED": False, "": None}
_NUMBER = re.compile(r"F(\d+)")


def modules() -> list[str]:
    folder = Path(__file__).parent
    found = {
        path.stem
        for path in folder.glob("*.py")
        if path.stem not in _NO_FIGURES and "\ndef main(" in path.read_text()
    }
    return [*(name for name in FIRST if name in found), *sorted(found - set(FIRST))]


def run(name: str, *, quick: bool = False) -> list[Figure]:
    """One module, its words passed on as they come; the rows of its table, or one row when it printed none or broke."""
    command = [sys.executable, "-m", f"bench.{name}", *(["--quick"] if quick and name in _SIZED else [])]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    # As Ctrl-C does: what it started is ended on the way out.
    alarm = threading.Timer(_LONGEST, process.send_signal, [signal.SIGINT])
    alarm.start()
    rows: list[Figure] = []
    assert process.stdout is not None
    for line in process.stdout:
        print(line, end="", flush=True)
        rows += row_of(line)
    failed = bool(process.wait())
    alarm.cancel()
    if not rows or failed != any(row.ok is False for row in rows):
        rows.append(Figure(name, "", "it failed: see above" if failed else "see above", not failed))
    return rows


def row_of(line: str) -> Iterator[Figure]:
    """The figure that a printed row stands for; none for other lines and for a table's head."""
    found = _ROW.fullmatch(line.rstrip("\n"))
    ok = found["ok"].strip() if found else None
    if found and ok in _OK:
        yield Figure(found["name"].strip(), found["target"].strip(), found["measured"].strip(), _OK[ok])


def by_number(figure: Figure) -> tuple[bool, int]:
    """F1 to F16 first, in this order; the others as they came."""
    number = _NUMBER.match(figure.name)
    return number is None, int(number[1]) if number else 0


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__.partition("\n")[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help="a module of bench/; without any, all")
    parser.add_argument("--quick", action="store_true", help="smaller sizes of " + ", ".join(_SIZED))
    given = parser.parse_args()
    names = given.names or modules()
    figures: list[Figure] = []
    begun = time.monotonic()
    for count, name in enumerate(names, start=1):
        minutes = (time.monotonic() - begun) / 60
        print(f"\n== {name} ({count} of {len(names)}, {minutes:.0f} min so far)", flush=True)
        figures += run(name, quick=given.quick)
    print(
        f"\n== all figures, {(time.monotonic() - begun) / 60:.0f} min\n{table(sorted(figures, key=by_number))}"
    )
    return 1 if any(figure.ok is False for figure in figures) else 0


if __name__ == "__main__":
    sys.exit(main())

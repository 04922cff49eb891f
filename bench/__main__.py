"""Every figure, one after the other; exit code 1 when any misses its target."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

NOT_FIGURES = {"__init__", "__main__", "seed", "seed_history"}


def main() -> int:
    names = sorted(
        path.stem
        for path in Path(__file__).parent.glob("*.py")
        if path.stem not in NOT_FIGURES and "def main(" in path.read_text()
    )
    missed = []
    for name in names:
        print(f"== {name}", flush=True)
        if subprocess.run([sys.executable, "-m", f"bench.{name}"], check=False).returncode:
            missed.append(name)
    if missed:
        print(f"missed: {', '.join(missed)}")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())

"""Random lives and fuzzed model answers against the hard rules of placing: none may be broken.

    python -m bench.plans [--plans 10000] [--seed 0]

Every IANA zone, clock changes on both hemispheres, night workers, people who never work or always do, full diaries, and
answers of a planner with every field at its extremes. Target: 0 broken rules in 10,000.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from random import Random
from time import perf_counter

from bench.figures import Figure, report
from tests.agents.fuzzed_plans import broken_rules, draw_case, placed

_CHUNK = 100


def judge(first: int) -> tuple[Counter[str], list[str]]:
    """One chunk of seeds: what was placed, and every broken rule with the seed that finds it again."""
    counts: Counter[str] = Counter()
    broken: list[str] = []
    for seed in range(first, first + _CHUNK):
        case = draw_case(Random(seed))
        result = placed(case)
        counts["plans"] += 1
        counts["occurrences"] += sum(len(one.occurrences) for one in result)
        counts["moved"] += sum(len(one.exceptions) for one in result)
        counts["left out"] += sum(len(one.conflicts) for one in result)
        broken += [f"seed {seed}: {rule}" for rule in broken_rules(case, result)]
    return counts, broken


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--plans", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    begun, counts, broken = perf_counter(), Counter[str](), list[str]()
    with ProcessPoolExecutor() as pool:
        for some, wrong in pool.map(judge, range(asked.seed, asked.seed + asked.plans, _CHUNK)):
            counts += some
            broken += wrong
    for rule in broken[:20]:
        print(rule)
    seconds = perf_counter() - begun
    print(f"{dict(counts)} in {seconds:.0f} s, broken rules {len(broken)} (target 0)")
    print(json.dumps({**counts, "broken": len(broken), "seconds": round(seconds, 1)}))
    return report(
        [Figure(f"rules broken by {asked.plans:,} random plans", "0", str(len(broken)), not broken)]
    )


if __name__ == "__main__":
    sys.exit(main())

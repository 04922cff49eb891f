"""A steady load: reminders due one after the other, through a real scheduler and a real worker; how late each one leaves.

    python -m bench.steady [--rate 100] [--seconds 20]

Late is from the moment a reminder is due to the moment the provider has its request (F2).
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg

from bench.figures import Figure, Spread, report
from bench.running import environment, flux, wait_for_workers
from bench.seed import Load, fill, plain
from bench.sink import SinkClient, open_sink
from storage.embedded import EmbeddedServers
from storage.migrations import migrate

P50, P99 = 60.0, 160.0  # ms; F2 itself promises 1 s and 5 s
F2_P50, F2_P99 = 1000.0, 5000.0
_AHEAD = timedelta(seconds=6)  # the first one is due this long after the last was written
_PATIENCE = 30.0  # seconds after the last one is due
_DUE = "select i.value, t.wakes_at from tasks t join identities i on i.user_id = t.user_id"


def measure(database_url: str, sink: SinkClient, load: Load) -> tuple[Spread, int]:
    """How late each reminder was, and how many were lost or doubled."""
    fill(database_url, load, quiet=True)
    with psycopg.connect(plain(database_url)) as connection:
        due = {chat: at.timestamp() for chat, at in connection.execute(_DUE)}
    end = (load.due + load.spread).timestamp() + _PATIENCE
    while sink.stats()["count"] < load.tasks and time.time() < end:
        time.sleep(0.5)
    arrivals = sink.arrivals()
    late = tuple((at - due[chat]) * 1000 for chat, at in arrivals)
    return Spread(late), abs(load.tasks - len(arrivals)) + int(sink.stats()["doubled"])


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.steady", description=__doc__.partition("\n")[0])
    parser.add_argument("--rate", type=float, default=100.0)
    parser.add_argument("--seconds", type=float, default=20.0)
    given = parser.parse_args()
    with (
        open_sink() as sink,
        tempfile.TemporaryDirectory(prefix="flux-bench-") as home,
        EmbeddedServers(Path(home)) as servers,
    ):
        urls = servers.urls["DATABASE_URL"], servers.urls["REDIS_URL"]
        migrate(urls[0])
        settings = environment(Path(home), *urls, TELEGRAM_API_BASE_URL=sink.url)
        with flux("worker", settings), flux("scheduler", settings):
            wait_for_workers(urls[1], 2)
            spread = timedelta(seconds=given.seconds)
            late, faults = measure(
                urls[0], sink, Load(int(given.rate * given.seconds), datetime.now(UTC) + _AHEAD, spread)
            )
    early = min(late.milliseconds)
    return report(
        [
            Figure(
                f"F2 due -> provider, {given.rate:.0f}/s",
                f"p50 <= {F2_P50:.0f}, p99 <= {F2_P99:.0f} ms",
                str(late),
                late.p50 <= F2_P50 and late.p99 <= F2_P99,
            ),
            Figure(
                "steady: the same, as precise as the best peer",
                f"p50 <= {P50:.0f}, p99 <= {P99:.0f} ms",
                str(late),
                late.p50 <= P50 and late.p99 <= P99,
            ),
            Figure("steady: earliest", ">= 0 ms", f"{early:.1f} ms", early >= 0),
            Figure("steady: lost or doubled", "0", str(faults), faults == 0),
        ]
    )


if __name__ == "__main__":
    sys.exit(main())

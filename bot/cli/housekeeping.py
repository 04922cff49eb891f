"""`flux housekeeping`: what otherwise happens once an hour, now and to its end, with a table of what it did."""

from __future__ import annotations

import sys
from argparse import Namespace
from typing import TYPE_CHECKING

from bot.cli.servers import with_services
from bot.settings import Settings

if TYPE_CHECKING:
    from bot.housekeeping import HousekeepingReport


def housekeeping(settings: Settings, arguments: Namespace) -> int:  # noqa: ARG001 - every command has this signature
    from bot.housekeeping import keep_house

    with with_services(settings) as services:
        report = keep_house(services, services.clock.now())
    if report is None:
        print("flux: another process is keeping house right now; try again in a moment", file=sys.stderr)
        return 1
    _print(report)
    return 1 if report.failed else 0


def _print(report: HousekeepingReport) -> None:
    print(f"{'step':<12} {'what':<20} {'rows':>10}")
    for step, outcome in report.outcomes.items():
        rows = {what: count for what, count in outcome.counts.items() if count} or {"nothing to do": 0}
        for what, count in rows.items():
            print(f"{step:<12} {what:<20} {count:>10,}")
    for step in report.failed:
        print(f"{step:<12} failed: the log says where", file=sys.stderr)

"""Doing things at the same moment, in threads whose errors are the test's."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier


def at_once(*acts: Callable[[], object]) -> None:
    """Begin all of them together and wait for all."""
    start = Barrier(len(acts))

    def run(act: Callable[[], object]) -> None:
        start.wait(30)
        act()

    with ThreadPoolExecutor(len(acts)) as pool:
        for done in [pool.submit(run, act) for act in acts]:
            done.result()

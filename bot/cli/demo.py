"""`flux demo`: one whole life in simulated time, on servers of its own that are gone afterwards."""

from __future__ import annotations

import sys
from argparse import Namespace

from bot.settings import Settings


def demo(settings: Settings, arguments: Namespace) -> int:  # noqa: ARG001 - every command has this signature
    """Exit code 0 only if every step really happened."""
    from bot.demo import play
    from bot.life import DidNotHappenError
    from bot.throwaway import throwaway

    try:
        with throwaway(settings) as services:
            play(services, lambda text: print(text, flush=True))
    except DidNotHappenError as error:
        print(f"\nflux: {error}", file=sys.stderr)
        return 1
    return 0

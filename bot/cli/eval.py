"""`flux eval`: the golden conversations, lived with each language model on servers that are gone afterwards."""

from __future__ import annotations

import json
import sys
from argparse import Namespace
from typing import TYPE_CHECKING

from bot.settings import Settings

if TYPE_CHECKING:
    from bot.evaluation.living import Lived
    from bot.evaluation.scores import Score
    from bot.evaluation.script import Conversation


def evaluate(settings: Settings, arguments: Namespace) -> int:
    """Exit code 1 when a hard rule was broken or a share is below its threshold; 2 for what cannot be run."""
    from bot.evaluation.moments import WritingError
    from bot.evaluation.script import load

    names = ["offline", "network"] if arguments.model == "both" else [arguments.model]
    if "network" in names and not settings.openrouter_api_key:
        print("flux: no model is configured; set OPENROUTER_API_KEY", file=sys.stderr)
        return 2
    try:
        talks = load(only=arguments.only)
        if not talks:
            print(f"flux: no conversation is called {arguments.only!r}", file=sys.stderr)
            return 2
        scores = {name: _score(settings, talks, name, arguments) for name in names}
    except WritingError as error:
        print(f"flux: {error}", file=sys.stderr)
        return 2
    if arguments.json:
        print(json.dumps(scores_as_json(scores), indent=2))
    return 1 if any(everything.missed for _, everything in scores.values()) else 0


def scores_as_json(scores: dict[str, tuple[list[Score], Score]]) -> dict[str, object]:
    return {
        name: {"themes": [one.as_json() for one in themes], "all": everything.as_json()}
        for name, (themes, everything) in scores.items()
    }


def _score(
    settings: Settings, talks: list[Conversation], name: str, arguments: Namespace
) -> tuple[list[Score], Score]:
    from bot.evaluation.running import run
    from bot.evaluation.scores import failures, table, total, verdict
    from bot.throwaway import throwaway

    _announce(talks, name)
    results = []
    with throwaway(settings, with_model=name == "network") as services:
        for number, (lived, cost) in enumerate(run(services, talks), start=1):
            results.append((lived, cost))
            _progress(number, len(talks), lived, arguments)
    themes, everything = total(results)
    if not arguments.json:
        for lived, _ in results:
            print("\n".join(failures(lived)), end="\n" if lived.failed() else "")
        print(f"\nModel: {name}\n{table(themes, everything)}\n{verdict(everything)}")
    return themes, everything


def _announce(talks: list[Conversation], name: str) -> None:
    turns = sum(len(talk.steps) for talk in talks)
    cost = " The configured model is asked, which costs money." if name == "network" else ""
    print(
        f"{len(talks)} conversations, {turns} turns, with the {name} model, on servers of their own.{cost}",
        file=sys.stderr,
    )


def _progress(number: int, of: int, lived: Lived, arguments: Namespace) -> None:
    from bot.evaluation.marks import Kind

    talk = lived.conversation
    word = "ok" if not lived.failed(Kind.HARD, Kind.UNDERSTANDING) else "BROKEN"
    print(f"{number:3}/{of} {word:6} {talk.theme}: {talk.title}", file=sys.stderr, flush=True)
    if arguments.show and not arguments.json:
        print("\n".join([f"\n── {talk.title}", *lived.transcript, ""]), flush=True)

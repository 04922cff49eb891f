"""Traces to LangSmith, only when LANGCHAIN_TRACING_V2 is set: which nodes ran and how long, never what people said."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bot.settings import Settings


def trace_without_words(settings: Settings) -> None:
    """Give LangGraph a client that leaves everything out; a no-op without tracing. Call it before the first turn.

    The graph's state holds the profile and the talk in the person's own words: what is hidden from the language model
    must not leave by another door.
    """
    if not settings.langchain_tracing_v2:
        return
    from langsmith.run_trees import get_cached_client  # noqa: PLC0415 - only installations that trace pay for it

    # The first call makes the client that LangGraph uses for the life of the process.
    get_cached_client(hide_inputs=True, hide_outputs=True, anonymizer=_emptied)


def _emptied(data: Any) -> Any:
    """Errors and metadata pass through here: only their names stay."""
    return dict.fromkeys(data, "") if isinstance(data, dict) else ""

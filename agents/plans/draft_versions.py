"""Versions of a draft: one step back, one forward, or straight to a number; nothing is lost on the way."""

from __future__ import annotations

from dataclasses import replace

from agents.plans.draft import Draft


def undone(draft: Draft) -> Draft | None:
    """The version before this one; None for the first."""
    if not draft.back:
        return None
    kept = draft.remembering()
    return _at(kept, draft.back[-1], kept.back[:-1], [*draft.forward, draft.version])


def redone(draft: Draft) -> Draft | None:
    """The version that was undone last; None when none was, or a change came since."""
    if not draft.forward:
        return None
    kept = draft.remembering()
    return _at(kept, draft.forward[-1], [*kept.back, draft.version], draft.forward[:-1])


def at_version(draft: Draft, number: int) -> Draft | None:
    """A version by its number; the present one can be gone back to. None for one that is not kept."""
    kept = draft.remembering()
    return _at(kept, number, [*kept.back, draft.version], [])


def numbers_of(draft: Draft) -> list[int]:
    """Every version that can be shown, the present one included."""
    return sorted({draft.version, *(one["version"] for one in draft.versions)})


def _at(draft: Draft, number: int, back: list[int], forward: list[int]) -> Draft | None:
    found = next((one for one in draft.versions if one["version"] == number), None)
    if found is None:
        return None
    return replace(
        draft,
        output=found["output"],
        starts_on=found["starts_on"],
        cues=found.get("cues", []),
        version=number,
        placed=[],
        back=back,
        forward=forward,
    )

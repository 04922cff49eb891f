"""What one check found: kept or broken, what it is about, and the words that show it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

NOT_REACHED = "not reached"  # the detail of what stands behind a step that could not be done


class Kind(StrEnum):
    UNDERSTANDING = "understanding"  # what the conversation says must be true
    HARD = "hard"  # what no plan and no reply may ever break
    PLAN = "plan"  # what makes a plan worth approving
    TONE = "tone"  # how it is said


@dataclass(frozen=True, slots=True)
class Mark:
    kind: Kind
    ok: bool
    rule: str  # the name of the check, the same wherever it is made
    detail: str = ""  # what was seen instead
    line: int = 0  # of the conversation's file
    heard: str = ""  # what the person had just said or done

"""How the plan on the table speaks: a version with its buttons, a question with its readings, a word in between."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from agents.plans.draft import Draft
from agents.reply import Option, ask, in_rows
from agents.state import AgentState, Json, Update
from storage.vocabulary import ApprovalStatus

NODE = "goal_planner"
_BUTTONS = (
    (Option("Looks good", "good"), Option("Change times", "times")),
    (Option("Easier", "easier"), Option("Harder", "harder")),
    (Option("Fewer days", "fewer"), Option("Start later", "later")),
)
_CANCEL = Option("Cancel", "cancel")


def show(state: AgentState, draft: Draft, text: str) -> Update:
    """Put a version on the table with its own buttons; those of earlier versions are stale from now on."""
    steps = [Option("Undo", "undo")] if draft.back else []
    steps += [Option("Redo", "redo")] if draft.forward else []
    short = f"The plan for {draft.title}, version {draft.version}, is waiting. Does it look right?"
    update = ask(state, NODE, text, (*_BUTTONS, (*steps, _CANCEL)), {"kind": "plan"}, short=short)
    on_table = replace(draft, question_number=update["asked"])
    return update | {"goal_draft": on_table.as_json(), "approval_status": ApprovalStatus.NEGOTIATING}


def ask_reading(
    state: AgentState, draft: Draft, question: str, choices: Sequence[str], about: int = 0
) -> Update:
    """Words with two readings, or none that can be carried out: each choice is a sentence of its own."""
    if not choices:
        return ask_again_plan(question, about)
    rows = [*in_rows([Option(one) for one in choices], 2), [Option("Leave it as it is", "show")]]
    return ask_about(state, draft, question, rows, about)


def ask_about(
    state: AgentState, draft: Draft, question: str, rows: Sequence[Sequence[Option]], about: int = 0
) -> Update:
    """A question on the way to a change; the buttons under the plan itself keep working."""
    update = ask(state, NODE, question, rows, _focus(about))
    return update | {"goal_draft": draft.as_json(), "approval_status": ApprovalStatus.NEGOTIATING}


def ask_again_plan(text: str, about: int = 0) -> Update:
    """A short question about the plan on the table; its buttons keep working."""
    return {
        "replies": [{"text": text, "rows": [], "node": NODE}],
        "agent_node": NODE,
        "focus": _focus(about),
        "approval_status": ApprovalStatus.NEGOTIATING,
    }


def _focus(about: int) -> Json:
    return {"kind": "plan", "series": about} if about else {"kind": "plan"}

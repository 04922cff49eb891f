"""How nodes speak: one message, its buttons numbered with the question they belong to, and what the answer is about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count

from agents.state import AgentState, Json, Update
from channels.messages import Choice, OutboundMessage

SAY = "say"  # a button that means its own label, as if it had been typed


@dataclass(frozen=True, slots=True)
class Option:
    """One button: what it shows, and the word (and argument) the graph hears when it is tapped."""

    label: str
    word: str = SAY
    argument: str = ""


Rows = Sequence[Sequence[Option]]


def tell(node: str, text: str) -> Update:
    """Say something that asks nothing; an open question stays open."""
    return {"replies": [{"text": text, "rows": [], "node": node}], "agent_node": node}


def close(node: str, text: str) -> Update:
    """Say something that ends what was being asked."""
    return tell(node, text) | {"question": {}, "focus": {}}


def ask(
    state: AgentState, node: str, text: str, rows: Rows, focus: Json, *, before: str = "", short: str = ""
) -> Update:
    """Put a question. Its number goes into every button, so that a tap on an older message is recognised.

    `before` is said once and not repeated when the question is; `short` is what a repetition says instead.
    """
    number = state.get("asked", 0) + 1
    places = count()
    drawn = [[_button(number, option, next(places)) for option in row] for row in rows if row]
    return {
        "asked": number,
        "question": {"number": number, "text": short or text, "rows": drawn},
        "focus": focus,
        "replies": [{"text": f"{before}\n\n{text}" if before else text, "rows": drawn, "node": node}],
        "agent_node": node,
    }


def ask_again(state: AgentState, node: str, before: str) -> Update:
    """Repeat the open question, with its own number, after a word about something else."""
    question = state.get("question") or {}
    if not question:
        return tell(node, before)
    text = f"{before}\n\n{question['text']}"
    return {"replies": [{"text": text, "rows": question["rows"], "node": node}], "agent_node": node}


def _button(number: int, option: Option, place: int) -> Json:
    """Two buttons that only mean their labels are told apart by their place."""
    argument = option.argument or (str(place) if option.word == SAY else "")
    data = f"c:{number}:{option.word}" + (f":{argument}" if argument else "")
    if len(data.encode()) > 64:
        raise ValueError(f"button data over 64 bytes: {data}")
    return {"label": option.label, "data": data}


def in_rows(options: Sequence[Option], per_row: int) -> list[list[Option]]:
    return [list(options[start : start + per_row]) for start in range(0, len(options), per_row)]


def outbound(reply: Json) -> OutboundMessage:
    """A reply of the graph as the message a channel sends."""
    rows = tuple(tuple(Choice(one["label"], one["data"]) for one in row) for row in reply["rows"])
    return OutboundMessage(text=reply["text"], choices=rows)

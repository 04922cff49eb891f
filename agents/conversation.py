"""One message in, the replies out: a turn is one run of the graph inside the caller's transaction."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import cast

import structlog

from agents.checkpoints import QUESTION, WRONG_SHAPE, Memory
from agents.graph import RECURSION_LIMIT, conversation
from agents.memory import recall, settle
from agents.network.deadline import TurnDeadline
from agents.nodes.orchestrator import answered_kinds
from agents.nodes.unusual import answer_unusual
from agents.plans.nudges import keep_nudge
from agents.privacy.acquaintances import remember_people
from agents.reply import outbound
from agents.state import AgentState, Json, Update, fresh_turn
from agents.turn import Limits, Turn, TurnContext, TurnResult, TurnTools
from channels.messages import InboundKind, OutboundMessage
from storage.checkpoints import prune_thread
from storage.conversations import Said, open_conversation, write_down
from storage.tables import Conversation, User
from storage.users import get_user
from storage.vocabulary import ContextType, Intent, MessageRole

__all__ = ["Limits", "Turn", "TurnResult", "TurnTools", "take_turn"]

log = structlog.get_logger()

_ONCE_MORE = "Once more:\n"
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")
_SPACES, _LINES = re.compile(r"[^\S\n]{2,}"), re.compile(r"\n{3,}")


def take_turn(turn: Turn, tools: TurnTools) -> TurnResult:
    """Answer one message. Call it under `lock_person`, in a transaction that the caller commits.

    Rows, messages and checkpoint are all written through `tools.session`: when anything raises, nothing happened,
    and the same turn can be taken again. Raises LookupError for an unknown person.
    """
    user = get_user(tools.session, turn.user_id)
    if user is None:
        raise LookupError(f"no such person: {turn.user_id}")
    talk = open_conversation(tools.session, user.id, turn.now)
    turn = replace(turn, message=replace(turn.message, text=_printable(turn.message.text)))
    remember_people(user, turn.message.text)
    unusual = answer_unusual(turn.message, tools.limits)
    if unusual is not None:
        return _without_graph(turn, tools, talk, unusual)
    waited = (turn.now - turn.message.received_at).total_seconds()
    context = TurnContext(turn, tools, user, deadline=TurnDeadline(waited))
    state = _run(context, talk)
    tokens, warning = settle(context)
    result = _result(state, warning)
    _keep(context, talk, state, result, tokens)
    return result


def _printable(text: str) -> str:
    """Without control characters, which no column and no channel takes, and long gaps, which are slow to read."""
    return _LINES.sub("\n\n", _SPACES.sub(" ", _CONTROL.sub("", text)))


def _run(context: TurnContext, talk: Conversation) -> AgentState:
    """One run of the graph. What it remembers and cannot work with any more is left behind, the question first."""
    given = fresh_turn(str(context.user.id), context.turn.correlation_id)
    given |= {"conversation_history": recall(context, talk), "user_profile": context.user.profile}
    forgotten: frozenset[str] | None = frozenset()
    while True:
        memory = Memory(context.session, talk.langgraph_thread_id, answered_kinds(), forgotten or frozenset())
        try:
            with context.session.begin_nested():
                state = _invoke(context, memory, given)
            break
        except WRONG_SHAPE:
            forgotten = memory.without()
            if forgotten is None:
                raise
            log.exception("turn_taken_again", user=str(context.user.id), forgets=sorted(forgotten))
    context.session.flush()
    prune_thread(context.session, talk.langgraph_thread_id)
    return _never_twice(_owning_up(state, memory), given["conversation_history"], context.turn.message.text)


def _invoke(context: TurnContext, memory: Memory, given: Update) -> AgentState:
    graph = conversation().copy(update={"checkpointer": memory})
    given = given | memory.emptied(context.now)
    config = memory.config | {"recursion_limit": RECURSION_LIMIT}
    state = graph.invoke(cast(AgentState, given), config, context=context, durability="exit")
    return cast(AgentState, state)


def _owning_up(state: AgentState, memory: Memory) -> AgentState:
    """Say that something was lost, before the answer; a question that is gone is not worth more than half a line."""
    if "goal_draft" in memory.lost:
        about = f" for {memory.lost_plan}" if memory.lost_plan else ""
        text = f"I have changed since we spoke, and can't read the plan{about} any more. Please tell me that goal once more."
    elif QUESTION & memory.lost:
        text = "Sorry, I lost my place for a moment."
    else:
        return state
    said = {"text": text, "rows": [], "node": state.get("agent_node", "clarify")}
    return cast(AgentState, {**state, "replies": [said, *state.get("replies", [])]})


def _never_twice(state: AgentState, history: Sequence[Json], text: str) -> AgentState:
    """The very words of the last answer, to something else that was said, come with a word that they are the same."""
    replies = state.get("replies", [])
    before = history[-len(replies) :] if replies else ()
    heard = next((one["content"] for one in reversed(history) if one["role"] == MessageRole.USER), text)
    if heard.strip() == text.strip() or [one["text"] for one in replies] != [
        one["content"] for one in before
    ]:
        return state
    first = {**replies[0], "text": f"{_ONCE_MORE}{replies[0]['text']}"}
    return cast(AgentState, {**state, "replies": [first, *replies[1:]]})


def _result(state: AgentState, warning: str) -> TurnResult:
    draft = state.get("goal_draft") or {}
    on_table = (state.get("focus") or {}).get("kind") == "plan"
    return TurnResult(
        replies=(
            *(outbound(reply) for reply in state.get("replies", [])),
            *([OutboundMessage(warning)] if warning else []),
        ),
        agent_node=state.get("agent_node", "clarify"),
        proposed_plan=draft.get("output") if on_table else None,
        requires_user_action="approve_plan" if on_table else "none",
    )


def _keep(
    context: TurnContext, talk: Conversation, state: AgentState, result: TurnResult, tokens: int
) -> None:
    """Write down what was said. A tap is written as its label, a secret code never."""
    heard = state.get("heard") or {}
    said = [Said(MessageRole.USER, heard.get("text") or context.turn.message.text)]
    provider = context.spent[-1].provider if context.spent else None
    for place, reply in enumerate(state.get("replies", [])):
        cost = tokens if tokens and place == 0 else None  # the whole turn's, once
        said.append(Said(MessageRole.ASSISTANT, reply["text"], reply["node"], cost, provider))
    write_down(context.session, talk, said, context.now)
    talk.context_type = _context_type(context.user, state)
    keep_nudge(context, talk, state)
    log.info("turn_taken", user=str(context.user.id), node=result.agent_node, intent=state.get("intent"))


def _context_type(user: User, state: AgentState) -> ContextType:
    kind = (state.get("focus") or {}).get("kind", "")
    if not user.onboarded and kind == "onboarding":
        return ContextType.ONBOARDING
    match kind:
        case "goal_question" | "plan" | "full":
            return ContextType.GOAL
        case "capture":
            return ContextType.TASK
        case "move":
            return ContextType.RESCHEDULE
        case _:
            return ContextType.TASK if state.get("intent") == Intent.NEW_TASK else ContextType.GENERAL


def _without_graph(turn: Turn, tools: TurnTools, talk: Conversation, text: str) -> TurnResult:
    """Answer what no model needs to see."""
    kind = turn.message.kind
    seen = turn.message.text[:200] if kind is InboundKind.TEXT else f"[{kind}]"
    said = [Said(MessageRole.USER, seen), Said(MessageRole.ASSISTANT, text, "clarify")]
    write_down(tools.session, talk, said, turn.now)
    log.info("turn_unusual", user=str(turn.user_id), kind=str(kind))
    return TurnResult((OutboundMessage(text),), "clarify")

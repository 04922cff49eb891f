"""What the models are told of the talk so far, and what they cost: read before a turn, written down after it."""

from __future__ import annotations

from agents.budget import BudgetState, check_budget, claim_warning, record_usage
from agents.history import Asking, HistoryLimits, window
from agents.model import Said
from agents.state import Json
from agents.turn import TurnContext
from storage import conversations
from storage.tables import Conversation
from storage.vocabulary import MessageRole

WARNING = (
    "A note: we have talked a lot this month, half of what I may use. I keep working as before; "
    "past the limit I answer more simply until the month ends."
)


def recall(ctx: TurnContext, talk: Conversation) -> list[Json]:
    """The window of the talk, oldest first. When it grew too long, its older half is summarised and kept so."""
    limits = ctx.tools.limits
    kept = conversations.window(ctx.session, talk.id, 2 * limits.history_messages)
    said = [Said(MessageRole(message.role), message.content) for message in kept]
    asking = Asking(
        ctx.tools.model, ctx.private, ctx.user.id, ctx.turn.correlation_id, ctx.cheap, ctx.spent, ctx.deadline
    )
    shown = window(said, HistoryLimits(limits.history_messages, limits.history_tokens), asking)
    if shown.summary is not None and shown.summarised < len(kept):
        conversations.keep_summary(ctx.session, talk, shown.summary.text, kept[shown.summarised])
    return [{"role": str(line.role), "content": line.text} for line in shown.messages]


def settle(ctx: TurnContext) -> tuple[int, str]:
    """Count what the turn cost; returns its tokens, and the month's one warning when it is due."""
    tokens = record_usage(ctx.session, ctx.user.id, ctx.spent, ctx.now)
    if not tokens:
        return 0, ""
    ctx.session.refresh(ctx.user, ["monthly_token_usage"])
    state = check_budget(ctx.user.monthly_token_usage, ctx.tools.limits.tokens, ctx.now)
    warn = state is not BudgetState.OK and claim_warning(ctx.session, ctx.user.id)
    return tokens, WARNING if warn else ""

"""The one list of what Flux stores about a person: export and erasure go by it, and a test holds it to the live catalogue."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PersonalTable:
    """A table with rows of people. `mine` is the SQL condition for the rows of the person :user.

    `file` is its name in an export; None when nothing in it says more than the other files do (`why_not`).
    `hidden` columns are never handed out: they are secrets, or somebody else's.
    """

    name: str
    mine: str
    file: str | None = None
    order: str = "created_at, id"
    hidden: tuple[str, ...] = ()
    why_not: str = ""


_OWN = "user_id = :user"
_OWN_TASK = "task_id in (select id from tasks where user_id = :user)"
_OWN_THREAD = "thread_id in (select langgraph_thread_id from conversations where user_id = :user)"
_STATE = "conversation_state.json holds the newest state of the conversation in readable form"

# Children before parents: the order in which rows can go.
PERSONAL: tuple[PersonalTable, ...] = (
    PersonalTable("checkpoint_writes", _OWN_THREAD, why_not=_STATE),
    PersonalTable("checkpoint_blobs", _OWN_THREAD, why_not=_STATE),
    PersonalTable("checkpoints", _OWN_THREAD, why_not=_STATE),
    PersonalTable(
        "messages",
        "conversation_id in (select id from conversations where user_id = :user)",
        "messages",
    ),
    PersonalTable("notification_log", _OWN_TASK, "notification_log", "sent_at, id"),
    PersonalTable("dispatch_log", _OWN_TASK, "dispatch_log"),
    # What nobody has looked at yet is known by the address it came from; what somebody else wrote from there, before
    # the number changed hands, is theirs.
    PersonalTable(
        "inbound_events",
        "id in (select id from inbound_events where user_id = :user"
        " union all select e.id from inbound_events e"
        " join identities i on i.channel = e.channel and i.value = e.sender"
        " where i.user_id = :user and e.user_id is null"
        " union all select id from inbound_events"
        " where channel = 'api' and sender = cast(:user as text) and user_id is null)",
        "inbound_events",
        "seq",
    ),
    PersonalTable("conversations", _OWN, "conversations"),
    PersonalTable("tasks", _OWN, "tasks", "scheduled_at, id"),
    PersonalTable("patterns", _OWN, "patterns"),
    PersonalTable("goals", _OWN, "goals"),
    PersonalTable("pauses", _OWN, "pauses", "first_day, id"),
    PersonalTable("link_codes", _OWN, "link_codes", hidden=("code_hash",)),
    PersonalTable("push_subscriptions", _OWN, "push_subscriptions", hidden=("auth",)),
    PersonalTable("identities", _OWN, "identities"),
    PersonalTable("users", "id = :user", "profile"),
)

# Every other table, and why nobody's data is in it.
IMPERSONAL = {
    "alembic_version": "the schema's version",
    "checkpoint_migrations": "the version of LangGraph's tables",
    "erasure_receipts": "that somebody was erased, not who",
    "provider_deletions": "a provider's own ids of what it is to delete, kept until it has",
}

"""Indexes for the questions asked most, and the trigger that keeps patterns.updated_at."""

from alembic import op

revision = "0002"
down_revision = "0001"

INDEXES = """
create index ix_conversations_user on conversations (user_id);
create index ix_goals_parent on goals (parent_goal_id);
create index ix_goals_user_status on goals (user_id, status);
create index ix_identities_user on identities (user_id);
create index ix_inbound_events_open on inbound_events (received_at)
    where state in ('received', 'answered');
create index ix_inbound_events_sender on inbound_events (channel, sender, seq);
create index ix_inbound_events_user on inbound_events (user_id);
create index ix_link_codes_user on link_codes (user_id);
create index ix_patterns_user_type on patterns (user_id, pattern_type);
create index ix_push_subscriptions_user on push_subscriptions (user_id);
create index ix_messages_conversation on messages (conversation_id, created_at);
create index ix_tasks_due_call on tasks (whatsapp_sent_at)
    where status = 'pending' and call_sent_at is null;
create index ix_tasks_due_push on tasks (scheduled_at)
    where status = 'pending' and reminder_sent_at is null and trigger_type = 'time';
create index ix_tasks_due_whatsapp on tasks (reminder_sent_at)
    where status = 'pending' and whatsapp_sent_at is null;
create index ix_tasks_goal on tasks (goal_id) where goal_id is not null;
create index ix_tasks_series on tasks (series_id) where series_id is not null;
create index ix_tasks_replaces on tasks (replaces_id) where replaces_id is not null;
create index ix_tasks_user_day on tasks (user_id, local_day) include (status);
create index ix_tasks_user_scheduled on tasks (user_id, scheduled_at);
create index ix_tasks_user_status on tasks (user_id, status);
create index ix_tasks_wakes on tasks (wakes_at) where wakes_at is not null;
create index ix_dispatch_log_lease on dispatch_log (lease_until) where status in ('pending', 'unknown');
create index ix_dispatch_log_pending on dispatch_log (status, created_at) where status = 'pending';
create index ix_dispatch_log_task on dispatch_log (task_id);
create index ix_notification_log_task on notification_log (task_id);
create unique index uq_notification_log_external on notification_log (external_id)
    where external_id is not null;
"""

TRIGGER = """
create function touch_pattern() returns trigger language plpgsql as $$
begin
    new.updated_at = clock_timestamp();
    return new;
end $$;
create trigger update_patterns_timestamp before update on patterns
    for each row execute function touch_pattern();
"""


def upgrade() -> None:
    op.execute(INDEXES)
    op.execute(TRIGGER)


def downgrade() -> None:
    op.execute("drop trigger update_patterns_timestamp on patterns; drop function touch_pattern()")
    for line in INDEXES.splitlines():
        if line.startswith("create"):
            op.execute(f"drop index {line.split(' on ')[0].split()[-1]}")

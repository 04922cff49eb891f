"""Indexes that a million tasks showed to be missing: a provider's word, the trail, and a sender's next event."""

from alembic import op

revision = "0006"
down_revision = "0005"

INDEXES = """
create index ix_dispatch_log_external on dispatch_log (external_id) where external_id is not null;
create index ix_notification_log_attempt on notification_log (attempt_id) where attempt_id is not null;
create index ix_inbound_events_waiting on inbound_events (channel, sender, seq) where state = 'received';
"""


def upgrade() -> None:
    op.execute(INDEXES)


def downgrade() -> None:
    op.execute("drop index ix_dispatch_log_external, ix_notification_log_attempt, ix_inbound_events_waiting")

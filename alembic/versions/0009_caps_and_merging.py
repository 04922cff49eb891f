"""What daily caps count, what one message says of several tasks, and whatever is due for one person."""

from alembic import op

revision = "0009"
down_revision = "0008"

CHANGES = """
alter table dispatch_log add column template boolean not null default false;
create index ix_dispatch_log_paid on dispatch_log (channel, created_at) where channel in ('whatsapp', 'call');
create index ix_dispatch_log_paid_address on dispatch_log (address, created_at) where channel in ('whatsapp', 'call');
create index ix_dispatch_log_merged on dispatch_log (outcome) where outcome like 'in:%';
create index ix_tasks_user_wakes on tasks (user_id, wakes_at) where wakes_at is not null;
"""


def upgrade() -> None:
    op.execute(CHANGES)


def downgrade() -> None:
    op.execute("drop index ix_dispatch_log_paid, ix_dispatch_log_paid_address, ix_dispatch_log_merged")
    op.execute("drop index ix_tasks_user_wakes")
    op.execute("alter table dispatch_log drop column template")

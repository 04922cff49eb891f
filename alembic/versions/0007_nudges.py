"""What waits to be brought up again: a plan on the table that nobody answered, its words and when they are said."""

from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.execute("alter table conversations add column nudge_at timestamptz")
    op.execute("alter table conversations add column nudge jsonb not null default '{}'")
    op.execute("create index ix_conversations_nudge on conversations (nudge_at) where nudge_at is not null")


def downgrade() -> None:
    op.execute("alter table conversations drop column nudge_at, drop column nudge")

"""What stays of an erased person (a receipt without personal data), and small indexes by age for the retention job."""

from alembic import op

revision = "0004"
down_revision = "0003"

RECEIPTS = """
create table erasure_receipts (
    id uuid default gen_random_uuid() not null,
    erased_at timestamptz not null,
    asked_by text not null,
    subject text not null,
    counts jsonb default '{}' not null,
    primary key (id),
    constraint ck_erasure_receipts_asked_by check (asked_by in ('person', 'operator', 'restore')),
    unique (subject)
);

create table provider_deletions (
    id uuid default gen_random_uuid() not null,
    receipt_id uuid not null,
    provider text not null,
    kind text not null,
    reference text,
    state text default 'pending' not null,
    tries integer default 0 not null,
    due_at timestamptz not null,
    created_at timestamptz default now() not null,
    done_at timestamptz,
    error text,
    primary key (id),
    constraint ck_provider_deletions_state check (state in ('pending', 'done', 'failed', 'by_hand')),
    foreign key (receipt_id) references erasure_receipts (id) on delete cascade
);
create index ix_provider_deletions_receipt on provider_deletions (receipt_id);
create index ix_provider_deletions_due on provider_deletions (due_at) where state = 'pending';
"""

# Rows come in the order of their age, so a block range index of a few pages finds the old ones.
AGES = """
create index ix_messages_age on messages using brin (created_at);
create index ix_inbound_events_age on inbound_events using brin (received_at);
create index ix_dispatch_log_age on dispatch_log using brin (created_at);
create index ix_notification_log_age on notification_log using brin (sent_at);
"""


def upgrade() -> None:
    op.execute(RECEIPTS)
    op.execute(AGES)


def downgrade() -> None:
    op.execute("""
        drop index ix_messages_age, ix_inbound_events_age, ix_dispatch_log_age, ix_notification_log_age;
        drop table provider_deletions, erasure_receipts;
    """)

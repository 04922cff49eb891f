"""The first schema: the eight tables of the design, and what channels need besides."""

from alembic import op

revision = "0001"
down_revision = None

PEOPLE = """
create table users (
    id uuid default gen_random_uuid() not null,
    email text,
    created_at timestamptz default now() not null,
    onboarded boolean default false not null,
    timezone text default 'UTC' not null,
    phone_verified boolean default false not null,
    whatsapp_opt_in_at timestamptz,
    push_subscription jsonb,
    profile jsonb default '{}' not null,
    notification_preferences jsonb default '{}' not null,
    monthly_token_usage jsonb default '{}' not null,
    paused_until timestamptz,
    approved_at timestamptz,
    primary key (id),
    unique (email)
);

create table identities (
    id uuid default gen_random_uuid() not null,
    user_id uuid not null,
    channel text not null,
    value text not null,
    is_primary boolean default false not null,
    disabled_reason text,
    last_inbound_at timestamptz,
    created_at timestamptz default now() not null,
    primary key (id),
    constraint uq_identities_address unique (channel, value),
    foreign key (user_id) references users (id) on delete cascade
);

create table push_subscriptions (
    id uuid default gen_random_uuid() not null,
    user_id uuid not null,
    endpoint text not null,
    p256dh text not null,
    auth text not null,
    user_agent text,
    created_at timestamptz default now() not null,
    primary key (id),
    foreign key (user_id) references users (id) on delete cascade,
    unique (endpoint)
);

create table link_codes (
    id uuid default gen_random_uuid() not null,
    user_id uuid not null,
    purpose text not null,
    code_hash text not null,
    created_at timestamptz default now() not null,
    expires_at timestamptz not null,
    used_at timestamptz,
    tries integer default 0 not null,
    data jsonb default '{}' not null,
    primary key (id),
    foreign key (user_id) references users (id) on delete cascade,
    unique (code_hash)
);
"""

WORK = """
create table goals (
    id uuid default gen_random_uuid() not null,
    user_id uuid not null,
    title text not null,
    description text default '' not null,
    class_tags text[] default '{}' not null,
    status text default 'active' not null,
    parent_goal_id uuid,
    pipeline_order integer,
    created_at timestamptz default now() not null,
    activated_at timestamptz,
    completed_at timestamptz,
    target_weeks integer default 6 not null,
    plan_json jsonb default '{}' not null,
    primary key (id),
    constraint ck_goals_status check (status in ('active', 'completed', 'abandoned', 'pipeline')),
    constraint ck_goals_target_weeks check (target_weeks between 1 and 6),
    foreign key (user_id) references users (id) on delete cascade,
    foreign key (parent_goal_id) references goals (id) on delete set null
);

create table tasks (
    id uuid default gen_random_uuid() not null,
    user_id uuid not null,
    goal_id uuid,
    title text not null,
    description text default '' not null,
    status text default 'pending' not null,
    scheduled_at timestamptz not null,
    duration_minutes integer default 30 not null,
    trigger_type text default 'time' not null,
    location_trigger text,
    recurrence_rule text,
    shared_with_goal_ids uuid[] default '{}' not null,
    reminder_sent_at timestamptz,
    whatsapp_sent_at timestamptz,
    call_sent_at timestamptz,
    completed_at timestamptz,
    created_at timestamptz default now() not null,
    local_day date not null,
    original_at timestamptz,
    series_id uuid,
    replaces_id uuid,
    stage text default 'waiting' not null,
    version integer default 1 not null,
    wakes_at timestamptz,
    primary key (id),
    constraint ck_tasks_status check (status in ('pending', 'done', 'missed', 'rescheduled', 'cancelled')),
    constraint ck_tasks_trigger check (trigger_type in ('time', 'location')),
    constraint ck_tasks_stage check (stage in ('waiting', 'reminded', 'whatsapped', 'called', 'acknowledged', 'asked', 'closed')),
    constraint ck_tasks_duration check (duration_minutes between 1 and 1440),
    foreign key (user_id) references users (id) on delete cascade,
    foreign key (goal_id) references goals (id) on delete cascade,
    foreign key (replaces_id) references tasks (id) on delete set null
);

create table patterns (
    id uuid default gen_random_uuid() not null,
    user_id uuid not null,
    pattern_type text not null,
    description text not null,
    data jsonb default '{}' not null,
    confidence double precision default 0.5 not null,
    created_at timestamptz default now() not null,
    updated_at timestamptz default now() not null,
    primary key (id),
    constraint ck_patterns_type check (pattern_type in ('time_avoidance', 'completion_streak', 'category_performance')),
    constraint ck_patterns_confidence check (confidence between 0 and 1),
    foreign key (user_id) references users (id) on delete cascade
);
"""

TALK = """
create table conversations (
    id uuid default gen_random_uuid() not null,
    user_id uuid not null,
    langgraph_thread_id text not null,
    context_type text default 'general' not null,
    created_at timestamptz default now() not null,
    last_message_at timestamptz,
    primary key (id),
    constraint ck_conversations_context check (context_type in ('onboarding', 'goal', 'task', 'reschedule', 'general')),
    foreign key (user_id) references users (id) on delete cascade,
    unique (langgraph_thread_id)
);

create table messages (
    id uuid default gen_random_uuid() not null,
    conversation_id uuid not null,
    role text not null,
    content text not null,
    agent_node text,
    tokens_used integer,
    provider text,
    created_at timestamptz default now() not null,
    primary key (id),
    constraint ck_messages_role check (role in ('user', 'assistant', 'system', 'summary')),
    foreign key (conversation_id) references conversations (id) on delete cascade
);

create table inbound_events (
    id uuid default gen_random_uuid() not null,
    seq bigint generated by default as identity,
    channel text not null,
    external_id text not null,
    sender text not null,
    user_id uuid,
    payload jsonb not null,
    received_at timestamptz not null,
    correlation_id text not null,
    state text default 'received' not null,
    tries integer default 0 not null,
    replies jsonb,
    handled_at timestamptz,
    error text,
    primary key (id),
    constraint uq_inbound_events_external unique (channel, external_id),
    constraint ck_inbound_events_state check (state in ('received', 'answered', 'done', 'failed')),
    unique (seq),
    foreign key (user_id) references users (id) on delete cascade
);
"""

DELIVERY = """
create table notification_log (
    id uuid default gen_random_uuid() not null,
    task_id uuid not null,
    channel text not null,
    external_id text,
    sent_at timestamptz not null,
    response text default 'no_response' not null,
    responded_at timestamptz,
    attempt_id uuid,
    primary key (id),
    constraint ck_notification_log_response check (response in ('done', 'reschedule', 'missed', 'no_response')),
    foreign key (task_id) references tasks (id) on delete cascade
);

create table dispatch_log (
    id uuid default gen_random_uuid() not null,
    task_id uuid not null,
    channel text not null,
    status text default 'pending' not null,
    created_at timestamptz default now() not null,
    dispatched_at timestamptz,
    error text,
    rung text not null,
    address text,
    task_version integer default 1 not null,
    tries integer default 0 not null,
    lease_until timestamptz,
    deadline timestamptz,
    outcome text,
    reason text,
    external_id text,
    primary key (id),
    constraint ck_dispatch_log_status check (status in ('pending', 'dispatched', 'failed', 'skipped', 'expired', 'unknown')),
    foreign key (task_id) references tasks (id) on delete cascade
);
"""


def upgrade() -> None:
    for statements in (PEOPLE, WORK, TALK, DELIVERY):
        op.execute(statements)


def downgrade() -> None:
    op.execute("""
        drop table dispatch_log, notification_log, inbound_events, messages, conversations,
            patterns, tasks, goals, link_codes, push_subscriptions, identities, users
    """)

"""The three statistics as live views, the day a person's week begins on, their pauses, and one first address each."""

from alembic import op

revision = "0003"
down_revision = "0002"

COLUMNS = """
alter table users add column week_starts_on smallint default 1 not null;
alter table users add constraint ck_users_week_starts_on check (week_starts_on between 1 and 7);

create table pauses (
    id uuid default gen_random_uuid() not null,
    user_id uuid not null,
    first_day date not null,
    last_day date not null,
    created_at timestamptz default now() not null,
    primary key (id),
    constraint ck_pauses_order check (last_day >= first_day),
    foreign key (user_id) references users (id) on delete cascade
);
create index ix_pauses_user on pauses (user_id, last_day);
"""

# Nothing kept two first addresses of one person apart before: the oldest stays first.
PRIMARY = """
update identities set is_primary = false where is_primary and exists (
    select 1 from identities as older
    where older.user_id = identities.user_id and older.is_primary
        and (older.created_at, older.id) < (identities.created_at, identities.id)
);
create unique index uq_identities_primary on identities (user_id) where is_primary;
"""

# A moved or cancelled task stands in no total: its replacement does.
VIEWS = """
create view activity_heatmap with (security_invoker = true) as
select user_id, local_day as day,
    count(*) filter (where status = 'done') as completed_count,
    count(*) as total_count
from tasks
where status in ('pending', 'done', 'missed')
group by user_id, local_day;

create view user_weekly_stats with (security_invoker = true) as
select user_id, week, completed, total, (completed * 100 / total)::integer as completion_pct
from (
    select t.user_id,
        t.local_day - (extract(isodow from t.local_day)::integer - u.week_starts_on + 7) % 7 as week,
        count(*) filter (where t.status = 'done') as completed,
        count(*) as total
    from tasks t
    join users u on u.id = t.user_id
    where t.status in ('pending', 'done', 'missed')
    group by 1, 2
) as weeks;

create view missed_by_category with (security_invoker = true) as
select t.user_id, coalesce(tag, 'Other') as category,
    count(*) filter (where t.status = 'missed') as missed_count,
    count(*) as total_count
from tasks t
left join goals g on g.id = t.goal_id
left join lateral unnest(g.class_tags) as tag on true
where t.status in ('pending', 'done', 'missed')
group by t.user_id, coalesce(tag, 'Other');
"""


def upgrade() -> None:
    for statements in (COLUMNS, PRIMARY, VIEWS):
        op.execute(statements)


def downgrade() -> None:
    op.execute("""
        drop view activity_heatmap, user_weekly_stats, missed_by_category;
        drop index uq_identities_primary;
        drop table pauses;
        alter table users drop column week_starts_on;
    """)

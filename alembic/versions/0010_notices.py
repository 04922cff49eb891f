"""A notice says whose it is, so that what somebody heard last is one look into an index; and in its own words what was answered."""

from alembic import op

revision = "0010"
down_revision = "0009"

# Row level security binds the tables' owner too: only the service role sees what is to be filled in.
FILL = """
set local role flux_service;
update notification_log n set user_id = t.user_id from tasks t where t.id = n.task_id;
reset role;
"""
# From then on it is filled in by the table itself: workers of the version before write notices too while a deploy lasts.
CHANGES = """
create function owner_of_notice() returns trigger language plpgsql as $$
begin
    new.user_id = (select t.user_id from tasks t where t.id = new.task_id);
    return new;
end $$;
create trigger notification_log_owner before insert on notification_log
    for each row when (new.user_id is null) execute function owner_of_notice();
create index ix_notification_log_user on notification_log (user_id, sent_at);
"""


def upgrade() -> None:
    op.execute("alter table notification_log add column user_id uuid, add column answer text")
    op.execute(FILL)
    op.execute(CHANGES)


def downgrade() -> None:
    op.execute("drop trigger notification_log_owner on notification_log; drop function owner_of_notice()")
    op.execute("drop index ix_notification_log_user")
    op.execute("alter table notification_log drop column user_id, drop column answer")

"""Row level security under every query: an application role sees one person's rows, a service role sees all.

LangGraph makes its checkpoint tables itself, after these migrations; `storage.migrations` puts theirs in place then.
"""

from alembic import op

revision = "0005"
down_revision = "0004"

# Roles belong to the whole cluster: another database, or another migration this very moment, may have made them.
ROLES = """
do $$
declare
    name text;
    act text := case when current_setting('server_version_num')::integer >= 160000 then 'SET' else 'MEMBER' end;
begin
    foreach name in array array['flux_app', 'flux_service'] loop
        if not exists (select from pg_roles where rolname = name) then
            begin
                execute format('create role %I nologin', name);
            exception when duplicate_object or unique_violation then
                null;
            end;
        end if;
        if not pg_has_role(current_user, name, act) then
            execute format('grant %I to %I', name, current_user);
        end if;
        execute format('grant usage on schema %I to %I', current_schema(), name);
    end loop;
end $$;
"""

WHO = """
create function app_user() returns uuid language sql stable parallel safe as $$
    select nullif(current_setting('app.user_id', true), '')::uuid
$$;
"""

# Table -> which rows are the person's own. What hangs on a task or a conversation follows its owner.
OWN = {
    "users": "id = app_user()",
    "identities": "user_id = app_user()",
    "push_subscriptions": "user_id = app_user()",
    "link_codes": "user_id = app_user()",
    "pauses": "user_id = app_user()",
    "goals": "user_id = app_user()",
    "tasks": "user_id = app_user()",
    "patterns": "user_id = app_user()",
    "conversations": "user_id = app_user()",
    "inbound_events": "user_id = app_user()",
    "messages": "exists (select from conversations c where c.id = conversation_id and c.user_id = app_user())",
    "notification_log": "exists (select from tasks t where t.id = task_id and t.user_id = app_user())",
    "dispatch_log": "exists (select from tasks t where t.id = task_id and t.user_id = app_user())",
}
SERVICE_ONLY = ("erasure_receipts", "provider_deletions")
READABLE = ("alembic_version", "activity_heatmap", "user_weekly_stats", "missed_by_category")

# The comment is how `storage.migrations` knows that these tables are as they should be.
OPEN_CHECKPOINTS = """
do $$
declare
    name text;
begin
    foreach name in array array['checkpoints', 'checkpoint_blobs', 'checkpoint_writes'] loop
        if to_regclass(name) is not null then
            execute format('drop policy if exists own on %I', name);
            execute format('drop policy if exists service on %I', name);
            execute format('alter table %I disable row level security, no force row level security', name);
            execute format('revoke all on %I from flux_app, flux_service', name);
            comment on table checkpoint_migrations is null;
        end if;
    end loop;
end $$;
"""


def upgrade() -> None:
    op.execute(ROLES)
    op.execute(WHO)
    for table, own in OWN.items():
        _secure(table)
        op.execute(f"create policy own on {table} to flux_app using ({own}) with check ({own})")
        op.execute(f"grant select, insert, update, delete on {table} to flux_app")
    for table in SERVICE_ONLY:
        _secure(table)
    for name in READABLE:
        op.execute(f"grant select on {name} to flux_app, flux_service")


def _secure(table: str) -> None:
    """Everything is refused, to the table's owner too, except what a policy allows."""
    op.execute(f"alter table {table} enable row level security, force row level security")
    op.execute(f"create policy service on {table} to flux_service using (true) with check (true)")
    op.execute(f"grant select, insert, update, delete on {table} to flux_service")


def downgrade() -> None:
    """The roles stay: other databases of the cluster may use them."""
    for name in READABLE:
        op.execute(f"revoke all on {name} from flux_app, flux_service")
    for table in (*OWN, *SERVICE_ONLY):
        op.execute(f"drop policy if exists own on {table}; drop policy service on {table}")
        op.execute(f"alter table {table} disable row level security, no force row level security")
        op.execute(f"revoke all on {table} from flux_app, flux_service")
    op.execute(OPEN_CHECKPOINTS)
    op.execute("drop function app_user()")

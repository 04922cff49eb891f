"""The index that finds recurring reminders which will soon run out of rows."""

from alembic import op

revision = "0008"
down_revision = "0007"

INDEX = """
create index ix_tasks_recurring on tasks (series_id, scheduled_at)
    where recurrence_rule is not null and goal_id is null
"""


def upgrade() -> None:
    op.execute(INDEX)


def downgrade() -> None:
    op.execute("drop index ix_tasks_recurring")

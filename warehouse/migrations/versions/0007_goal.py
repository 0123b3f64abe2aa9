"""What goals are for, staff figures, and the post that money was spent on."""

from pathlib import Path

from alembic import op

revision = "0007_goal"
down_revision = "0006_decision"


def upgrade() -> None:
    """Create both tables and the column with their comments."""
    for statement in Path(__file__).with_suffix(".sql").read_text("utf-8").split(";\n"):
        if statement.strip():
            op.get_bind().exec_driver_sql(statement)

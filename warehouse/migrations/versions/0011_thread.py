"""Conversations, from the mentions that are known."""

from pathlib import Path

from alembic import op

revision = "0011_thread"
down_revision = "0010_no_index"


def upgrade() -> None:
    """Create the table with its comments, and fill it from the mentions."""
    for statement in Path(__file__).with_suffix(".sql").read_text("utf-8").split(";\n"):
        if statement.strip():
            op.get_bind().exec_driver_sql(statement)

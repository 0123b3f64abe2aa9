"""Which mentions are messages or tickets, whose words only legal and care read."""

from pathlib import Path

from alembic import op

revision = "0012_private"
down_revision = "0011_thread"


def upgrade() -> None:
    """Add the column; what was known before is public."""
    for statement in Path(__file__).with_suffix(".sql").read_text("utf-8").split(";\n"):
        if statement.strip():
            op.get_bind().exec_driver_sql(statement)

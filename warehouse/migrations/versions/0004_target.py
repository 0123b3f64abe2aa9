"""What a mention thinks of each brand and product it is about."""

from pathlib import Path

from alembic import op

revision = "0004_target"
down_revision = "0003_quality"


def upgrade() -> None:
    """Create the table with its comments."""
    for statement in Path(__file__).with_suffix(".sql").read_text("utf-8").split(";\n"):
        if statement.strip():
            op.get_bind().exec_driver_sql(statement)

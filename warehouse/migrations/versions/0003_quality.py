"""Corrections by people, and what the model's evaluation measured."""

from pathlib import Path

from alembic import op

revision = "0003_quality"
down_revision = "0002_topics"


def upgrade() -> None:
    """Create both tables with their comments."""
    for statement in Path(__file__).with_suffix(".sql").read_text("utf-8").split(";\n"):
        if statement.strip():
            op.get_bind().exec_driver_sql(statement)

"""Discovered topics: the nights, the topics, their mentions and their lineage."""

from pathlib import Path

from alembic import op

revision = "0002_topics"
down_revision = "0001_baseline"


def upgrade() -> None:
    """Create the four tables with their comments."""
    for statement in Path(__file__).with_suffix(".sql").read_text("utf-8").split(";\n"):
        if statement.strip():
            op.get_bind().exec_driver_sql(statement)

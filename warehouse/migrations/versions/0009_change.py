"""What each load changed; the first build of the models takes in everything."""

from pathlib import Path

from alembic import op

revision = "0009_change"
down_revision = "0008_competitor"


def upgrade() -> None:
    """Create the sequence and the table with its comments, and one change of everything."""
    for statement in Path(__file__).with_suffix(".sql").read_text("utf-8").split(";\n"):
        if statement.strip():
            op.get_bind().exec_driver_sql(statement)

"""Which batches were tagged again, and which version of a tagger is the newest."""

from pathlib import Path

from alembic import op

revision = "0005_retag"
down_revision = "0004_target"


def upgrade() -> None:
    """Create both tables with their comments."""
    for statement in Path(__file__).with_suffix(".sql").read_text("utf-8").split(";\n"):
        if statement.strip():
            op.get_bind().exec_driver_sql(statement)

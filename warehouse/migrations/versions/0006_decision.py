"""One log of everything people decided; what was corrected so far is in it."""

from pathlib import Path

from alembic import op

revision = "0006_decision"
down_revision = "0005_retag"


def upgrade() -> None:
    """Create the table with its comments, and log the corrections there are."""
    for statement in Path(__file__).with_suffix(".sql").read_text("utf-8").split(";\n"):
        if statement.strip():
            op.get_bind().exec_driver_sql(statement)

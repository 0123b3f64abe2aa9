"""With whom each own brand compares itself."""

from pathlib import Path

from alembic import op

revision = "0008_competitor"
down_revision = "0007_goal"


def upgrade() -> None:
    """Create the table with its comments; until the next load, every competitor is everybody's."""
    for statement in Path(__file__).with_suffix(".sql").read_text("utf-8").split(";\n"):
        if statement.strip():
            op.get_bind().exec_driver_sql(statement)

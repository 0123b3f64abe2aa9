"""The tables of the first release, as frozen in the SQL file beside this one."""

from pathlib import Path

from alembic import op

revision = "0001_baseline"
down_revision = None


def upgrade() -> None:
    """Create every table with its comments."""
    for statement in Path(__file__).with_suffix(".sql").read_text("utf-8").split(";\n"):
        if statement.strip():
            op.get_bind().exec_driver_sql(statement)

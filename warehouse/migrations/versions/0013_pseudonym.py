"""Author keys are made with a key that lies outside the data root."""

from pathlib import Path

from alembic import op

revision = "0013_pseudonym"
down_revision = "0012_private"


def upgrade() -> None:
    """Add the table; the next load tells every author anew (warehouse/pseudonym.py)."""
    for statement in Path(__file__).with_suffix(".sql").read_text("utf-8").split(";\n"):
        if statement.strip():
            op.get_bind().exec_driver_sql(statement)

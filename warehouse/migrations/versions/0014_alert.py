"""What people do about alerts is decided, too."""

from pathlib import Path

from alembic import op

revision = "0014_alert"
down_revision = "0013_pseudonym"


def upgrade() -> None:
    """Let the log of decisions take the kind; its rows stay as they are."""
    for statement in Path(__file__).with_suffix(".sql").read_text("utf-8").split(";\n"):
        if statement.strip():
            op.get_bind().exec_driver_sql(statement)

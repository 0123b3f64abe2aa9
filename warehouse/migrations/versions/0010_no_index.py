"""Tables that grow with every mention lose their indexes, which cost more than they guard."""

from pathlib import Path

from alembic import op

revision = "0010_no_index"
down_revision = "0009_change"


def upgrade() -> None:
    """Write each table again without its primary key: DuckDB 1.5.5 cannot drop one."""
    for statement in Path(__file__).with_suffix(".sql").read_text("utf-8").split(";\n"):
        if statement.strip():
            op.get_bind().exec_driver_sql(statement)

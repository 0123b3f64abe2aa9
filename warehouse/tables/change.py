"""What each load changed, so that the models need only look at that."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa

from warehouse.tables.base import METADATA, SCHEMA, grain, may, need, table

# Numbers are never used twice, also when the rows that bore them are forgotten.
CHANGE_NO: Final = sa.Sequence("change_no", metadata=METADATA, schema=SCHEMA)

change = table(
    "change",
    "Mentions of which something changed, by the load that changed it; or a row that says that "
    "everything may have. Rows that the models have taken in are forgotten. "
    "Grain: change_no, mention_id.",
    grain("change_no", sa.BigInteger, "Number of the change; the later the greater"),
    grain("mention_id", sa.String, "The mention, also one that was deleted; empty where whole"),
    may("batch_id", sa.String, "Batch that was loaded or re-tagged; NULL: topics or brand files"),
    need("whole", sa.Boolean, "Brands or reference tables changed: build everything anew"),
    sa.CheckConstraint("whole = (mention_id = '')"),
)

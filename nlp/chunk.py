"""Some mentions in, a table of their tags out: what one process does, or each of several."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pyarrow as pa

from nlp.frame import Row

if TYPE_CHECKING:
    from spacy.language import Language

    from nlp.said import Said

Tagged = tuple[pa.Table, list[int]]
"""The tags of some mentions, and the numbers of those of which something failed."""


def tag_chunk(pipeline: Language, said: Sequence[Said], fields: Sequence[pa.Field]) -> Tagged:
    """Return the tags of some mentions, in order, and the numbers of those that failed."""
    from nlp.pipeline import tag

    rows = list(tag(pipeline, said))
    return to_table(rows, fields), [number for number, row in enumerate(rows) if row["failures"]]


def to_table(rows: Sequence[Row], fields: Sequence[pa.Field]) -> pa.Table:
    """Return rows as a table of the fields; what a row lacks is null."""
    columns = [pa.array([row.get(each.name) for row in rows], each.type) for each in fields]
    return pa.Table.from_arrays(columns, schema=pa.schema(fields))

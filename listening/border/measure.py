"""What people corrected, and what is measured by it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import pyarrow as pa

from listening.border.batch import INSTANT


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a person and the model say of one content: what `listening eval` compares."""

    tagger: str
    target: str  # "" where the label is of the whole mention
    source: str
    language: str  # "" where unknown
    decided: str
    said: str | None  # the model's label; `abstained`; None: none on record
    version: str  # of the tagger; "" where unknown
    stale: bool  # the mention was edited since


EVERY: Final = "(all)"  # in `source` and `language`: taken together
EVALUATION_SCHEMA: Final = pa.schema(
    [
        pa.field("run_at", INSTANT, nullable=False),
        pa.field("model", pa.string(), nullable=False),  # version; several joined by ", "
        pa.field("task", pa.string(), nullable=False),
        pa.field("part", pa.string(), nullable=False),
        pa.field("source", pa.string(), nullable=False),  # a labelled set's name
        pa.field("language", pa.string(), nullable=False),
        pa.field("measure", pa.string(), nullable=False),
        pa.field("n", pa.int64(), nullable=False),  # what it was measured on
        pa.field("value", pa.float64()),  # null: nothing to measure it on
        pa.field("ci_low", pa.float64()),  # 95 %
        pa.field("ci_high", pa.float64()),
    ]
)
"""Rows of `tagged/evaluation/<id>.parquet`: one measure of one task on one set."""

TOPIC_SCHEMA: Final = pa.schema(
    [
        pa.field("mention_id", pa.string(), nullable=False),
        pa.field("content_hash", pa.string(), nullable=False),
        pa.field("topic_id", pa.string(), nullable=False),
        pa.field("nearness", pa.float32()),  # cosine with the topic's centre
        pa.field("copy_of", pa.string()),  # mention it is a near copy of
        pa.field("example", pa.int8()),  # 1 to 3 for those that show the topic best
    ]
)
"""Rows of `tagged/topics/<day>.parquet`: every mention of the window that has a topic.

The footer under `FOOTER_KEY` is JSON: `night`, `since`, `until`, `model` (of the vectors),
`method`, `previous` (night), `topics` ({id, name, words, born}), `lineage` ({kind, from, to,
share}; kind one of LINEAGE) and counts: `read`, `texts`, `left_out` (vectors of another model).
"""
LINEAGE: Final = ("birth", "death", "merge", "split")

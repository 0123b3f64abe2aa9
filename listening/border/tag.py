"""What a mention can mean, and the columns of tagged batches."""

from __future__ import annotations

from typing import Final

import pyarrow as pa

SENTIMENTS: Final = ("negative", "neutral", "positive")
EMOTIONS: Final = ("anger", "joy", "optimism", "sadness")
INTENTS: Final = (
    "complaint", "question", "suggestion", "praise", "purchase", "churn", "support", "spam",
    "bug_report",
)  # fmt: skip
FLAGS: Final = (
    "counterfeit", "trademark", "impersonation", "copied_text", "personal_data", "doxxing",
    "credential_leak", "document_leak", "threat", "safety", "legal_talk",
)  # fmt: skip
RELATIONS: Final = ("owned", "tagged", "untagged", "off_channel")
# owned: on the brand's own channel or by its own handle. tagged: carries its @handle or
# #hashtag. untagged: names it where it has a handle. off_channel: names it where it has none.
ABSTENTIONS: Final = ("short", "language", "mixed", "border", "failed")

SCORED: Final = pa.list_(pa.struct([pa.field("id", pa.string()), pa.field("p", pa.float32())]))

SENTIMENT_FIELDS: Final = (
    pa.field("language", pa.string()),
    pa.field("sentiment", pa.string()),
    pa.field("p_negative", pa.float32()),
    pa.field("p_neutral", pa.float32()),
    pa.field("p_positive", pa.float32()),
    pa.field("abstained", pa.string()),
)
ENTITY_TYPE: Final = pa.list_(
    pa.struct(
        [
            pa.field("start", pa.int32()),
            pa.field("end", pa.int32()),
            pa.field("text", pa.string()),
            pa.field("type", pa.string()),
            pa.field("canonical", pa.string()),
        ]
    )
)
FLAG_TYPE: Final = pa.list_(
    pa.struct(
        [
            pa.field("kind", pa.string()),
            pa.field("start", pa.int32()),
            pa.field("end", pa.int32()),
            pa.field("p", pa.float32()),
            pa.field("rule", pa.string()),
            pa.field("reason", pa.string()),
        ]
    )
)
TAG_FIELDS: Final = (
    *SENTIMENT_FIELDS,
    pa.field("emotion", pa.string()),
    pa.field("p_emotion", pa.float32()),
    pa.field("p_irony", pa.float32()),
    pa.field("p_offensive", pa.float32()),
    pa.field("intents", SCORED),
    pa.field("topics", SCORED),
    pa.field("entities", ENTITY_TYPE),
    pa.field("flags", FLAG_TYPE),
)
"""The columns `listening tag` adds. Offsets count code points, end exclusive."""

_POLARITY_FIELDS: Final = tuple(each for each in SENTIMENT_FIELDS if each.name != "language")
TARGET_FIELDS: Final = tuple(each.with_name(f"target_{each.name}") for each in _POLARITY_FIELDS)
"""The columns it adds with `--target`; null where a row names no target."""

BRAND_MATCH_TYPE: Final = pa.list_(
    pa.struct(
        [
            pa.field("brand_id", pa.string()),
            pa.field("product_id", pa.string()),  # null: the brand as a whole
            pa.field("relation", pa.string()),  # one of RELATIONS
            pa.field("start", pa.int32()),  # null: mapped by an import or an owned channel
            pa.field("end", pa.int32()),
            pa.field("matched", pa.string()),
            # What is thought of it, as of the whole mention in SENTIMENT_FIELDS; null: its own
            # words, or tagged before targets were judged.
            *_POLARITY_FIELDS,
        ]
    )
)
EMBEDDING_WIDTH: Final = 384
TAGGED_SCHEMA: Final = pa.schema(
    [
        pa.field("mention_id", pa.string(), nullable=False),
        pa.field("content_hash", pa.string(), nullable=False),
        *TAG_FIELDS,
        pa.field("brands", BRAND_MATCH_TYPE),
        pa.field("embedding", pa.list_(pa.float32(), EMBEDDING_WIDTH)),
        pa.field("bands", pa.list_(pa.uint64())),  # MinHash bands; one in common: near copies
        pa.field(
            "failures",  # taggers that failed on this mention; the mention stays
            pa.list_(pa.struct([pa.field("tagger", pa.string()), pa.field("reason", pa.string())])),
        ),
    ]
)
"""Rows of a tagged batch: the kept, not `seen_before` mentions of one landing batch.

The footer under `FOOTER_KEY` is JSON: `batch_id`, `taggers` (name -> version), `model`
(SHA-256 of the weights), `rows`, `failed`, `tagged_at`.
"""

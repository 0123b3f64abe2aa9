"""What a mention means: brands, labels, topics, entities, flags, vectors, near copies.

Everything but `label`, `target_label` and `label_failure` belongs to the content that stands
now; those three are keyed by content, so the labels of an older content stay.
"""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
from duckdb_sqlalchemy.datatypes import FixedArray, UBigInteger

from listening.contract import ABSTENTIONS, EMBEDDING_WIDTH, FLAGS, RELATIONS, SENTIMENTS
from warehouse.tables.base import (
    INSTANT,
    SCORED,
    grain,
    key,
    may,
    mention_key,
    need,
    one_of,
    share,
    table,
)

TAGGERS: Final = ("language", "sentiment", "emotion", "irony", "offensive", "intent")

mention_brand = table(
    "mention_brand",
    "Brands and products a mention is about. Grain: mention_id, brand_id, product_id.",
    mention_key(),
    grain("brand_id", sa.String, "The brand, see core.brand"),
    grain("product_id", sa.String, "The product, see core.product; empty: the brand as a whole"),
    need("relation", sa.String, "owned, tagged, untagged or off_channel"),
    may("start", sa.Integer, "Begin of the match in code points; NULL where mapped"),
    may("end", sa.Integer, "End of the match, exclusive; NULL where mapped"),
    may("matched", sa.String, "The words that matched"),
    one_of("relation", RELATIONS),
)

label = table(
    "label",
    "What a tagger says of one content of a mention. Grain: mention_id, content_hash, tagger, "
    "version.",
    mention_key(),
    grain("content_hash", sa.String, "Content it was said of, see core.mention_version"),
    grain("tagger", sa.String, "language, sentiment, emotion, irony, offensive or intent"),
    grain("version", sa.String, "Version of the tagger"),
    may(
        "label",
        sa.String,
        "The most probable label: a language code; negative, neutral, positive; anger, joy, "
        "optimism, sadness; irony or none; offensive or none; an intent, or none where no "
        "intent reaches 0.5. NULL where abstained as failed",
    ),
    may("p", sa.REAL, "Probability of the label (of none: 1 - the rest); NULL for languages"),
    may(
        "abstained",
        sa.String,
        "Why the label should not be counted: short, language, mixed, border or failed; NULL: "
        "it counts. The probabilities stand all the same",
    ),
    may("probabilities", SCORED, "Every class with its probability; intents do not sum to 1"),
    one_of("tagger", TAGGERS),
    one_of("abstained", ABSTENTIONS),
    share("p"),
)

target_label = table(
    "target_label",
    "What one content of a mention thinks of a brand or product it is about; none where it could "
    "not be judged, and none of the brand's own words. Grain: mention_id, content_hash, brand_id, "
    "product_id, version.",
    mention_key(),
    grain("content_hash", sa.String, "Content it was said of, see core.mention_version"),
    grain("brand_id", sa.String, "The brand, see core.brand"),
    grain("product_id", sa.String, "The product, see core.product; empty: the brand as a whole"),
    grain("version", sa.String, "Version of the tagger"),
    need("label", sa.String, "The most probable of negative, neutral and positive"),
    need("p", sa.REAL, "Probability of the label"),
    may(
        "abstained",
        sa.String,
        "Why the label should not be counted: short, language, mixed or border; NULL: it counts. "
        "The probabilities stand all the same",
    ),
    need("probabilities", SCORED, "Every class with its probability"),
    one_of("label", SENTIMENTS),
    one_of("abstained", ABSTENTIONS),
    share("p"),
)

label_failure = table(
    "label_failure",
    "Labels that could not be made; the mention stays. Grain: mention_id, content_hash, tagger, "
    "version.",
    mention_key(),
    grain("content_hash", sa.String, "Content it failed on"),
    grain("tagger", sa.String, "Name of the tagger"),
    grain("version", sa.String, "Version of the tagger"),
    need("reason", sa.String, "Why it failed"),
)

mention_topic = table(
    "mention_topic",
    "Topics of a mention. Grain: mention_id, topic_id.",
    mention_key(),
    grain("topic_id", sa.String, "The topic, see core.topic"),
    need("p", sa.REAL, "Probability"),
    need("version", sa.String, "Version of the tagger"),
    share("p"),
)

entity = table(
    "entity",
    "Names found in a mention. Grain: mention_id, start, end, type.",
    mention_key(),
    grain("start", sa.Integer, "Begin in code points"),
    grain("end", sa.Integer, "End in code points, exclusive"),
    grain("type", sa.String, "Kind of name, such as ORG"),
    need("text", sa.String, "The words"),
    may("canonical", sa.String, "The name they stand for"),
)

flag = table(
    "flag",
    "Suspicions for a person to review, never a verdict. Grain: flag_id.",
    grain("flag_id", sa.String, "Hash of mention, kind, span and rule"),
    need("mention_id", sa.String, "The mention, see core.mention"),
    need("kind", sa.String, "counterfeit, trademark, impersonation, copied_text, …"),
    may("start", sa.Integer, "Begin in code points"),
    may("end", sa.Integer, "End in code points, exclusive"),
    may("p", sa.REAL, "How sure the rule is"),
    may("rule", sa.String, "Rule that raised it"),
    may("reason", sa.String, "Why, for people"),
    need("version", sa.String, "Version of the tagger"),
    one_of("kind", FLAGS),
    share("p"),
)

embedding = table(
    "embedding",
    "Vector of a mention's text. Grain: mention_id.",
    mention_key(),
    need("version", sa.String, "Version of the encoder"),
    need("vector", FixedArray(sa.REAL, EMBEDDING_WIDTH), "Sentence vector"),
)

mention_band = table(
    "mention_band",
    "MinHash bands of a mention's text; one in common makes two mentions near copies. "
    "Grain: mention_id, band.",
    mention_key(),
    grain("band", UBigInteger, "Hash of one band"),
)

duplicate_cluster = table(
    "duplicate_cluster",
    "Near copies, alone where there are none. Grain: mention_id, one row for every mention.",
    mention_key(),
    need(
        "cluster_id",
        sa.String,
        "The member published first (by published_at, mention_id) of all that share bands, "
        "directly or through others",
    ),
)

tagger_version = table(
    "tagger_version",
    "Versions of taggers that labels were made by. The newest is the one that stands: the latest "
    "by which batches were tagged again, or first. Grain: tagger, version.",
    key("tagger", sa.String, "Name of the tagger"),
    key("version", sa.String, "Version of the tagger, and of the models it reads"),
    need("tagged_at", INSTANT, "When it was first at work"),
    may("retagged_at", INSTANT, "When a batch was last tagged again by it, NULL: none was"),
)

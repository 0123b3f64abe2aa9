"""What people talk about that nobody declared: topics found by night, and how they came about."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa

from listening.contract import LINEAGE
from warehouse.tables.base import (
    INSTANT,
    TEXTS,
    counts,
    key,
    loaded_column,
    may,
    mention_key,
    need,
    one_of,
    share,
    table,
)

EXAMPLES: Final = 3

topic_night = table(
    "topic_night",
    "Nights whose discovered topics were loaded. Grain: night.",
    key("night", sa.Date, "Day (UTC) the topics were looked for"),
    need("since", INSTANT, "Begin of the window: older mentions were not read"),
    need("until", INSTANT, "End of the window"),
    need("model", sa.String, "SHA-256 of the weights the vectors came from, empty where none"),
    need("topics", sa.BigInteger, "Topics that stand after this night"),
    need("mentions", sa.BigInteger, "Mentions of the window that have one of them"),
    need("texts", sa.BigInteger, "Distinct texts that were read, near copies counted once"),
    need("left_out", sa.BigInteger, "Mentions whose vectors came from other weights"),
    need("sha256", sa.String, "SHA-256 of the night's file"),
    loaded_column(),
    *counts(["topics", "mentions", "texts", "left_out"]),
)

discovered_topic = table(
    "discovered_topic",
    "Topics found in what people say. An id is never used again. Grain: topic_id.",
    key("topic_id", sa.String, "Night it was born and a number"),
    need("name", sa.String, "Its strongest words"),
    need("words", TEXTS, "Words that are its own, the strongest first"),
    need("born_on", sa.Date, "Night it was born"),
    need("last_on", sa.Date, "Latest night that lists it"),
    may("ended_on", sa.Date, "Night it died or was merged; NULL: it stands"),
    need(
        "counts_as",
        sa.String,
        "Topic its mentions count for: what it was merged into, and that into, or itself",
    ),
)

discovered_topic_mention = table(
    "discovered_topic_mention",
    "The discovered topic of a mention, as of the latest night that looked at it. "
    "Grain: mention_id.",
    mention_key(),
    need("topic_id", sa.String, "The topic, see core.discovered_topic"),
    need("night", sa.Date, "Night that says so"),
    may("nearness", sa.REAL, "Cosine with the centre of the topic; NULL: not measured that night"),
    may("example", sa.Integer, "1 to 3 for the mentions that show the topic best; NULL: others"),
    sa.CheckConstraint(f"example BETWEEN 1 AND {EXAMPLES}"),
)

topic_lineage = table(
    "topic_lineage",
    "How discovered topics came about and ended. Grain: night, kind, from_id, to_id.",
    key("night", sa.Date, "Night it happened"),
    key("kind", sa.String, "birth, death, merge (from_id into to_id) or split (to_id off from_id)"),
    key("from_id", sa.String, "Topic before; empty for a birth"),
    key("to_id", sa.String, "Topic after; empty for a death"),
    need("share", sa.Double, "Share of from_id's texts that went over; 1 for births and deaths"),
    one_of("kind", LINEAGE),
    share("share"),
)

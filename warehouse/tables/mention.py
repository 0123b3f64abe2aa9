"""What was said, by whom, how it fared, and what the source took back."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa

from listening.contract import KINDS
from warehouse.tables.base import (
    INSTANT,
    TEXTS,
    batch_column,
    counts,
    grain,
    key,
    loaded_column,
    may,
    mention_key,
    need,
    one_of,
    table,
)

COUNTS: Final = ("likes", "shares", "comments", "views", "followers")

mention = table(
    "mention",
    "What somebody said, in the content of the latest look. Grain: mention_id.",
    grain("mention_id", sa.String, "Hash of source and native_id, whichever stream saw it"),
    need("source", sa.String, "Name of the source"),
    need("native_id", sa.String, "The source's own id"),
    need("kind", sa.String, "post, comment, review or share"),
    need("channel", sa.String, "Platform people know it from, such as mastodon"),
    need("title", sa.String, "Title, empty where none"),
    need("text", sa.String, "Plain text"),
    need("url", sa.String, "Where it is, empty where unknown"),
    may("author_key", sa.String, "Who said it, see core.author; NULL where the source hides it"),
    need("published_at", INSTANT, "When it was said"),
    may("edited_at", INSTANT, "When it was last edited, as the source says"),
    need("observed_at", INSTANT, "First look at it"),
    may("parent_id", sa.String, "Mention it answers, which may be unknown to us"),
    may("thread_id", sa.String, "First mention of its thread, which may be unknown to us"),
    need("lang", sa.String, "Language the source declares (BCP 47), empty where it does not"),
    need("region", sa.String, "Region the source declares, empty where it does not"),
    may("rating", sa.Double, "Stars or points of a review"),
    may("mapped_brand_id", sa.String, "Brand stated by an import or an owned stream"),
    may("campaign", sa.String, "Campaign it belongs to"),
    may("experiment", sa.String, "Experiment it belongs to"),
    may("arm", sa.String, "Arm of that experiment"),
    need("owned", sa.Boolean, "Served by one of the brand's own channels"),
    need("content_hash", sa.String, "Hash of the content, see core.mention_version"),
    need("version_no", sa.Integer, "Version that stands, see core.mention_version"),
    need("warnings", TEXTS, "Codes such as no_zone, sorted"),
    need("fetched_at", INSTANT, "When the batch of this content was fetched"),
    loaded_column(),
    batch_column(),
    need("private", sa.Boolean, "A message or ticket: only legal and care read its words"),
    one_of("kind", KINDS),
    sa.CheckConstraint("version_no >= 1"),
)

mention_version = table(
    "mention_version",
    "Every content a mention was seen with, numbered by first look. Grain: mention_id, "
    "content_hash; also mention_id, version_no.",
    mention_key(),
    grain("content_hash", sa.String, "Hash of the content"),
    need("version_no", sa.Integer, "1 is the content seen first"),
    need("title", sa.String, "Title, empty where none"),
    need("text", sa.String, "Plain text"),
    may("edited_at", INSTANT, "When it was edited, as the source says"),
    need("observed_at", INSTANT, "First look at this content"),
    may("author_key", sa.String, "Who said it, see core.author"),
    may("handle", sa.String, "Author's handle at that look"),
    may("author_name", sa.String, "Author's display name at that look"),
    may("verified", sa.Boolean, "Whether the source had verified the author at that look"),
    batch_column(),
    sa.CheckConstraint("version_no >= 1"),
)

tombstone = table(
    "tombstone",
    "Mentions their source deleted. Nothing else of them is kept, and they stay deleted. "
    "Grain: mention_id.",
    key("mention_id", sa.String, "The mention, see core.mention"),
    need("source", sa.String, "Name of the source"),
    need("deleted_at", INSTANT, "Earliest deletion the source told"),
    need("observed_at", INSTANT, "First marker we saw"),
    batch_column(),
)

author = table(
    "author",
    "Who said it, per source: identities are never joined across sources. An author without "
    "mentions is dropped. Grain: author_key.",
    grain(
        "author_key",
        sa.String,
        "Hash, under a key, of source and the source's author id, else the handle",
    ),
    need("source", sa.String, "Name of the source"),
    may("handle", sa.String, "Handle at the latest mention"),
    may("name", sa.String, "Display name at the latest mention"),
    may("verified", sa.Boolean, "Whether the source verified the author, NULL where unknown"),
    may("brand_id", sa.String, "Brand whose declared handle this is, NULL for everybody else"),
)

pseudonym = table(
    "pseudonym",
    "With which key author keys are made; the key itself lies outside the data root. One row. "
    "Grain: key_id.",
    key("key_id", sa.String, "Name of the key, which tells nothing of it"),
)

author_follower = table(
    "author_follower",
    "Followers of an author over time. Grain: author_key, observed_at.",
    grain("author_key", sa.String, "The author, see core.author"),
    grain("observed_at", INSTANT, "When it was looked at"),
    need("followers", sa.BigInteger, "Followers at that look"),
    *counts(["followers"]),
)

engagement = table(
    "engagement",
    "Every look at a mention and its counts then. A count the source does not give is NULL, "
    "never 0; all may be NULL. Grain: mention_id, observed_at.",
    mention_key(),
    grain("observed_at", INSTANT, "When it was looked at"),
    may("likes", sa.BigInteger, "Likes, favourites or points"),
    may("shares", sa.BigInteger, "Shares, reposts or boosts"),
    may("comments", sa.BigInteger, "Comments or replies"),
    may("views", sa.BigInteger, "Views or impressions"),
    may("followers", sa.BigInteger, "Author's followers"),
    may("content_hash", sa.String, "Content seen at that look; NULL where only counts were seen"),
    batch_column(),
)

mention_stream = table(
    "mention_stream",
    "Streams that served a mention. Grain: mention_id, stream.",
    mention_key(),
    grain("stream", sa.String, "Source, host and target"),
)

mention_query = table(
    "mention_query",
    "Queries that cover a mention. Grain: mention_id, query_id.",
    mention_key(),
    grain("query_id", sa.String, "The query, see core.query"),
)

thread = table(
    "thread",
    "Conversations, of the mentions we know: those that say they belong to one, and the mention it "
    "began with. Grain: thread_id.",
    grain("thread_id", sa.String, "Mention it began with, which may be unknown to us"),
    need("source", sa.String, "Name of the source"),
    need("root_known", sa.Boolean, "The mention it began with is in core.mention"),
    need("first_at", INSTANT, "When the first of its mentions was said"),
    need("last_at", INSTANT, "When the latest of its mentions was said"),
    need("mentions", sa.BigInteger, "Mentions of it that we know"),
    need("authors", sa.BigInteger, "Authors of these, those whom the source hides left out"),
    sa.CheckConstraint("mentions >= 1 AND authors BETWEEN 0 AND mentions"),
    sa.CheckConstraint("first_at <= last_at"),
)

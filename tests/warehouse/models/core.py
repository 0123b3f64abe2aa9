"""Rows put straight into the core tables, where a test says only what matters, and rows read."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import sqlalchemy as sa

from warehouse.tables import METADATA


class Core:
    """Writes rows of core tables; what a row leaves out is empty, 0 or NULL."""

    def __init__(self, connection: sa.Connection) -> None:
        self.connection = connection
        self.authors: set[str] = set()

    def add(self, table: str, **values: Any) -> None:
        """Insert one row."""
        target = METADATA.tables[f"core.{table}"]
        row = {c.name: _default(c) for c in target.columns if not c.nullable} | values
        self.connection.execute(sa.insert(target).values(**row))

    def author(self, key: str, **values: Any) -> None:
        """Add an author once."""
        if key not in self.authors:
            self.authors.add(key)
            self.add("author", author_key=key, source="mastodon", **{"handle": f"@{key}"} | values)

    def say(
        self,
        mention_id: str,
        published_at: datetime,
        *,
        author: str,
        brands: Sequence[str] = ("acme",),
        relation: str = "untagged",
        product: str = "",
        sentiment: str = "neutral",
        intents: Sequence[str] = (),
        topics: Sequence[str] = (),
        cluster: str | None = None,
        **values: Any,
    ) -> None:
        """Add a mention with everything understood about it."""
        self.author(author)
        defaults = {
            "source": "mastodon",
            "channel": "mastodon",
            "kind": "post",
            "text": f"words of {mention_id}",
            "url": f"https://social.example/p/{mention_id}",
            "content_hash": f"hash-{mention_id}",
            "version_no": 1,
            "lang": "en",
            "observed_at": published_at + timedelta(hours=1),
        }
        self.add(
            "mention",
            **defaults
            | {"mention_id": mention_id, "author_key": author, "published_at": published_at}
            | values,
        )
        for brand in brands:
            self.add(
                "mention_brand",
                mention_id=mention_id,
                brand_id=brand,
                product_id=product,
                relation=relation,
            )
        for topic in topics:
            self.add("mention_topic", mention_id=mention_id, topic_id=topic, p=0.9)
        self._label(mention_id, "sentiment", sentiment, [(sentiment, 0.8)])
        self._label(mention_id, "intent", "none", [(intent, 0.9) for intent in intents])
        self.add("duplicate_cluster", mention_id=mention_id, cluster_id=cluster or mention_id)

    def _label(self, mention_id: str, tagger: str, label: str, scores: list[Any]) -> None:
        # A stated 0.2 must not count as an intent.
        scored = [{"id": name, "p": p} for name, p in [*scores, ("churn", 0.2)]]
        self.add(
            "label",
            mention_id=mention_id,
            content_hash=f"hash-{mention_id}",
            tagger=tagger,
            version="1",
            label=label,
            p=0.8,
            probabilities=scored,
        )

    def look(self, mention_id: str, observed_at: datetime, **counts: int) -> None:
        """Add a look at a mention's counts."""
        self.add("engagement", mention_id=mention_id, observed_at=observed_at, **counts)


def _default(column: sa.Column[Any]) -> Any:
    kind = column.type
    for types, value in (
        (sa.ARRAY, []),
        (sa.Boolean, False),
        (sa.DateTime, datetime(2026, 10, 1, 10, tzinfo=UTC)),
        (sa.Date, date(2026, 10, 1)),
        (sa.Time, time(9)),
        (sa.Integer, 0),
        (sa.Float, 0.0),
    ):
        if isinstance(kind, types):
            return value
    return ""


def rows(connection: sa.Connection, sql: str) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in connection.exec_driver_sql(sql)]

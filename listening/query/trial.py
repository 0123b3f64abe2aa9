"""Tries a query on stored mentions: what it catches and misses, before it goes live."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import pyarrow.parquet as pq

from listening.contract import DataRoot, ListeningError, Mention, batch_ids, now, read_batch
from listening.query.search import compile_query, search_texts

_COLUMNS: Final = [
    "bucket", "source", "native_id", "mention_id", "title", "text", "url", "author", "lang",
    "published_at", "observed_at",
]  # fmt: skip
_SHOWN: Final = 160


@dataclass(frozen=True, slots=True)
class Trial:
    """What a query makes of the stored mentions."""

    stored: int
    caught: int
    sources: list[dict[str, Any]]  # source, stored, caught
    caught_examples: list[dict[str, str]]  # the newest first
    missed_examples: list[dict[str, str]]
    searches: tuple[str, ...]  # plain wordings that a source would be asked for


def try_query(root: DataRoot, q: str, days: int = 30, examples: int = 5) -> Trial:
    """Run a query over the mentions kept by the batches of the last days.

    What was off topic when it came is not stored, so it can be neither caught nor missed.

    Raises:
        ConfigurationError: the query cannot be read.
    """
    test, searches = compile_query(q), search_texts(q)
    sides: dict[bool, list[Mention]] = defaultdict(list)
    stored, caught = Counter[str](), Counter[str]()
    for mention in _stored(root, now() - timedelta(days=days)):
        found = test(mention)
        stored[mention.source] += 1
        caught[mention.source] += found
        sides[found].append(mention)
    return Trial(
        stored.total(),
        caught.total(),
        [
            {"source": name, "stored": count, "caught": caught[name]}
            for name, count in sorted(stored.items())
        ],
        _newest(sides[True], examples),
        _newest(sides[False], examples),
        searches,
    )


def _stored(root: DataRoot, since: datetime) -> Iterator[Mention]:
    """Yield each living mention once, as it was last seen."""
    last: dict[str, dict[str, Any] | None] = {}
    for batch_id in batch_ids(root.landing):
        path = root.landed(batch_id)
        if not batch_id.startswith("mention/"):
            continue
        try:
            if read_batch(path).sealed_at < since:
                continue
        except ListeningError:  # damaged: the crawl sets it aside
            continue
        for row in pq.read_table(path, columns=_COLUMNS, partitioning=None).to_pylist():
            if row["bucket"] == "deleted":
                last[row["mention_id"]] = None
            elif row["bucket"] == "kept" and row["text"] is not None:
                last[row["mention_id"]] = row
    for row in filter(None, last.values()):
        texts = ("source", "native_id", "title", "text", "url", "author", "lang")
        said: dict[str, Any] = {name: row[name] or "" for name in texts}
        yield Mention(**said, published_at=row["published_at"], observed_at=row["observed_at"])


def _newest(mentions: list[Mention], count: int) -> list[dict[str, str]]:
    newest = sorted(mentions, key=lambda one: one.published_at, reverse=True)[:count]
    return [
        {
            "source": one.source,
            "published_at": one.published_at.isoformat(),
            "url": one.url,
            "text": " ".join(f"{one.title} {one.text}".split())[:_SHOWN],
        }
        for one in newest
    ]

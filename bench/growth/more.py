"""Seals and tags one more real batch for a filled warehouse, by the project's own writers.

What a busy stream serves in some hours: new posts by known and new authors, some in answer to what
is known, some known ones edited, a few deleted; and later looks at the counts of known ones.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from bench.posts import make_posts
from listening.bucket import Bucketer
from listening.contract import (
    Batch,
    BatchKind,
    BrandFile,
    Coverage,
    DataRoot,
    Deletion,
    Item,
    Mention,
    Snapshot,
    now,
)
from listening.crawl import Stream, streams
from listening.landing import Draft, Landing
from listening.query.search import topic_filter
from warehouse.open import open_warehouse

HOURS: Final = 6
"""How long the filled warehouse was not added to; the caller's clock stands at its end."""

LOOKS, DELETED, EDITED = 0.2, 0.002, 0.03
"""Later looks, deletions and edits of known mentions, as shares of the new ones."""

BY_KNOWN: Final = 0.7
"""The share of new mentions whose author is known."""

_NAMES: Final = ("Larkspur", "BrewOne", "Toastline", "Cindral", "Ovenbird Home")
_KNOWN: Final = """
SELECT native_id, text, v.handle, published_at, coalesce(url, '') AS url
FROM core.mention JOIN core.mention_version AS v USING (mention_id, content_hash, text)
WHERE source = 'mastodon' AND kind = 'post' AND v.handle LIKE '@user%'
ORDER BY published_at DESC, mention_id LIMIT ?
"""
Known = Sequence[Any]


def seal_more(root: DataRoot, brands: BrandFile, mentions: int) -> list[Batch]:
    """Seal and tag a batch of so many new mentions, and one of later looks; return both.

    Call it again with the clock moved on by `HOURS` and it makes others.
    """
    from nlp.tag import tag_pending

    stream = next(
        each for each in streams(brands) if (each.source, each.target) == ("mastodon", "brewone")
    )
    with open_warehouse(root, read_only=True) as connection:
        known = connection.exec_driver_sql(_KNOWN, (max(mentions, 100),)).all()
    seed = int(now().timestamp())
    items = _Items(brands, known, random.Random(seed))  # noqa: S311  no secret
    batches = [
        _seal(root, brands, stream, "mention", items.mentions(mentions, seed)),
        _seal(root, brands, stream, "engagement", items.looks(round(LOOKS * mentions))),
    ]
    tag_pending(root, brands)
    return batches


class _Items:
    """What the stream serves."""

    def __init__(self, brands: BrandFile, known: Known, chance: random.Random) -> None:
        self._brands, self._known, self._chance = brands, known, chance
        self._now = now()
        self._round = f"{self._now:%Y%m%d%H}"

    def mentions(self, count: int, seed: int) -> Iterator[Item]:
        """Yield new posts, then edits and deletions of known ones."""
        for number, post in enumerate(make_posts(count, self._brands, seed)):
            yield self._new(number, count, post)
        chosen = self._chance.sample(self._known, min(len(self._known), round(EDITED * count)))
        for row in chosen:
            yield self._post(row.native_id, row.text + " (edited)", row.handle, row.published_at)
        for row in chosen[: max(1, round(DELETED * count))]:
            yield Deletion("mastodon", row.native_id, self._now, self._now)

    def looks(self, count: int) -> Iterator[Item]:
        """Yield later looks at known posts."""
        for row in self._chance.sample(self._known, min(len(self._known), count)):
            likes = int(self._chance.paretovariate(0.9))
            yield Snapshot(
                "mastodon", row.native_id, self._now, likes=likes, shares=likes // 3, comments=2
            )

    def _new(self, number: int, count: int, post: str) -> Mention:
        said_at = self._now - timedelta(hours=HOURS) * (1 - number / count)
        name = self._chance.choice(_NAMES)
        text = post if any(each in post for each in _NAMES) else f"{post} #{name.split()[0]}"
        known = self._chance.random() < BY_KNOWN
        author = (
            self._chance.choice(self._known).handle
            if known
            else f"@new{self._round}_{number}@a.example"
        )
        parent = self._chance.choice(self._known).native_id if number % 3 == 0 else ""
        return self._post(f"{self._round}-{number}", text, author, said_at, parent)

    def _post(
        self, native_id: str, text: str, author: str, said_at: datetime, parent: str = ""
    ) -> Mention:
        likes = int(self._chance.paretovariate(0.9))
        return Mention(
            source="mastodon",
            native_id=native_id,
            text=text,
            published_at=said_at.replace(microsecond=0),
            observed_at=self._now,
            kind="comment" if parent else "post",
            channel="mastodon",
            url=f"http://social.example/p/{native_id}",
            author=author,
            author_name=author.lstrip("@").partition("@")[0],
            parent_native_id=parent,
            lang="en",
            likes=likes,
            shares=likes // 3,
            comments=1,
            followers=int(30 * self._chance.paretovariate(0.8)),
        )


def _seal(
    root: DataRoot, brands: BrandFile, stream: Stream, kind: BatchKind, items: Iterator[Item]
) -> Batch:
    rows = Bucketer(topic_filter(brands, stream.source, stream.relation))
    rows.extend(items)
    draft = Draft(
        kind=kind,
        stream=stream.id,
        source=stream.source,
        host=stream.host,
        target=stream.target,
        served=len(rows),
        coverage=Coverage("complete", now() - timedelta(hours=HOURS), now(), got=len(rows)),
        brand_files=brands.files,
    )
    return Landing(root).seal(draft, rows.table())

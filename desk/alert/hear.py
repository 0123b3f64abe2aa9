"""Reads what a sealed batch and its tags say, in the shape the window keeps it in."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlsplit

import pyarrow as pa
import pyarrow.parquet as pq

from listening.contract import RELATIONS, Batch, Brand, BrandFile, DataRoot, ListeningError

SHOWN: Final = 280  # characters of a text
COUNTS: Final = ("likes", "shares", "comments", "views", "followers")
INTENT_LINE: Final = 0.5  # as the tagger's, and `intent_threshold` of warehouse/dbt_project.yml
ARTICLES: Final = ("rss", "atom", "web", "news", "sitemap")  # as article_sources() of the warehouse
PRIVACY_FLAGS: Final = ("personal_data", "doxxing", "credential_leak", "document_leak")
_LANDED: Final = (
    "bucket", "seen_before", "mention_id", "source", "native_id", "content_hash", "kind", "channel",
    "title", "text", "url", "author", "author_id", "published_at", "deleted_at", "observed_at",
    "parent_id", "thread_id", *COUNTS, "brand_id", "owned", "private",
)  # fmt: skip
_TAGGED: Final = (
    "mention_id", "content_hash", "sentiment", "abstained", "intents", "topics", "flags", "brands",
    "bands",
)  # fmt: skip
# As called_handles of warehouse/models/mart/mention_tag.sql.
_CALLED: Final = re.compile(r"(?:^|[^\w.\-])@(\w[\w.\-]*(?:@[\w.\-]+)?)")


@dataclass(frozen=True, slots=True)
class Heard:
    """One row of a batch: a mention with its tags, a look at one, or that one is gone."""

    mention_id: str
    mention: dict[str, Any] | None = None  # a row of `mention`
    about: tuple[dict[str, Any], ...] = ()  # rows of `about`
    bands: tuple[str, ...] = ()
    look: dict[str, Any] | None = None  # a row of `look`
    gone: dict[str, Any] | None = None  # a row of `mention` that holds nothing

    @property
    def published_at(self) -> datetime:
        """When it was said."""
        assert self.mention is not None  # noqa: S101 (only mentions are asked)
        moment: datetime = self.mention["published_at"]
        return moment


@dataclass(frozen=True)
class Reader:
    """Knows whose handles and pages are whose."""

    brands: BrandFile
    handles: dict[tuple[str, str], str] = field(init=False)
    domains: tuple[tuple[str, str], ...] = field(init=False)

    def __post_init__(self) -> None:
        handles = {
            (channel.lower(), name.lower().lstrip("@")): brand.id
            for brand in sorted(self.brands.brands, key=lambda one: one.id, reverse=True)
            for channel, names in brand.handles.items()
            for name in names
        }
        domains = ((domain, one.id) for one in self.brands.brands for domain in one.domains)
        object.__setattr__(self, "handles", handles)
        object.__setattr__(self, "domains", tuple(sorted(domains)))

    def read(self, root: DataRoot, batch: Batch) -> Iterator[Heard]:
        """Yield the rows of a batch that matter to alerts.

        Raises:
            ListeningError: the batch or its tags cannot be read.
        """
        path = root.landed(batch.batch_id)
        rows = _read(path, _LANDED)
        tags: dict[tuple[str, str], dict[str, Any]] = {}
        if batch.kind == "mention":
            told = _read(root.tagged_batch(batch.batch_id), _TAGGED)
            tags = {(one["mention_id"], one["content_hash"]): one for one in told}
        for row in rows:
            if row["mention_id"] and row["bucket"] in ("kept", "duplicate", "deleted"):
                tag = tags.get((row["mention_id"], row["content_hash"] or ""))
                yield self._heard(row, tag, batch.stream)

    def _heard(self, row: Mapping[str, Any], tag: Mapping[str, Any] | None, stream: str) -> Heard:
        mention_id = row["mention_id"]
        if row["bucket"] == "deleted":
            moment = row["deleted_at"] or row["observed_at"]
            return Heard(mention_id, gone=_nothing(mention_id, row["source"], stream, moment))
        look = None
        if any(row[name] is not None for name in COUNTS):
            counts = {name: row[name] for name in COUNTS}
            look = {"mention_id": mention_id, "observed_at": row["observed_at"], **counts}
        if tag is None or row["bucket"] != "kept" or row["seen_before"]:
            return Heard(mention_id, look=look)
        by = self._author_brand(row)
        mention = _mention(row, tag, stream, by)
        about = tuple(self._about(row, tag, by))
        bands = tuple(str(band) for band in tag["bands"] or ())
        return Heard(mention_id, mention, about, bands, look)

    def _author_brand(self, row: Mapping[str, Any]) -> str | None:
        """Return the brand whose handle, or whose page, said it."""
        handle = (row["author"] or "").lower().lstrip("@")
        for place in (row["source"], row["channel"] or ""):
            if handle and (found := self.handles.get((place.lower(), handle))):
                return found
        if row["kind"] == "post" and row["source"] in ARTICLES:
            host = (urlsplit(row["url"] or "").hostname or "").removeprefix("www.")
            for domain, brand_id in self.domains:
                if host == domain or host.endswith("." + domain):
                    return brand_id
        return None

    def _about(
        self, row: Mapping[str, Any], tag: Mapping[str, Any], by: str | None
    ) -> Iterator[dict[str, Any]]:
        matches: dict[str, list[Mapping[str, Any]]] = {}
        for match in tag["brands"] or ():
            matches.setdefault(match["brand_id"], []).append(match)
        own = {brand.id: brand for brand in self.brands.brands}
        for brand_id, told in sorted(matches.items()):
            relation = min((one["relation"] for one in told), key=RELATIONS.index)
            brand = own.get(brand_id)
            addressed = relation == "owned" or row["brand_id"] == brand_id
            yield {
                "mention_id": row["mention_id"],
                "brand_id": brand_id,
                "relation": relation,
                "products": sorted({one["product_id"] for one in told if one["product_id"]}),
                "sentiment": _towards(told) or _mood(tag),
                "addressed": by != brand_id
                and (addressed or (brand is not None and _is_called(brand, row))),
            }


def _read(path: Any, names: Sequence[str]) -> list[dict[str, Any]]:
    try:
        with pq.ParquetFile(path) as file:
            there = set(file.schema_arrow.names)
            rows: list[dict[str, Any]] = file.read(
                columns=[name for name in names if name in there]
            ).to_pylist()
    except (OSError, pa.ArrowException) as error:
        raise ListeningError(
            f"cannot be read: {error}", where=str(path), mend="It is tried again; listening status"
        ) from error
    missing = dict.fromkeys(set(names) - there)
    return [{**row, **missing} for row in rows] if missing else rows


def _nothing(mention_id: str, source: str, stream: str, at: datetime) -> dict[str, Any]:
    return {
        "mention_id": mention_id, "content_hash": "", "observed_at": at, "first_seen_at": at,
        "published_at": at, "source": source, "stream": stream, "channel": "", "kind": "post",
        "author_key": "", "author": "", "author_brand_id": None, "native_id": "",
        "parent_id": None, "thread_id": mention_id, "url": "", "said": "", "withheld": True,
        "sentiment": "abstained", "intents": [], "topics": [], "flags": [],
        "cluster_id": mention_id, "gone": True,
    }  # fmt: skip


def _mention(
    row: Mapping[str, Any], tag: Mapping[str, Any], stream: str, by: str | None
) -> dict[str, Any]:
    flags: dict[str, dict[str, Any]] = {}
    for one in tag["flags"] or ():
        if one["kind"] not in flags or (one["p"] or 0) > flags[one["kind"]]["p"]:
            # A REAL 0.8 is 0.800000012 as a double.
            p = round(one["p"] or 0, 4)
            flags[one["kind"]] = {"kind": one["kind"], "p": p, "reason": one["reason"] or ""}
    withheld = bool(row["private"]) or any(kind in flags for kind in PRIVACY_FLAGS)
    who = row["author_id"] or row["author"]
    text = " ".join(f"{row['title'] or ''} {row['text'] or ''}".split())
    return {
        "mention_id": row["mention_id"],
        "content_hash": row["content_hash"],
        "observed_at": row["observed_at"],
        "first_seen_at": row["observed_at"],
        "published_at": row["published_at"],
        "source": row["source"],
        "stream": stream,
        "channel": row["channel"] or "",
        "kind": row["kind"] or "post",
        "author_key": _hash(row["source"], who) if who else "",
        "author": row["author"] or "",
        "author_brand_id": by,
        "native_id": row["native_id"] or "",
        "parent_id": row["parent_id"] if row["parent_id"] != row["mention_id"] else None,
        "thread_id": row["thread_id"] or row["mention_id"],
        "url": row["url"] or "",
        "said": "" if withheld else text[:SHOWN],
        "withheld": withheld,
        "sentiment": _mood(tag),
        "intents": sorted(
            one["id"] for one in tag["intents"] or () if (one["p"] or 0) >= INTENT_LINE
        ),
        "topics": sorted({one["id"] for one in tag["topics"] or ()}),
        "flags": [flags[kind] for kind in sorted(flags)],
        "cluster_id": row["mention_id"],
        "gone": False,
    }


def _hash(*parts: str) -> str:
    return hashlib.sha256("\x1f".join(parts).encode("utf-8", "replace")).hexdigest()[:32]


def _mood(tag: Mapping[str, Any]) -> str:
    return tag["sentiment"] if tag["sentiment"] and not tag["abstained"] else "abstained"


def _towards(told: Sequence[Mapping[str, Any]]) -> str | None:
    """Return what is thought of a brand, as brand_sentiment of the warehouse; None: not judged.

    Of itself, where that is good or bad; else of its products, nothing where they differ.
    """
    judged = [one for one in told if one.get("sentiment")]
    if not judged:
        return None
    counted = [one for one in judged if not one.get("abstained")]
    clear = [one for one in counted if one["sentiment"] != "neutral"]
    itself = [one["sentiment"] for one in clear if not one["product_id"]]
    moods = {one["sentiment"] for one in clear}
    if itself:
        return str(max(itself))
    if len(moods) == 1:
        return str(moods.pop())
    return "neutral" if counted and not moods else "abstained"


def _is_called(brand: Brand, row: Mapping[str, Any]) -> bool:
    """Tell whether a text calls one of the brand's handles on the platform it is declared for."""
    called = {name.rstrip(".-").lower() for name in _CALLED.findall(row["text"] or "")}
    if not called:
        return False
    places = {(row["source"] or "").lower(), (row["channel"] or "").lower()}
    free = (row["channel"] or "").lower() in ("", "drop")
    for channel, handles in brand.handles.items():
        if channel.lower() not in places and not free:
            continue
        for handle in handles:
            name, _, host = handle.lower().lstrip("@").partition("@")
            for one in called:
                other, _, place = one.partition("@")
                if name == other and (host == place or not host or not place):
                    return True
    return False

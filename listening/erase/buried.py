"""Finds in rows that are about to land what was erased before."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import pyarrow as pa

from listening.contract import mention_id
from listening.erase.blank import Needles
from listening.erase.tombstone import Tombstones

_READ: Final = (
    "bucket", "mention_id", "source", "native_id", "author", "author_id", "url", "title", "text",
    "raw", "detail", "parent_id", "thread_id",
)  # fmt: skip


def find_buried(
    tombstones: Tombstones, rows: pa.Table
) -> tuple[list[bool], dict[str, str], Needles]:
    """Return which rows were erased, what stands for erased parents, and what to look for.

    A row is erased where its mention or its author is; what could not be read, or is of no brand,
    where it names one of these.
    """
    names = [name for name in _READ if name in rows.schema.names]
    erased, veils = [], {}
    words: list[str] = []
    texts: list[str] = []
    for row in rows.select(names).to_pylist():
        gone = _is_buried(tombstones, row)
        erased.append(gone)
        if gone:
            words += [*names_of(row), row["mention_id"] or ""]
            texts += texts_of(row)
        for name in ("parent_id", "thread_id"):
            if (other := row.get(name)) and other not in veils and tombstones.holds_mention(other):
                veils[other] = tombstones.veil(other)
    return erased, veils, Needles(words, texts)


def _is_buried(tombstones: Tombstones, row: Mapping[str, Any]) -> bool:
    source, native_id = row.get("source") or "", row.get("native_id") or ""
    identity = row.get("mention_id") or (mention_id(source, native_id) if native_id else "")
    if identity and tombstones.holds_mention(identity):
        return True
    if tombstones.holds_author(source, row.get("author_id") or "", row.get("author") or ""):
        return True
    said = row["bucket"] in ("quarantined", "off_topic")
    loose = [row.get(name) or "" for name in ("raw", "detail", "url")]
    return said and any(tombstones.holds_word(source, text) for text in loose if text)


def names_of(row: Mapping[str, Any]) -> list[str]:
    """Return what names an item in what its source served: its id, and where it is."""
    return [told for name in ("native_id", "url") if (told := row.get(name))]


def texts_of(row: Mapping[str, Any]) -> list[str]:
    """Return the words of an item."""
    return [told for name in ("title", "text") if (told := row.get(name))]

"""Makes one large sealed and tagged batch out of a small one: layers of it with ids of their own.

The taggers cost more than a bulk load is worth measuring for, so what they say of a few thousand
posts is said again of others. Every id, content, author and MinHash band is a layer's own.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from listening.contract import (
    FOOTER_KEY,
    LANDING_SCHEMA,
    TAGGED_SCHEMA,
    Batch,
    BrandFile,
    DataRoot,
    mention_id,
)
from listening.landing import Draft, Landing
from nlp.frame import write_sealed

_OWN: Final = ("native_id", "text", "url", "author")
"""Columns to which a layer adds its number."""


def seal_wide(root: DataRoot, brands: BrandFile, batch: Batch, layers: int) -> Batch:
    """Seal a batch of so many times the new posts of a sealed and tagged one, with their tags."""
    landed = pq.ParquetFile(root.landed(batch.batch_id)).read()
    kept = pc.and_(pc.equal(landed["bucket"], "kept"), pc.not_equal(landed["text"], ""))
    posts = landed.filter(kept).drop_columns(["item_no"])
    tags = pq.read_table(root.tagged_batch(batch.batch_id))
    said = pa.concat_tables([_layer(posts, number) for number in range(layers)])
    rows = said.append_column("item_no", pa.array(range(len(said)), pa.int64()))
    draft = Draft(
        kind="mention",
        stream=batch.stream,
        source=batch.source,
        host=batch.host,
        target=batch.target,
        served=len(rows),
        coverage=batch.coverage,
        brand_files=brands.files,
    )
    wide = Landing(root).seal(draft, rows.select(LANDING_SCHEMA.names).cast(LANDING_SCHEMA))
    footer = json.loads(tags.schema.metadata[FOOTER_KEY])
    tagged = pa.concat_tables([_tag_layer(tags, posts, number) for number in range(layers)])
    told = {**footer, "batch_id": wide.batch_id, "rows": len(tagged)}
    write_sealed(root.tagged_batch(wide.batch_id), tagged, json.dumps(told).encode())
    return wide


def _layer(posts: pa.Table, number: int) -> pa.Table:
    for name in _OWN:
        told = [f"{each}~{number}" if each else each for each in posts[name].to_pylist()]
        posts = _put(posts, name, told)
    ids = map(mention_id, posts["source"].to_pylist(), posts["native_id"].to_pylist())
    posts = _put(posts, "mention_id", list(ids))
    return _put(posts, "content_hash", _hashes(posts["content_hash"].to_pylist(), number))


def _tag_layer(tags: pa.Table, posts: pa.Table, number: int) -> pa.Table:
    """Return what is said of the posts of a layer; the tags are in the order of the posts."""
    found = dict(zip(posts["mention_id"].to_pylist(), range(len(posts)), strict=True))
    layer = _layer(posts, number)
    places = [found[each] for each in tags["mention_id"].to_pylist()]
    for name in ("mention_id", "content_hash"):
        tags = _put(tags, name, layer[name].take(places).to_pylist())
    bands = [[band ^ number for band in each] for each in tags["bands"].to_pylist()]
    return _put(tags, "bands", bands).select(TAGGED_SCHEMA.names).cast(TAGGED_SCHEMA)


def _hashes(before: Sequence[str], number: int) -> list[str]:
    return [hashlib.sha256(f"{each}~{number}".encode()).hexdigest()[:32] for each in before]


def _put(table: pa.Table, name: str, values: Sequence[object]) -> pa.Table:
    place = table.schema.get_field_index(name)
    field = table.schema.field(place)
    return table.set_column(place, field, pa.array(values, field.type))

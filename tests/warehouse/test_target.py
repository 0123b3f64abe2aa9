"""What a mention thinks of each brand reaches the tables, of every content and version."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from listening.contract import BRAND_MATCH_TYPE, FOOTER_KEY, TAGGED_SCHEMA, Product, mention_id
from tests.warehouse.world import BRANDS, World, deleted, rows_of, said, stored
from warehouse.decision import read_label
from warehouse.load import load_pending

M1 = mention_id("import", "1")
LABELS = (
    "SELECT brand_id, product_id, version, label, p, abstained, len(probabilities) "
    "FROM core.target_label ORDER BY ALL"
)


def match(brand_id: str, product_id: str | None, label: str, **more: Any) -> dict[str, Any]:
    """Return a match of a tagged file, surely of one opinion."""
    shares = {f"p_{name}": 0.75 if name == label else 0.125 for name in
              ("negative", "neutral", "positive")}  # fmt: skip
    return {
        "brand_id": brand_id, "product_id": product_id, "relation": "untagged", "sentiment": label,
        **shares, **more,
    }  # fmt: skip


def land(world: World, *matches: dict[str, Any], text: str = "acme k2", seen: float = 24) -> str:
    row = said("1", text, seen=seen)
    batch_id = world.land([row])
    world.tag(batch_id, [row], brands=list(matches))
    return batch_id


def test_each_brand_and_product_has_a_label_of_its_own(world: World) -> None:
    """A match that was not judged, or failed, has none."""
    land(
        world,
        match("acme", None, "positive"),
        match("acme", "k2", "negative", abstained="border"),
        {"brand_id": "rival", "product_id": None, "relation": "untagged", "abstained": "failed"},
    )
    load_pending(world.root, BRANDS)
    version = "0123456789ab"
    assert rows_of(world.root, LABELS) == [
        ("acme", "", version, "positive", 0.75, None, 3),
        ("acme", "k2", version, "negative", 0.75, "border", 3),
    ]
    assert rows_of(world.root, "SELECT count(*) FROM core.mention_brand") == [(3,)]


def test_an_edit_keeps_the_old_label_and_a_deletion_leaves_none(world: World) -> None:
    """A label is of a content, and goes with the mention."""
    land(world, match("acme", None, "positive"))
    land(world, match("acme", None, "negative"), text="acme bad", seen=30)
    load_pending(world.root, BRANDS)
    assert [row[3] for row in rows_of(world.root, LABELS)] == ["negative", "positive"]
    world.land([deleted("1", 40)], kind="tombstone")
    load_pending(world.root, BRANDS)
    assert rows_of(world.root, LABELS) == []


@pytest.mark.parametrize("turned", [False, True])
def test_the_order_of_two_batches_of_one_content_leaves_no_trace(
    world: World, *, turned: bool
) -> None:
    """Last digits may differ between batches; the greater stands in either order."""
    row = said("1", "acme")
    matches = (
        match("acme", None, "positive"),
        match("acme", None, "negative", p_negative=0.8125, p_neutral=0.0625),
    )
    for number, one in enumerate(matches[::-1] if turned else matches):
        batch_id = world.land([row], stream=f"import--file--{number}")
        world.tag(batch_id, [row], brands=[one])
    load_pending(world.root, BRANDS)
    assert [found[3:5] for found in rows_of(world.root, LABELS)] == [("negative", 0.8125)]


@pytest.mark.parametrize("beside_new", [True, False])
def test_a_file_from_before_targets_were_judged_is_loaded_without(
    world: World, *, beside_new: bool
) -> None:
    """Its matches have fewer fields; alone, or read again beside a newer file."""
    old = land(world, match("acme", None, "positive"))
    _age(world.root.tagged_batch(old))
    if beside_new:  # an edit that is taken back: the old file is read beside a newer one
        land(world, match("acme", None, "negative"), text="acme edited", seen=30)
        row = said("1", "acme k2", seen=40)
        world.tag(world.land([row], stream="import--file--b"), [row], brands=[])
    load_pending(world.root, BRANDS)
    assert [row[3] for row in rows_of(world.root, LABELS)] == (["negative"] if beside_new else [])
    assert rows_of(world.root, "SELECT brand_id FROM core.mention_brand") == [("acme",)]


def _age(path: Path) -> None:
    """Rewrite a tagged file as one without the fields of a target."""
    table = pq.read_table(path)
    fields = [field for field in BRAND_MATCH_TYPE.value_type if field.name in
              {"brand_id", "product_id", "relation", "start", "end", "matched"}]  # fmt: skip
    kind = pa.list_(pa.struct(fields))
    names = {field.name for field in fields}
    matches = [
        [{name: held for name, held in each.items() if name in names} for each in row]
        for row in table["brands"].to_pylist()
    ]
    place = TAGGED_SCHEMA.get_field_index("brands")
    table = table.set_column(place, pa.field("brands", kind), pa.array(matches, kind))
    footer = json.loads(pq.read_schema(path).metadata[FOOTER_KEY])
    metadata = {FOOTER_KEY: json.dumps(footer).encode()}
    pq.write_table(table.replace_schema_metadata(metadata), path)


def test_a_correction_is_compared_with_what_the_model_thought_of_that_brand(world: World) -> None:
    """Of itself, else of its products where they agree; nothing where nothing was judged."""
    land(
        world,
        match("acme", "k2", "negative"),
        match("acme", None, "neutral"),
        match("rival", "r1", "positive"),
        match("rival", "r2", "negative"),
    )
    products = (Product("r1", "R1"), Product("r2", "R2"))
    rival = replace(BRANDS.brands[1], products=products)
    load_pending(world.root, replace(BRANDS, brands=(BRANDS.brands[0], rival)))
    assert read_label(world.root, M1, "sentiment", "acme")[1:] == ("negative", "0123456789ab")
    assert read_label(world.root, M1, "sentiment", "rival")[1] == "abstained"
    assert read_label(world.root, M1, "sentiment")[1] == "positive"


def test_loading_again_changes_nothing(world: World) -> None:
    land(world, match("acme", None, "positive"))
    load_pending(world.root, BRANDS)
    before = stored(world.root)
    assert before["target_label"]
    assert load_pending(world.root, BRANDS) == []
    assert stored(world.root) == before

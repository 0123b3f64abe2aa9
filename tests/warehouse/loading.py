"""A load that checks the whole warehouse, told as the buckets of its receipts."""

from __future__ import annotations

from dataclasses import asdict

from listening.contract import BUCKETS
from tests.warehouse.world import BRANDS, World
from warehouse.check import check_warehouse
from warehouse.load import Receipt, load_pending
from warehouse.open import open_warehouse


def buckets(receipt: Receipt) -> dict[str, int]:
    """Return the buckets that are not empty."""
    return {name: count for name, count in asdict(receipt).items() if name in BUCKETS and count}


def load(world: World) -> list[dict[str, int]]:
    """Load, check the whole warehouse, and return the buckets of the new receipts."""
    receipts = load_pending(world.root, BRANDS)
    with open_warehouse(world.root) as connection:
        check_warehouse(connection)
    for receipt in receipts:
        assert sum(buckets(receipt).values()) == receipt.served
    return [buckets(receipt) for receipt in receipts]

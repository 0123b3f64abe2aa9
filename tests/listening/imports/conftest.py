"""An export taken in at noon: by whom, and what became of its rows."""

from datetime import UTC, datetime

import pyarrow.parquet as pq
import pytest

from listening.contract import Brand, BrandFile, Query
from listening.imports.run import import_file

NOON = datetime(2026, 10, 30, 12, tzinfo=UTC)
BRANDS = BrandFile(
    (
        Brand("acme", "Acme Home", "own", aliases=("AcmeCo",)),
        Brand("zeta", "Zeta", "competitor"),
    ),
    queries=(Query("main", "acme OR zeta"),),
    files=("brand.yaml",),
)
HEAD = "id,text,published_at"


@pytest.fixture
def held_clock(monkeypatch):
    monkeypatch.setenv("LISTENING_NOW", NOON.isoformat())


def take(root, text, mapping=None, name="export.csv", brands=BRANDS, **arguments):
    path = root.path.parent / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return import_file(root, path, brands, mapping or {}, **arguments)


def rows(root, batch):
    return pq.read_table(root.landed(batch.batch_id)).to_pylist()


def one(root, text, **arguments):
    (batch,) = take(root, text, **arguments)
    (row,) = rows(root, batch)
    return row

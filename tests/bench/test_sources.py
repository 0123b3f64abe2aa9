"""All sources at once land what each lands alone, and the ledger of each is whole."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from bench.sources import crawl_all, measure
from listening.sources import SOURCES


@pytest.fixture(autouse=True)
def environment() -> Iterator[None]:
    """What the bench sets is taken back."""
    before = dict(os.environ)
    yield
    os.environ.clear()
    os.environ.update(before)


def test_every_source_is_heard_at_once_and_none_loses_an_item(tmp_path: Path) -> None:
    told = measure(tmp_path, crawl_all)
    assert told["faults"] == []
    assert told["sources"] == len(SOURCES)

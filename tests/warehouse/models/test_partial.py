"""A build of what changed gives the same tables as a build of everything."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from listening import contract
from listening.contract import Brand, BrandFile, DataRoot, Product, Query, Topic, mention_id
from tests.warehouse.world import Row, World, at, counted, deleted, reference, said
from warehouse.load import load_pending
from warehouse.model import build_models
from warehouse.open import connect

pytestmark = pytest.mark.slow
ROUNDS = 3
WORDS = [
    "acme", "k2", "rival", "late", "bad", "good", "complaint", "question", "churn", "threat",
    "street",
]  # fmt: skip
BRANDS = BrandFile(
    brands=(
        Brand(
            "acme",
            "Acme",
            "own",
            handles={"mastodon": ("@acme@a.example",)},
            domains=("acme.example",),
            products=(Product("k2", "Acme K2", ("K2",)),),
            competitors=("rival",),
        ),
        Brand("rival", "Rival", "competitor", handles={"mastodon": ("@rival@a.example",)}),
    ),
    queries=(Query("main", "acme"),),
    topics=(Topic("late", "Late", ("came late",)),),
    publish_days=2,  # what the first round says is too old to be told at length in the last
)
RELEASE = {"release_id": "r", "brand_id": "acme", "version": "2", "released_on": "2026-10-05"}


class Talk:
    """Random talk: new posts, answers by people and brands, edits, counts and deletions."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)  # noqa: S311  no secret
        self.known: dict[str, Row] = {}
        self.hour = 0.0
        self.moved: list[str] = []  # posts whose source says every time that they are older

    def batches(self, count: int) -> Iterator[tuple[str, list[Row]]]:
        """Yield kinds and rows of what a round brings."""
        news = [self._post() for _ in range(count)]
        edits = [self._edit(native_id) for native_id in self._some(4)]
        self.moved = self.moved or self._some(3)
        moves = [self._edit(native_id, days=40) for native_id in self.moved]
        yield "mention", [*news, *edits, *moves]
        yield (
            "engagement",
            [
                counted(native_id, self.hour, likes=self.chance.randrange(99), comments=4)
                | {"source": "mastodon", "mention_id": mention_id("mastodon", native_id)}
                for native_id in self._some(6)
            ],
        )
        gone = [native_id for native_id in self._some(4) if native_id not in self.moved]
        yield (
            "tombstone",
            [
                deleted(native_id, self.hour)
                | {"source": "mastodon", "mention_id": mention_id("mastodon", native_id)}
                for native_id in gone
            ],
        )
        for native_id in gone:
            del self.known[native_id]

    def _some(self, count: int) -> list[str]:
        return self.chance.sample(sorted(self.known), min(count, len(self.known)))

    def _post(self) -> Row:
        self.hour += self.chance.expovariate(0.5)
        native_id = f"p{self.hour:.4f}"
        text = " ".join(self.chance.sample(WORDS, self.chance.randrange(2, 7)))
        thread: Row = {}
        more: dict[str, Any] = {"author": f"@p{self.chance.randrange(9)}@a.example"}
        more["author_name"] = self.chance.choice(WORDS)  # people call themselves something else
        if self.known and self.chance.random() < 0.5:
            parent = self.known[self.chance.choice(sorted(self.known)[-12:])]
            thread = {
                "parent_id": parent["mention_id"],
                "thread_id": parent.get("thread_id") or parent["mention_id"],
            }
            more["kind"] = "comment"
            if self.chance.random() < 0.5:
                more["author"] = self.chance.choice(("@acme@a.example", "@rival@a.example"))
                text = self.chance.choice(("we got it", "thank you", text))
        if self.chance.random() < 0.2:
            text += f" copy{self.chance.randrange(4)}"
        if self.chance.random() < 0.3:
            text = "@acme@a.example " + text
        late = self.chance.random() < 0.1  # said long before, first seen now
        said_at = at(self.hour - (200 if late else 0))
        row = said(
            native_id, text, self.hour + 0.1, source="mastodon", channel="mastodon",
            published_at=said_at, likes=self.chance.randrange(40), comments=3,
            followers=self.chance.choice((None, 100, 2000)), **more,
        ) | thread  # fmt: skip
        self.known[native_id] = row
        return row

    def _edit(self, native_id: str, days: int = 0) -> Row:
        old = self.known[native_id]
        kept = {name: old[name] for name in ("author", "channel", "published_at", "kind")}
        kept["published_at"] -= timedelta(days=days)
        thread = {name: old[name] for name in ("parent_id", "thread_id") if name in old}
        text = " ".join(self.chance.sample(WORDS, 4))
        row = said(native_id, text, self.hour + 0.2, source="mastodon", **kept) | thread
        self.known[native_id] = row
        return row


def tables(root: DataRoot) -> dict[str, list[str]]:
    """Return every table of the models as sorted rows."""
    with connect(root, str(root.warehouse), read_only=True) as connection:
        names = connection.exec_driver_sql(
            "SELECT schema_name, table_name FROM duckdb_tables() "
            "WHERE schema_name NOT IN ('core', 'main', 'staging') ORDER BY ALL"
        ).all()
        return {
            f"{schema}.{name}": sorted(
                repr(tuple(row))
                for row in connection.exec_driver_sql(f'SELECT * FROM {schema}."{name}"')  # noqa: S608
            )
            for schema, name in names
        }


def runs(root: DataRoot) -> list[str]:
    """Return what each build took up, in order."""
    query = "SELECT detail[7:] FROM core.run WHERE step = 'model' ORDER BY finished_at, started_at"
    with connect(root, str(root.warehouse), read_only=True) as connection:
        return list(connection.exec_driver_sql(query).scalars())


@pytest.mark.timeout(900)
@pytest.mark.parametrize("seed", [1])
def test_a_partial_build_is_a_whole_one(tmp_path, monkeypatch, seed):
    """Three rounds of talk, each taken up alone; then everything anew, at the same moment.

    After a build of some models only, tables know mentions at different moments: what changed is
    not enough for the next.
    """
    world, talk = World(DataRoot(tmp_path)), Talk(seed)
    world.land([reference("release", "r", RELEASE)], kind="reference", stream="import--file--r")
    for number in range(ROUNDS):
        for kind, rows in talk.batches(40):
            world.land(rows, kind=kind, source="mastodon", stream=f"mastodon--a--{kind}")
        moment = at(talk.hour) + timedelta(days=number, hours=1)
        monkeypatch.setenv(contract.CLOCK_VARIABLE, moment.isoformat())
        load_pending(world.root, BRANDS)
        build_models(world.root, whole=False)
    partial = tables(world.root)
    build_models(world.root, whole=True)
    whole = tables(world.root)
    assert partial.keys() == whole.keys()
    assert {name: rows for name, rows in partial.items() if rows != whole[name]} == {}
    assert sum(map(len, whole.values())) > 1000
    assert whole["mart.withheld_mention"]
    assert whole["product.release_change"]
    assert 20 < len(whole["mart.mention_told"]) < len(whole["mart.mention_tag"]) - 20
    build_models(world.root, "forum", tested=False)
    build_models(world.root, whole=False, tested=False)
    assert runs(world.root) == ["all models", "what changed", "what changed", "all models", "forum",
                                "all models"]  # fmt: skip

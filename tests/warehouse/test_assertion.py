"""Every assertion finds the rows that break it, in the transaction that wrote them or later."""

from __future__ import annotations

from string import Template

import pytest
import sqlalchemy as sa

from listening.contract import ListeningError, mention_id
from tests.warehouse.test_topics import write_night
from tests.warehouse.world import BRANDS, World, counted, said
from warehouse.check import ASSERTIONS, WRITTEN, check_file, check_warehouse, run_assertions
from warehouse.load import load_pending
from warehouse.open import open_warehouse

M1, M2 = mention_id("import", "1"), mention_id("import", "2")
HASH1 = said("1", "acme k2 late threat slow", likes=1, followers=5)["content_hash"]

WORDS = {"M1": M1, "M2": M2, "HASH1": HASH1}
BROKEN = {
    "author": "DELETE FROM core.author",
    "batch": "DELETE FROM core.receipt WHERE batch_id LIKE 'engagement/%'",
    "change": """
        DELETE FROM core.change;
        INSERT INTO core.mention_topic VALUES ('$M2', 'late', 0.5, '1')""",
    "cluster": "UPDATE core.duplicate_cluster SET cluster_id = 'm' WHERE mention_id = '$M1'",
    "competitor": "UPDATE core.brand SET role = 'own' WHERE brand_id = 'rival'",
    "correction": """
        INSERT INTO core.correction BY NAME SELECT 'c' AS correction_id, '$M1' AS mention_id,
            '$HASH1' AS content_hash, 'sentiment' AS tagger, 'neutral' AS label, 'ada' AS actor,
            '' AS note, now() AS decided_at, batch_id, now() AS loaded_at
        FROM core.receipt LIMIT 1""",
    "decision": """
        INSERT INTO core.decision BY NAME SELECT 'c' AS decision_id, 'triage' AS kind,
            'mention' AS subject_kind, '$M1' AS subject_id, '$M1' AS mention_id,
            'other' AS content_hash, 'take' AS action, '' AS note, 'ada' AS actor,
            now() AS decided_at, now() AS effective_at, false AS mention_deleted, batch_id,
            now() AS loaded_at FROM core.receipt LIMIT 1""",
    "grain": "INSERT INTO core.mention_band SELECT 'm', 1 FROM range(2)",
    "known": """
        INSERT INTO core.mention_brand VALUES
            ('$M1', 'acme', 'k9', 'untagged', NULL, NULL, NULL)""",
    "label": """
        INSERT INTO core.label VALUES ('$M1', 'other', 'irony', '1', 'none', 1, NULL, NULL)""",
    "look": """
        INSERT INTO core.engagement BY NAME SELECT '$M1' AS mention_id, now() AS observed_at,
            'other' AS content_hash, batch_id FROM core.receipt LIMIT 1""",
    "night": """
        INSERT INTO core.discovered_topic_mention VALUES ('$M2', 't9', '2026-10-02', 0.5, NULL)""",
    "orphan": "INSERT INTO core.mention_band VALUES ('m', 1)",
    "parent": """
        INSERT INTO core.mention BY NAME SELECT * REPLACE (mention_id AS parent_id)
        FROM core.mention WHERE mention_id = '$M1'""",
    "place": """
        INSERT INTO core.tombstone SELECT mention_id, source, now(), now(), batch_id
        FROM core.mention WHERE mention_id = '$M1'""",
    "probability": """
        INSERT INTO core.label VALUES ('$M1', '$HASH1', 'sentiment', '9', 'neutral', 0.5, NULL,
            [{'id': 'neutral', 'p': 0.5}, {'id': 'positive', 'p': 0.1}])""",
    "span": "INSERT INTO core.entity VALUES ('$M1', 4, 4000, 'ORG', 'x', NULL)",
    "thread": """
        INSERT INTO core.thread VALUES ('m', 'import', false, now(), now(), 1, 1)""",
    "version": "UPDATE core.mention_version SET version_no = 2 WHERE mention_id = '$M1'",
}


def test_every_assertion_has_a_case_that_breaks_it() -> None:
    """A new assertion needs one here."""
    assert set(BROKEN) == set(ASSERTIONS)


@pytest.fixture
def loaded(world: World) -> World:
    """Two mentions, a look and a night of topics."""
    world.land([said("1", "acme k2 late threat slow", likes=1, followers=5), said("2", "acme")])
    world.land([counted("1", 30, likes=3)], kind="engagement")
    write_night(world.root, 0, {"1": "t1"}, since=-48)
    load_pending(world.root, BRANDS)
    return world


@pytest.mark.parametrize("name", ASSERTIONS)
def test_an_assertion_finds_what_breaks_it(loaded: World, name: str) -> None:
    """In the transaction that wrote it, and where it is a fact of the tables, ever after."""
    with open_warehouse(loaded.root) as connection:
        check_warehouse(connection)
        connection.commit()
        with pytest.raises(ListeningError, match=f"assertion {name!r}") as caught:
            _break(connection, name, WRITTEN)
        connection.rollback()
        assert caught.value.where == "b"
        if name not in ("change", "competitor"):
            _break(connection, name, None)
            connection.rollback()


def test_the_nightly_check_finds_what_came_past_the_load(loaded: World) -> None:
    """Nobody's batch wrote it, so no batch is named, and the mend is another."""
    check_file(loaded.root)
    with open_warehouse(loaded.root) as connection:
        connection.exec_driver_sql("DELETE FROM core.mention_version")
        connection.commit()
    with pytest.raises(ListeningError, match="assertion") as caught:
        check_file(loaded.root)
    assert caught.value.where == "the whole warehouse"
    assert "Rebuild the warehouse" in caught.value.mend


def _break(connection: sa.Connection, name: str, since: int | None) -> None:
    """Break one thing; check what this transaction wrote, or everything."""
    connection.exec_driver_sql(
        "CREATE OR REPLACE TEMP TABLE touched AS SELECT mention_id FROM core.mention"
    )
    connection.exec_driver_sql(
        "CREATE OR REPLACE TEMP TABLE touched_author AS SELECT author_key FROM core.author"
    )
    for statement in Template(BROKEN[name]).substitute(WORDS).split(";"):
        connection.exec_driver_sql(statement)
    if since is not None:
        run_assertions(connection, "b", since, only=[name])
    else:
        with pytest.raises(ListeningError, match=f"assertion {name!r}"):
            run_assertions(connection, "all", 0, only=[name])


def test_rows_of_a_transaction_are_numbered_from_a_known_number(world: World) -> None:
    """What the assertions rest on: an engine that numbers otherwise must be seen at once."""
    with open_warehouse(world.root) as connection:
        for _ in range(2):
            connection.exec_driver_sql(
                "INSERT INTO core.mention_band SELECT 'm', range FROM range(9)"
            )
            written = f"SELECT count(*) FROM core.mention_band WHERE rowid >= {WRITTEN}"  # noqa: S608
            assert connection.exec_driver_sql(written).scalar() == 9
            connection.commit()
            assert connection.exec_driver_sql(written).scalar() == 0
            connection.commit()
        assert connection.exec_driver_sql("SELECT max(rowid) FROM core.mention_band").scalar() == 17

"""Vectors reach the team that reads the text, small, and with the same neighbours."""

from __future__ import annotations

import numpy as np
import pytest

from desk.similar import find_similar
from listening.contract import TEAMS, DataRoot, ListeningError
from tests.warehouse.test_publish import read
from tests.warehouse.world import BRANDS
from warehouse.open import open_warehouse
from warehouse.publish import publish, team_file


def test_short_vectors_keep_their_neighbours(built: DataRoot) -> None:
    """No cosine moves by more than a hundredth; a vector of nothing stays one."""
    whole = np.random.default_rng(1).normal(size=(40, 384)).astype(np.float32)
    whole[0] = 0
    with open_warehouse(built) as connection, connection.begin():
        ids = [row[0] for row in connection.exec_driver_sql(
            "SELECT mention_id FROM product.feedback_mention ORDER BY 1 LIMIT 40"
        )]  # fmt: skip
        for mention_id, vector in zip(ids, whole, strict=True):
            connection.exec_driver_sql(
                "UPDATE core.embedding SET vector = $vector::FLOAT[384] WHERE mention_id = $id",
                {"vector": vector.tolist(), "id": mention_id},
            )
    publish(built, BRANDS)
    held = dict(read(team_file(built, "product"), "SELECT mention_id, vector FROM mention_vector"))
    short = np.array([held[mention_id] for mention_id in ids], float)
    assert (short[0] == 0).all()
    assert (np.abs(short[1:]).max(axis=1) == 127).all()

    def cosines(rows: np.ndarray) -> np.ndarray:
        unit = rows[1:] / np.linalg.norm(rows[1:], axis=1, keepdims=True)
        found: np.ndarray = unit @ unit.T
        return found

    assert np.abs(cosines(short) - cosines(whole)).max() < 0.01


def test_a_team_gets_the_vectors_of_what_it_reads(built: DataRoot) -> None:
    """One a mention whose text its file shows; teams without texts get no table."""
    publish(built, BRANDS)
    tables = "SELECT table_name FROM duckdb_tables()"
    having = [t for t in TEAMS if ("mention_vector",) in read(team_file(built, t), tables)]
    assert {"product", "legal", "care"} <= set(having)
    assert "executive" not in having
    product = team_file(built, "product")
    shown = read(
        product, "SELECT mention_id FROM feedback_mention WHERE text NOT LIKE '[withheld%'"
    )
    given_ids = read(product, "SELECT mention_id FROM mention_vector")
    assert given_ids
    assert set(given_ids) <= set(shown)
    assert read(product, "SELECT DISTINCT version, len(vector) FROM mention_vector") != []


def test_a_vector_is_withheld_where_its_text_is(built: DataRoot) -> None:
    """What a person flagged or cleared counts, not only what the tagger raised."""
    with open_warehouse(built) as connection, connection.begin():
        flagged, cleared = (
            row[0] for row in connection.exec_driver_sql(
                "SELECT DISTINCT mention_id FROM product.feedback_mention"
                " SEMI JOIN core.embedding USING (mention_id) ORDER BY 1 LIMIT 2"
            )
        )  # fmt: skip
        assert flagged != cleared
        connection.exec_driver_sql("DELETE FROM mart.withheld_mention")
        connection.exec_driver_sql("INSERT INTO mart.withheld_mention VALUES ($1)", (flagged,))
        connection.exec_driver_sql(
            "UPDATE core.flag SET mention_id = $1, kind = 'doxxing'"
            " WHERE flag_id = (SELECT min(flag_id) FROM core.flag)",
            (cleared,),
        )
    publish(built, BRANDS)
    held = {
        row[0] for row in read(team_file(built, "product"), "SELECT mention_id FROM mention_vector")
    }
    assert cleared in held
    assert flagged not in held


def test_similar_mentions_come_nearest_first(built: DataRoot) -> None:
    """By cosine with the words' vector, each mention once, with what the team may read of it."""
    publish(built, BRANDS)
    ((version, vector),) = read(
        team_file(built, "product"),
        "SELECT version, vector FROM mention_vector ORDER BY mention_id LIMIT 1",
    )
    columns, rows = find_similar(built, "product", [float(x) for x in vector], version, limit=3)
    assert columns == ["score", "mention_id", "published_at", "channel", "text", "url"]
    assert len({row[1] for row in rows}) == len(rows) == 3
    assert [row[0] for row in rows] == sorted((row[0] for row in rows), reverse=True)
    assert rows[0][0] == 1.0


def test_vectors_of_another_encoder_are_no_neighbours(built: DataRoot) -> None:
    """Another encoder's space is another space; a team without texts has no vectors at all."""
    publish(built, BRANDS)
    with pytest.raises(ListeningError, match="made by encoder"):
        find_similar(built, "product", [1.0] * 384, "1+newer")
    with pytest.raises(ListeningError, match="no vectors"):
        find_similar(built, "executive", [1.0] * 384, "1+newer")

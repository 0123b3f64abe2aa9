"""A team's file answers questions, and gives no way out of it."""

import duckdb
import pytest

from desk.query import query
from listening.contract import ConfigurationError, DataRoot, ListeningError


@pytest.fixture
def root(tmp_path):
    published = tmp_path / "published"
    published.mkdir()
    with duckdb.connect(published / "product.duckdb") as connection:
        connection.execute("CREATE TABLE topic_week AS SELECT 'battery' AS topic_id, 3 AS mentions")
    return DataRoot(tmp_path)


def test_answers_with_columns_and_rows(root):
    assert query(root, "product", "FROM topic_week") == (
        ["topic_id", "mentions"],
        [["battery", 3]],
    )


@pytest.mark.parametrize(
    "sql",
    [
        "CREATE TABLE mine AS SELECT 1",
        "DELETE FROM topic_week",
        "COPY topic_week TO '{folder}/out.csv'",
        "SELECT * FROM read_csv('{folder}/secret.csv')",
        "ATTACH '{folder}/other.duckdb'",
        "SET enable_external_access = true",
        "INSTALL httpfs",
        "SELEKT 1",
    ],
)
def test_refuses_to_write_or_to_look_outside(root, tmp_path, sql):
    (tmp_path / "secret.csv").write_text("a\n1\n")
    with pytest.raises(ConfigurationError, match=r"product\.duckdb"):
        query(root, "product", sql.format(folder=tmp_path))
    assert not (tmp_path / "out.csv").exists()


def test_unknown_team_names_the_teams(root):
    with pytest.raises(ConfigurationError, match="product, legal, pr"):
        query(root, "sales", "SELECT 1")


def test_a_team_without_a_file_is_told_what_to_do(root):
    with pytest.raises(ListeningError, match="listening run"):
        query(root, "legal", "SELECT 1")

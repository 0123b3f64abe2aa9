"""What there is to read of each mention: as the models mask it, and marked in the right places."""

from __future__ import annotations

from typing import Any

import duckdb
import pytest

from listening.contract import TEAMS, DataRoot
from tests.warehouse.world import BRANDS
from warehouse.open import open_warehouse
from warehouse.publish import publish, team_file


def read(root: DataRoot, team: str, sql: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(team_file(root, team), read_only=True) as connection:
        return connection.execute(sql).fetchall()


def test_each_file_tells_of_its_mentions_what_its_team_may_read(built: DataRoot) -> None:
    """Words are those of the models, places are where the words are, handles only where open."""
    with open_warehouse(built) as connection, connection.begin():
        (private,) = connection.exec_driver_sql(
            "SELECT min(mention_id) FROM product.feedback_mention WHERE text <> ''"
        ).one()
        connection.exec_driver_sql("INSERT INTO mart.withheld_mention VALUES ($1)", (private,))
        note = "[withheld: it is private or may expose personal data]"
        connection.exec_driver_sql(
            "UPDATE product.feedback_mention SET text = $1 WHERE mention_id = $2", (note, private)
        )
        spoken: dict[str, str] = dict(
            connection.exec_driver_sql("SELECT mention_id, text FROM core.mention").fetchall()
        )
    publish(built, BRANDS)

    both = "FROM feedback_mention AS said JOIN mention USING (mention_id)"
    ((rows, alike, linked),) = read(
        built,
        "product",
        "SELECT count(*), count(*) FILTER (said.text = mention.text),"  # noqa: S608
        f" count(*) FILTER (said.url IS NOT DISTINCT FROM mention.url) {both}",
    )
    assert rows == alike > 5
    assert linked >= rows - 1, "the link of what is withheld is, too"
    (told,) = read(built, "product", f"SELECT url, spans, text FROM mention WHERE mention_id = '{private}'")  # noqa: E501, S608  # fmt: skip
    assert told == (None, [], note)

    for team in TEAMS:
        is_open = team in {"legal", "care"}
        columns = {
            name
            for (name,) in read(
                built, team, "SELECT column_name FROM duckdb_columns() WHERE table_name = 'mention'"
            )
        }
        assert ("author_handle" in columns) == is_open, team
        for mention_id, text, spans in read(
            built, team, "SELECT mention_id, text, spans FROM mention"
        ):
            if is_open:
                assert text == spoken[mention_id]
            else:
                assert all(span["kind"] != "flag" for span in spans)
            for span in spans:
                assert 0 <= span["start"] < span["end"] <= len(text), (team, text, span)

    ((labelled,),) = read(built, "product", "SELECT count(*) FROM mention WHERE len(labels) > 0")
    assert labelled > 5


@pytest.mark.parametrize(
    ("text", "start", "end", "shown", "marked"),
    [
        ("ask @anna.b of Acme now", 15, 19, "ask @… of Acme now", "Acme"),
        ("@acme fix it", 0, 5, "@… fix it", "@…"),
        ("@acme fix it", 1, 5, "@… fix it", "…"),
        ("no handle, Acme", 11, 15, "no handle, Acme", "Acme"),
        ("🫖 @x@y.example Acme 🫖", 15, 19, "🫖 @… Acme 🫖", "Acme"),
    ],
)
def test_a_place_in_masked_text_is_where_its_words_are(
    text: str, start: int, end: int, shown: str, marked: str
) -> None:
    from warehouse.script import FOLDER

    with duckdb.connect() as connection:
        connection.execute((FOLDER / "publish_masked.sql").read_text())
        masked, begins, ends = connection.execute(
            "SELECT masked($text), length(masked(left($text, $start))),"
            " length(masked(left($text, $end)))",
            {"text": text, "start": start, "end": end},
        ).fetchone() or ("", 0, 0)
    assert masked == shown
    assert masked[begins:ends] == marked

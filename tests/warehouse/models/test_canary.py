"""A private person, and private words, are found by legal and care alone, wherever they stand."""

from __future__ import annotations

import dataclasses
import shutil
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from listening.contract import CLOCK_VARIABLE, TEAMS, DataRoot
from tests.warehouse.models.month import BRANDS, CANARY, NOW
from tests.warehouse.models.test_macros import ARGUMENTS
from warehouse.model import build_models
from warehouse.open import open_warehouse
from warehouse.publish import publish, team_file

PLANT = f"""
UPDATE core.mention SET
    title = '@{CANARY} writes of @acme',
    text = '@acme, this is @{CANARY}: it leaks',
    url = 'https://social.example/@{CANARY}/9',
    thread_id = 'https://social.example/@{CANARY}/8'
WHERE author_key = '{CANARY}'
"""  # noqa: S608 (both names are ours)
WHISPERED = "murmuration"
WHISPER = f"""
UPDATE core.mention SET
    private = true, title = '{WHISPERED} of @acme', text = 'they know of the {WHISPERED}'
WHERE author_key IS DISTINCT FROM '{CANARY}' AND length(mention_id) % 2 = 0
"""  # noqa: S608


@pytest.fixture(scope="module")
def planted(root: DataRoot, tmp_path_factory: pytest.TempPathFactory) -> DataRoot:
    """The month with the person in titles, texts, addresses and threads; most of it archived.

    About half of the other mentions are private, and say one word.
    """
    copy = DataRoot(Path(shutil.copytree(root.path, tmp_path_factory.mktemp("canary") / "data")))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(CLOCK_VARIABLE, NOW)
        with open_warehouse(copy) as connection, connection.begin():
            connection.exec_driver_sql(PLANT)
            connection.exec_driver_sql(WHISPER)
        build_models(copy)
        publish(copy, dataclasses.replace(BRANDS, publish_days=5))
    return copy


def told(root: DataRoot, team: str) -> Iterator[tuple[str, str]]:
    """Return every row of a team's tables, macros and months, each with where it is."""
    with duckdb.connect(str(team_file(root, team)), read_only=True) as connection:
        tables = connection.execute("SELECT table_name FROM duckdb_tables()").fetchall()
        asked: dict[str, list[object]] = {f'"{table}"': [] for (table,) in tables}
        for (item,) in connection.execute(
            "SELECT item FROM readme WHERE section = 'macro'"
        ).fetchall():
            name, _, parameters = item.rstrip(")").partition("(")
            values = [ARGUMENTS[each] for each in parameters.split(", ")]
            asked[f"{name}({', '.join('?' * len(values))})"] = values
        for place, values in asked.items():
            rows = connection.execute(f"SELECT t::VARCHAR FROM {place} AS t", values)  # noqa: S608
            yield from ((place, row) for (row,) in rows.fetchall())
    for month in (root.published / team).rglob("*.parquet"):
        for row in duckdb.read_parquet(str(month)).fetchall():
            yield str(month.relative_to(root.published)), repr(row)


@pytest.mark.parametrize("team", TEAMS)
def test_the_planted_person_is_found_only_where_people_may_be(planted: DataRoot, team: str) -> None:
    """In tables, macros' answers, coverage, readme, vectors and the months beside."""
    names = (CANARY, *CANARY.split("."))
    rows = list(told(planted, team))
    found = {place for place, row in rows if any(name in row.lower() for name in names)}
    assert {'"readme"', '"metric"'} <= {place for place, _ in rows}
    assert bool(found) == (team in ("legal", "care")), found


@pytest.mark.parametrize("team", TEAMS)
def test_private_words_are_found_by_legal_and_care_alone(planted: DataRoot, team: str) -> None:
    found = {place for place, row in told(planted, team) if WHISPERED in row.lower()}
    assert bool(found) == (team in ("legal", "care")), found


@pytest.mark.parametrize("team", ["product", "pr", "investor"])
def test_private_mentions_count_without_their_words(planted: DataRoot, team: str) -> None:
    """They are among the rows these teams read: the test before would prove nothing otherwise.

    Marketing reads posts alone, and a private message is none.
    """
    assert any("[withheld: it is private" in row for _, row in told(planted, team))


def test_months_were_looked_into(planted: DataRoot) -> None:
    """The plant reaches old rows: a search that reads no month would prove nothing."""
    months = {path.parent.parent.name for path in planted.published.rglob("*.parquet")}
    assert {"product", "care", "marketing"} <= months
    product = [row for place, row in told(planted, "product") if place.endswith(".parquet")]
    assert any("@… writes of @…" in row for row in product)

"""The months beside a file hold what the warehouse holds, and are written only if that changed."""

from __future__ import annotations

import shutil
from collections import defaultdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from listening.contract import DataRoot
from tests.warehouse.world import BRANDS, rows_of
from warehouse.archive import Archive, archive_months
from warehouse.open import connect, open_warehouse
from warehouse.publish import publish
from warehouse.script import run_script

HORIZON = datetime(2026, 8, 1, tzinfo=UTC)
AGED = """
UPDATE product.feedback_mention
SET published_at = published_at - to_days(120 + 31 * (hash(mention_id) % 3)::INTEGER)
"""
Row = tuple[str, datetime, str | None, list[str | None] | None, list[str | None] | None]
WORDS = st.none() | st.lists(st.sampled_from(["a", "b", None]), max_size=2)
ROWS = st.lists(
    st.tuples(
        st.sampled_from("xyz"),
        st.sampled_from([datetime(2026, month, 9, tzinfo=UTC) for month in (2, 3, 7, 9)]),
        st.sampled_from([None, "", "words"]),
        WORDS,
        WORDS,
    ),
    max_size=5,
)


ONE_OF = """
SELECT min(mention_id) FROM product.feedback_mention WHERE strftime(published_at, '%Y-%m') = $month
"""


def change(root: DataRoot, statement: str, **values: str) -> None:
    """Change the team tables as a model run may."""
    with open_warehouse(root) as connection, connection.begin():
        connection.exec_driver_sql(statement, values or None)


def one_of(root: DataRoot, month: str) -> str:
    """Return the id of a mention of a month."""
    with open_warehouse(root) as connection:
        return str(connection.exec_driver_sql(ONE_OF, {"month": month}).scalar())


def stamps(root: DataRoot) -> dict[str, int]:
    """Return each month and when it was written."""
    folder = root.published / "product" / "feedback_mention"
    return {path.stem: path.stat().st_mtime_ns for path in folder.glob("*.parquet")}


def held(root: DataRoot, column: str = "mention_id") -> list[Any]:
    """Return what the months hold of a column, sorted."""
    files = sorted(str(path) for path in (root.published / "product").rglob("*.parquet"))
    rows = duckdb.read_parquet(files).project(column).fetchall()
    return sorted((row[0] for row in rows), key=repr)


def old(root: DataRoot) -> list[Any]:
    """Return the ids of the rows that should be in months, sorted."""
    rows = rows_of(
        root,
        "SELECT mention_id FROM product.feedback_mention "
        "WHERE published_at < TIMESTAMPTZ '2026-08-01 12:00:00+00'",
    )
    return sorted(row[0] for row in rows)


@pytest.fixture
def aged(built: DataRoot) -> DataRoot:
    """A data root with several months beside product's file."""
    change(built, AGED)
    publish(built, BRANDS)
    assert len(stamps(built)) > 2
    return built


def test_only_a_month_whose_rows_changed_is_written(aged: DataRoot) -> None:
    """The others keep their file, through publishes at later moments too."""
    before = stamps(aged)
    publish(aged, BRANDS)
    assert stamps(aged) == before
    first = min(before)
    change(
        aged,
        "UPDATE product.feedback_mention SET text = text || '!' WHERE mention_id = $id",
        id=one_of(aged, first),
    )
    publish(aged, BRANDS)
    after = stamps(aged)
    assert {month for month in after if after[month] != before[month]} == {first}
    assert held(aged) == old(aged)
    assert sum(text.endswith("!") for text in held(aged, "text")) == 1


def test_what_is_erased_leaves_its_month(aged: DataRoot) -> None:
    """One row less is one month written; a month without rows is no file."""
    before = stamps(aged)
    first, last = min(before), max(before)
    gone = one_of(aged, first)
    change(aged, "DELETE FROM product.feedback_mention WHERE mention_id = $id", id=gone)
    change(
        aged,
        "DELETE FROM product.feedback_mention WHERE strftime(published_at, '%Y-%m') = $month",
        month=last,
    )
    publish(aged, BRANDS)
    after = stamps(aged)
    assert set(before) - set(after) == {last}
    assert {month for month in after if after[month] != before[month]} == {first}
    assert gone not in held(aged)
    assert held(aged) == old(aged)


def test_a_month_that_is_not_in_place_is_written(aged: DataRoot) -> None:
    """Lost, cut, an older copy or without its claim: no list says otherwise."""
    folder = aged.published / "product" / "feedback_mention"
    months = sorted(folder.glob("*.parquet"))
    shutil.copy(months[2], aged.path / "older")
    change(aged, "UPDATE product.feedback_mention SET rating = 5")
    publish(aged, BRANDS)
    whole = held(aged)
    months[0].unlink()
    months[1].write_bytes(months[1].read_bytes()[:-9])
    shutil.copy(aged.path / "older", months[2])
    publish(aged, BRANDS)
    assert held(aged) == whole
    assert set(held(aged, "rating")) == {5}
    duckdb.read_parquet(str(months[0])).project("mention_id").to_parquet(str(months[1]))
    publish(aged, BRANDS)
    assert held(aged) == whole


def test_a_table_of_another_shape_is_written_anew(aged: DataRoot) -> None:
    """A column that changed its name alone changes every month."""
    before = stamps(aged)
    change(aged, "ALTER TABLE product.feedback_mention RENAME COLUMN rating TO stars")
    publish(aged, BRANDS)
    assert all(written != before[month] for month, written in stamps(aged).items())
    assert len(held(aged, "stars")) == len(old(aged))


def test_twelve_years_are_a_file_for_each_month(built: DataRoot) -> None:
    """More months than DuckDB holds open files for one COPY, unless it is told to."""
    change(
        built,
        "INSERT INTO product.feedback_mention SELECT feedback.* REPLACE "
        "(published_at - to_months(month::INTEGER) AS published_at) "
        "FROM product.feedback_mention AS feedback, range(3, 147) AS months (month)",
    )
    publish(built, BRANDS)
    assert len(stamps(built)) >= 144
    assert held(built) == old(built)


@given(before=ROWS, after=ROWS)
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_months_are_written_if_and_only_if_their_rows_differ(
    tmp_path: Path, before: list[Row], after: list[Row]
) -> None:
    """As bags of rows, lists and NULLs told apart; rows after the horizon are nobody's."""
    shutil.rmtree(tmp_path / "months", ignore_errors=True)
    root = DataRoot(tmp_path)
    with connect(root, ":memory:") as connection:
        _prepare(connection)
        first = _archive(connection, tmp_path / "months", before)
        assert {path.stem for path in first.written} == set(_bags(before))
        for final, temporary in first.written.items():
            temporary.replace(final)
        shutil.rmtree(tmp_path / "months" / ".months.tmp", ignore_errors=True)
        second = _archive(connection, tmp_path / "months", after)
    old_bags, new_bags = _bags(before), _bags(after)
    differing = {month for month in new_bags if new_bags[month] != old_bags.get(month)}
    assert {path.stem for path in second.written} == differing
    assert {path.stem for path in second.months} == set(new_bags)
    assert second.rows == sum(map(len, new_bags.values()))


def _prepare(connection: sa.Connection) -> None:
    for statement in (
        "ATTACH ':memory:' AS source",
        "CREATE SCHEMA source.mart",
        "CREATE SCHEMA source.product",
        "CREATE TABLE source.mart.model (schema_name TEXT, table_name TEXT, kept_whole BOOLEAN)",
        """CREATE TABLE source.product.said (mention_id TEXT, published_at TIMESTAMPTZ, text TEXT,
        topic_ids TEXT[], intents TEXT[])""",
    ):
        connection.exec_driver_sql(statement)
    connection.commit()


def _archive(connection: sa.Connection, folder: Path, rows: list[Row]) -> Archive:
    connection.exec_driver_sql("DELETE FROM source.product.said")
    for row in rows:
        values = dict(zip("abcde", row, strict=True))
        connection.exec_driver_sql(
            "INSERT INTO source.product.said VALUES ($a, $b, $c, $d, $e)", values
        )
    ((*_, hashed, shape),) = run_script(connection, "publish_tables", {"team": "product"})
    names = {"schema": "product", "table": "said", "hashed": hashed, "shape": shape}
    return archive_months(connection, folder, names, HORIZON)


def _bags(rows: list[Row]) -> dict[str, list[str]]:
    """Return the old rows of each month as a sorted list."""
    found = defaultdict(list)
    for row in rows:
        if row[1] < HORIZON:
            found[row[1].strftime("%Y-%m")].append(repr(row))
    return {month: sorted(bag) for month, bag in found.items()}

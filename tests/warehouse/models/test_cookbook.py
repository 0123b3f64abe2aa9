"""The documents beside the models say what the models say, and every recipe runs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from listening.contract import TEAMS
from warehouse.dictionary import documents, main, read_models
from warehouse.integrity import PERSONAL

COOKBOOK = Path(__file__).parents[3] / "docs" / "cookbook.md"
_RECIPE = re.compile(r"^### (?P<question>.+?)\n\n```sql\n(?P<sql>.*?)```", re.DOTALL | re.MULTILINE)


def recipes() -> Iterator[tuple[str, str, str]]:
    sections = re.split(r"^## (\w+)\n", COOKBOOK.read_text("utf-8"), flags=re.MULTILINE)
    for team, section in zip(sections[1::2], sections[2::2], strict=True):
        for match in _RECIPE.finditer(section):
            yield team, match["question"], match["sql"]


@pytest.mark.parametrize(("team", "question", "sql"), list(recipes()))
def test_recipe_is_one_select_that_runs_on_the_published_file(root, team, question, sql):
    """One statement, a SELECT, on the team's own file and nothing else."""
    with duckdb.connect(str(root.published / f"{team}.duckdb"), read_only=True) as connection:
        (statement,) = connection.extract_statements(sql)
        assert statement.type == duckdb.StatementType.SELECT, question
        connection.execute(statement).fetchall()


def test_every_team_has_recipes_and_those_that_go_deep_have_ten():
    """A product manager's ten questions and a lawyer's ten, and some of everybody."""
    asked = [team for team, _, _ in recipes()]
    assert list(dict.fromkeys(asked)) == list(TEAMS)
    assert asked.count("product") >= 10
    assert asked.count("legal") >= 10


def test_documents_are_as_the_models_say(capsys):
    """`python -m warehouse.dictionary` has nothing to write."""
    assert main(["--check"]) == 0, capsys.readouterr().err


def test_every_team_table_is_in_the_dictionary():
    """A table nobody can look up is no table."""
    text = next(text for path, text in documents().items() if path.name == "data-dictionary.md")
    for table in read_models():
        assert f"### {table.schema}.{table.name}\n" in text
        assert table.meaning.endswith("."), table
        assert all(column.meaning for column in table.columns)


def test_personal_columns_are_marked_and_only_where_they_may_be():
    """Handles and names: legal, care, and two tables of PR."""
    for table in read_models():
        named = {column.name for column in table.columns if column.name in PERSONAL}
        marked = {column.name for column in table.columns if column.personal}
        assert named <= marked, table.name
        if marked:
            place = f"{table.schema}.{table.name}"
            assert table.schema in ("legal", "care") or place in (
                "pr.influencer",
                "pr.media_pickup",
            )

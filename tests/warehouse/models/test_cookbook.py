"""The documents beside the models say what the models say, and every recipe runs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from listening.contract import TEAMS
from warehouse.dictionary import documents, main, read_models
from warehouse.integrity import PERSONAL

COOKBOOK = Path(__file__).parents[3] / "docs" / "cookbook.md"
_RECIPE = re.compile(r"^### (?P<question>.+?)\n\n```sql\n(?P<sql>.*?)```", re.DOTALL | re.MULTILINE)


# What a person counts by hand in the month of month.py: a question, and the rows (of some columns).
KNOWN: dict[str, tuple[str, list[dict[str, Any]]]] = {
    "What do people complain about most?": (
        "product",
        [
            {"topic_id": "leak", "mentions": 6, "negative": 6},
            {"topic_id": "price", "mentions": 5, "negative": 5},
            {"topic_id": "(none)", "mentions": 2, "negative": 1},
        ],
    ),
    "Which product do the complaints name?": (
        "product",
        [
            {"product_id": "k2", "topic_id": "leak", "complaints": 5},
            {"product_id": "k2", "topic_id": "price", "complaints": 5},
            {"product_id": "(brand)", "topic_id": "(none)", "complaints": 1},
            {"product_id": "(brand)", "topic_id": "leak", "complaints": 1},
            {"product_id": "k2", "topic_id": "(none)", "complaints": 1},
        ],
    ),
    "What changed this week?": (
        "product",
        [
            {"topic_id": "price", "mentions": 5, "mentions_before": 0, "trend": None},
            {"topic_id": "leak", "mentions": 5, "mentions_before": 1, "trend": "steady"},
            {"topic_id": "(none)", "mentions": 0, "mentions_before": 2, "trend": None},
        ],
    ),
    "What do they like and dislike about each product?": (
        "product",
        [
            {"product_id": "k2", "topic_id": "leak", "negative": 5, "net_sentiment": -1},
            {"product_id": "k2", "topic_id": "price", "negative": 5, "net_sentiment": -1},
            {"product_id": "(brand)", "topic_id": "leak", "negative": 1, "net_sentiment": -1},
        ],
    ),
    "Did the last release help?": (
        "product",
        [
            {"topic_id": "(all)", "problem_voices_before": 1, "voices_before": 6,
             "problem_voices_after": 6, "voices_after": 6, "verdict": "worse"},
            {"topic_id": "leak", "problem_voices_before": 0, "problem_voices_after": 5,
             "verdict": "worse"},
            # Five texts of one author.
            {"topic_id": "price", "problem_voices_before": 0, "problem_voices_after": 1,
             "verdict": "no_difference"},
        ],
    ),
    "What was said before and after it, and what could we hear?": (
        "product",
        [
            {"side": "before", "days": 28, "mentions": 6, "authors": 6, "problems": 1},
            {"side": "after", "days": 10, "mentions": 10, "authors": 6, "problems": 10},
        ],
    ),
    "What became of our recommendations?": (
        "product",
        [
            {"title": "Seal the lid", "status": "implemented", "days_to_market": 28, "mentions": 6},
            {"title": "Cut it", "status": "accepted", "status_from": "desk", "mentions": 5},
        ],
    ),
    "What share of them was implemented, and how long did it take?": (
        "product",
        [
            {"quarter": date(2026, 7, 1), "proposed": 1, "share_implemented": 1,
             "median_days_to_market": 28},
            {"quarter": date(2026, 10, 1), "proposed": 1, "share_implemented": 0,
             "median_null_reason": "median_still_open"},
        ],
    ),
    "Do people still ask for what we implemented?": (
        "product",
        [{"title": "Seal the lid", "mentions_until_proposed": 0, "mentions_since_implemented": 6}],
    ),
    "Which mentions are behind such a number?": (
        "product",
        [{"example": example, "text": f"words of leak-{n}"}
         for example, n in [(1, 0), (2, 1), (3, 2), (None, 3), (None, 4)]],
    ),
    "Who wrote about us, and who copied whom?": (
        "pr",
        [{"title": "Acme opens", "first_outlet": "social.example", "outlets": 2}],
    ),
    "Which answers came late?": ("care", [{"mention_id": "friday", "business_minutes": 31}]),
    "What is open and already overdue?": ("care", [{"mention_id": "holiday"}]),
    "How did our posts fare a day after they went out?": (
        "marketing",
        [
            *({"mention_id": f"emoji-{n}", "engagement": engagement}
              for n, engagement in [(5, 140), (4, 135), (2, 130), (3, 130), (1, 125), (0, 120)]),
            *({"mention_id": f"plain-{n}", "engagement": engagement}
              for n, engagement in [(5, 110), (4, 105), (2, 100), (3, 100), (1, 95), (0, 90)]),
            {"mention_id": "paid", "engagement": 50, "virality_null_reason": "no_followers"},
            {"mention_id": "post", "reach": 1000, "engagement": 20, "virality": 0.02},
        ],
    ),
    "What are our conversation, amplification and applause rates by channel?": (
        "marketing",
        [{"channel": "mastodon", "posts": 14, "conversation_rate": 10,
          "amplification_rate": 10, "applause_rate": 40}],
    ),
    "What waits for review, worst and oldest first?": (
        "legal",
        [
            {"kind": "threat", "age_days": 151, "state": "confirmed"},
            {"kind": "doxxing", "age_days": 16, "state": "new"},
            {"kind": "counterfeit", "age_days": 16, "state": "in_case", "case_id": "c1"},
        ],
    ),
    "How much of each kind is open, and how old is the oldest?": (
        "legal",
        [
            {"kind": "counterfeit", "flags": 1, "oldest_days": 16},
            {"kind": "doxxing", "flags": 1, "oldest_days": 16},
            {"kind": "threat", "flags": 1, "oldest_days": 151},
        ],
    ),
    "What has nobody looked at for a week?": ("legal", [{"kind": "doxxing", "age_days": 16}]),
    "Who sells fakes, and where do the offers lead?": (
        "legal",
        [{"author_handle": "@shady", "domain": "fakes.example", "mentions": 1, "open_flags": 1}],
    ),
    "Which offer is posted over and over, by how many?": (
        "legal",
        [{"mentions": 1, "sellers": 1, "domains": ["fakes.example"]}],
    ),
    "Whose data may be exposed right now?": ("legal", [{"kind": "doxxing", "spans": 1}]),
    "Which clocks run, and what is due next?": (
        "legal",
        [{"takedown_id": "t1", "next_clock": "file_suit", "next_due_on": date(2026, 11, 4)}],
    ),
    "Do our takedowns work, and how long do they take?": (
        "legal",
        [{"platform": "mastodon", "sent": 1, "removed": 1, "median_days": 2, "copies_since": 0}],
    ),
    "Which cases are open, and who has them?": (
        "legal",
        [{"case_id": "c1", "title": "Fakes", "owner": "ada", "mentions": 1, "takedowns_open": 1}],
    ),
    "What was decided in a case, by whom and why?": (
        "legal",
        [
            {"actor": "ada", "subject": "case", "action": "open"},
            {"actor": "ada", "subject": "case", "action": "attach"},
            {"actor": "ada", "subject": "takedown", "action": "draft", "is_standing": False},
            {"actor": "ada", "subject": "takedown", "action": "send"},
            {"actor": "ada", "subject": "takedown", "action": "remove"},
            {"actor": "bob", "subject": "takedown", "action": "counter_notice",
             "previous_action": "remove", "reason": "says it is his", "is_standing": True},
        ],
    ),
}  # fmt: skip


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


@pytest.mark.parametrize("question", KNOWN)
def test_recipe_tells_what_a_person_counts(root, question):
    """The rows of the planted month, in the order the recipe gives them."""
    team, expected = KNOWN[question]
    (sql,) = [sql for of, asked, sql in recipes() if (of, asked) == (team, question)]
    with duckdb.connect(str(root.published / f"{team}.duckdb"), read_only=True) as connection:
        result = connection.execute(sql)
        columns = [column[0] for column in result.description]
        found = [dict(zip(columns, row, strict=True)) for row in result.fetchall()]
    assert [
        {name: row[name] for name in told} for row, told in zip(found, expected, strict=True)
    ] == expected


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

"""Saying what a label should be: of topics, either way."""

from __future__ import annotations

import re
from html import unescape

import duckdb

from desk.work.outbox import Outbox
from listening.contract import Correction
from tests.desk.web.conftest import enter, part_of, token_of

PATH = "/product/correct/leak-0"


def choices(text: str) -> list[str]:
    """Return what the form offers of topics."""
    offered = [unescape(value) for value in re.findall(r'option value="([^"]+)"', text)]
    return [value for value in offered if value.startswith("topic|")]


def corrected(desk):
    for one in Outbox(desk.state.engine).read("correction", 0, 9):
        assert isinstance(one.word, Correction)
        yield one.word.tagger, one.word.target, one.word.label


def test_a_declared_topic_is_added_where_it_lacks_and_taken_off_where_it_stands(desk):
    client = enter(desk, "product")
    form = client.get(PATH).text
    assert choices(form) == ["topic|leak|no", "topic|price|yes"]
    for value in ("topic|price|yes", "topic|leak|no"):
        page = client.get(PATH).text
        given = {
            "csrf": token_of(page),
            "version": part_of(page, r'name="version" value="(\d+)"'),
            "correction": value,
        }
        assert client.post(PATH, data=given).status_code == 303, value
    assert list(corrected(desk)) == [
        ("topic", "price", "yes"),
        ("topic", "leak", "no"),
    ]


def test_a_topic_that_is_not_declared_is_refused(desk):
    client = enter(desk, "product")
    given = {"csrf": token_of(client.get(PATH).text), "version": "0"}
    answer = client.post(PATH, data={**given, "correction": "topic|made-up|yes"})
    assert answer.status_code == 422
    assert "Choose what is right" in answer.text


def test_what_a_person_said_of_a_topic_stands_before_the_model(desk, root):
    with duckdb.connect(root.published / "product.duckdb") as connection:
        connection.execute(
            "UPDATE mention SET labels = list_prepend({'tagger': 'topic', 'target': 'leak',"
            " 'label': 'no', 'p': NULL, 'abstained': NULL, 'version': 'a person'}, labels)"
            " WHERE mention_id = 'leak-0'"
        )
    assert choices(enter(desk, "product").get(PATH).text) == ["topic|leak|yes", "topic|price|yes"]


def test_a_file_older_than_its_table_of_topics_offers_none_to_add(desk, root):
    with duckdb.connect(root.published / "product.duckdb") as connection:
        connection.execute("DROP TABLE topic")
    assert choices(enter(desk, "product").get(PATH).text) == ["topic|leak|no"]

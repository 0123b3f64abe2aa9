"""No label, topic or column is of health, politics, religion, orientation or origin."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from listening.contract import (
    CORRECTIONS,
    DECISIONS,
    EMOTIONS,
    FLAGS,
    INTENTS,
    LANDING_SCHEMA,
    SENTIMENTS,
    TAGGED_SCHEMA,
    find_denied,
)
from warehouse.tables import METADATA

ROOT = Path(__file__).parents[1]


def columns() -> Iterator[tuple[str, str]]:
    """Yield every table and column of core and of the models, with where it is declared."""
    for table in METADATA.sorted_tables:
        yield "core", table.name
        yield from ((table.name, column.name) for column in table.columns)
    for path in sorted((ROOT / "warehouse" / "models").rglob("*.yml")):
        for model in yaml.safe_load(path.read_text("utf-8")).get("models", []):
            yield path.name, model["name"]
            yield from ((model["name"], column["name"]) for column in model.get("columns", []))


def taggers() -> Iterator[tuple[str, str]]:
    """Yield taggers, their rules, and every label they may give."""
    for path in sorted((ROOT / "nlp" / "taggers").glob("[a-z]*.py")):
        yield "nlp/taggers", path.stem
    for path in sorted((ROOT / "nlp" / "rules").glob("*.toml")):
        yield from ((path.name, name) for name in tomllib.loads(path.read_text("utf-8")))
    labels = (*SENTIMENTS, *EMOTIONS, *INTENTS, *FLAGS, *CORRECTIONS, *DECISIONS)
    yield from (("contract", label) for label in labels)
    yield from (("contract", name) for name in (*LANDING_SCHEMA.names, *TAGGED_SCHEMA.names))


def topics() -> Iterator[tuple[str, str]]:
    """Yield the topics of the brand files that come with the project."""
    for path in [*(ROOT / "brands").glob("*.yaml"), *(ROOT / "bench").rglob("brand*.yaml")]:
        for topic in (yaml.safe_load(path.read_text("utf-8")) or {}).get("topics", []):
            yield from ((path.name, topic[key]) for key in ("id", "name"))


@pytest.mark.parametrize("names", [columns, taggers, topics])
def test_no_name_of_ours_is_denied(names):
    told = list(names())
    assert len(told) > 10
    assert [(where, name, found) for where, name in told if (found := find_denied(name))] == []


def test_no_table_is_told_without_its_columns():
    """A model that no YAML declares would escape the check above."""
    declared = {name for _, name in columns()}
    models = {path.stem for path in (ROOT / "warehouse" / "models").rglob("*.sql")}
    assert models <= declared


@pytest.mark.parametrize(
    ("name", "matter"),
    [
        ("health_status", "health"), ("Gesundheit der Kunden", "health"), ("embarazo", "health"),
        ("La santé", "health"), ("politicalLeaning", "politics"), ("Parteipolitik", "politics"),
        ("opinión política", "politics"), ("électeurs", "politics"), ("religion", "religion"),
        ("Religionszugehörigkeit", "religion"), ("católicos", "religion"), ("juive", "religion"),
        ("sexual-orientation", "orientation"), ("LGBTQ", "orientation"), ("p_gay", "orientation"),
        ("schwule Kunden", "orientation"), ("ethnicity", "origin"), ("skin_color", "origin"),
        ("Herkunft", "origin"), ("origen étnico", "origin"), ("nationalité", "origin"),
    ],
)  # fmt: skip
def test_what_people_are_is_denied_in_four_languages(name, matter):
    found = find_denied(name)
    assert found is not None
    assert found[0] == matter


@pytest.mark.parametrize(
    "name",
    [
        "battery", "return_policy", "Rückgabe", "trace_id", "bracelet", "gayle", "Christian Reed",
        "party", "grace_period", "embrace", "terrace", "Retouren", "prix", "origin_country",
        "healthy", "Service", "sexy look",
    ],
)  # fmt: skip
def test_what_products_are_is_not(name):
    assert find_denied(name) is None


def test_a_word_is_lower_case_and_plain():
    """A pattern with an accent or a capital would never match."""
    from listening.contract import DENIED

    for patterns in DENIED.values():
        for pattern in patterns:
            assert re.fullmatch(r"\*?[a-z]+\*?", pattern), pattern

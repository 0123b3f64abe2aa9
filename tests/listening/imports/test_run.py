"""Imports: an export is taken in whole, again, or after a kill, and a bad file not at all."""

import csv
import json
import os
import subprocess
import sys
import textwrap
import time
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from listening.brand.load import load_brands
from listening.contract import ConfigurationError, DataRoot, ListeningError, batch_ids, read_batch
from listening.imports.run import import_file
from listening.sealed import verify
from tests.listening.imports.conftest import BRANDS, HEAD, one, rows, take

pytestmark = pytest.mark.usefixtures("held_clock")

REPO = Path(__file__).parents[3]
SHARED = REPO / ".." / "shared" / "data" / "airline" / "tweets.csv"


@pytest.mark.parametrize(
    ("mapping", "what", "mend"),
    [
        ({"nr": "id"}, "no column 'nr'", "It has id, text, published_at"),
        ({"txt": "text"}, "no column 'txt'", "Did you mean text?"),
        ({"text": "txet"}, "unknown field 'txet'", "Did you mean text?"),
        ({"id": "title", "text": "title"}, "two columns for 'title'", "Map one"),
        ({"id": "title"}, "no column for the field 'id'", "Add --map COLUMN=id"),
        ({"published_at": "edited_at"}, "no column for the field 'published_at'", "--map"),
        ({"text": "title"}, "no column for the field 'text'", "It has the columns id"),
    ],
)
def test_missing_columns_are_named_with_those_there_are(root, mapping, what, mend):
    with pytest.raises(ConfigurationError) as caught:
        take(root, f"{HEAD}\n1,acme,2026-10-01\n", mapping)
    assert what in caught.value.what
    assert mend in caught.value.mend
    assert caught.value.exit_code == 2
    assert not root.path.exists()


@pytest.mark.parametrize(
    "text",
    [
        f"{HEAD}\n1,acme,2026-10-01\n2,acme",
        f'{HEAD}\n1,"acme,2026-10-01\n',
        f"{HEAD}\n1,caf\xe9,2026-10-01\n".encode("latin-1"),
        f"{HEAD}\n1,acme,2/3/2015\n",
        b"",
        b"<html>",
    ],
)
def test_a_bad_file_seals_nothing(root, text):
    with pytest.raises(ListeningError) as caught:
        take(root, text)
    assert caught.value.exit_code == 1
    assert batch_ids(root.landing) == []


def test_columns_named_as_fields_map_themselves_unless_mapped_otherwise(root):
    text = "id,nr,text,published_at,lang\n1,2,acme,2026-10-01,de\n"
    row = one(root, text, mapping={"nr": "id", "lang": "region"})
    assert (row["native_id"], row["region"], row["lang"]) == ("2", "de", "")


def test_two_columns_of_one_name_are_refused_where_they_matter(root):
    with pytest.raises(ConfigurationError, match="two columns are named 'text'"):
        take(root, "id,text,text,published_at\n1,a,b,2026-10-01\n")
    (batch,) = take(root, "id,x,x,text,published_at\n1,a,b,acme,2026-10-01\n")
    assert batch.counts == {"kept": 1}


def test_duplicates_updates_and_looks(root):
    text = (
        "id,text,published_at,likes,observed_at,deleted_at\n"
        "1,acme,2026-10-01,1,2026-10-02,\n"
        "1,acme,2026-10-01,5,2026-10-03,\n"
        "1,acme!,2026-10-01,5,2026-10-04,\n"
        "1,,,9,2026-10-05,\n"
        "2,,,3,2026-10-05,\n"
        "3,gone,2026-10-01,,2026-10-05,2026-10-04\n"
        "4,a flower,2026-10-01,,,\n"
        "5,a flower of zeta,2026-10-01,,,\n"
    )
    mentions, looks = take(root, text)
    assert mentions.counts == {"kept": 3, "duplicate": 1, "deleted": 1, "off_topic": 1}
    assert (looks.kind, looks.counts, looks.served) == ("engagement", {"kept": 2}, 2)
    assert mentions.served + looks.served == 8
    assert (mentions.coverage.got, looks.coverage.got) == (6, 2)
    assert looks.sealed_at > mentions.sealed_at, "the load takes the mentions first"
    assert [row["likes"] for row in rows(root, looks)] == [9, 3]


def test_a_file_of_counts_alone_is_an_engagement_batch(root):
    (batch,) = take(root, "post,hearts,seen\n1,5,2026-10-02\n", {"post": "id", "hearts": "likes"})
    assert (batch.kind, batch.counts) == ("engagement", {"kept": 1})


def test_an_empty_export_is_a_batch_of_nothing(root):
    (batch,) = take(root, f"{HEAD}\n")
    assert (batch.kind, batch.served) == ("mention", 0)


@pytest.mark.parametrize(
    ("arguments", "where"),
    [
        ({"date_format": "%Q"}, "--date-format"),
        ({"tz": "Nowhere"}, "--tz"),
        ({"coverage": "most"}, "--coverage"),
        ({"source": "a b"}, "--source"),
    ],
)
def test_a_wrong_flag_is_named(root, arguments, where):
    with pytest.raises(ConfigurationError) as caught:
        take(root, f"{HEAD}\n1,acme,2026-10-01\n", **arguments)
    assert caught.value.where == where


def test_the_source_names_whose_ids_these_are(root):
    text = f"{HEAD}\n1,acme,2026-10-01\n"
    plain, named = one(root, text), one(root, text, source="forum")
    assert (plain["source"], named["source"]) == ("import", "forum")
    assert plain["mention_id"] != named["mention_id"]
    assert {read_batch(root.landed(name)).stream for name in batch_ids(root.landing)} == {
        "import--local--export.csv",
        "forum--local--export.csv",
    }


def test_the_batch_says_what_it_covers_and_comes_from(root):
    text = f"{HEAD}\n1,acme,2026-10-03\n2,acme,2026-10-01\n"
    (batch,) = take(root, text, coverage="capped")
    coverage = batch.coverage
    assert (coverage.state, coverage.got) == ("capped", 2)
    assert coverage.since == datetime(2026, 10, 1, tzinfo=UTC)
    assert coverage.until == datetime(2026, 10, 3, tzinfo=UTC)
    assert batch.brand_files == ("brand.yaml",)
    assert len(batch.cursor_after["sha256"]) == 64


def test_the_same_file_again_is_a_new_batch_of_rows_seen_before(root):
    text = f"{HEAD}\n1,acme,2026-10-01\n2,zeta,2026-10-01\n"
    (first,), (again,) = take(root, text), take(root, text)
    assert (again.seq, again.cursor_before) == (2, first.cursor_after)
    assert [row["seen_before"] for row in rows(root, again)] == [True, True]
    (edited,) = take(root, text.replace("zeta", "zeta!"))
    assert [row["seen_before"] for row in rows(root, edited)] == [True, False]


@pytest.mark.parametrize("suffix", ["csv", "jsonl", "parquet"])
def test_all_kinds_of_files_give_the_same_rows(root, suffix, tmp_path):
    records: list[dict[str, Any]] = [
        {"id": str(n), "text": f"acme {n}", "published_at": f"2026-10-{n:02} 10:00", "likes": n}
        for n in range(1, 9)
    ]
    path = tmp_path / f"a.{suffix}"
    if suffix == "parquet":
        for record in records:
            record["published_at"] = datetime.fromisoformat(record["published_at"])
        pq.write_table(pa.Table.from_pylist(records), path)
    elif suffix == "jsonl":
        path.write_text("".join(json.dumps(record) + "\n" for record in records))
    else:
        with path.open("w", newline="") as handle:
            writer = csv.DictWriter(handle, list(records[0]))
            writer.writeheader()
            writer.writerows(records)
    (batch,) = import_file(root, path, BRANDS, {})
    found = rows(root, batch)
    assert [(row["text"], row["likes"]) for row in found] == [(f"acme {n}", n) for n in range(1, 9)]
    assert found[0]["published_at"] == datetime(2026, 10, 1, 10, tzinfo=UTC)
    assert {tuple(row["warnings"]) for row in found} == {("no_zone",)}


cells = st.sampled_from(
    ["", "1", "2", "acme", "zeta's", "soon", "2026-10-01", "-5", "1e9", "nan", '"', "\ud800", "a,b"]
) | st.text(max_size=6)
records = st.lists(
    st.fixed_dictionaries(
        {},
        optional=dict.fromkeys(
            ["id", "text", "published_at", "likes", "kind", "url", "brand", "deleted_at", "rating"],
            cells | st.none() | st.integers() | st.booleans() | st.lists(st.integers(), max_size=1),
        ),
    ),
    max_size=12,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(records)
def test_whatever_the_rows_hold_the_buckets_add_up(tmp_path_factory, records):
    root = DataRoot(tmp_path_factory.mktemp("import") / "data")
    complete = {"id": "0", "text": "acme", "published_at": "2026-10-01", "likes": 1}
    lines = "".join(json.dumps(record) + "\n" for record in [complete, *records])
    batches = take(root, lines, name="a.jsonl")
    total = sum((Counter(batch.counts) for batch in batches), Counter())
    assert total.total() == sum(batch.served for batch in batches) == len(records) + 1
    for batch in batches:
        assert verify(root.landed(batch.batch_id)) == batch


CHILD = """
    import sys
    from pathlib import Path
    from listening.contract import Brand, BrandFile, DataRoot
    from listening.imports.run import import_file
    brands = BrandFile((Brand("acme", "Acme", "own"),))
    import_file(DataRoot(Path(sys.argv[1])), Path(sys.argv[2]), brands, {})
"""


@pytest.mark.parametrize("point", ["seal:before_fsync", "seal:before_link", "seal:after_link"])
def test_killed_while_importing_and_run_again_nothing_is_lost(root, tmp_path, point):
    path = tmp_path / "export.csv"
    path.write_text(f"{HEAD},likes\n1,acme,2026-10-01,\n1,,,5\n")
    command = [sys.executable, "-c", textwrap.dedent(CHILD), str(root.path), str(path)]
    environment = {**os.environ, "PYTHONPATH": str(REPO)}
    killed = {**environment, "LISTENING_CRASH_AT": point}
    assert subprocess.run(command, env=killed, check=False).returncode == 137
    assert subprocess.run(command, env=environment, check=False).returncode == 0
    batches = [verify(root.landed(name)) for name in batch_ids(root.landing)]
    kinds = Counter(batch.kind for batch in batches)
    assert kinds == {"mention": 2 if point == "seal:after_link" else 1, "engagement": 1}


@pytest.mark.shared
@pytest.mark.skipif(not SHARED.exists(), reason="the labelled data is not beside the project")
def test_every_row_of_the_airline_export_is_accounted_for_in_seconds(root):
    brands = load_brands([REPO / "brands" / "airlines.yaml"])
    mapping = {
        "tweet_id": "id", "airline": "brand", "text": "text", "tweet_created": "published_at",
    }  # fmt: skip
    start = time.perf_counter()
    (batch,) = import_file(root, SHARED, brands, mapping, source="twitter")
    seconds = time.perf_counter() - start
    with SHARED.open(encoding="utf-8", newline="") as handle:
        served = list(csv.DictReader(handle))
    ids = {row["tweet_id"] for row in served}
    assert batch.served == len(served)
    assert batch.counts == {"kept": len(ids), "duplicate": len(served) - len(ids)}
    found = pq.read_table(root.landed(batch.batch_id), columns=["brand_id"])["brand_id"]
    per_brand = Counter(one for one in found.to_pylist() if one)
    assert len(per_brand) == 6
    assert seconds < 15, "four on a quiet machine"

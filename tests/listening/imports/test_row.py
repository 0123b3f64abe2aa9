"""What becomes of a row: every field arrives, and a bad one is told with its line."""

import json
from datetime import UTC, datetime

import pytest

from listening.contract import mention_id
from tests.listening.imports.conftest import HEAD, one, rows, take

pytestmark = pytest.mark.usefixtures("held_clock")


def test_every_field_arrives(root):
    cells = {
        "id": "7", "text": "acme", "title": "t", "url": "https://a.example/7", "author": "@ada",
        "published_at": "2026-10-01T10:00:00Z", "edited_at": "2026-10-02T10:00:00Z",
        "observed_at": "2026-10-03T10:00:00Z", "likes": "1,234", "shares": "2", "comments": "3.0",
        "views": "4", "followers": "5", "verified": "Yes", "rating": "4,5", "parent_id": "6",
        "thread_id": "5",
        "lang": "en", "channel": "forum", "kind": "Review", "region": "EU", "brand": "acmeco",
        "campaign": "c", "experiment": "e", "arm": "a", "deleted_at": "",
    }  # fmt: skip
    text = json.dumps(cells) + "\n"
    row = one(root, text, name="a.jsonl", source="forum")
    assert row["bucket"] == "kept"
    assert row["mention_id"] == mention_id("forum", "7")
    assert row["parent_id"] == mention_id("forum", "6")
    assert row["thread_id"] == mention_id("forum", "5")
    same = ("text", "title", "url", "author", "lang", "channel", "region", "campaign", "arm")
    assert {name: row[name] for name in same} == {name: cells[name] for name in same}
    assert (row["likes"], row["shares"], row["comments"]) == (1234, 2, 3)
    assert (row["verified"], row["rating"], row["kind"]) == (True, 4.5, "review")
    assert (row["brand_id"], row["query_ids"], row["warnings"]) == ("acme", ["main"], [])
    assert row["published_at"] == datetime(2026, 10, 1, 10, tzinfo=UTC)
    assert row["observed_at"] == datetime(2026, 10, 3, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("values", "reason", "detail"),
    [
        (",acme,2026-10-01", "missing_id", "id is empty"),
        ("1,,2026-10-01", "missing_text", "neither a text nor a count"),
        ("1,acme,", "missing_date", "published_at is empty"),
        ("1,acme,soon", "bad_date", "'soon' is no date"),
        ("1,acme,2026-13-01", "bad_date", "'2026-13-01' is no date"),
        ("1,acme,2026-10-01,likes=many", "bad_number", "'many' is not a whole number"),
        ("1,acme,2026-10-01,likes=-1", "bad_number", "'-1' is not"),
        ("1,acme,2026-10-01,likes=99999999999999999999", "bad_number", "too large"),
        ("1,acme,2026-10-01,rating=nice", "bad_number", "'nice' is not a number"),
        ('1,acme,2026-10-01,rating="1,234"', "bad_number", "'1,234' is not a number"),
        ("1,acme,2026-10-01,rating=inf", "bad_number", "'inf' is not a number"),
        ("1,acme,2026-10-01,verified=maybe", "bad_boolean", "'maybe' is not true or false"),
        ("1,acme,2026-10-01,kind=story", "bad_kind", "one of post, comment, review, share"),
        ("1,acme,2026-10-01,brand=Omega", "unknown_brand", "'Omega' is none of the brand file"),
        ("1,acme,2026-10-01,url=javascript:x", "bad_url", "not an http or https address"),
        (f"{'9' * 600},acme,2026-10-01", "too_long", "native_id has 600 characters"),
        ("1,acme", "bad_row", "2 columns where the header has 3"),
    ],
)
def test_a_bad_row_is_quarantined_with_its_reason_and_line(root, values, reason, detail):
    *cells, extra = values.split(",", 3) if values.count(",") > 2 else (values, "")
    column, _, value = extra.partition("=")
    header, line = HEAD + (f",{column}" if column else ""), ",".join(cells)
    text = f"{header}\n{line}{f',{value}' if column else ''}\n"
    row = one(root, text)
    assert (row["bucket"], row["reason"]) == ("quarantined", reason)
    assert detail in row["detail"]
    assert row["raw"]


def test_a_bad_row_names_its_line_and_spoils_no_other(root):
    (batch,) = take(root, f"{HEAD}\n1,acme,2026-10-01\n2,acme,soon\n3,acme,2026-10-02\n")
    assert batch.counts == {"kept": 2, "quarantined": 1}
    assert "line 3" in rows(root, batch)[1]["detail"]


def test_ten_thousand_bad_rows_among_good_ones_are_counted(root):
    lines = [f"{n},acme,{'soon' if n % 2 else '24/2/2015'}" for n in range(20_000)]
    (batch,) = take(root, "\n".join([HEAD, *lines]) + "\n")
    assert (batch.served, batch.counts) == (20_000, {"kept": 10_000, "quarantined": 10_000})


def test_a_mapped_brand_is_never_off_topic_and_matches_any_name_in_any_case(root):
    names = ["acme", "ACME HOME", " AcmeCo ", "Zeta"]
    lines = [f"{n},a flower,2026-10-01,{name}\n" for n, name in enumerate([*names, ""])]
    (batch,) = take(root, f"{HEAD},brand\n" + "".join(lines))
    found = rows(root, batch)
    assert [row["brand_id"] for row in found] == ["acme", "acme", "acme", "zeta", None]
    assert batch.counts == {"kept": 4, "off_topic": 1}


def test_a_time_without_a_zone_is_utc_and_flagged(root):
    text = f"{HEAD}\n1,acme,2026-07-01 12:00\n2,acme,2026-07-01 12:00Z\n"
    (batch,) = take(root, text)
    assert [row["warnings"] for row in rows(root, batch)] == [["no_zone"], []]
    (batch,) = take(root, text, tz="America/New_York")
    first, second = rows(root, batch)
    assert (first["warnings"], first["published_at"].hour) == ([], 16)
    assert second["published_at"].hour == 12


def test_a_future_date_is_kept_and_flagged(root):
    row = one(root, f"{HEAD}\n1,acme,2036-07-01T00:00Z\n")
    assert (row["bucket"], row["warnings"]) == ("kept", ["future"])


def test_the_date_format_is_taken_as_stated(root):
    text = f"{HEAD}\n1,acme,2/3/2015\n2,acme,2015-03-02\n"
    (batch,) = take(root, text, date_format="%d/%m/%Y")
    assert batch.counts == {"kept": 1, "quarantined": 1}
    assert rows(root, batch)[0]["published_at"].month == 3

"""GDELT's files: days without one, long absences, odd archives, and a past of their own."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

import pyarrow.parquet as pq
import pytest

from listening.backfill import backfill_stream
from listening.crawl import streams
from listening.sources.gdelt import MOST_FILES, QUARTER
from listening.sources.shape.gdelt import STAMP
from tests.listening.conftest import reply
from tests.listening.sources.conftest import NOON, Lab

SETTINGS = {"base_url": "http://gdelt.example"}
ROWS = Path(__file__).parent / "gdelt" / "1115.tsv"


def zipped(*bodies: bytes) -> bytes:
    packed = BytesIO()
    with ZipFile(packed, "w", ZIP_DEFLATED) as archive:
        for number, body in enumerate(bodies):
            archive.writestr(f"{number}.csv", body)
    return packed.getvalue()


def serve(lab: Lab, moment: datetime, body: bytes) -> None:
    lab.server.on(f"/gdeltv2/{moment:{STAMP}}.gkg.csv.zip", reply(body))


def newest(lab: Lab, moment: datetime) -> None:
    told = f"1 ab http://gdelt.example/gdeltv2/{moment:{STAMP}}.gkg.csv.zip\n".encode()
    lab.server.on("/gdeltv2/lastupdate.txt", reply(told))


def files_asked(lab: Lab) -> list[str]:
    return [path.split("/")[-1][:14] for path in lab.server.paths() if path.endswith(".zip")]


def test_each_file_is_read_once_and_none_twice(lab: Lab) -> None:
    newest(lab, NOON)
    for number in range(4):
        serve(lab, NOON - number * QUARTER, zipped(ROWS.read_bytes()))
    outcome, rows = lab.crawl("gdelt", **SETTINGS)
    assert outcome.error is None
    assert outcome.coverage.state == "complete"
    assert outcome.served == len(rows) == 8
    assert files_asked(lab) == sorted(files_asked(lab))
    # A source settles for five minutes: the newest file alone is read again.
    lab.crawl("gdelt", **SETTINGS)
    assert len(files_asked(lab)) == 5


def test_after_a_long_absence_a_day_of_files_is_read_and_the_next_crawl_goes_on(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    newest(lab, NOON)
    serve(lab, NOON, zipped(ROWS.read_bytes()))
    lab.crawl("gdelt", **SETTINGS)
    later = NOON + timedelta(days=1, hours=6)
    monkeypatch.setenv("LISTENING_NOW", later.isoformat())
    newest(lab, later)
    before = len(files_asked(lab))
    outcome, _ = lab.crawl("gdelt", **SETTINGS)
    assert outcome.coverage.state in ("capped", "partial")  # and none of these files was there
    assert len(files_asked(lab)) - before == MOST_FILES
    lab.crawl("gdelt", **SETTINGS)
    assert files_asked(lab)[-1] == f"{later:{STAMP}}"


def test_the_past_is_read_by_the_day(lab: Lab) -> None:
    newest(lab, NOON)
    moment = datetime(2026, 10, 7, 9, 30, tzinfo=UTC)
    serve(lab, moment, zipped(ROWS.read_bytes()))
    brands = lab.brand_file("gdelt", SETTINGS)
    (stream,) = streams(brands)
    clock = lab.time.clock
    outcomes = list(backfill_stream(lab.root, stream, brands, date(2026, 10, 7), clock=clock))
    assert [outcome.error for outcome in outcomes] == [None, None]
    first = pq.read_table(lab.root.landed(outcomes[0].batch_id or "")).to_pylist()
    assert [row["bucket"] for row in first] == ["kept", "off_topic"]
    asked = files_asked(lab)
    assert len(asked) == len(set(asked)) == 96 + 47  # until five minutes before noon
    assert asked[0] == "20261007001500"


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (b"<html>Log in</html>", "TransientError"),
        (zipped(ROWS.read_bytes())[:200], "TransientError"),
        (zipped(b"a", b"b"), "TransientError"),
        (zipped(b"0" * 30_000_000), "BadAnswerError"),
        (zipped(ROWS.read_bytes().replace(b"\t", b"\t\t")), "SourceChanged"),
    ],
)
def test_an_odd_archive_is_an_error_and_the_cursor_stays_before_it(
    lab: Lab, body: bytes, error: str
) -> None:
    newest(lab, NOON)
    good = NOON - 2 * QUARTER
    serve(lab, good, zipped(ROWS.read_bytes()))
    serve(lab, NOON - QUARTER, body)
    outcome, rows = lab.crawl("gdelt", **SETTINGS)
    assert type(outcome.error).__name__ == error
    assert len(rows) == 2
    lab.crawl("gdelt", **SETTINGS)
    assert files_asked(lab)[-1] == f"{NOON - QUARTER:{STAMP}}"


def test_only_what_a_query_covers_is_kept_raw(lab: Lab) -> None:
    from warcio.archiveiterator import ArchiveIterator

    newest(lab, NOON)
    serve(lab, NOON, zipped(ROWS.read_bytes()))
    outcome, _ = lab.crawl("gdelt", **SETTINGS)
    (warc,) = lab.root.landed(outcome.batch_id or "").parent.glob("*.warc.gz")
    with warc.open("rb") as stream:
        kept: list[Any] = [
            (record.rec_headers.get_header("WARC-Target-URI"), record.raw_stream.read())
            for record in ArchiveIterator(stream) if record.rec_type == "resource"
        ]  # fmt: skip
    first = ROWS.read_bytes().splitlines()[0]
    assert kept == [(f"http://gdelt.example/gdeltv2/{NOON:{STAMP}}.gkg.csv.zip#0", first)]
    assert not list(lab.root.path.glob("tmp*"))

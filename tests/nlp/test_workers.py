"""However many processes tag, they say the same, in order; and one that dies is an error."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import nlp.tag
import nlp.workers
from listening.contract import TAG_FIELDS, BrandFile, ConfigurationError, ListeningError
from nlp.chunk import tag_chunk
from nlp.tag import tag_file
from nlp.tagger import Said
from nlp.workers import Workers, count_workers

if TYPE_CHECKING:
    from spacy.language import Language

WORDS = st.sampled_from(
    ["Ternwick", "@ternwick", "#PourMate", "leaks", "great", "nicht", "call me", "\U0001f600",
     "+49 171 2345678", "https://tern.example/a", "?", "\u202e", "\ud83d", "", "schön"]
)  # fmt: skip
TEXTS = st.lists(st.lists(WORDS, max_size=12).map(" ".join), max_size=12)


@pytest.fixture(scope="module")
def workers(whole: Language, brands: BrandFile) -> Iterator[Workers]:
    del whole  # skips without the model
    with Workers(brands, 2) as two:
        yield two


@given(texts=TEXTS)
@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_number_of_processes_changes_nothing(
    texts: list[str], workers: Workers, whole: Language, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(nlp.workers, "CHUNK", 2)
    said = [Said(text=each, author=f"author{place}") for place, each in enumerate(texts)]
    alone, failed = tag_chunk(whole, said, TAG_FIELDS)
    chunks = list(workers.tag(said, TAG_FIELDS))
    assert pa.concat_tables([alone.slice(0, 0), *(table for table, _ in chunks)]).equals(alone)
    assert [2 * at + row for at, (_, rows) in enumerate(chunks) for row in rows] == failed


def test_workers_know_the_versions(workers: Workers, whole: Language) -> None:
    assert workers.versions == nlp.pipeline.versions(whole)


def test_a_file_is_tagged_alike_by_one_and_by_two(
    tmp_path: Path, brands: BrandFile, whole: Language, monkeypatch: pytest.MonkeyPatch
) -> None:
    del whole
    monkeypatch.setattr(nlp.workers, "WORTH", 1)
    monkeypatch.setattr(nlp.workers, "CHUNK", 3)
    texts = [f"my Ternwick leaks since day {number}, who can help?" for number in range(10)]
    pq.write_table(pa.table({"text": texts}), tmp_path / "in.parquet")
    for count in (1, 2):
        out = tmp_path / f"{count}.parquet"
        told = tag_file(tmp_path / "in.parquet", out, brands=brands, workers=count)
        assert (told["rows"], told["failed"]) == (10, 0)
    one, two = (pq.read_table(tmp_path / f"{count}.parquet") for count in (1, 2))
    assert one.equals(two)
    assert one["text"].to_pylist() == texts


def test_few_mentions_need_no_other_process(brands: BrandFile, whole: Language) -> None:
    del whole
    with nlp.tag.Lender(brands, 2) as lender:
        assert not isinstance(lender.borrow(nlp.workers.WORTH - 1), Workers)


def test_a_worker_that_dies_is_an_error_and_ends_the_others(
    brands: BrandFile, whole: Language, monkeypatch: pytest.MonkeyPatch
) -> None:
    del whole
    monkeypatch.setattr(nlp.workers, "CHUNK", 5)
    workers = Workers(brands, 2)
    processes = [each._process for each in workers._workers]
    os.kill(processes[0].pid, signal.SIGKILL)
    with pytest.raises(ListeningError, match="ended with status -9"):
        list(workers.tag([Said(text="hello")] * 10, TAG_FIELDS))
    assert workers.closed
    assert all(each.poll() is not None for each in processes)


def test_what_a_worker_cannot_be_built_with_is_said_here(
    brands: BrandFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LISTENING_THREADS", "many")
    with pytest.raises(ConfigurationError, match="many"):
        Workers(brands, 1)


def test_the_number_is_stated_or_found(monkeypatch: pytest.MonkeyPatch) -> None:
    assert count_workers(5) == 5
    monkeypatch.setenv("LISTENING_WORKERS", "3")
    assert count_workers() == 3
    assert count_workers(1) == 1
    monkeypatch.delenv("LISTENING_WORKERS")
    assert 1 <= count_workers() <= nlp.workers.DEFAULT


@pytest.mark.parametrize("stated", ["0", "-1", "two", "", "1.5"])
def test_a_number_that_is_none_is_refused(stated: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LISTENING_WORKERS", stated)
    with pytest.raises(ConfigurationError, match="LISTENING_WORKERS"):
        count_workers()
    with pytest.raises(ConfigurationError, match="--workers"):
        count_workers(0)

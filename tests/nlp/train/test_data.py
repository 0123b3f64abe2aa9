"""Reading and dealing of training rows; needs no torch."""

from __future__ import annotations

import itertools
import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from listening.contract import ConfigurationError
from nlp.encoder import MODEL
from nlp.evaluate import FOLDERS
from nlp.train.base import find_base
from nlp.train.data import POOL, Corpus, class_weights, deal_batches, read_corpus, read_rows
from nlp.train.tasks import TASKS


def make_corpus(sizes: list[int], seed: int = 0) -> Corpus:
    random = np.random.default_rng(seed)
    count = sum(sizes)
    ids = [[1] * int(length) for length in random.integers(1, 90, count)]
    task = np.repeat(np.arange(len(sizes)), sizes)
    return Corpus(ids, task, random.integers(0, 2, count))


@given(st.lists(st.integers(1, 50), min_size=1, max_size=4), st.integers(0, 99))
def test_every_row_comes_before_any_comes_again(sizes: list[int], seed: int) -> None:
    """Within a task no row is favoured, however the tasks are mixed."""
    corpus = make_corpus(sizes)
    dealt = list(itertools.islice(deal_batches(corpus, [1.0] * len(sizes), 8, seed), POOL * 3))
    seen = np.bincount(np.concatenate(dealt), minlength=len(corpus))
    for index in range(len(sizes)):
        counts = seen[corpus.task == index]
        assert counts.max() - counts.min() <= 1


def test_same_seed_deals_the_same() -> None:
    corpus = make_corpus([300, 40])
    one, two = (deal_batches(corpus, [0.8, 0.2], 16, 5) for _ in range(2))
    for left, right in itertools.islice(zip(one, two, strict=True), 100):
        np.testing.assert_array_equal(left, right)


def test_lengths_in_a_batch_are_alike() -> None:
    corpus = make_corpus([5_000])
    lengths = np.array([len(ids) for ids in corpus.ids])
    batches = itertools.islice(deal_batches(corpus, [1.0], 16, 1), POOL)
    assert np.mean([np.ptp(lengths[batch]) for batch in batches]) < 6


def test_shares_are_kept() -> None:
    corpus = make_corpus([5_000, 50])
    dealt = np.concatenate(list(itertools.islice(deal_batches(corpus, [0.7, 0.3], 32, 1), 320)))
    assert (corpus.task[dealt] == 1).mean() == pytest.approx(0.3, abs=0.02)


def test_rare_class_weighs_more_by_the_root() -> None:
    """A class a hundred times as rare weighs ten times as much; the mean weight is 1."""
    labels = np.array([0] * 100 + [1])
    corpus = Corpus([[1]] * 101, np.zeros(101, np.int64), labels)
    weights = class_weights(corpus, 0, 2)
    assert weights[1] / weights[0] == pytest.approx(10, rel=1e-4)
    assert weights[labels].mean() == pytest.approx(1, rel=1e-4)


def test_corpus_is_normalised_and_cut(tmp_path: Path) -> None:
    """Training reads what tagging reads: two links make the same tokens."""
    task = TASKS[0]
    folder = tmp_path / task.folder
    folder.mkdir()
    texts = ["see https://a.example/1", "see www.b.example", "word " * 500]
    rows = (json.dumps({"text": text, "label": 1}) for text in texts)
    (folder / "train.jsonl").write_text("\n".join(rows))
    corpus = read_corpus(tmp_path, [task], "train", MODEL / "tokenizer.json", 96)
    assert corpus.ids[0] == corpus.ids[1]
    assert len(corpus.ids[2]) == 96
    assert corpus.label.tolist() == [1, 1, 1]


@pytest.mark.parametrize("line", ["{", '{"text": "x"}', '{"text": "x", "label": 3}', "[1]", "1"])
def test_bad_row_is_named(tmp_path: Path, line: str) -> None:
    path = tmp_path / "train.jsonl"
    path.write_text('{"text": "fine", "label": 0}\n' + line + "\n")
    with pytest.raises(ConfigurationError) as caught:
        read_rows(path, 3)
    assert f"{path}:2" in str(caught.value)


def test_missing_and_empty_files_are_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="absent"):
        read_rows(tmp_path / "absent.jsonl", 3)
    (tmp_path / "empty.jsonl").touch()
    with pytest.raises(ConfigurationError, match="no rows"):
        read_rows(tmp_path / "empty.jsonl", 3)


def test_foreign_weights_are_refused(tmp_path: Path) -> None:
    """Weights are pinned by hash: a package of the right name is not enough."""
    (tmp_path / "model.safetensors").write_bytes(b"other")
    with pytest.raises(ConfigurationError, match="SHA-256"):
        find_base(tmp_path)
    with pytest.raises(ConfigurationError, match="no pretrained weights"):
        find_base(tmp_path / "absent")


def test_tasks_are_those_that_are_measured() -> None:
    """What is trained is evaluated on its own set, and shares sum to one."""
    assert {task.name: task.folder for task in TASKS} == FOLDERS
    assert sum(task.share for task in TASKS) == pytest.approx(1.0)

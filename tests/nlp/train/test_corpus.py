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
from nlp.normalize import normalize
from nlp.tokens import Tokens
from nlp.train.base import find_base
from nlp.train.corpus import (
    NO_TAG,
    POOL,
    Corpus,
    Reader,
    Row,
    class_weights,
    deal_batches,
    deal_shares,
    read_held_out,
    tag_pieces,
)
from nlp.train.data import (
    is_held,
    join_tags,
    list_written,
    read_check,
    read_lines,
    read_rows,
    read_sentences,
    read_targets,
    read_written,
)
from nlp.train.tasks import TAGS, TASKS

DATA = Path(__file__).parents[3] / "../shared/data"


def make_rows(sizes: list[int], seed: int = 0) -> list[Row]:
    random = np.random.default_rng(seed)
    rows = []
    for deck, size in enumerate(sizes):
        for length in random.integers(1, 90, size):
            count = int(length)
            rows.append(Row(Tokens([1] * count, [1] * count, [0] * count, [1] * count), deck))
    return rows


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader(MODEL / "tokenizer.json", 96)


@given(st.lists(st.integers(1, 50), min_size=1, max_size=4), st.integers(0, 99))
def test_every_row_comes_before_any_comes_again(sizes: list[int], seed: int) -> None:
    """Within a task no row is favoured, however the tasks are mixed."""
    rows = make_rows(sizes)
    dealt = list(itertools.islice(deal_batches(rows, [1.0] * len(sizes), 8, seed), POOL * 3))
    seen = np.bincount(np.concatenate(dealt), minlength=len(rows))
    decks = np.array([row.deck for row in rows])
    for index in range(len(sizes)):
        counts = seen[decks == index]
        assert counts.max() - counts.min() <= 1


def test_same_seed_deals_the_same() -> None:
    rows = make_rows([300, 40])
    one, two = (deal_batches(rows, [0.8, 0.2], 16, 5) for _ in range(2))
    for left, right in itertools.islice(zip(one, two, strict=True), 100):
        np.testing.assert_array_equal(left, right)


def test_lengths_in_a_batch_are_alike() -> None:
    rows = make_rows([5_000])
    lengths = np.array([len(row.tokens) for row in rows])
    batches = itertools.islice(deal_batches(rows, [1.0], 16, 1), POOL)
    assert np.mean([np.ptp(lengths[batch]) for batch in batches]) < 6


def test_shares_are_kept() -> None:
    rows = make_rows([5_000, 50])
    decks = np.array([row.deck for row in rows])
    dealt = np.concatenate(list(itertools.islice(deal_batches(rows, [0.7, 0.3], 32, 1), 320)))
    assert (decks[dealt] == 1).mean() == pytest.approx(0.3, abs=0.02)


def test_rare_class_weighs_more_by_the_root() -> None:
    """A class a hundred times as rare weighs ten times as much; the mean weight is 1."""
    labels = np.array([0] * 100 + [1])
    weights = class_weights(labels, 2)
    assert weights[1] / weights[0] == pytest.approx(10, rel=1e-4)
    assert weights[labels].mean() == pytest.approx(1, rel=1e-4)


def test_corpus_is_normalised_and_cut(tmp_path: Path, reader: Reader) -> None:
    """Training reads what tagging reads: two links make the same tokens, and one row."""
    task = TASKS[0]
    folder = tmp_path / task.folder
    folder.mkdir()
    texts = ["see https://a.example/1", "see www.b.example", "word " * 500, "Kept  for measuring"]
    rows = (json.dumps({"text": text, "label": 1}) for text in texts)
    (folder / "train.jsonl").write_text("\n".join(rows))
    corpus = Corpus(tmp_path, reader, held_out={"Kept for measuring"})
    corpus.add_task(task, 0)
    assert [row.labels for row in corpus.rows.values()] == [{"sentiment": 1}] * 2
    assert [len(row.tokens) for row in corpus.rows.values()][1] == 96


def test_every_nth_text_is_taken_for_ordinary(tmp_path: Path, reader: Reader) -> None:
    """A set's texts stand for talk without flags; a text of ours keeps the flags it has."""
    task = next(task for task in TASKS if task.name == "sentiment")
    folder = tmp_path / task.folder
    folder.mkdir()
    rows = (json.dumps({"text": f"plain talk {n}", "label": 1}) for n in range(17))
    (folder / "train.jsonl").write_text("\n".join(rows))
    corpus = Corpus(tmp_path, reader, held_out=set())
    corpus.add_task(task, 0)
    flagged = corpus.take("plain talk 0", 0)
    assert flagged
    flagged.labels["legal"] = [1, 0]
    corpus.take_ordinary(task, 2)
    said = [row.labels["legal"] for row in corpus.rows.values() if "legal" in row.labels]
    assert said == [[1, 0], [0, 0], [0, 0]]


@pytest.mark.shared
@pytest.mark.skipif(not DATA.is_dir(), reason="no ../shared/data")
def test_what_is_measured_is_never_learned() -> None:
    """Every validation text, of the sets and of ours, is held out."""
    held_out = read_held_out(DATA, TASKS)
    for task in TASKS:
        texts, _ = read_check(DATA, task)
        assert {normalize(text) for text in texts} <= held_out


def test_tags_follow_the_pieces(reader: Reader) -> None:
    """An entity's first piece is begun, all its others continue; `[CLS]` is not learned from."""
    words = ["Off", "to", "Quillavastra", "Bay", "!"]
    entities = join_tags(words, ["O", "O", "B-location", "I-location", "O"])
    assert entities == [(7, 23, "location")]
    tokens = reader.read(" ".join(words))
    tags = tag_pieces(tokens, entities)
    named = [TAGS[tag] for tag in tags if tag > 0]
    assert named[0] == "B-location"
    assert set(named[1:]) == {"I-location"}
    assert len(named) > 3
    assert tags[0] == tags[-1] == NO_TAG


def test_entities_side_by_side_stay_two() -> None:
    found = join_tags(["Ann", "Bo", "Lee"], ["B-person", "B-person", "I-person"])
    assert found == [(0, 3, "person"), (4, 10, "person")]


def test_a_target_is_marked_or_appended(reader: Reader) -> None:
    """Where the text names it, the pieces there; else behind the text, in its own segment."""
    tokens, (start, end) = reader.read_target("I prefer Vexon over Tarpley", "vexon")
    assert "".join(reader_text(reader, tokens.ids[start:end])) == "vexon"
    tokens, (start, end) = reader.read_target("no name in here", "Vexon")
    assert "".join(reader_text(reader, tokens.ids[start:end])) == "vexon"
    assert tokens.starts[start] == -1
    long, (start, end) = reader.read_target("word " * 300, "Vexon " * 50)
    assert len(long) <= 96
    assert 0 < start < end < len(long)


def reader_text(reader: Reader, ids: list[int]) -> list[str]:
    tokenizer = reader.tokenizer
    return [tokenizer.id_to_token(each).removeprefix("##") for each in ids]


def test_written_texts_are_whole() -> None:
    """Our own texts parse, name known labels, and one in seven is kept for measuring."""
    for task in (task for task in TASKS if not task.folder):
        rows = [row for path in list_written(task.name) for row in read_written(path, task)]
        held = sum(is_held(text) for text, _ in rows)
        assert 0.1 < held / len(rows) < 0.19
        assert np.array([labels for _, labels in rows]).sum(axis=0).min() >= 70
    for path in list_written("target"):
        assert all(target in text for text, target, _ in read_targets(path))
    for path in list_written("entity"):
        for text, entities in read_sentences(path):
            assert all(text[start:end].strip() for start, end, _ in entities)


def test_written_label_must_be_known(tmp_path: Path) -> None:
    path = tmp_path / "intent.jsonl"
    path.write_text(json.dumps({"text": "x", "intents": ["dance"]}))
    task = next(task for task in TASKS if task.name == "intent")
    with pytest.raises(ConfigurationError, match="dance"):
        list(read_written(path, task))


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


def test_shares_sum_to_one() -> None:
    assert sum(deal_shares(TASKS)) == pytest.approx(1.0)


def test_a_line_without_text_is_named(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    path.write_text('{"text": 3}')
    with pytest.raises(ConfigurationError, match=r"x\.jsonl:1"):
        list(read_lines(path))

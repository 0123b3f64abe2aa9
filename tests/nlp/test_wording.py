"""What words say is learned, read the same for each text, and added to the head it belongs to."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from listening.contract import ConfigurationError
from nlp.encoder import MODEL, Encoder
from nlp.manifest import Manifest
from nlp.normalize import normalize
from nlp.train.wording import fit
from nlp.wording import Wording, read_keys

BAD, PLAIN, GOOD = 0, 1, 2
TEXTS = {
    "the tea was good": GOOD,
    "a good kettle": GOOD,
    "good again": GOOD,
    "the tea was not good": BAD,
    "not good at all": BAD,
    "it is not good": BAD,
    "the tea is at four": PLAIN,
    "a kettle at four": PLAIN,
    "again at four": PLAIN,
}


@pytest.fixture(scope="module")
def wording() -> Wording:
    texts = [*TEXTS] * 9
    return Wording.of(fit(texts, np.array([*TEXTS.values()] * 9)))


def test_words_and_pairs_are_learned(wording: Wording) -> None:
    scores = wording.score(["good coffee", "not good coffee", "coffee at four"])
    assert scores.argmax(axis=1).tolist() == [GOOD, BAD, PLAIN]


def test_a_text_is_scored_by_itself(wording: Wording) -> None:
    alone = wording.score(["good"])
    assert np.array_equal(wording.score(["not good at all", "good", ""])[1:2], alone)


def test_what_was_never_read_says_nothing(wording: Wording) -> None:
    empty, unknown = wording.score(["", "zzz qqq"])
    assert np.array_equal(empty, unknown)


@given(st.text(max_size=300))
def test_any_text_has_keys_each_once(text: str) -> None:
    keys = read_keys(normalize(text))
    assert len(keys) == len(set(keys))


def test_a_file_that_is_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="cannot be read"):
        Wording.load(tmp_path / "wording.safetensors")
    (tmp_path / "wording.safetensors").write_bytes(b"none")
    with pytest.raises(ConfigurationError, match="cannot be read"):
        Wording.load(tmp_path / "wording.safetensors")


@pytest.mark.skipif(not (MODEL / "model.onnx").exists(), reason="nlp/model has no weights")
def test_it_is_added_to_the_head_that_names_it() -> None:
    """The other heads stay what they are."""
    manifest = Manifest.read(MODEL / "manifest.json")
    named = [head.name for head in manifest.heads if head.wording]
    assert named == ["sentiment"]
    heads = tuple(replace(head, wording="") for head in manifest.heads)
    texts = ["The kettle leaks and nobody answers", ""]
    both = [
        Encoder(MODEL, each, 1).encode(texts).probabilities
        for each in (manifest, replace(manifest, heads=heads))
    ]
    for head in manifest.heads:
        same = np.array_equal(both[0][head.name], both[1][head.name])
        assert same == (head.name not in named)

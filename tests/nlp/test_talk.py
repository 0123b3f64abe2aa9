"""What talk of a brand sounds like is kept for one model and its examples, and no others."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from nlp.encoder import MODEL, Encoder
from nlp.talk import EXAMPLES, Talk

if TYPE_CHECKING:
    from pathlib import Path

TEXTS = ["My new kettle leaks and support is silent", "A heron stood in the shallow water"]


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    if not (MODEL / "manifest.json").exists():
        pytest.skip("nlp/model is absent")
    return Encoder.load()


def says(talk: Talk, encoder: Encoder) -> list[float]:
    return [talk.of_brands(each) for each in encoder.encode(TEXTS).embedding]


def test_what_ships_is_what_the_model_learns(encoder: Encoder) -> None:
    """Else every start learns anew: after an export, run `python -m nlp.talk`."""
    kept = Talk(encoder)
    assert "_embeddings" not in vars(kept), "run `python -m nlp.talk`"
    before = says(kept, encoder)
    kept.learn()
    assert says(kept, encoder) == pytest.approx(before, abs=0.05)  # int8 differs by processor
    assert before[0] > 0 > before[1]


def test_another_model_or_example_is_learned_anew(
    encoder: Encoder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = EXAMPLES.read_text("utf-8").splitlines()
    few = [line for line in lines if json.loads(line)["is_brand"]][:4] + lines[-4:]
    (tmp_path / "talk.jsonl").write_text("\n".join(few), "utf-8")
    monkeypatch.setattr("nlp.talk.EXAMPLES", tmp_path / "talk.jsonl")
    anew = Talk(encoder)
    assert len(anew._embeddings) == len(few)
    manifest = replace(encoder.manifest, files={**encoder.manifest.files, "model.onnx": "other"})
    other = Encoder(encoder.folder, manifest, 1)
    assert np.array_equal(Talk(other)._embeddings, anew._embeddings)


@pytest.mark.parametrize("content", [None, b"nothing"])
def test_a_file_that_cannot_be_read_is_done_without(
    encoder: Encoder, tmp_path: Path, content: bytes | None
) -> None:
    path = tmp_path / "talk.safetensors"
    if content is not None:
        path.write_bytes(content)
    talk = Talk(encoder)
    assert not talk._recall(path)
    talk.save(path)
    assert talk._recall(path)

"""The shipped model through its encoder: same text, same numbers; no foreign file is run."""

from __future__ import annotations

import json
import multiprocessing
import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from listening.contract import ConfigurationError
from nlp.encoder import MAX_TOKENS, MODEL, THREADS_VARIABLE, Encoder, Question

if TYPE_CHECKING:
    from nlp.encoder import Encoded

TEXTS = [
    "I love how quiet this kettle is, best purchase of the year",
    "The app crashes every time I open the settings, please fix it",
    "Shop opens at nine on Monday",
    "",
    "\U0001f602\U0001f602\U0001f602",
    "\u0645\u0631\u062d\u0628\u0627 \u200f\u0634\u0643\u0631\u0627",
    "worst. service. ever. I want my money back!!!",
    "lone \ud83d surrogate and \x00 zero",
    "long " * 5_000,
]

WORDS = ["Vexon", "kettle", "leaks", "again", "and", "nobody", "cares"]


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    return Encoder.load()


@pytest.fixture(scope="module")
def encoded(encoder: Encoder) -> Encoded:
    return encoder.encode(TEXTS)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the shipped model that a test may damage."""
    return Path(shutil.copytree(MODEL, tmp_path / "model"))


def same(one: Encoded, other: Encoded) -> bool:
    readings = zip(one.readings, other.readings, strict=True)
    return (
        np.array_equal(one.embedding, other.embedding)
        and all(np.array_equal(v, other.probabilities[n]) for n, v in one.probabilities.items())
        and all(np.array_equal(a.tags, b.tags) for a, b in readings)
    )


def pick(encoded: Encoded, rows: list[int]) -> Encoded:
    heads = {name: values[rows] for name, values in encoded.probabilities.items()}
    readings = [encoded.readings[row] for row in rows]
    return type(encoded)(encoded.embedding[rows], heads, readings)


def test_shapes_and_probabilities(encoder: Encoder, encoded: Encoded) -> None:
    """Unit vectors of the stated width; a distribution, or one probability, per head."""
    assert encoded.embedding.shape == (len(TEXTS), 384)
    assert encoded.embedding.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(encoded.embedding, axis=1), 1.0, atol=1e-5)
    for head in encoder.heads:
        values = encoded.probabilities[head.name]
        assert values.shape == (len(TEXTS), len(head.labels))
        assert values.dtype == np.float32
        assert np.isfinite(values).all()
        assert ((values >= 0) & (values <= 1)).all()
        if head.kind == "softmax":
            np.testing.assert_allclose(values.sum(axis=1), 1.0, atol=1e-5)
    for text, reading in zip(TEXTS, encoded.readings, strict=True):
        assert len(reading.tokens) == len(reading.tags) == len(reading.states) <= MAX_TOKENS
        np.testing.assert_allclose(reading.tags.sum(axis=1), 1.0, atol=1e-4)
        assert max(reading.tokens.ends) <= len(text)


def test_every_intent_is_a_label(encoder: Encoder) -> None:
    assert all(set(head.intents) <= set(head.labels) for head in encoder.heads)


def test_plain_opinions_are_understood(encoder: Encoder, encoded: Encoded) -> None:
    """A model that learned nothing, or labels in another order, would fail here."""
    labels = next(head.labels for head in encoder.heads if head.name == "sentiment")
    guess = encoded.probabilities["sentiment"].argmax(axis=1)
    assert [labels[guess[row]] for row in (0, 1, 2, 6)] == [
        "positive", "negative", "neutral", "negative",
    ]  # fmt: skip
    complaint = encoded.probabilities["complaint"][:, 0]
    assert complaint[6] > 0.5 > complaint[0]


def test_embedding_is_topical(encoder: Encoder) -> None:
    """Two texts about one thing are closer than two of one mood."""
    vectors = encoder.encode(
        ["the coffee maker is wonderful", "awful espresso machine", "wonderful concert last night"]
    ).embedding
    assert vectors[0] @ vectors[1] > vectors[0] @ vectors[2]


def test_a_text_may_think_unlike_of_two_targets(encoder: Encoder) -> None:
    """The branch hears which name is asked for; a model without it would say the same of both."""
    text = "The Vexon is terrible and always broken, but the Tarpley is great"
    reading = encoder.encode([text]).readings[0]
    spans = [(text.index(name), text.index(name) + len(name)) for name in ("Vexon", "Tarpley")]
    vexon, tarpley = encoder.judge([Question(text, span, reading) for span in spans])
    names = encoder.manifest.target.labels
    assert names[int(vexon.argmax())] == "negative"
    assert names[int(tarpley.argmax())] == "positive"


def test_targets_far_behind_or_absent_are_judged(encoder: Encoder) -> None:
    """Beyond what one pass reads, and where the text has another word for it."""
    start = "word " * 2_000
    text = start + "I hate my Vexon, it broke again"
    place = (len(start) + 10, len(start) + 15)
    reading = encoder.encode([text]).readings[0]
    assert reading.tokens.cover(*place) is None
    far, absent = encoder.judge(
        [Question(text, place, reading), Question("I hate it, it broke again", "Vexon")]
    )
    negative = encoder.manifest.target.labels.index("negative")
    assert far.argmax() == absent.argmax() == negative


def test_company_of_questions_does_not_matter(encoder: Encoder) -> None:
    text = "Vexon beats Tarpley"
    reading = encoder.encode([text]).readings[0]
    one, two = Question(text, (0, 5), reading), Question(text, (12, 19), reading)
    together = encoder.judge([one, two, Question(text, "Bloom")])
    np.testing.assert_array_equal(encoder.judge([two])[0], together[1])
    assert encoder.judge([]).shape == (0, 3)


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(rows=st.permutations(range(len(TEXTS))), count=st.integers(1, len(TEXTS)))
def test_order_and_company_do_not_matter(
    encoder: Encoder, encoded: Encoded, rows: list[int], count: int
) -> None:
    """A mention that is crawled in another batch gets the same numbers, to the bit."""
    chosen = rows[:count]
    assert same(encoder.encode([TEXTS[row] for row in chosen]), pick(encoded, chosen))


@settings(
    max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.permutations(WORDS).map(" ".join), min_size=2, max_size=12, unique=True))
def test_texts_of_one_length_are_told_apart(encoder: Encoder, texts: list[str]) -> None:
    """They share a pass; each still gets what it gets alone, to the bit, in its own row."""
    together = encoder.encode(texts)
    assert len({len(reading.tokens) for reading in together.readings}) == 1
    questions = [
        Question(text, (0, len(text.split()[0])), reading)
        for text, reading in zip(texts, together.readings, strict=True)
    ]
    judged = encoder.judge([*questions, *(Question(text, "Bloom") for text in texts)])
    for row, text in enumerate(texts):
        alone = encoder.encode([text])
        assert same(alone, pick(together, [row]))
        np.testing.assert_array_equal(alone.readings[0].states, together.readings[row].states)
        np.testing.assert_array_equal(encoder.judge([questions[row]])[0], judged[row])
        absent = encoder.judge([Question(text, "Bloom")])[0]
        np.testing.assert_array_equal(absent, judged[len(texts) + row])


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(text=st.text(st.characters(), max_size=300))
def test_no_text_breaks_it(encoder: Encoder, text: str) -> None:
    """Lone surrogates, control characters, any script: always finite numbers."""
    result = encoder.encode([text])
    assert np.isfinite(result.embedding).all()
    assert all(np.isfinite(values).all() for values in result.probabilities.values())
    assert np.isfinite(result.readings[0].tags).all()
    assert np.isfinite(encoder.judge([Question(text, "x"), Question("x", text or "y")])).all()


def test_threads_do_not_change_results(encoded: Encoded) -> None:
    assert same(Encoder.load(threads=1).encode(TEXTS), encoded)


def test_no_texts(encoder: Encoder) -> None:
    result = encoder.encode([])
    assert result.embedding.shape == (0, 384)
    assert result.probabilities["sentiment"].shape == (0, 3)


def test_only_the_first_tokens_are_read(encoder: Encoder) -> None:
    """The stated limit holds: what stands behind it changes nothing."""
    start = "word " * (2 * MAX_TOKENS)
    assert same(encoder.encode([start + "awful"]), encoder.encode([start + "lovely"]))


def _encode_in_child(encoder: Encoder, queue: multiprocessing.Queue[list[float]]) -> None:
    queue.put(encoder.encode(TEXTS[:1]).probabilities["sentiment"][0].tolist())


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_forked_worker(encoder: Encoder, encoded: Encoded) -> None:
    """A task that is forked from a process with an open session neither hangs nor differs."""
    context = multiprocessing.get_context("fork")
    queue = context.Queue()
    child = context.Process(target=_encode_in_child, args=(encoder, queue))
    child.start()
    result = queue.get(timeout=60)
    child.join(timeout=60)
    assert child.exitcode == 0
    assert result == encoded.probabilities["sentiment"][0].tolist()


@pytest.mark.parametrize("name", ["model.onnx", "tokenizer.json"])
def test_changed_file_is_refused(copy: Path, name: str) -> None:
    """One changed byte: nothing is run, and the error names the file and the mend."""
    content = bytearray((copy / name).read_bytes())
    content[len(content) // 2] ^= 1
    (copy / name).write_bytes(content)
    with pytest.raises(ConfigurationError, match=r"SHA-256 .* manifest") as caught:
        Encoder.load(copy)
    assert str(copy / name) in str(caught.value)
    assert caught.value.mend


def test_changed_after_first_load_is_refused(copy: Path) -> None:
    """That a file was once right does not excuse it."""
    Encoder.load(copy)
    (copy / "tokenizer.json").write_text("{}")
    with pytest.raises(ConfigurationError, match="SHA-256"):
        Encoder.load(copy)


@pytest.mark.parametrize("name", ["model.onnx", "tokenizer.json", "manifest.json"])
def test_missing_file_is_named(copy: Path, name: str) -> None:
    (copy / name).unlink()
    with pytest.raises(ConfigurationError) as caught:
        Encoder.load(copy)
    assert name in str(caught.value)


def test_manifest_without_heads_is_refused(copy: Path) -> None:
    (copy / "manifest.json").write_text(json.dumps({"version": "x", "files": {}, "width": 384}))
    with pytest.raises(ConfigurationError, match="heads"):
        Encoder.load(copy)


def test_graph_with_other_outputs_is_refused(copy: Path) -> None:
    """A manifest of another training run cannot put its labels on this graph's outputs."""
    manifest = json.loads((copy / "manifest.json").read_text())
    manifest["heads"].reverse()
    (copy / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(ConfigurationError, match="outputs"):
        Encoder.load(copy).encode(["text"])


@pytest.mark.parametrize("setting", ["0", "-1", "two", ""])
def test_threads_setting_is_checked(monkeypatch: pytest.MonkeyPatch, setting: str) -> None:
    monkeypatch.setenv(THREADS_VARIABLE, setting)
    with pytest.raises(ConfigurationError, match=THREADS_VARIABLE):
        Encoder.load()


def test_threads_setting_is_obeyed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(THREADS_VARIABLE, "3")
    assert Encoder.load().threads == 3

"""The graphs that run say what the network says, for texts alone and side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="needs the train extra (torch)")
pytest.importorskip("onnx", reason="needs the train extra (onnx)")

import onnxruntime  # noqa: E402

from nlp.train.graph import save, write_flagger, write_judge, write_reader  # noqa: E402
from nlp.train.network import FlagBranch, Layer, Network  # noqa: E402
from nlp.train.nodes import Float  # noqa: E402
from nlp.train.quantise import Eight, fit_scales, observe  # noqa: E402
from nlp.train.shipped import read_layers  # noqa: E402
from nlp.train.tasks import Task  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

TASKS = (
    Task("mood", "", "softmax", ("bad", "fair", "good"), 0.5),
    Task("unseen", "", "softmax", ("a", "b"), 0.0, shipped=False),
    Task("loud", "", "sigmoid", ("loud",), 0.5),
)
WORDS = 40


@pytest.fixture(scope="module")
def network() -> Network:
    """A small network whose parts all matter: no weight is zero, no norm is plain."""
    from transformers import BertConfig

    torch.manual_seed(1)
    config = BertConfig(vocab_size=WORDS, num_hidden_layers=3, hidden_size=48,
                        num_attention_heads=12, intermediate_size=64)  # fmt: skip
    made = Network(config, TASKS)
    with torch.no_grad():
        for weight in made.parameters():
            weight.add_(0.1 * torch.randn_like(weight))
    made.eval()
    return made


@pytest.fixture(scope="module")
def texts() -> dict[str, np.ndarray]:
    random = np.random.default_rng(1)
    return {
        "input_ids": random.integers(0, WORDS, (60, 9)),
        "shapes": random.integers(0, 8, (60, 9)),
    }


@pytest.fixture(scope="module")
def questions() -> dict[str, np.ndarray]:
    random = np.random.default_rng(2)
    states = random.standard_normal((60, 9, 48)).astype(np.float32)
    marks = np.zeros((60, 9), np.float32)
    marks[:30, 2:4] = marks[30:, 5] = 1
    return {"states": states, "marks": marks}


def run(model: Any, feed: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), providers=["CPUExecutionProvider"]
    )
    names = [output.name for output in session.get_outputs()]
    return dict(zip(names, session.run(None, feed), strict=True))


def one_by_one(feed: dict[str, np.ndarray]) -> list[dict[str, np.ndarray]]:
    count = len(next(iter(feed.values())))
    return [{name: rows[row : row + 1] for name, rows in feed.items()} for row in range(count)]


def in_bytes(write: Callable[[Any], Any], feed: dict[str, np.ndarray]) -> Any:
    plain = Float()
    model = write(plain)
    return write(Eight(fit_scales(plain, observe(model, plain.tensors, one_by_one(feed)))))


def test_reader_is_the_network(network: Network, texts: dict[str, np.ndarray]) -> None:
    """Every output, in the manifest's order; a head that does not ship is left out."""
    found = run(write_reader(network, TASKS, Float()), texts)
    assert list(found) == ["embedding", "mood", "loud", "tags", "states"]
    ids, shapes = (torch.tensor(texts[name]) for name in ("input_ids", "shapes"))
    mask = torch.ones_like(ids)
    with torch.no_grad():
        states = network.read(ids, shapes, mask)
        embedding, (mood, _, loud) = network.read_heads(states, mask)
        tags = network.read_entities(states.middle, mask)
    expected = {"embedding": embedding, "mood": mood, "loud": loud, "tags": tags,
                "states": states.low}  # fmt: skip
    for name, values in expected.items():
        np.testing.assert_allclose(found[name], values.numpy(), atol=2e-4, err_msg=name)


def test_judge_is_the_target_branch(network: Network, questions: dict[str, np.ndarray]) -> None:
    found = run(write_judge(network, Float()), questions)["target"]
    states, marks = (torch.tensor(questions[name]) for name in ("states", "marks"))
    with torch.no_grad():
        expected = network.read_targets(states, marks, torch.ones_like(marks))
    np.testing.assert_allclose(found, expected.numpy(), atol=2e-4)


def test_bytes_stay_near(
    network: Network, texts: dict[str, np.ndarray], questions: dict[str, np.ndarray]
) -> None:
    """Eight bits: each output within a twentieth of its spread, on the average."""
    for write, feed in (
        (lambda kind: write_reader(network, TASKS, kind), texts),
        (lambda kind: write_judge(network, kind), questions),
    ):
        exact, rounded = run(write(Float()), feed), run(in_bytes(write, feed), feed)
        assert list(rounded) == list(exact)
        for name, values in exact.items():
            error = np.sqrt(np.square(rounded[name] - values).mean())
            assert 0 < error < 0.05 * values.std(), name


def test_a_text_is_the_same_side_by_side(
    network: Network, texts: dict[str, np.ndarray], questions: dict[str, np.ndarray]
) -> None:
    """To the bit: no number of a text comes from its neighbours, in bytes as in float."""
    for write, feed in (
        (lambda kind: write_reader(network, TASKS, kind), texts),
        (lambda kind: write_judge(network, kind), questions),
    ):
        model = in_bytes(write, feed)
        together = run(model, feed)
        for row, alone in enumerate(one_by_one(feed)):
            for name, values in run(model, alone).items():
                np.testing.assert_array_equal(values[0], together[name][row], err_msg=name)


def test_flagger_is_the_branch_for_flags(
    network: Network, questions: dict[str, np.ndarray]
) -> None:
    """In float the same; in bytes near, and a text the same side by side."""
    torch.manual_seed(3)
    config = network.encoder.config
    branch = FlagBranch([Layer(config), Layer(config)], config.hidden_size, 5).eval()
    feed = {"states": questions["states"]}
    exact = run(write_flagger(branch, Float()), feed)["flag"]
    states = torch.tensor(feed["states"])
    with torch.no_grad():
        expected = branch(states, torch.ones(states.shape[:2])).numpy()
    np.testing.assert_allclose(exact, expected, atol=2e-4)
    model = in_bytes(lambda kind: write_flagger(branch, kind), feed)
    rounded = run(model, feed)["flag"]
    assert 0 < np.sqrt(np.square(rounded - exact).mean()) < 0.05 * exact.std()
    for row, alone in enumerate(one_by_one(feed)):
        np.testing.assert_array_equal(run(model, alone)["flag"][0], rounded[row])


def test_layers_are_read_back_from_bytes(
    network: Network, texts: dict[str, np.ndarray], tmp_path: Path
) -> None:
    """What the last two layers say, read back, is near what they said before."""
    path = tmp_path / "model.onnx"
    save(in_bytes(lambda kind: write_reader(network, TASKS, kind), texts), path)
    config = network.encoder.config
    read = read_layers(path, config, (1, 2))
    ids, shapes = (torch.tensor(texts[name]) for name in ("input_ids", "shapes"))
    mask = torch.ones_like(ids)
    with torch.no_grad():
        states = network.read(ids, shapes, mask)
        found = states.low
        for layer in read:
            found = layer.eval()(found, mask)
    error = (found - states.last).square().mean().sqrt()
    assert 0 < error < 0.05 * states.last.std()

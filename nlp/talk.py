"""What a text that speaks of a brand sounds like, learned from examples.

`nlp/rules/talk.jsonl` holds texts of ours: about brands, and about the animals, places,
people and things whose names brands share. The encoder reads them, and a ridge regression on
their embeddings tells the two apart. Reading them costs as much as tagging 460 short texts, so
what comes of it is kept in `talk.safetensors` for the model and the examples it was learned
with (`python -m nlp.talk` writes it). With others it is learned anew at every start.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from listening.contract import Brand

if TYPE_CHECKING:
    from nlp.encoder import Encoder

Floats = NDArray[np.float32]

EXAMPLES: Final = Path(__file__).parent / "rules" / "talk.jsonl"
LEARNED: Final = EXAMPLES.with_suffix(".safetensors")
_log: Final = logging.getLogger(__name__)
_PULL: Final = 5.0  # towards zero; 5 to 20 differ by 1 of 100 texts, each brand left out
_NEUTRAL: Final = ("{}", "I think {} is great", "what about {}?", "{} again", "This is about {}.")
_SIGNS: Final = {
    "product": 1.0, "corporation": 1.0,
    "person": -1.0, "location": -1.0, "group": -1.0, "creative-work": -1.0,
}  # fmt: skip
_NEAREST: Final = 3  # examples of a brand that a text is compared with


@dataclass(frozen=True, slots=True)
class Example:
    """A text; `about` is the homonym it names, empty where it names none."""

    text: str
    about: str
    is_brand: bool


def read_examples() -> list[Example]:
    """Return the examples that ship with the project."""
    lines = EXAMPLES.read_text("utf-8").splitlines()
    return [Example(**json.loads(line)) for line in lines]


class Talk:
    """Tells by its embedding whether a text speaks of a brand, and of which sense of a name."""

    def __init__(self, encoder: Encoder) -> None:
        self.encoder = encoder
        self.labels = encoder.manifest.tags.labels
        if not self._recall():
            self.learn()

    @cached_property
    def _examples(self) -> list[Example]:
        return read_examples()

    @cached_property
    def _embeddings(self) -> Floats:
        return self.encode([each.text for each in self._examples])

    def learn(self, *, without: str = "") -> None:
        """Learn from the examples; to measure, from all but those about one homonym."""
        kept = [
            place
            for place, each in enumerate(self._examples)
            if not without or each.about != without
        ]
        rows = self._embeddings[kept].astype(np.float64)
        aims = np.array([1.0 if self._examples[place].is_brand else -1.0 for place in kept])
        self._middle, self._mean = rows.mean(axis=0), float(aims.mean())
        centred = rows - self._middle
        ridge = centred.T @ centred + _PULL * np.eye(rows.shape[1])
        self._direction = np.linalg.solve(ridge, centred.T @ (aims - self._mean))

    def save(self, path: Path = LEARNED) -> None:
        """Write what was learned, for this model and these examples."""
        from safetensors.numpy import save_file

        tensors = {
            "middle": self._middle,
            "direction": self._direction,
            "mean": np.array([self._mean]),
        }
        save_file(tensors, path, metadata=self._origin())
        path.chmod(0o644)  # safetensors makes it readable by its owner only

    def _recall(self, path: Path = LEARNED) -> bool:
        """Take what was learned before; tell whether there was any for this model."""
        from safetensors import SafetensorError, safe_open

        try:
            with safe_open(path, framework="numpy") as file:
                if file.metadata() != self._origin():
                    _log.info("%s is of another model: run `python -m nlp.talk`", path)
                    return False
                self._middle, self._direction = (
                    file.get_tensor(name) for name in ("middle", "direction")
                )
                self._mean = float(file.get_tensor("mean")[0])
        except (OSError, SafetensorError) as error:
            _log.warning("%s cannot be read (%s): run `python -m nlp.talk`", path, error)
            return False
        return True

    def _origin(self) -> dict[str, str]:
        """Return what the direction depends on."""
        examples = hashlib.sha256(EXAMPLES.read_bytes()).hexdigest()
        weights = self.encoder.manifest.files
        return {"examples": examples, "model": weights["model.onnx"], "pull": str(_PULL)}

    def of_brands(self, embedding: Floats) -> float:
        """Return about 1 for talk of a brand, about -1 for other talk."""
        return float((embedding - self._middle) @ self._direction) + self._mean

    def senses(self, brand: Brand) -> tuple[Floats, Floats] | None:
        """Return examples of the brand and of something else; None without words for both."""
        context = brand.context
        if not context.near or not context.not_near:
            return None
        near = [f"{brand.name} {word}" for word in context.near]
        near += [product.name for product in brand.products]
        return self.encode(near), self.encode([f"{brand.name} {w}" for w in context.not_near])

    def usual(self, name: str) -> float:
        """Return how a name reads where nothing around it says what it means."""
        texts = [text.format(name) for text in _NEUTRAL]
        readings = self.encoder.encode(texts).readings
        found = []
        for text, reading in zip(texts, readings, strict=True):
            start = text.index(name)
            covered = reading.tokens.cover(start, start + len(name))
            if covered:
                found.append(self.weigh_tags(reading.tags[slice(*covered)].mean(axis=0)))
        return sum(found) / len(found) if found else 0.0

    def weigh_tags(self, shares: Floats) -> float:
        """Return how far word pieces read as a thing or firm (1), or as another name (-1)."""
        signs = [_SIGNS.get(label[2:], 0.0) for label in self.labels]
        return float(shares @ np.array(signs, np.float32))

    def encode(self, texts: Sequence[str]) -> Floats:
        """Return the embeddings of texts, [texts, width]."""
        return self.encoder.encode(texts).embedding


def compare(senses: tuple[Floats, Floats], embedding: Floats) -> float:
    """Return how much nearer a text is to the first of two groups of examples."""
    near, other = (float(np.sort(each @ embedding)[-_NEAREST:].mean()) for each in senses)
    return near - other


if __name__ == "__main__":
    from nlp.encoder import Encoder

    _talk = Talk(Encoder.load())
    _talk.learn()
    _talk.save()

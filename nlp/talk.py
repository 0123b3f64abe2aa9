"""What a text that speaks of a brand sounds like, learned from examples.

`nlp/rules/talk.jsonl` holds texts of ours: about brands, and about the animals, places,
people and things whose names brands share. The encoder reads them, and ridge regressions tell
the two apart: on their embeddings, and on the state at the place of the name, where `STAND_IN` is
read instead of it. Reading them costs as much as tagging 2,500 short texts, so
what comes of it is kept in `talk.safetensors` for the model and the examples it was learned
with (`python -m nlp.talk` writes it). With others it is learned anew at every start.
"""

from __future__ import annotations

import hashlib
import json
import logging
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

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
STAND_IN: Final = "Kelvo"
"""An invented name that is read in the place of every other: a heron is a bird before anything is
said of it. Right without the brand's own examples: .88 with it, .80 with the name (2026-11-23)."""
_PLACE_PULL: Final = 1.0  # .3 to 3 differ by 1 of 100 texts


class Passage(NamedTuple):
    """Words around a name, the name replaced by `STAND_IN`, and where that stands."""

    text: str
    start: int
    end: int


class Seen(NamedTuple):
    """What the encoder makes of a passage: its embedding, and the state at the name."""

    embedding: Floats
    place: Floats


def replace_name(text: str, start: int, end: int) -> Passage:
    """Return a text with the stand-in for the name between two places, in the name's case."""
    name, stand_in = text[start:end], STAND_IN
    if name.islower():
        stand_in = stand_in.lower()
    elif name.isupper():
        stand_in = stand_in.upper()
    return Passage(text[:start] + stand_in + text[end:], start, start + len(stand_in))


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


class Direction(NamedTuple):
    """What tells talk of brands from other talk: where it begins, where it leads, its mean."""

    middle: NDArray[np.float64]
    direction: NDArray[np.float64]
    mean: NDArray[np.float64]  # of one number

    def weigh(self, row: Floats) -> float:
        """Return how far a row leads that way: 1 is the brands' end, -1 the other."""
        return float((row - self.middle) @ self.direction + self.mean[0])


def _leave_out(
    examples: Sequence[Example], rows: Floats, without: str
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the rows and aims of all examples but those about one homonym."""
    kept = [at for at, each in enumerate(examples) if not without or each.about != without]
    aims = [1.0 if examples[at].is_brand else -1.0 for at in kept]
    return rows[kept].astype(np.float64), np.array(aims)


def _regress(
    rows: NDArray[np.float64], aims: NDArray[np.float64], pull: float, *, even: bool = False
) -> Direction:
    """Return the ridge regression of aims on rows; `even`: as if all columns varied alike."""
    middle, mean = rows.mean(axis=0), aims.mean()
    spread = (rows.std(axis=0) + 1e-6) * np.sqrt(rows.shape[1]) if even else 1.0
    centred = (rows - middle) / spread
    ridge = centred.T @ centred + pull * np.eye(rows.shape[1])
    direction = np.linalg.solve(ridge, centred.T @ (aims - mean)) / spread
    return Direction(middle, direction, np.array([mean]))


def passage_of(example: Example) -> Passage:
    """Return an example with the stand-in for its homonym, which is its id in any case."""
    name = re.search(re.escape(example.about), example.text, re.IGNORECASE)
    assert name, example  # noqa: S101 - a test holds the examples to it
    return replace_name(example.text, *name.span())


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

    @cached_property
    def _places(self) -> Floats:
        """The states at the names of the examples that hold one, in their order."""
        passages = [passage_of(each) for each in self._examples if each.about]
        return np.stack([seen.place for seen in self.read(passages)])

    def learn(self, *, without: str = "") -> None:
        """Learn from the examples; to measure, from all but those about one homonym."""
        every, named = self._examples, [each for each in self._examples if each.about]
        self._whole = _regress(*_leave_out(every, self._embeddings, without), _PULL)
        self._place = _regress(*_leave_out(named, self._places, without), _PLACE_PULL, even=True)

    def save(self, path: Path = LEARNED) -> None:
        """Write what was learned, for this model and these examples."""
        from safetensors.numpy import save_file

        tensors = {
            f"{name}.{part}": value
            for name, learned in (("whole", self._whole), ("place", self._place))
            for part, value in learned._asdict().items()
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
                self._whole, self._place = (
                    Direction(*(file.get_tensor(f"{name}.{part}") for part in Direction._fields))
                    for name in ("whole", "place")
                )
        except (OSError, SafetensorError) as error:
            _log.warning("%s cannot be read (%s): run `python -m nlp.talk`", path, error)
            return False
        return True

    def _origin(self) -> dict[str, str]:
        """Return what the direction depends on."""
        examples = hashlib.sha256(EXAMPLES.read_bytes()).hexdigest()
        weights = self.encoder.manifest.files
        settings = f"{_PULL} {_PLACE_PULL} {STAND_IN}"
        return {"examples": examples, "model": weights["model.onnx"], "settings": settings}

    def of_brands(self, embedding: Floats) -> float:
        """Return about 1 for talk of a brand, about -1 for other talk."""
        return self._whole.weigh(embedding)

    def of_place(self, place: Floats) -> float:
        """Return about 1 for a brand in the place of the name, about -1 for anything else."""
        return self._place.weigh(place)

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

    def read(self, passages: Sequence[Passage]) -> list[Seen]:
        """Return what the encoder makes of passages; a stand-in beyond its reach has no state."""
        encoded = self.encoder.encode([passage.text for passage in passages])
        found = []
        for passage, embedding, reading in zip(
            passages, encoded.embedding, encoded.readings, strict=True
        ):
            covered = reading.tokens.cover(passage.start, passage.end)
            states = reading.states[slice(*covered)] if covered else reading.states
            found.append(Seen(embedding, states.mean(axis=0, dtype=np.float32)))
        return found

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

"""What words and pairs of words say of a label, beside the encoder: a linear model.

It errs where the encoder does not: what it adds to the sentiment head brings more than another
round of training did (docs/model-notes.md). It reads what `nlp.normalize` leaves of a text.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from zlib import crc32

from listening.contract import ConfigurationError
from nlp.manifest import RESTORE

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]

_TOKEN: Final = re.compile(r"[^\W\d_]+(?:['\u2019][^\W\d_]+)?|\d+|[^\w\s]")
_MOST_DIGITS: Final = 5
_HELD: Final = 65_536  # words whose names are kept


@lru_cache(maxsize=_HELD)
def _name(word: str) -> str:
    if word[0].isdigit():
        return "0" * min(len(word), _MOST_DIGITS)
    return word.casefold().replace("\u2019", "'")


def read_keys(text: str) -> list[int]:
    """Return the numbers of a normalised text's words and pairs of neighbours, each once."""
    names = [_name(word) for word in _TOKEN.findall(text)]
    pairs = [f"{one} {other}" for one, other in pairwise(names)]
    return list(dict.fromkeys(crc32(each.encode()) for each in (*names, *pairs)))


@dataclass(frozen=True)
class Wording:
    """The fitted model: keys to `rows`; the rows of `weights` that a text has are added up.

    `weights` is float32 [features, labels] by inverse document frequency, `lengths` its square:
    a text's features together have the length 1. Scores are logits of a head, to be added to its.
    """

    rows: Mapping[int, int]
    weights: Floats
    lengths: Floats
    bias: Floats

    @classmethod
    def of(cls, tensors: Mapping[str, NDArray[Any]]) -> Wording:
        """Return the model of the tensors `keys`, `idf`, `weights` and `bias`."""
        import numpy as np

        idf = tensors["idf"].astype(np.float32)
        weights = tensors["weights"].astype(np.float32) * idf[:, None]
        rows = {key: row for row, key in enumerate(tensors["keys"].tolist())}
        return cls(rows, weights, idf**2, tensors["bias"].astype(np.float32))

    @classmethod
    def load(cls, path: Path) -> Wording:
        """Read the model of a folder.

        Raises:
            ConfigurationError: the file is missing or none of ours.
        """
        from safetensors import SafetensorError
        from safetensors.numpy import load_file

        try:
            return cls.of(load_file(path))
        except (OSError, SafetensorError, KeyError, ValueError) as error:
            what = f"cannot be read: {error!r}"
            raise ConfigurationError(what, where=str(path), mend=RESTORE) from error

    def score(self, texts: Sequence[str]) -> Floats:
        """Return the scores of normalised texts, float32 [texts, labels]; each by itself."""
        import numpy as np

        rows, scores = self.rows, np.tile(self.bias, (len(texts), 1))
        for place, text in enumerate(texts):
            found = [rows[key] for key in read_keys(text) if key in rows]
            if found:
                total = self.weights[found].sum(axis=0)
                scores[place] += total / np.sqrt(self.lengths[found].sum())
        return scores

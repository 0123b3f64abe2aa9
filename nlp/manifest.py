"""What a model folder states of itself: version, hashes, heads; and that its files are those."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

from listening.contract import ConfigurationError

RESTORE: Final = "restore the file (git checkout), or export the model again"

_verified: set[tuple[str, str, int, int]] = set()


@dataclass(frozen=True)
class Head:
    """One output of the model.

    `softmax`: a probability per label, sum 1. `sigmoid`: each label has a probability of its
    own. `temperature` divides the logits; it was fitted on validation data. `intents` are the
    labels that count as intents. `wording` names a file whose model adds to the logits
    (`nlp.wording`), or is empty.
    """

    name: str
    labels: tuple[str, ...]
    kind: Literal["softmax", "sigmoid"]
    temperature: float
    intents: tuple[str, ...] = ()
    wording: str = ""


@dataclass(frozen=True)
class Manifest:
    """What `manifest.json` states of the model's files.

    `heads` read a whole text, `target` the polarity towards one name in it, `tags` what each
    word piece is part of, `flag` the legal flags of a suspect text; a model may lack that.
    """

    version: str
    width: int
    files: Mapping[str, str]
    heads: tuple[Head, ...]
    target: Head
    tags: Head
    flag: Head | None = None

    @classmethod
    def read(cls, path: Path) -> Manifest:
        """Read and check a manifest.

        Raises:
            ConfigurationError: the file is missing, no JSON, or lacks a key.
        """
        try:
            stated = json.loads(path.read_text(encoding="utf-8"))
            return cls(
                stated["version"],
                stated["width"],
                stated["files"],
                tuple(_read_head(head) for head in stated["heads"]),
                _read_head(stated["target"]),
                _read_head(stated["tags"]),
                _read_head(stated["flag"]) if "flag" in stated else None,
            )
        except (OSError, ValueError, KeyError, TypeError) as error:
            what = f"no usable manifest: {error!r}"
            raise ConfigurationError(what, where=str(path), mend=RESTORE) from error

    def verify(self, folder: Path) -> None:
        """Compare each file's SHA-256 with the manifest, once per process and file state.

        Raises:
            ConfigurationError: a file is missing or another one than stated.
        """
        for name, stated in self.files.items():
            path = folder / name
            try:
                status = path.stat()
                state = (str(path.resolve()), stated, status.st_mtime_ns, status.st_size)
                if state in _verified:
                    continue
                found = hashlib.sha256(path.read_bytes()).hexdigest()
            except OSError as error:
                raise ConfigurationError(str(error), where=str(path), mend=RESTORE) from error
            if found != stated:
                what = f"SHA-256 is {found}, the manifest states {stated}"
                raise ConfigurationError(what, where=str(path), mend=RESTORE)
            _verified.add(state)


def _read_head(stated: dict[str, Any]) -> Head:
    if stated["kind"] not in {"softmax", "sigmoid"}:
        raise ValueError(f"unknown kind of head {stated['kind']!r}")
    return Head(
        stated["name"],
        tuple(stated["labels"]),
        stated["kind"],
        float(stated["temperature"]),
        tuple(stated.get("intents", ())),
        str(stated.get("wording", "")),
    )

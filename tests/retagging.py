"""A run of the re-tagging by taggers of another version, which may be killed half-way.

`python -m tests.retagging ROOT VERSION LIMIT [KILL_AT]`, for a process of its own.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from spacy.tokens import Doc

import nlp.tag
from listening.contract import DataRoot
from nlp.frame import write_sealed
from nlp.pipeline import build
from nlp.retag import retag_stale
from nlp.taggers.language import LanguageTagger, Spoken
from tests.warehouse.world import BRANDS

TAGGERS = frozenset({"language", "brands", "entities", "sentiment", "copies"})


def few_taggers(brands: Any) -> Any:
    """Build the pipeline without what these tests do not look at."""
    return build(brands, only=TAGGERS)


def say_german(_: object, docs: Sequence[Doc]) -> list[Spoken]:
    """Hear German everywhere: a `tag` of another version of the language tagger."""
    return [Spoken("de", 0.5) for _ in docs]


def die_at(number: int, write: Callable[..., None]) -> Callable[..., None]:
    """Return a `write` that dies half-way through its n-th file, as by kill -9."""
    calls = 0

    def writing(path: Path, *rest: Any) -> None:
        nonlocal calls
        calls += 1
        if calls == number:
            path.with_name(f".{path.name}.{os.getpid()}.tmp").write_bytes(b"PAR1 half")
            os._exit(137)
        write(path, *rest)

    return writing


if __name__ == "__main__":
    where, version, limit, *kill = sys.argv[1:]
    nlp.tag._build = few_taggers
    LanguageTagger.version, LanguageTagger.tag = version, say_german  # type: ignore[method-assign, assignment]
    if kill:
        # Where it is looked up, though it is made elsewhere.
        nlp.tag.write_sealed = die_at(int(kill[0]), write_sealed)  # type: ignore[attr-defined]
    print(json.dumps(asdict(retag_stale(DataRoot(Path(where)), BRANDS, int(limit)))))  # noqa: T201

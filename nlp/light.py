"""Import libraries without what of theirs nobody calls here: over two seconds of every start.

`import spacy` brings its command line with it, for the one function `spacy.info`: typer,
requests, httpx, jinja, a project manager (0.8 s of 2.1 s of processor time, 2026-11-22).
presidio's recognisers bring transformers with them where they find it (2.4 s of 2.9 s).
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any


def import_spacy() -> None:
    """Import spaCy, if nobody has yet, without its command line.

    Nothing is lost: `import spacy.cli` finds it afterwards, `spacy.info` when it is called.
    """
    if "spacy" in sys.modules:
        return
    stand_in = ModuleType("spacy.cli.info")
    stand_in.info = _info  # type: ignore[attr-defined]  # a module takes any attribute
    held = {"spacy.cli": ModuleType("spacy.cli"), stand_in.__name__: stand_in}
    sys.modules.update(held)
    try:
        import spacy  # noqa: F401  imported for later
    finally:
        for name in held:
            del sys.modules[name]


def _info(*arguments: Any, **options: Any) -> Any:
    from spacy.cli.info import info

    return info(*arguments, **options)


@contextmanager
def without(name: str) -> Iterator[None]:
    """Import as if a library were not installed; one that is loaded already stays."""
    if name in sys.modules:
        yield
        return
    sys.modules[name] = None  # type: ignore[assignment]  # Python's own sign for it
    try:
        yield
    finally:
        del sys.modules[name]

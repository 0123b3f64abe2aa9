"""The one way from texts to tags: a spaCy pipeline of all taggers, in the order they need.

A tagger is a file in `nlp/taggers/`; its place follows from what it declares to need.
"""

from __future__ import annotations

import importlib
import os
import pkgutil
from collections import deque
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from spacy.attrs import NORM  # type: ignore[import-not-found]  # Cython without stubs
from spacy.language import Language
from spacy.tokens import Doc
from spacy.util import get_lang_class

import nlp.taggers
from listening.contract import BrandFile, ListeningError
from nlp.limit import OutOfTime, read_limit, within
from nlp.models import VARIABLE
from nlp.notes import notes
from nlp.personal import Recognisers
from nlp.tagger import REGISTRY, Said, Setting, Tagger, factory_name, late
from nlp.words import WordTokenizer, norm

if TYPE_CHECKING:
    from nlp.models.plan import Choice

BATCH: Final = 1024
"""Documents a batch: enough for the encoder to sort them by length."""


def discover() -> Mapping[str, type[Tagger[Any]]]:
    """Import every file of `nlp/taggers/` and return the taggers, by name."""
    for module in pkgutil.iter_modules(nlp.taggers.__path__):
        importlib.import_module(f"{nlp.taggers.__name__}.{module.name}")
    return REGISTRY


def preload() -> None:
    """Import what any pipeline needs, where its brand file is still to come."""
    discover()
    Recognisers().load()


def build(
    brands: BrandFile | None = None,
    *,
    only: Collection[str] | None = None,
    model: Path | None = None,
    models: Path | None = None,
) -> Language:
    """Return the tagging pipeline for a brand file, or for none.

    Args:
        brands: names, topics and works to look for.
        only: names of the taggers wanted; what they need comes with them. None is all.
        model: folder of the encoder; None is the one that ships with the project.
        models: file of other models that stand in for heads; None: that of LISTENING_MODELS.

    Raises:
        ListeningError: a tagger needs one that does not exist, or a model is not usable.
    """
    kinds = discover()
    pipeline = _make_blank()
    setting = Setting(brands or BrandFile(brands=()), pipeline, model)
    choices = _read_choices(models)
    for name in order(kinds, only, heard={choice.tagger for choice in choices}):
        component = pipeline.add_pipe(factory_name(name), name=name)
        assert isinstance(component, Tagger)  # noqa: S101  (narrows the factory's type)
        component.prepare(setting)
    if choices:
        from nlp.models.replace import stand_in

        stand_in(pipeline, setting, choices)
    return pipeline


def _make_blank() -> Language:
    """Return a pipeline of no component, with our tokenizer and norms.

    spaCy's `blank` would compile rules for a tokenizer, and a vocabulary of its own notes fifteen
    things of each word that nobody here asks for: 50 µs a word (2026-11-23).
    """
    pipeline: Language = get_lang_class("xx")(create_tokenizer=lambda own: WordTokenizer(own.vocab))
    vocab: Any = pipeline.vocab
    vocab.lex_attr_getters = {NORM: norm}
    return pipeline


def _read_choices(models: Path | None) -> Sequence[Choice]:
    """Return the models that stand in for heads. Most runs have none, and read no YAML."""
    if models is None and VARIABLE not in os.environ:
        return ()
    from nlp.models.plan import read_plan

    return read_plan(models)


def order(
    kinds: Mapping[str, type[Tagger[Any]]],
    only: Collection[str] | None = None,
    *,
    heard: Collection[str] = (),
) -> list[str]:
    """Return the names of taggers so that each comes after what it needs and uses.

    Those in `heard` come after `language` too: which model answers depends on it.

    Raises:
        ListeningError: one needs another that does not exist, or they need each other.
    """
    wanted = _with_needs(kinds, kinds if only is None else only)
    sorter = TopologicalSorter(
        {name: wanted & _before(kinds[name], name in heard) for name in sorted(wanted)}
    )
    try:
        sorter.prepare()
    except CycleError as error:
        raise ListeningError(
            f"taggers need each other: {error.args[1]}", where="nlp/taggers", mend="Part them"
        ) from error
    names: list[str] = []
    while sorter.is_active():
        ready = sorted(sorter.get_ready())
        names += ready
        sorter.done(*ready)
    return names


def _before(kind: type[Tagger[Any]], heard: bool) -> set[str]:
    return {*kind.needs, *kind.uses, *(["language"] if heard else [])}


def _with_needs(kinds: Mapping[str, type[Tagger[Any]]], names: Iterable[str]) -> set[str]:
    wanted: set[str] = set()
    open_names = list(names)
    while open_names:
        name = open_names.pop()
        if name not in kinds:
            raise ListeningError(
                f"there is no tagger {name!r}", where="nlp/taggers", mend=f"One of {sorted(kinds)}"
            )
        if name not in wanted:
            wanted.add(name)
            open_names += kinds[name].needs
    return wanted


def versions(pipeline: Language) -> dict[str, str]:
    """Return the version of every tagger of a pipeline, by name.

    What reads a model, or a tagger that does, carries the model's version too (`1+2026-11`): new
    weights, new labels.
    """
    found: dict[str, str] = {}
    models: dict[str, dict[str, None]] = {}
    for name, component in _taggers(pipeline):
        before = [*component.needs, *component.uses]
        carried = [each for tagger in before for each in models.get(tagger, ())]
        own = [component.model] if component.model else []
        models[name] = dict.fromkeys([*carried, *own])
        found[name] = "+".join([component.version, *models[name]])
    return found


def tag(pipeline: Language, said: Iterable[Said]) -> Iterator[dict[str, Any]]:
    """Yield the tags of mentions, in order: columns of `contract.TAGGED_SCHEMA`.

    A tagger that fails on a mention leaves its columns null and adds to `failures`.
    """
    taggers = [component for _, component in _taggers(pipeline)]
    docs = (make_doc(pipeline, each) for each in said)
    for doc in pipeline.pipe(docs, batch_size=BATCH):
        yield to_row(taggers, doc)


def make_doc(pipeline: Language, said: Said) -> Doc:
    """Return the document of a mention: its title, unless repeated, and its text."""
    whole = said.whole
    doc: Doc = pipeline.tokenizer(whole)
    notes(doc).said, notes(doc).whole = said, whole
    return doc


def _taggers(pipeline: Language) -> Iterator[tuple[str, Tagger[Any]]]:
    for name, component in pipeline.pipeline:
        if isinstance(component, Tagger):
            yield name, component


def to_row(taggers: Iterable[Tagger[Any]], doc: Doc) -> dict[str, Any]:
    """Return what taggers say of a document, by column."""
    row: dict[str, Any] = {}
    waiting = deque(taggers)
    limit = read_limit()

    def report() -> None:
        while waiting:
            _merge(row, waiting[0].report(doc))
            waiting.popleft()

    while waiting:
        try:
            within(limit, report)
        except OutOfTime:
            waiting[0].fail(doc, late(limit))
            _merge(row, waiting.popleft().failed)
    row["failures"] = [
        {"tagger": name, "reason": reason} for name, reason in notes(doc).failures.items()
    ]
    return row


def _merge(row: dict[str, Any], columns: Mapping[str, Any]) -> None:
    """Add columns to a row; lists that several taggers fill are joined."""
    for name, value in columns.items():
        held = row.get(name)
        row[name] = [*held, *value] if isinstance(held, list) else value

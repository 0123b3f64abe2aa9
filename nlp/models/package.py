"""spaCy packages of others: a text classifier's categories, or the names that a NER finds.

The package's own Python is never imported; its components must be spaCy's.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from spacy.util import load_model

from listening.contract import ConfigurationError
from nlp.models.files import Found, check_labels
from nlp.models.plan import NONE, Choice

_CLASSIFIERS: Final = ("textcat", "textcat_multilabel")
_UNUSED: Final = ("tagger", "parser", "senter", "morphologizer", "attribute_ruler", "lemmatizer",
                  "entity_linker")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Name:
    """A name in a text: code points, and what our label of it is."""

    start: int
    end: int
    label: str


class SpacyModel:
    """A spaCy package that stands in for a tagger."""

    def __init__(self, choice: Choice, found: Found) -> None:
        """Open the package.

        Raises:
            ConfigurationError: it cannot be read, lacks the component that is needed, or has
                other labels than the map.
        """
        self.choice, self.version = choice, found.version
        try:
            self._pipeline = load_model(found.folder, exclude=_unneeded(choice))
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise self._error(
                f"spaCy cannot read {found.folder}: {str(error)[:300]}",
                "Is it a spaCy package for this version, of spaCy's own components?",
            ) from error
        self._component = self._find()
        check_labels(choice, list(self._component.labels))

    def classify(self, texts: Sequence[str]) -> list[dict[str, float]]:
        """Return the probability of each of our labels, for every text, in order."""
        return [self._translate(doc.cats) for doc in self._pipeline.pipe(texts)]

    def find(self, texts: Sequence[str]) -> list[list[Name]]:
        """Return the names in every text, in order; those mapped to none are left out."""
        return [list(self._names(doc)) for doc in self._pipeline.pipe(texts)]

    def _names(self, doc: Any) -> Iterator[Name]:
        for span in doc.ents:
            label = self.choice.entry.labels[span.label_]
            if label != NONE:
                yield Name(span.start_char, span.end_char, label)

    def _translate(self, cats: dict[str, float]) -> dict[str, float]:
        meanings = self.choice.entry.labels
        shares = dict.fromkeys((m for m in meanings.values() if m != NONE), 0.0)
        for name, p in cats.items():
            if meanings[name] != NONE:
                shares[meanings[name]] = min(1.0, shares[meanings[name]] + float(p))
        return shares

    def _find(self) -> Any:
        wanted = ("ner",) if self.choice.tagger == "entities" else _CLASSIFIERS
        for name in wanted:
            if self._pipeline.has_pipe(name):
                return self._pipeline.get_pipe(name)
        raise self._error(
            f"the package has {', '.join(self._pipeline.pipe_names) or 'no components'}, "
            f"and {self.choice.tagger} needs {' or '.join(wanted)}",
            "Choose a package that has one",
        )

    def _error(self, what: str, mend: str) -> ConfigurationError:
        return ConfigurationError(what, where=str(self.choice.place), mend=mend)


def _unneeded(choice: Choice) -> list[str]:
    others = _CLASSIFIERS if choice.tagger == "entities" else ("ner",)
    return [*_UNUSED, *others]

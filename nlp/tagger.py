"""What a tagger is: a spaCy component that, where it fails, costs one label of one mention.

The taggers only say what they see. That one bad mention does not spoil its batch, that a
NaN is a failure and that what needs a failed label fails too is settled here, once.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields, is_dataclass
from functools import cache, cached_property
from itertools import islice
from pathlib import Path
from typing import (
    TYPE_CHECKING,
    Any,
    ClassVar,
    Final,
    Generic,
    TypeVar,
    cast,
    get_args,
    get_type_hints,
)

import numpy as np
from numpy.typing import NDArray
from spacy.language import Language
from spacy.tokens import Doc

from listening.contract import BrandFile, ListeningError
from nlp.limit import OutOfTime, read_limit, within
from nlp.notes import declare, notes
from nlp.said import MAX_CHARACTERS as MAX_CHARACTERS  # noqa: PLC0414  known from here
from nlp.said import Said as Said  # noqa: PLC0414

if TYPE_CHECKING:
    from nlp.encoder import Encoder

Value = TypeVar("Value")
Kind = TypeVar("Kind", bound="type[Tagger[Any]]")

_REASON_CHARACTERS: Final = 300

_GROUP: Final = 256
"""Documents a call: few enough that one that hangs is found within the minute."""

_SHARE: Final = 0.02  # seconds for each document of a group, above the limit of one
_LATE_PARTS: Final = 8  # a group out of time is parted in more than two: each try takes the limit


@dataclass(frozen=True)
class Setting:
    """What taggers are prepared with: brand file, pipeline, and the encoder when asked."""

    brands: BrandFile
    pipeline: Language
    model: Path | None = None

    @cached_property
    def encoder(self) -> Encoder:
        """Return the encoder of this run.

        Raises:
            ListeningError: the model is missing or not the one its manifest describes.
        """
        from nlp.encoder import Encoder

        return Encoder.load(self.model)


class Tagger(ABC, Generic[Value]):
    """A spaCy component that says one thing (`Doc._.<name>`) of every document.

    Subclasses are registered with `@tagger`, and override `tag`; `prepare` and `columns`
    where they need to.
    """

    name: ClassVar[str]
    version: ClassVar[str]
    needs: ClassVar[tuple[str, ...]]  # fails where one of these failed
    uses: ClassVar[tuple[str, ...]]  # runs after these, does without
    failed: ClassVar[Mapping[str, Any]] = {}  # columns of a mention it failed on
    model: str = ""  # version of the weights, where it has any of its own
    replace: Callable[[Sequence[Doc], Sequence[Value]], Sequence[Value]] | None = None
    """What other models say instead, where some are configured: see `nlp.models`."""

    def prepare(self, setting: Setting) -> None:
        """Read brand file and model, once, before the first document."""

    @abstractmethod
    def tag(self, docs: Sequence[Doc]) -> Sequence[Value]:
        """Return one value per document, in order; never None. May raise."""

    def columns(self, doc: Doc, value: Value) -> Mapping[str, Any]:
        """Return the columns of `contract.TAGGED_SCHEMA` this value fills."""
        del doc
        return {self.name: value}

    def report(self, doc: Doc) -> Mapping[str, Any]:
        """Return the columns of a document that went through, or those of a failure."""
        value = getattr(notes(doc), self.name)
        if value is None:
            return self.failed
        try:
            return self.columns(doc, value)
        except Exception as error:  # noqa: BLE001  the same boundary as in `_part`
            self.fail(doc, f"{type(error).__name__}: {error}")
            return self.failed

    def __call__(self, doc: Doc) -> Doc:
        """Label one document."""
        self._label([doc])
        return doc

    def pipe(self, stream: Iterable[Doc], *, batch_size: int = 1024, **_: object) -> Iterator[Doc]:
        """Label a stream of documents, batch by batch."""
        docs = iter(stream)
        while batch := list(islice(docs, batch_size)):
            self._label(batch)
            yield from batch

    def fail(self, doc: Doc, reason: str) -> None:
        """Note why this label of a document could not be made."""
        notes(doc).failures = {**notes(doc).failures, self.name: reason[:_REASON_CHARACTERS]}

    def _label(self, docs: Sequence[Doc]) -> None:
        ready = [doc for doc in docs if self._is_ready(doc)]
        limit = read_limit()
        for start in range(0, len(ready), _GROUP):
            self._part(ready[start : start + _GROUP], limit)

    def _part(self, docs: Sequence[Doc], limit: float) -> None:
        """Label a group; if that fails, its parts, down to the one document that is to blame."""
        try:
            seconds = limit + _SHARE * (len(docs) - 1)
            self._keep(docs, within(seconds, lambda: self._answer(docs)))
        except OutOfTime:
            reason, parts = late(limit), _LATE_PARTS
        except Exception as error:  # noqa: BLE001  the named boundary: one label of one mention
            reason, parts = f"{type(error).__name__}: {error}", 2
        else:
            return
        if len(docs) == 1:
            self.fail(docs[0], reason)
            return
        size = -(-len(docs) // parts)
        for start in range(0, len(docs), size):
            self._part(docs[start : start + size], limit)

    def _answer(self, docs: Sequence[Doc]) -> Sequence[Value]:
        values = self.tag(docs)
        return self.replace(docs, values) if self.replace else values

    def _keep(self, docs: Sequence[Doc], values: Sequence[Value]) -> None:
        if len(values) != len(docs):
            raise ValueError(f"{len(values)} values for {len(docs)} documents")
        for doc, value in zip(docs, values, strict=True):
            if value is None or not is_finite(value):
                self.fail(doc, "no value" if value is None else "not a finite number")
            else:
                setattr(notes(doc), self.name, value)

    def _is_ready(self, doc: Doc) -> bool:
        held = notes(doc)
        missing = [name for name in self.needs if getattr(held, name) is None]
        if missing:
            self.fail(doc, f"needs {', '.join(missing)}")
        return not missing


def late(limit: float) -> str:
    """Return the reason of a label that took too long."""
    return f"timeout after {limit:g} s"


@dataclass(frozen=True, slots=True)
class Flag:
    """A suspicion for a person to review. `p` is how strong the rule is, not a probability."""

    kind: str
    start: int | None  # in the whole (title and text); None: it is not about words
    end: int | None
    p: float
    rule: str
    reason: str


class FlagTagger(Tagger[list[Flag]]):
    """A tagger that raises flags of one kind, one document at a time."""

    @abstractmethod
    def flag(self, doc: Doc) -> Iterable[Flag]:
        """Yield the flags of a document."""

    def tag(self, docs: Sequence[Doc]) -> list[list[Flag]]:
        """Return the flags of every document."""
        return [list(self.flag(doc)) for doc in docs]

    def columns(self, doc: Doc, value: list[Flag]) -> Mapping[str, Any]:
        """Return the flags with offsets into the text; null where they are in the title."""
        flags = []
        for each in value:
            start, end = None, None
            if each.start is not None and each.end is not None:
                start, end = notes(doc).said.span(each.start, each.end)
            flags.append({**asdict(each), "start": start, "end": end})
        return {"flags": flags}


_WHOLE: Final = frozenset({int, str, bool, bytes, type(None)})
_ROWS: Final = frozenset({list, tuple})
_FLOAT: Final = frozenset({float})
_FRACTIONS: Final = (float, np.floating)


def is_finite(value: object) -> bool:
    """Tell whether no number in a value, however nested, is NaN or infinite."""
    kind: Any = type(value)
    if kind in _WHOLE:  # asked of thousands of numbers a text: the commonest first
        return True
    if kind in _ROWS:
        parts: Collection[Any] = value  # type: ignore[assignment]  # by the line before
    elif kind is dict:
        parts = value.values()  # type: ignore[attr-defined]
    elif (names := _number_fields(kind)) is not None:
        parts = [getattr(value, name) for name in names]
    elif isinstance(value, np.ndarray):
        return _is_finite_array(value)
    elif isinstance(value, _FRACTIONS):
        return math.isfinite(value)
    else:
        parts = _parts(value)
    kinds = {*map(type, parts)}
    if kinds == _FLOAT:
        return all(map(math.isfinite, parts))
    return kinds <= _WHOLE or all(map(is_finite, parts))


def _is_finite_array(value: NDArray[Any]) -> bool:
    if value.dtype.kind == "f" and math.isfinite(np.vdot(value, value)):
        return True  # a third of the time; a square may overflow, so else each number is asked
    return value.dtype.kind not in "fc" or bool(np.isfinite(value).all())


def _parts(value: object) -> Collection[Any]:
    if isinstance(value, str | int | bytes):
        return ()
    if isinstance(value, Mapping):
        return value.values()
    return list(value) if isinstance(value, Iterable) else ()


@cache
def _number_fields(kind: type) -> tuple[str, ...] | None:
    """Return the fields of a data class that may hold a fraction; None for any other class."""
    if not is_dataclass(kind):
        return None
    names = [field.name for field in fields(kind)]
    try:
        hints = get_type_hints(kind)
    except NameError:  # a type that is imported for checking only
        return tuple(names)
    return tuple(name for name in names if _may_be_fraction(hints[name]))


def _may_be_fraction(hint: Any) -> bool:
    """Tell whether a value of this type may be a fraction or hold one; not if nobody can say."""
    if parts := get_args(hint):
        return any(map(_may_be_fraction, parts))
    if hint in _WHOLE or hint is Ellipsis:
        return False
    return not is_dataclass(hint) or _number_fields(cast("type", hint)) != ()


REGISTRY: Final[dict[str, type[Tagger[Any]]]] = {}
"""The taggers that were imported, by name. `nlp.pipeline` imports all of `nlp.taggers`."""


def tagger(
    name: str, *, version: str, needs: tuple[str, ...] = (), uses: tuple[str, ...] = ()
) -> Callable[[Kind], Kind]:
    """Register a tagger as the spaCy factory `listening_<name>` that assigns `Doc._.<name>`.

    Raises:
        ListeningError: another tagger has that name.
    """

    def register(kind: Kind) -> Kind:
        if name in REGISTRY:
            raise ListeningError(
                f"two taggers are called {name!r}", where=kind.__module__, mend="Rename one"
            )
        kind.name, kind.version, kind.needs, kind.uses = name, version, needs, uses
        declare(name)
        Language.factory(
            factory_name(name),
            assigns=[f"doc._.{name}"],
            requires=[f"doc._.{each}" for each in needs],
            func=lambda nlp, name: kind(),  # noqa: ARG005  (spaCy names the arguments)
        )
        REGISTRY[name] = kind
        return kind

    return register


def factory_name(name: str) -> str:
    """Return the name of a tagger's spaCy factory."""
    return f"listening_{name}"


for _name in ("said", "whole", "failures"):  # the whole: `doc.text` is put together at each call
    declare(_name)

"""Which model says what, as one YAML file states it: `LISTENING_MODELS` names the file."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from listening.contract import EMOTIONS, INTENTS, SENTIMENTS, ConfigurationError
from nlp.models import VARIABLE as VARIABLE  # noqa: PLC0414  known from here

Kind = Literal["transformers", "onnx", "spacy"]
TaggerName = Literal["sentiment", "target", "emotion", "irony", "offensive", "intent", "entities"]

NONE: Final = "none"
"""What a label stands for that is none of the tagger's: its probability counts for nothing."""

MEANINGS: Final[Mapping[str, tuple[str, ...]]] = {
    "sentiment": SENTIMENTS,
    "target": SENTIMENTS,
    "emotion": (*EMOTIONS, NONE),
    "irony": ("irony", NONE),
    "offensive": ("offensive", NONE),
    "intent": (*INTENTS, NONE),
    "entities": (
        "corporation", "creative-work", "group", "location", "person", "product", NONE,
    ),
}  # fmt: skip
"""What the labels of a model may stand for, by tagger."""

_KINDS: Final[Mapping[str, tuple[Kind, ...]]] = {
    "target": ("transformers", "onnx"),
    "entities": ("spacy",),
}
_MENDS: Final = {
    "extra_forbidden": "Remove it, or mend its spelling (docs/models.md lists the keys)",
    "missing": "Add it (docs/models.md shows an example)",
}


class Entry(BaseModel):
    """One model, and how it is to be read."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    kind: Kind
    model: Annotated[str, Field(min_length=1)]
    labels: Annotated[dict[str, str], Field(min_length=1)]
    languages: Annotated[list[Annotated[str, Field(pattern=r"^[a-z]{2,3}$")]], Field(min_length=1)]
    revision: str | None = None
    max_tokens: Annotated[int, Field(ge=8, le=8192)] = 128


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    version: Literal[1]
    models: dict[TaggerName, list[Entry]]


@dataclass(frozen=True)
class Place:
    """Where something stands in the file."""

    file: Path
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


@dataclass(frozen=True)
class Choice:
    """A model chosen for a tagger, and where the file says so."""

    tagger: str
    entry: Entry
    place: Place


def read_plan(path: Path | None = None) -> tuple[Choice, ...]:
    """Return the models of a file: the one named, else that of `LISTENING_MODELS`, else none.

    Raises:
        ConfigurationError: the file cannot be read, or says something it may not; names file,
            line and mend.
    """
    stated = os.environ.get(VARIABLE)
    if path is None and not stated:
        return ()
    file = path or Path(str(stated))
    tree = _load(file)
    try:
        content = _File.model_validate(_plain(tree))
    except ValidationError as error:
        raise _explain(file, tree, error.errors()) from error
    choices = tuple(_choices(file, tree, content))
    _refuse_rivals(choices)
    return choices


def _choices(file: Path, tree: Any, content: _File) -> Iterator[Choice]:
    for tagger, entries in content.models.items():
        for number, entry in enumerate(entries):
            place = Place(file, _line(tree, ("models", tagger, number)))
            _check(tagger, entry, place)
            yield Choice(tagger, entry, place)


def _check(tagger: str, entry: Entry, place: Place) -> None:
    kinds = _KINDS.get(tagger, ("transformers", "onnx", "spacy"))
    if entry.kind not in kinds:
        raise ConfigurationError(
            f"a model of kind {entry.kind!r} cannot stand in for {tagger}",
            where=str(place),
            mend=f"Name one of kind {' or '.join(kinds)}",
        )
    known = MEANINGS[tagger]
    if unknown := sorted(set(entry.labels.values()) - set(known)):
        raise ConfigurationError(
            f"{tagger} has no label {', '.join(map(repr, unknown))}",
            where=str(place),
            mend=f"Map each of the model's labels to one of {', '.join(known)}",
        )
    if not set(entry.labels.values()) - {NONE}:
        raise ConfigurationError(
            "every label of the model is mapped to none",
            where=str(place),
            mend=f"Map at least one to {', '.join(known)}",
        )


def _refuse_rivals(choices: tuple[Choice, ...]) -> None:
    held: dict[tuple[str, str], Choice] = {}
    for choice in choices:
        for language in choice.entry.languages:
            first = held.setdefault((choice.tagger, language), choice)
            if first is not choice:
                raise ConfigurationError(
                    f"two models for {choice.tagger} in {language!r}: the other stands on line "
                    f"{first.place.line}",
                    where=str(choice.place),
                    mend="Take the language from one of them",
                )


def _load(file: Path) -> Any:
    try:
        return YAML(typ="rt").load(file.read_text("utf-8-sig"))
    except MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise ConfigurationError(
            f"not YAML: {error.problem}",
            where=f"{file}:{line}",
            mend="Check indentation, colons and quotation marks on that line and above it",
        ) from error
    except (OSError, ValueError, YAMLError) as error:
        raise ConfigurationError(
            f"cannot be read: {error}", where=str(file), mend=f"Mend {VARIABLE}, or the file"
        ) from error


def _plain(node: Any) -> Any:
    """Return YAML's values without their places; keys are text, so that a label may be 0."""
    if isinstance(node, Mapping):
        return {str(key): _plain(value) for key, value in node.items()}
    if isinstance(node, list):
        return [_plain(value) for value in node]
    for kind in (str, int, float):
        if isinstance(node, kind) and not isinstance(node, bool):
            return kind(node)
    return node


def _explain(file: Path, tree: Any, errors: list[ErrorDetails]) -> ConfigurationError:
    first, more = errors[0], len(errors) - 1
    kind, place = first["type"], first["loc"]
    said = {"extra_forbidden": "unknown key", "missing": "missing key"}.get(kind, first["msg"])
    name = ".".join(str(part) for part in place if part != "[key]")
    rest = f" (and {more} more)" if more else ""
    return ConfigurationError(
        f"{said}: {name}{rest}" if name else f"{said}{rest}",
        where=f"{file}:{_line(tree, place)}",
        mend=_MENDS.get(kind, "See docs/models.md"),
    )


def _line(tree: Any, place: tuple[int | str, ...]) -> int:
    """Return the line of a value, or of the nearest thing around it that has one."""
    line = 1
    for part in place:
        try:
            mark = tree.lc.key(part) if isinstance(part, str) else tree.lc.item(part)
            line, tree = mark[0] + 1, tree[part]
        except (AttributeError, KeyError, IndexError, TypeError):
            break
    return line

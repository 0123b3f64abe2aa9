"""Says in plain words what pydantic found wrong, with the mend."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from listening.brand.yamlfile import Place

_WANTED: Final = {
    "string_type": "text",
    "list_type": "a list",
    "dict_type": "a mapping of keys to values",
    "model_type": "a mapping of keys to values",
    "mapping_type": "a mapping of keys to values",
    "int_type": "a whole number",
    "float_type": "a number",
    "bool_type": "true or false",
}
_GIVEN: Final[tuple[tuple[type, str], ...]] = (
    (bool, "true or false"),
    (str, "text"),
    (int, "a number"),
    (float, "a number"),
    (list, "a list"),
    (dict, "a mapping"),
    (date, "a date"),
    (type(None), "nothing"),
)


@dataclass(frozen=True, slots=True)
class Fault:
    """One mistake, by its place among the keys."""

    place: Place
    message: str
    mend: str


def nearest(word: object, known: Iterable[str], otherwise: str = "") -> str:
    """Return a mend that offers the known word closest to a wrong one."""
    by_fold = {one.casefold(): one for one in sorted(known)}
    close = difflib.get_close_matches(str(word).casefold(), by_fold, 1)
    listed = otherwise or f"Known: {', '.join(by_fold.values()) or 'none'}"
    return f"Did you mean {by_fold[close[0]]}? {listed}" if close else listed


def faults_of(error: ValidationError, model: type[BaseModel], place: Place = ()) -> list[Fault]:
    """Return the faults that validating `model`, which stands at `place`, found."""
    return [_fault(details, model, place) for details in error.errors()]


def _fault(details: ErrorDetails, model: type[BaseModel], place: Place) -> Fault:
    inside = tuple(part for part in details["loc"] if part != "[key]")
    here = (*place, *inside)
    name = next((str(part) for part in reversed(here) if isinstance(part, str)), "")
    if details["type"] == "extra_forbidden":
        return Fault(here, f"unknown key {name!r}", nearest(name, _keys_at(model, inside[:-1])))
    return Fault(here, *_said(name, details))


def _said(name: str, details: ErrorDetails) -> tuple[str, str]:
    """Return message and mend of a wrong or missing value."""
    kind, value, context = details["type"], details["input"], details.get("ctx") or {}
    if not name:
        mend = "Start it with version: 1, then brands: and a list of them"
        return f"the file must be a mapping, not {_given(value)}", mend
    if kind == "missing":
        return f"{name!r} is missing", f"Add {name}: and its value"
    if "mend" in context:
        return f"{name}: {context['message']}", context["mend"]
    if kind == "literal_error":
        known = str(context["expected"]).replace("'", "").replace(" or ", ", ").split(", ")
        return f"{name}: {value!r} is not a known value", nearest(value, known)
    if kind in _WANTED:
        return f"{name} must be {_WANTED[kind]}, not {_given(value)}", _mend(kind, value)
    return f"{name}: {details['msg']}", "Change the value, or take the line out"


def _given(value: object) -> str:
    return next((said for kind, said in _GIVEN if isinstance(value, kind)), type(value).__name__)


def _mend(kind: str, value: object) -> str:
    if value is None:
        return "Write a value, or take the line out"
    if kind == "string_type" and not isinstance(value, list | dict):
        return f'Put it in quotes: "{value}"'
    if kind == "list_type" and isinstance(value, str):
        return f"Write [{value}]"
    if kind == "int_type" and isinstance(value, str) and value.isdigit():
        return f"Take away the quotes: {value}"
    return f"Write {_WANTED[kind]}"


def _keys_at(model: type[BaseModel], place: Place) -> list[str]:
    """Return the keys a mapping at this place may hold."""
    for part in (part for part in place if isinstance(part, str)):
        fields = {field.alias or name: field for name, field in model.model_fields.items()}
        inner = _model_in(fields[part].annotation) if part in fields else None
        if inner is None:
            return []
        model = inner
    return [field.alias or name for name, field in model.model_fields.items()]


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for one in get_args(annotation) if (found := _model_in(one))), None)

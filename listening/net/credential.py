"""Finds the credentials that brand files name by id: no file of a brand ever holds one.

The form is Airflow's: `AIRFLOW_CONN_<ID>` as a URI or JSON object (airflow.apache.org,
howto/connection, read 2026-11), or an entry of the JSON file that `LISTENING_CONNECTIONS`
names, as its local filesystem backend reads it. The DAGs add Airflow's own store, see `consult`.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qsl, unquote, urlsplit

from listening.contract import ConfigurationError, ListeningError

PREFIX: Final = "AIRFLOW_CONN_"
FILE: Final = "LISTENING_CONNECTIONS"
_KEEPERS: Final[dict[type[Exception], Callable[[str], str | None]]] = {}


class NoCredentialError(ListeningError):
    """A source needs a credential that nobody configured."""


@dataclass(frozen=True, slots=True)
class Credential:
    """What a source logs in with; its secrets are in no `repr`."""

    id: str
    login: str = field(default="", repr=False)
    password: str = field(default="", repr=False)
    host: str = ""
    extra: Mapping[str, Any] = field(default_factory=dict, repr=False)


def find_credential(name: str) -> Credential | None:
    """Return the credential of an id, None where there is none.

    Raises:
        ConfigurationError: it is there, but cannot be read.
    """
    variable = f"{PREFIX}{name.upper().replace('-', '_')}"
    if stated := os.environ.get(variable):
        return _read(name, stated, variable)
    file = os.environ.get(FILE)
    if stated := _file(Path(file)).get(name) if file else None:
        return _read(name, stated, f"{file}: {name}")
    found = (keeper(name) for keeper in _KEEPERS.values())
    stated = next((one for one in found if one), None)
    return _read(name, stated, f"connection {name}") if stated else None


def consult(keeper: Callable[[str], str], unknown: type[Exception]) -> None:
    """Look up credentials that are not configured here at a keeper of them too.

    Args:
        keeper: returns the connection of an id, as a URI or JSON.
        unknown: what it raises where it has none.
    """

    def ask(name: str) -> str | None:
        try:
            return keeper(name)
        except unknown:
            return None

    _KEEPERS[unknown] = ask


def need_credential(name: str, what: str) -> Credential:
    """Return the credential of an id; `what` says what its parts are.

    Raises:
        NoCredentialError: there is none.
        ConfigurationError: it is there, but cannot be read.
    """
    found = find_credential(name)
    if found is None:
        variable = f"{PREFIX}{name.upper().replace('-', '_')}"
        raise NoCredentialError(
            f"no credential is called {name!r}",
            where=variable,
            mend=f"Set {variable}, or an entry in the file of {FILE}, to {what}",
        )
    return found


def _file(path: Path) -> Mapping[str, Any]:
    try:
        found = json.loads(path.read_text())
    except (OSError, ValueError) as error:
        raise ConfigurationError(
            f"no file of connections: {type(error).__name__}",
            where=f"{FILE}={path}",
            mend='Make it a JSON object: {"reddit": {"login": "…", "password": "…"}}',
        ) from None  # a JSON error quotes what it read
    return found if isinstance(found, Mapping) else {}


def _read(name: str, stated: Any, where: str) -> Credential:
    try:
        parts = _parts(stated)
        extra = parts.get("extra") or {}
        return Credential(
            id=name,
            login=str(parts.get("login") or ""),
            password=str(parts.get("password") or ""),
            host=str(parts.get("host") or ""),
            extra=dict(json.loads(extra) if isinstance(extra, str) else extra),
        )
    except (ValueError, TypeError):
        raise ConfigurationError(
            "this is no connection",
            where=where,
            mend='Write a URI, http://login:password@host, or {"login": "…", "password": "…"}',
        ) from None


def _parts(stated: Any) -> Mapping[str, Any]:
    if isinstance(stated, Mapping):
        return stated
    if str(stated).lstrip().startswith("{"):
        return dict(json.loads(stated))
    uri = urlsplit(str(stated))
    if not uri.scheme or "://" not in str(stated):
        raise ValueError
    query = dict(parse_qsl(uri.query))
    return {
        "login": unquote(uri.username or ""),
        "password": unquote(uri.password or ""),
        "host": unquote(uri.hostname or ""),
        "extra": query.pop("__extra__", None) or query,
    }

"""Whose tables a failed model or test concerns: these teams keep their last good file."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from listening.contract import TEAMS, DataRoot, ListeningError

_FAILED: Final = ("error", "fail", "runtime error")


class ModelError(ListeningError):
    """Models or tests failed; every other one was built, and other teams may be published."""


@dataclass(frozen=True, slots=True)
class Fault:
    """A model or test that failed, and the teams whose tables are made of it."""

    node: str  # dbt's unique id
    error: ListeningError
    teams: frozenset[str]


def find_faults(results: Iterable[Any], see: str) -> list[Fault]:
    """Return what failed among dbt's results; `see` says where more is told.

    dbt skips what follows from a failed node, so the skipped ones tell whom it concerns.
    """
    ran = {result.node.unique_id: result for result in results}
    return [
        Fault(node, _describe(result, see), _concerned(node, ran))
        for node, result in ran.items()
        if str(result.status) in _FAILED
    ]


def keep_faults(root: DataRoot, ran: Iterable[str], faults: Iterable[Fault]) -> None:
    """Write down what failed, in the place of what is known of the nodes that ran."""
    path = root.path / "dbt" / "faults.json"
    kept = _read(root)
    for node in ran:
        kept.pop(node, None)
    for fault in faults:
        error = fault.error
        kept[fault.node] = {
            "teams": sorted(fault.teams),
            "error": {"what": error.what, "where": error.where, "mend": error.mend},
        }
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".tmp")
    partial.write_text(json.dumps(kept, indent=2) + "\n", encoding="utf-8")
    partial.replace(path)


def read_faults(root: DataRoot) -> dict[str, ListeningError]:
    """Return the first fault of each team that has any, as the last model runs left them."""
    found: dict[str, ListeningError] = {}
    for fault in _read(root).values():
        for team in fault["teams"]:
            found.setdefault(team, ListeningError(**fault["error"]))
    return found


def _read(root: DataRoot) -> dict[str, Any]:
    path = root.path / "dbt" / "faults.json"
    try:
        known: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except ValueError as error:
        raise ListeningError(
            f"no list of faults: {error}", where=str(path), mend="Remove it and build the models"
        ) from error
    return known


def _describe(result: Any, see: str) -> ListeningError:
    kind, name = result.node.resource_type, result.node.name
    told = " ".join(str(result.message or result.status).split())
    return ListeningError(f"{kind} failed: {told}", where=str(name), mend=see)


def _concerned(failed: str, ran: Mapping[str, Any]) -> frozenset[str]:
    """Return the teams whose folders hold the node, what it tests, or what follows from these.

    All teams where one of these says `every_team`: publishing reads it for every file.
    """
    reached = {failed}
    if ran[failed].node.resource_type == "test":
        reached.update(ran[failed].node.depends_on.nodes)
    while grown := {
        node
        for node, result in ran.items()
        if node not in reached and reached & set(result.node.depends_on.nodes)
    }:
        reached |= grown
    nodes = [ran[node].node for node in reached if node in ran]
    if any(node.config.meta.get("every_team") for node in nodes):
        return frozenset(TEAMS)
    return frozenset({node.fqn[1] for node in nodes} & set(TEAMS))

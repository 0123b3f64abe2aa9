"""Keeps what dbt parsed, so that a build of the same models parses nothing.

dbt keeps it too, but parses everything anew whenever one variable is another, and `now` always is:
8 of 27 seconds of a small build (2026-11-22). What it parsed depends on the models and on whether
the build is partial, which its rows are kept by; not on the moment, nor on the data root.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from listening.contract import DataRoot

if TYPE_CHECKING:
    from dbt.contracts.graph.manifest import Manifest

_DBT_NAME: Final = "partial_parse.msgpack"  # dbt's own file, below its target path
_parsed: Final[dict[str, bytes]] = {}  # of this process: tests have many roots


def read_parsed(root: DataRoot, models: str) -> Manifest | None:
    """Return what dbt parsed of these models, read afresh; None where it is to parse them.

    Args:
        root: whose builds may have kept it.
        models: digest of everything that parsing depends on.
    """
    from dbt.contracts.graph.manifest import Manifest
    from dbt.parser.manifest import extended_mashumuro_decoder

    if models not in _parsed:
        try:
            _parsed[models] = _path(root, models).read_bytes()
        except FileNotFoundError:
            return None
    try:
        manifest: Manifest = Manifest.from_msgpack(
            _parsed[models], decoder=extended_mashumuro_decoder
        )
    except Exception:  # noqa: BLE001  a file that is cut or not dbt's: msgpack has many errors
        del _parsed[models]
        return None
    manifest.build_flat_graph()
    return manifest


def keep_parsed(root: DataRoot, models: str, target: Path) -> None:
    """Keep what dbt has just parsed, in the place of what it parsed of other models."""
    try:
        parsed = (target / _DBT_NAME).read_bytes()
    except FileNotFoundError:
        return  # it could not parse them
    _parsed[models] = parsed
    path = _path(root, models)
    path.parent.mkdir(parents=True, exist_ok=True)
    for other in path.parent.iterdir():
        if other.stem.split("-")[0] != path.stem.split("-")[0]:
            other.unlink()
    partial = path.with_suffix(".tmp")
    partial.write_bytes(parsed)
    partial.replace(path)


def _path(root: DataRoot, models: str) -> Path:
    return root.path / "dbt" / "parsed" / f"{models}.msgpack"

"""Author keys: keyed hashes, so that nobody without the key can tell an author from a handle.

The key lies outside the data root (contract.read_key); `core.pseudonym` says which one it is. A
source is part of what is hashed: one person on two platforms has two keys that never join. A new
key is made by `rotate`, which tells every author anew from the landing zone.
"""

from __future__ import annotations

import logging
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa

from listening.contract import (
    DataRoot,
    ListeningError,
    batch_ids,
    crash_at,
    flush_folder,
    key_id,
    keys_folder,
    parse_key,
    read_key,
    write_key,
)
from warehouse.change import record_whole
from warehouse.open import open_warehouse
from warehouse.rebuild import rebuild_file
from warehouse.script import run_script
from warehouse.tables import mention

ROTATE_POINTS: Final = ("rotate:commit", "rotate:replace")
_BLOCK: Final = 64  # bytes of SHA-256's blocks (RFC 2104)
_FILES: Final = 500  # batches that are read at once
_LOG: Final = logging.getLogger(__name__)


@dataclass
class Rotated:
    """What a rotation did."""

    key: str  # id of the new key
    authors: int  # that were told anew; 0 where a run before had done it


def pads(key: bytes) -> dict[str, bytes]:
    """Return a key as HMAC-SHA256 takes it in SQL: $inner and $outer (RFC 2104)."""
    block = key.ljust(_BLOCK, b"\0")
    return {
        "inner": bytes(byte ^ 0x36 for byte in block),
        "outer": bytes(byte ^ 0x5C for byte in block),
    }


def open_key(connection: sa.Connection, root: DataRoot) -> bytes:
    """Return the key this warehouse's author keys are made with.

    A warehouse from before there was one is told anew with the key, in the caller's transaction;
    the first load of all makes the key.

    Raises:
        ListeningError: the key is missing, or another one.
    """
    known: str | None = connection.execute(sa.select(mention.pseudonym.c.key_id)).scalar()
    if known is None:
        key = read_key(root, "pseudonym", create=True)
        authors = connection.execute(
            sa.select(sa.func.count()).select_from(mention.author)
        ).scalar()
        if authors:
            _LOG.warning("author keys are made anew, with a key; all models are built anew")
            _tell_anew(connection, root, None, key)
        _state(connection, key)
        return key
    path = _next_path(root)
    if path.exists() and key_id(waiting := parse_key(path)) == known:
        return waiting
    key = read_key(root, "pseudonym")
    if key_id(key) != known:
        raise ListeningError(
            f"the pseudonym key is another than the one of this warehouse ({known})",
            where=str(keys_folder(root)),
            mend="Restore that key from its backup; or move the warehouse away and load again",
        )
    return key


def rotate(root: DataRoot) -> Rotated:
    """Tell every author by a new key; the old one is kept until that is done, then gone for good.

    A rotation that died is finished by the next. The warehouse's file is written anew, and the
    models are to be built and published after it.

    Raises:
        ListeningError: an author is in no batch, the disk refuses, or the key is missing.
    """
    path, authors = _next_path(root), 0
    with open_warehouse(root) as connection:
        with connection.begin():
            old = open_key(connection, root)
        if not path.exists():
            write_key(path, secrets.token_bytes(32))
        new = parse_key(path)
        if old != new:
            with connection.begin():
                authors = _tell_anew(connection, root, old, new)
                _state(connection, new)
        crash_at("rotate:commit")
    path.replace(path.with_name("pseudonym.key"))
    flush_folder(path.parent)
    crash_at("rotate:replace")
    rebuild_file(root)
    return Rotated(key_id(new), authors)


def _next_path(root: DataRoot) -> Path:
    return keys_folder(root) / "pseudonym.next.key"


def _state(connection: sa.Connection, key: bytes) -> None:
    connection.execute(sa.delete(mention.pseudonym))
    connection.execute(sa.insert(mention.pseudonym), {"key_id": key_id(key)})


def _tell_anew(connection: sa.Connection, root: DataRoot, old: bytes | None, new: bytes) -> int:
    """Give every author the key's name in the place of the one before; return how many there are.

    Raises:
        ListeningError: an author of the warehouse is in no batch.
    """
    run_script(connection, "pseudonym_begin")
    paths = [str(root.landed(one)) for one in batch_ids(root.landing) if one.startswith("mention/")]
    values: dict[str, Any] = {f"new_{name}": pad for name, pad in pads(new).items()}
    before = pads(old) if old else dict.fromkeys(("inner", "outer"))
    values |= {f"old_{name}": pad for name, pad in before.items()}
    for start in range(0, len(paths), _FILES):
        part = {"files": paths[start : start + _FILES]}
        run_script(connection, "pseudonym_map", {**values, **part})
    ((left,),) = run_script(connection, "pseudonym_left")
    if left:
        raise ListeningError(
            f"{left} authors of the warehouse are in no batch, so nobody can tell their new key",
            where=str(root.warehouse),
            mend="Move the warehouse away and load again: landing/ holds everything",
        )
    ((authors,),) = run_script(connection, "pseudonym_tell")
    record_whole(connection)
    return int(authors)

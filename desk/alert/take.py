"""Takes up sealed and tagged batches into the window, each once, in whatever order they come.

A batch's rows and its receipt are one transaction. What is kept of a mention depends on what was
said and when, not on which batch came first: the newest content stands, counts only grow, near
copies are joined, and a deletion is for good.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert

from desk.alert.hear import COUNTS, Heard, Reader
from desk.alert.near import join_copies
from desk.alert.ruling import keep_rulings, read_rulings
from desk.alert.state import (
    ABOUT,
    ALERT,
    ALERT_MENTION,
    BAND,
    FOLDER,
    LOOK,
    MENTION,
    PACKED,
    RULING,
    SPAN,
    TAKEN,
)
from listening.contract import (
    RELATIONS,
    Batch,
    BrandFile,
    DataRoot,
    ListeningError,
    crash_at,
    read_batch,
)

LOOK_BACK: Final = timedelta(days=14)  # stories that are older are history, not news
BASELINE: Final = timedelta(days=15)  # what stories of days are compared with, before these
WINDOW: Final = LOOK_BACK + BASELINE
SHOWN: Final = timedelta(days=90)  # a closed alert says so long which mentions were behind it
LOOKS: Final = timedelta(days=2)  # of older looks at a mention, only the newest is kept
KINDS: Final = ("mention", "engagement", "tombstone", "decision")
_SETTLES_NS: Final = 10 * 10**9  # a disk's clock is coarse: what changed just now may change unseen
_CHUNK: Final = 500  # SQLite binds 32,766 values at most


def pending(
    root: DataRoot, connection: sa.Connection, since: datetime, kinds: Sequence[str] = KINDS
) -> list[str]:
    """Return ids of batches sealed from a day on that can be taken up and were not, by name.

    A batch of mentions can be once it is tagged. Folders in which nothing waits are noted, in the
    caller's transaction, and looked into again when they change: a month holds 100,000 batches.
    """
    settled = {row.folder: row.changed_ns for row in connection.execute(sa.select(FOLDER))}
    found: list[str] = []
    for folder, day in _folders(root.landing, kinds, f"{since:%Y-%m-%d}"):
        path = root.landing / folder
        changed_ns = path.stat().st_mtime_ns
        if settled.get(folder) == changed_ns:
            continue
        waiting = _waiting(root, connection, folder)
        found += (one for one, is_tagged in waiting if is_tagged)
        if not waiting and time.time_ns() - changed_ns > _SETTLES_NS:
            note = insert(FOLDER).values(folder=folder, day=day, changed_ns=changed_ns)
            changes = {"changed_ns": changed_ns}
            connection.execute(note.on_conflict_do_update(index_elements=["folder"], set_=changes))
    return found


def _folders(landing: Path, kinds: Iterable[str], first: str) -> Iterator[tuple[str, str]]:
    """Yield the folders of batches from a day on, each with its day."""
    for kind in kinds:
        for stream in _names(landing / kind):
            for day in _names(landing / kind / stream):
                if day >= first and (landing / kind / stream / day).is_dir():
                    yield f"{kind}/{stream}/{day}", day


def _waiting(root: DataRoot, connection: sa.Connection, folder: str) -> list[tuple[str, bool]]:
    """Return the batches of a folder that were not taken up, and whether each can be."""
    mine = TAKEN.c.batch_id.between(f"{folder}/", f"{folder}0")  # 0 comes after /
    taken: set[str] = set(connection.scalars(sa.select(TAKEN.c.batch_id).where(mine)))
    names = (name for name in _names(root.landing / folder) if name.endswith(".parquet"))
    ids = (f"{folder}/{name.removesuffix('.parquet')}" for name in names if name[0] != ".")
    return [
        (one, not one.startswith("mention/") or root.tagged_batch(one).exists())
        for one in ids
        if one not in taken
    ]


def _names(folder: Path) -> list[str]:
    with suppress(FileNotFoundError, NotADirectoryError), os.scandir(folder) as found:
        return sorted(one.name for one in found)
    return []


def take_up(
    root: DataRoot,
    connection: sa.Connection,
    brands: BrandFile,
    at: datetime,
    since: datetime | None = None,
    kinds: Sequence[str] = KINDS,
) -> tuple[int, list[ListeningError]]:
    """Take up every batch that waits; return how many, and what could not be read.

    A batch that cannot be read keeps no other from being taken up, and is tried again. `since`:
    how far back a back-test begins; the window reaches back from there.
    """
    start = (since or at) - WINDOW
    with connection.begin():
        waiting = pending(root, connection, start, kinds)
    reader, errors, done = Reader(brands), list[ListeningError](), 0
    for batch_id in waiting:
        try:
            batch = read_batch(root.landed(batch_id))
            decided = batch.kind == "decision"
            rulings = list(read_rulings(root, batch)) if decided else []
            heard = [] if decided else list(reader.read(root, batch))
        except ListeningError as error:
            errors.append(error)
            continue
        with connection.begin():
            keep(connection, heard, since=start)
            keep_rulings(connection, rulings)
            crash_at("alert:take")
            _receipt(connection, batch, heard, at)
        crash_at("alert:taken")
        done += 1
    return done, errors


def _receipt(connection: sa.Connection, batch: Batch, heard: Sequence[Heard], at: datetime) -> None:
    coverage = batch.coverage
    row = insert(TAKEN).values(
        batch_id=batch.batch_id,
        kind=batch.kind,
        stream=batch.stream,
        source=batch.source,
        sealed_at=batch.sealed_at,
        state=coverage.state,
        since=coverage.since,
        until=coverage.until,
        goes_on=batch.kind == "mention" and coverage.until == batch.started_at,
        reason=coverage.reason,
        kept=sum(1 for one in heard if one.mention is not None),
        taken_at=at,
    )
    connection.execute(row.on_conflict_do_nothing())


# --- rows of the window --------------------------------------------------------------------------


def keep(connection: sa.Connection, heard: Iterable[Heard], since: datetime) -> None:
    """Merge what a batch says into the window; mentions published before `since` are left out."""
    heard = list(heard)
    looks = [one.look for one in heard if one.look]
    said = [one for one in heard if one.mention and one.mention["published_at"] >= since]
    gone = {one.gone["mention_id"]: one.gone for one in heard if one.gone}
    known = _known(connection, [*(one.mention_id for one in said), *gone])
    about = _about(connection, list(known))
    fresh: dict[str, dict[str, Any]] = {}
    _keep_looks(connection, looks)
    for one in said:
        assert one.mention is not None  # noqa: S101 (chosen above)
        before = known.get(one.mention_id)
        row = _newer(before, one.mention)
        if row is None:
            continue
        known[one.mention_id] = fresh[one.mention_id] = row
        if row["content_hash"] == one.mention["content_hash"]:
            same = before is not None and before["content_hash"] == row["content_hash"]
            told = about.get(one.mention_id, {}) if same else {}
            mine = {each["brand_id"]: each for each in one.about}
            brands = {**told, **mine}
            about[one.mention_id] = {
                brand: _closest(mine.get(brand), told.get(brand)) for brand in brands
            }
    _put(connection, MENTION, list(fresh.values()))
    for part in _parts(list(fresh)):
        connection.execute(sa.delete(ABOUT).where(ABOUT.c.mention_id.in_(part)))
    _put(connection, ABOUT, [row for one in fresh for row in about.get(one, {}).values()])
    clusters = {one: row["cluster_id"] for one, row in known.items()}
    join_copies(connection, [one for one in said if one.bands], clusters)
    for mention_id, stub in gone.items():
        _remove(connection, {**stub, **known.get(mention_id, {}), "gone": True})


def _known(connection: sa.Connection, ids: Sequence[str]) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for part in _parts(ids):
        query = sa.select(MENTION).where(MENTION.c.mention_id.in_(part))
        found |= {row["mention_id"]: dict(row) for row in connection.execute(query).mappings()}
    return found


def _newer(before: Mapping[str, Any] | None, row: dict[str, Any]) -> dict[str, Any] | None:
    """Return what stands of a mention after another look at it; None: what stood before."""
    if before is None:
        return row
    if before["gone"]:
        return None
    first, stream = (min(before[name], row[name]) for name in ("first_seen_at", "stream"))
    same = before["content_hash"] == row["content_hash"]
    newest = (row["observed_at"], row["content_hash"])
    stands = dict(before)
    if not same and newest > (before["observed_at"], before["content_hash"]):
        stands = {**row, "cluster_id": before["cluster_id"]}
    elif same:
        stands["observed_at"] = max(before["observed_at"], row["observed_at"])
    return {**stands, "first_seen_at": first, "stream": stream}


def _about(connection: sa.Connection, ids: Sequence[str]) -> dict[str, dict[str, dict[str, Any]]]:
    found: dict[str, dict[str, dict[str, Any]]] = {}
    for part in _parts(ids):
        query = sa.select(ABOUT).where(ABOUT.c.mention_id.in_(part))
        for row in connection.execute(query).mappings():
            found.setdefault(row["mention_id"], {})[row["brand_id"]] = dict(row)
    return found


def _closest(one: dict[str, Any] | None, other: dict[str, Any] | None) -> dict[str, Any]:
    """Of what two streams say of one content and brand: the closer relation, and all products."""
    told = [row for row in (one, other) if row is not None]
    near = min(told, key=lambda row: (RELATIONS.index(row["relation"]), row["sentiment"]))
    return {
        **near,
        "products": sorted({product for row in told for product in row["products"]}),
        "addressed": any(row["addressed"] for row in told),
    }


def _keep_looks(connection: sa.Connection, looks: Sequence[Mapping[str, Any]]) -> None:
    if not looks:
        return
    row = insert(LOOK)
    higher = {
        # max() of SQLite is NULL where either is.
        name: sa.func.coalesce(sa.func.max(LOOK.c[name], row.excluded[name]), row.excluded[name],
                               LOOK.c[name])
        for name in COUNTS
    }  # fmt: skip
    connection.execute(
        row.on_conflict_do_update(index_elements=["mention_id", "observed_at"], set_=higher),
        [dict(look) for look in looks],
    )


def _put(connection: sa.Connection, table: sa.Table, rows: Sequence[Mapping[str, Any]]) -> None:
    if rows:
        replace = insert(table).prefix_with("OR REPLACE")
        connection.execute(replace, [dict(row) for row in rows])


def _remove(connection: sa.Connection, row: dict[str, Any]) -> None:
    """Leave of a deleted mention what keeps it deleted; its bands still join its copies."""
    _put(connection, MENTION, [{**row, **dict.fromkeys(("author", "url", "said"), "")}])
    for table in (ABOUT, LOOK, ALERT_MENTION, RULING):
        connection.execute(sa.delete(table).where(table.c.mention_id == row["mention_id"]))


def prune(connection: sa.Connection, at: datetime) -> None:
    """Let go of what the window has left behind."""
    since = at - WINDOW
    old = sa.select(MENTION.c.mention_id).where(MENTION.c.published_at < since)
    for table in (ABOUT, LOOK):
        connection.execute(sa.delete(table).where(table.c.mention_id.in_(old)))
    connection.execute(sa.delete(MENTION).where(MENTION.c.published_at < since))
    connection.execute(sa.delete(RULING).where(RULING.c.effective_at < since))
    connection.execute(sa.delete(BAND).where(BAND.c.last_at < since))
    # A day more than the folders that are looked into: see pending().
    connection.execute(sa.delete(TAKEN).where(TAKEN.c.sealed_at < since - timedelta(days=2)))
    connection.execute(sa.delete(FOLDER).where(FOLDER.c.day < f"{since:%Y-%m-%d}"))
    connection.execute(sa.delete(PACKED).where(PACKED.c.day < since.timestamp() // 86_400))
    connection.execute(sa.delete(SPAN))
    joined = (Path(__file__).parent / "sql" / "sweep.sql").read_text("utf-8")
    connection.exec_driver_sql(joined, (int(at.timestamp() * 1_000_000),))
    closed = sa.select(ALERT.c.alert_id).where(ALERT.c.closed_at < at - SHOWN)
    connection.execute(sa.delete(ALERT_MENTION).where(ALERT_MENTION.c.alert_id.in_(closed)))
    newer = LOOK.alias("newer")
    later = sa.exists().where(
        newer.c.mention_id == LOOK.c.mention_id, newer.c.observed_at > LOOK.c.observed_at
    )
    connection.execute(sa.delete(LOOK).where(LOOK.c.observed_at < at - LOOKS, later))
    stray = sa.select(MENTION.c.mention_id)
    connection.execute(
        sa.delete(LOOK).where(LOOK.c.observed_at < since, LOOK.c.mention_id.not_in(stray))
    )


def _parts(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(ids), _CHUNK):
        yield ids[start : start + _CHUNK]


__all__ = ["BASELINE", "LOOKS", "LOOK_BACK", "WINDOW", "keep", "pending", "prune", "take_up"]

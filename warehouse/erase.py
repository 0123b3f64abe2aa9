"""Erases mentions from the warehouse: rows, then the file, for deleted blocks keep their bytes.

The landing zone is erased first. A warehouse that is loaded anew from it holds the same rows.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import pyarrow.compute as pc
import pyarrow.parquet as pq
import sqlalchemy as sa

from listening.contract import Batch, DataRoot, ListeningError, crash_at, now, read_batch
from warehouse.change import record_change, record_whole
from warehouse.check import check_batch
from warehouse.cluster import update_clusters
from warehouse.load import record_run
from warehouse.open import open_warehouse
from warehouse.script import reason, run_script
from warehouse.tables import log, topic

ERASE_POINTS: Final = ("erase:commit", "erase:replace")
_WHERE: Final = "the erasure"
_MEND: Final = "Free the disk and run: listening erase --resume"
Finder = Callable[[str, str], bool]
"""Tells whether a text of a source names what is erased."""


@dataclass
class Erased:
    """What went from the warehouse."""

    mentions: int = 0
    rejects: int = 0
    batches: int = 0  # whose revision is told


def erase_mentions(
    root: DataRoot, veils: Mapping[str, str], found_in: Finder, batches: Iterable[str]
) -> Erased:
    """Erase mentions from the core tables; the file is to be written anew after it (rebuild_file).

    Args:
        root: the data root, of which the landing zone is erased already.
        veils: of each mention, what stands for it where others name it.
        found_in: of what could not be read, tells what goes.
        batches: ids of batches that may have been revised.

    Raises:
        ListeningError: the disk refuses, or a rule of the tables would be broken; nothing of the
            tables was changed then.
    """
    if not root.warehouse.exists():
        return Erased()
    erased, started = Erased(), now()
    with open_warehouse(root) as connection:
        try:
            with connection.begin():
                _forget(connection, root, veils, found_in, erased)
                _revise(connection, root, batches, erased)
                _recount_nights(connection, root)
                crash_at("erase:commit")
        except sa.exc.DBAPIError as error:
            raise _refused(root, error) from error
        record_run(connection, "erase", started, f"{erased.mentions} mentions erased")
    return erased


def tell_revisions(root: DataRoot, batches: Iterable[str]) -> int:
    """Tell core.batch what revised batches tell of themselves; return how many did.

    Raises:
        ListeningError: another process holds the warehouse, or the disk refuses.
    """
    erased = Erased()
    if root.warehouse.exists():
        with open_warehouse(root) as connection, connection.begin():
            _revise(connection, root, batches, erased)
    return erased.batches


def _forget(
    connection: sa.Connection,
    root: DataRoot,
    veils: Mapping[str, str],
    found_in: Finder,
    erased: Erased,
) -> None:
    values = {
        "ids": list(veils),
        "veils": list(veils.values()),
        "decisions": list(_stubs(root)),
    }
    run_script(connection, "erase", values)
    ((erased.mentions,),) = run_script(connection, "erase_count")
    run_script(connection, "forget")
    run_script(connection, "decision_stub")
    run_script(connection, "outdated")
    update_clusters(connection)
    run_script(connection, "author")
    run_script(connection, "follower")
    run_script(connection, "thread")
    run_script(connection, "changed")
    run_script(connection, "erase_left")
    record_change(connection)
    record_whole(connection)
    erased.rejects = _clear_texts(connection, found_in)
    check_batch(connection, _WHERE)


def _stubs(root: DataRoot) -> Iterator[str]:
    """Yield the decisions of which the landing zone holds a stub."""
    for path in sorted((root.landing / "decision").glob("*/*/[0-9]*.parquet")):
        told = pq.read_table(path, columns=["reason", "decision_id"], partitioning=None)
        mine = told.filter(pc.fill_null(pc.equal(told["reason"], "erased"), fill_value=False))
        yield from (one for one in mine["decision_id"].to_pylist() if one)


def _clear_texts(connection: sa.Connection, found_in: Finder) -> int:
    """Delete rejects and what is off topic, and clear what runs told, that name what is erased."""
    bad = log.quarantine
    rows: Iterable[Any] = connection.execute(
        sa.select(bad.c.quarantine_id, bad.c.source, bad.c.native_id, bad.c.detail, bad.c.raw)
    )
    named = [one for one, source, *texts in rows if any(found_in(source, text) for text in texts)]
    for one in named:
        connection.execute(sa.delete(bad).where(bad.c.quarantine_id == one))
    off = log.off_topic
    pages: Iterable[Any] = connection.execute(sa.select(off.c.mention_id, off.c.source, off.c.url))
    gone = [one for one, source, url in pages if url and found_in(source, url)]
    for one in gone:
        connection.execute(sa.delete(off).where(off.c.mention_id == one))
    runs: Iterable[Any] = connection.execute(sa.select(log.run.c.run_id, log.run.c.detail)).all()
    for run_id, detail in runs:
        if found_in("", detail):
            own = log.run.c.run_id == run_id
            connection.execute(sa.update(log.run).where(own).values(detail="erased"))
    return len(named) + len(gone)


def _revise(
    connection: sa.Connection, root: DataRoot, batches: Iterable[str], erased: Erased
) -> None:
    """Tell of batches what their revised files tell."""
    told: Iterable[Any] = connection.execute(sa.select(log.batch.c.batch_id, log.batch.c.revision))
    known: dict[str, int] = dict(map(tuple, told))
    for batch_id in batches:
        if batch_id not in known:
            continue
        batch: Batch = read_batch(root.landed(batch_id))
        if batch.revision != known[batch_id]:
            changed = {
                "revision": batch.revision,
                "raw_partial": batch.raw_partial,
                "warc": batch.warc,
                "warc_sha256": batch.warc_sha256,
                "cursor_before": json.dumps(batch.cursor_before, sort_keys=True),
                "cursor_after": json.dumps(batch.cursor_after, sort_keys=True),
            }
            told_of = log.coverage.c.batch_id == batch_id
            why = {"reason": batch.coverage.reason}
            connection.execute(sa.update(log.coverage).where(told_of).values(**why))
            own = log.batch.c.batch_id == batch_id
            connection.execute(sa.update(log.batch).where(own).values(**changed))
            erased.batches += 1


def _recount_nights(connection: sa.Connection, root: DataRoot) -> None:
    """Tell of nights of topics what their files tell, so that none is taken for a new one."""
    nights = topic.topic_night
    listed: Iterable[Any] = connection.execute(sa.select(nights.c.night, nights.c.sha256)).all()
    for night, known in listed:
        path = root.topics / f"{date.isoformat(night)}.parquet"
        if path.exists() and (found := hashlib.sha256(path.read_bytes()).hexdigest()) != known:
            told: dict[str, Any] = {"sha256": found, "mentions": pq.read_metadata(path).num_rows}
            connection.execute(sa.update(nights).where(nights.c.night == night).values(**told))


def _refused(root: DataRoot, error: sa.exc.DBAPIError) -> ListeningError:
    return ListeningError(
        f"the database refused: {reason(error)}", where=str(root.warehouse), mend=_MEND
    )

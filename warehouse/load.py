"""Loads what is sealed and tagged into the warehouse: each batch once, whole, or not at all.

Data, receipt and assertions of a batch are one transaction. The order of batches does not
change the tables, except that counts and corrections of a mention nobody knows are quarantined;
so they wait for mention batches that are not tagged yet, and corrections are loaded last.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa

from listening.contract import (
    Batch,
    BrandFile,
    DataRoot,
    ListeningError,
    batch_ids,
    crash_at,
    now,
    read_batch,
)
from warehouse.check import check_batch
from warehouse.dimension import sync_brands
from warehouse.evaluation import merge_evaluations
from warehouse.merge import merge_batch
from warehouse.open import open_warehouse
from warehouse.pseudonym import open_key
from warehouse.retag import merge_retagged
from warehouse.script import reason
from warehouse.tables import log
from warehouse.topics import merge_topics

LOAD_POINTS: Final = ("load:begin", "load:merge", "load:receipt", "load:commit", "load:checkpoint")
_LOG: Final = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of the items of one batch; the seven buckets add up to `served`."""

    batch_id: str
    served: int
    inserted: int
    updated: int
    unchanged: int
    duplicate: int
    deleted: int
    off_topic: int
    quarantined: int


class LoadError(ListeningError):
    """Some batches could not be loaded; `receipts` are those of the others."""

    receipts: Sequence[Receipt] = ()


def load_pending(root: DataRoot, brands: BrandFile) -> list[Receipt]:
    """Load every batch that has no receipt yet, in order; return the new receipts.

    A batch that waits for its tags is left for the next load and logged by name, see
    `waiting_batches`. A batch that fails leaves no trace, and the others are loaded.

    Raises:
        LoadError: a batch could not be loaded; the others were.
        ListeningError: the disk refuses, or another process holds the warehouse.
    """
    started = now()
    receipts: list[Receipt] = []
    failures: list[ListeningError] = []
    with open_warehouse(root) as connection:
        try:
            with connection.begin():
                sync_brands(connection, brands)
                key = open_key(connection, root)
            for batch in _pending(root, _received(connection), failures):
                _load(connection, root, batch, key, receipts, failures)
            retagged = merge_retagged(connection, root, failures)
            failures += merge_topics(connection, root)
            failures += merge_evaluations(connection, root)
            record_run(connection, "load", started, _detail(receipts, retagged, failures), failures)
            crash_at("load:checkpoint")
        except sa.exc.DBAPIError as error:
            raise _refused(root, error, len(receipts)) from error
    if failures:
        raise _summary(failures, receipts)
    return receipts


def waiting_batches(root: DataRoot) -> list[str]:
    """Return the sealed mention batches that have no tags yet, so cannot be loaded."""
    return [
        batch_id
        for batch_id in batch_ids(root.landing)
        if batch_id.startswith("mention/") and not root.tagged_batch(batch_id).exists()
    ]


def record_run(
    connection: sa.Connection,
    step: str,
    started: datetime,
    detail: str,
    failures: Iterable[ListeningError] = (),
) -> None:
    """Write one row of `core.run`, in a transaction of its own."""
    row = {
        "run_id": uuid.uuid4().hex,
        "step": step,
        "started_at": started,
        "finished_at": now(),
        "status": "failed" if list(failures) else "done",
        "detail": detail,
    }
    with connection.begin():
        connection.execute(sa.insert(log.run), row)


def _received(connection: sa.Connection) -> set[str]:
    with connection.begin():
        return set(connection.execute(sa.select(log.receipt.c.batch_id)).scalars())


def _pending(root: DataRoot, received: set[str], failures: list[ListeningError]) -> list[Batch]:
    batches: list[Batch] = []
    for batch_id in batch_ids(root.landing):
        if batch_id not in received:
            try:
                batches.append(read_batch(root.landed(batch_id)))
            except ListeningError as error:
                failures.append(error)
    # What people decided comes last: it speaks of mentions of any stream.
    ordered = sorted(
        batches, key=lambda batch: (batch.kind == "decision", batch.sealed_at, batch.batch_id)
    )
    return list(_ready(root, ordered))


def _ready(root: DataRoot, batches: Iterable[Batch]) -> Iterable[Batch]:
    """Leave out what has no tags, and counts and decisions that may be of such mentions."""
    held: set[str] = set()
    for batch in batches:
        if batch.kind == "mention" and not root.tagged_batch(batch.batch_id).exists():
            held.add(batch.source)
            _LOG.warning("%s waits for its tags", batch.batch_id)
        elif batch.kind == "engagement" and batch.source in held:
            _LOG.warning("%s waits for an earlier batch of %s", batch.batch_id, batch.source)
        elif batch.kind == "decision" and held:
            _LOG.warning("%s waits for batches of %s", batch.batch_id, ", ".join(sorted(held)))
        else:
            yield batch


def _load(
    connection: sa.Connection,
    root: DataRoot,
    batch: Batch,
    key: bytes,
    receipts: list[Receipt],
    failures: list[ListeningError],
) -> None:
    try:
        with connection.begin():
            crash_at("load:begin")
            buckets = merge_batch(connection, root, batch, key)
            check_batch(connection, batch.batch_id)
    except ListeningError as error:
        failures.append(error)
    except (sa.exc.IntegrityError, sa.exc.DataError, sa.exc.ProgrammingError) as error:
        # The file's fault, not the disk's (that is an OperationalError and stops the load).
        failures.append(
            ListeningError(
                reason(error),
                where=batch.batch_id,
                mend="Nothing of this batch was loaded; its file breaks a rule of the tables",
            )
        )
    else:
        crash_at("load:commit")
        receipts.append(Receipt(batch.batch_id, batch.served, **buckets))


def _detail(receipts: list[Receipt], retagged: list[str], failures: list[ListeningError]) -> str:
    served = sum(receipt.served for receipt in receipts)
    told = f"{len(receipts)} batches, {served} items"
    if retagged:
        told += f", {len(retagged)} re-tagged"
    return "; ".join([told, *map(str, failures)])


def _summary(failures: list[ListeningError], receipts: list[Receipt]) -> LoadError:
    first = failures[0]
    more = f" (and {len(failures) - 1} more batches failed)" if len(failures) > 1 else ""
    error = LoadError(first.what + more, where=first.where, mend=first.mend)
    error.receipts = tuple(receipts)
    return error


def _refused(root: DataRoot, error: sa.exc.DBAPIError, loaded: int) -> ListeningError:
    return ListeningError(
        f"the database refused: {reason(error)}",
        where=str(root.warehouse),
        mend=f"{loaded} batches were loaded and are safe; free the disk or mend the cause and "
        "run again",
    )


def totals(receipts: Iterable[Receipt]) -> dict[str, Any]:
    """Add up receipts: `served` and the seven buckets."""
    rows = [asdict(receipt) for receipt in receipts]
    names = [name for name in Receipt.__dataclass_fields__ if name != "batch_id"]
    return {name: sum(row[name] for row in rows) for name in names}

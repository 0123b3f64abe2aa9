"""Batches that were tagged again: their labels beside the old, everything else in its place.

A re-tag is no second serving: no receipt and no bucket changes, `core.retag` says that it was
loaded. `nlp.retag` leaves a note of each file it replaces; the note goes once that is loaded.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Final

import sqlalchemy as sa

from listening.contract import DataRoot, ListeningError, crash_at, now
from warehouse.change import record_change
from warehouse.check import check_batch
from warehouse.cluster import update_clusters
from warehouse.script import reason, run_script
from warehouse.tables import log
from warehouse.tagging import TaggedFile, merge_tags, read_others

_PATTERN: Final = "*/*/*/[!.]*"


def merge_retagged(
    connection: sa.Connection, root: DataRoot, failures: list[ListeningError]
) -> list[str]:
    """Load re-tagged files of loaded batches, a transaction each; return the batches' ids."""
    done = []
    for note, batch_id in _notes(root):
        try:
            wanted = _read_note(note)
            file = TaggedFile.read(root, batch_id)
            if file.tagged_at < wanted or not _is_loaded(connection, batch_id):
                continue  # the file is not in place yet, or the batch itself comes first
            if not _is_merged(connection, file):
                _merge(connection, root, file)
                done.append(batch_id)
            note.unlink(missing_ok=True)
        except ListeningError as error:
            failures.append(error)
        except (sa.exc.IntegrityError, sa.exc.DataError, sa.exc.ProgrammingError) as error:
            failures.append(
                ListeningError(
                    reason(error),
                    where=str(root.tagged_batch(batch_id)),
                    mend="Its older labels stand; remove the file and tag the batch again",
                )
            )
    return done


def _notes(root: DataRoot) -> Iterator[tuple[Path, str]]:
    for note in sorted(root.retagged.glob(_PATTERN)):
        yield note, note.relative_to(root.retagged).as_posix()


def _read_note(note: Path) -> datetime:
    try:
        return datetime.fromisoformat(note.read_text("utf-8").strip())
    except (OSError, ValueError) as error:
        raise ListeningError(
            f"no note of a re-tagged batch: {error}", where=str(note), mend="Remove it"
        ) from error


def _is_loaded(connection: sa.Connection, batch_id: str) -> bool:
    query = sa.select(log.receipt.c.batch_id).where(log.receipt.c.batch_id == batch_id)
    with connection.begin():
        return connection.execute(query).first() is not None


def _is_merged(connection: sa.Connection, file: TaggedFile) -> bool:
    own = (log.retag.c.batch_id == file.batch_id) & (log.retag.c.tagged_at == file.tagged_at)
    with connection.begin():
        return connection.execute(sa.select(log.retag.c.batch_id).where(own)).first() is not None


def _merge(connection: sa.Connection, root: DataRoot, file: TaggedFile) -> None:
    with connection.begin():
        run_script(connection, "retag", file.values)
        others = read_others(root, run_script(connection, "holder"), but=file.batch_id)
        merge_tags(connection, [file, *others])
        update_clusters(connection)
        run_script(connection, "changed")
        record_change(connection, file.batch_id)
        crash_at("retag:merge")
        run_script(connection, "retagged", {**file.values, "now": now()})
        check_batch(connection, file.batch_id)
    crash_at("retag:commit")

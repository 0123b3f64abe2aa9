"""Tag again what older versions of the taggers tagged: from the landing zone, newest first.

A batch is stale where the versions in its tagged file are not those of the pipeline, or where it
was tagged by another brand file: other names, topics or works. Its new
file takes the old one's place whole, so a run that is killed goes on where it was; a note beside
the files tells the load which were replaced.
"""

from __future__ import annotations

import fcntl
import logging
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from listening.contract import (
    BrandFile,
    ConfigurationError,
    DataRoot,
    ListeningError,
    batch_ids,
    now,
    read_batch,
)
from nlp.frame import replacing
from nlp.tag import Lender, read_footer, tagger_versions, write_tags

LIMIT: Final = 100
"""Batches a run: the DAG comes again within the hour, and new mentions are tagged meanwhile."""

_log: Final = logging.getLogger(__name__)


@dataclass
class Retagged:
    """What a run tagged again, and how many stale batches it left for the next."""

    batches: list[str] = field(default_factory=list)
    rows: int = 0
    failed: int = 0  # rows of which something failed
    left: int = 0


def retag_stale(root: DataRoot, brands: BrandFile, limit: int = LIMIT) -> Retagged:
    """Tag again at most `limit` stale batches, the newest first.

    A batch that cannot be read keeps its older tags and does not keep the others.

    Raises:
        ConfigurationError: a model is not usable, or the limit is not positive.
        ListeningError: another process is tagging again; or, after all others, what the first
            batch raised that could not be tagged.
    """
    if limit < 1:
        raise ConfigurationError(
            f"no number of batches: {limit}", where="--limit", mend="Write 1 or more"
        )
    done, errors = Retagged(), list[ListeningError]()
    with _alone(root), Lender(brands) as lender:
        stale = _stale(root, tagger_versions(lender.borrow(0)), lender.digest, errors)
        for batch_id, footer in stale[:limit]:
            try:
                rows, failed = _retag(root, batch_id, footer, lender)
            except ConfigurationError:
                raise
            except ListeningError as error:
                errors.append(error)
                continue
            done.batches.append(batch_id)
            done.rows, done.failed = done.rows + rows, done.failed + failed
    done.left = len(stale) - len(done.batches)
    if errors:
        raise errors[0]
    return done


def _stale(
    root: DataRoot, versions: Mapping[str, str], digest: str, errors: list[ListeningError]
) -> list[tuple[str, Mapping[str, Any]]]:
    """Return batches that other versions or names tagged, and their footers, the newest first."""
    found = []
    for batch_id in batch_ids(root.landing):
        footer = read_footer(root, batch_id) if batch_id.startswith("mention/") else None
        if footer is None:
            continue
        # A file from before it said which brand file it was made by is taken for one of this.
        if footer.get("taggers") == versions and footer.get("brands", digest) == digest:
            continue
        try:
            found.append((read_batch(root.landed(batch_id)).sealed_at, batch_id, footer))
        except ListeningError as error:
            errors.append(error)
    found.sort(key=lambda each: each[:2], reverse=True)
    return [(batch_id, footer) for _, batch_id, footer in found]


def _retag(
    root: DataRoot, batch_id: str, footer: Mapping[str, Any], lender: Lender
) -> tuple[int, int]:
    tagged_at = now()
    if stated := footer.get("tagged_at"):  # later than before even where the clock is held
        tagged_at = max(tagged_at, datetime.fromisoformat(stated) + timedelta(microseconds=1))
    _sweep(root, batch_id)
    _note(root, batch_id, tagged_at)
    rows, failed = write_tags(root, batch_id, lender, tagged_at)
    _log.info("%s: %d rows tagged again, %d failed", batch_id, rows, failed)
    return rows, failed


def _note(root: DataRoot, batch_id: str, tagged_at: datetime) -> None:
    """Leave word of the file that will be replaced, before it is: the load may come any time."""
    path = root.retagged / batch_id
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with replacing(path) as partial:
            partial.write_text(tagged_at.astimezone(UTC).isoformat(), "utf-8")
    except OSError as error:
        raise ListeningError(
            f"cannot be made: {error}", where=str(path.parent), mend="Is there space?"
        ) from error


def _sweep(root: DataRoot, batch_id: str) -> None:
    """Remove what a killed run left half-written beside a tagged file."""
    path = root.tagged_batch(batch_id)
    for partial in path.parent.glob(f".{path.name}.*.tmp"):
        partial.unlink(missing_ok=True)


@contextmanager
def _alone(root: DataRoot) -> Iterator[None]:
    """Hold the lock of this work; the system frees it at any death."""
    path = root.tagged / ".retag.lock"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except OSError as error:
        raise ListeningError(
            f"cannot be made: {error}", where=str(path), mend="Is there space?"
        ) from error
    try:
        _lock(handle, path)
        yield
    finally:
        os.close(handle)


def _lock(handle: int, path: Path) -> None:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise ListeningError(
            "another process is tagging again", where=str(path), mend="Wait for it to end"
        ) from error

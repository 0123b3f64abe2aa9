"""What tagged files say, into the core tables, inside the caller's transaction."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq
import sqlalchemy as sa

from listening.contract import FOOTER_KEY, DataRoot, ListeningError
from warehouse.script import run_script

_LABELLED: Final = (
    "language", "sentiment", "target", "emotion", "irony", "offensive", "intent", "topic",
    "encoder",
)  # fmt: skip
_UNKNOWN: Final = datetime(1970, 1, 1, tzinfo=UTC)  # of files from before they said when


@dataclass(frozen=True)
class TaggedFile:
    """A tagged batch, and what its footer says of it."""

    batch_id: str
    path: Path
    footer: dict[str, Any]

    @classmethod
    def read(cls, root: DataRoot, batch_id: str) -> TaggedFile:
        """Read the footer of a batch's tags.

        Raises:
            ListeningError: there are none, or the file is no tagged batch.
        """
        path = root.tagged_batch(batch_id)
        try:
            footer = json.loads(pq.read_schema(path).metadata[FOOTER_KEY])
        except (OSError, pa.ArrowException, KeyError, TypeError, ValueError) as error:
            raise ListeningError(
                f"not a tagged batch: {error}",
                where=str(path),
                mend="Remove it; the next run tags the batch again",
            ) from error
        return cls(batch_id, path, footer)

    @property
    def model(self) -> str:
        """The SHA-256 of the weights."""
        return str(self.footer.get("model", ""))

    @property
    def tagged_at(self) -> datetime:
        """When it was tagged."""
        stated = self.footer.get("tagged_at")
        return datetime.fromisoformat(stated) if stated else _UNKNOWN

    @property
    def taggers(self) -> dict[str, str]:
        """The version of every tagger; one that is not named has the version of the weights."""
        stated: dict[str, str] = dict(self.footer.get("taggers", {}))
        return {name: stated.get(name, self._weights) for name in _LABELLED} | stated

    @property
    def values(self) -> dict[str, Any]:
        """What `sql/tag.sql` and its like are bound to."""
        taggers = self.taggers
        return {
            **{name: taggers[name] for name in _LABELLED},
            "tagged": [str(self.path)],
            "versions": json.dumps(taggers, sort_keys=True),
            "taggers": list(taggers),
            "stated": list(taggers.values()),
            "tagged_at": self.tagged_at,
            "model": self._weights,
            "weights": self.model,
            "batch_id": self.batch_id,
        }

    @property
    def _weights(self) -> str:
        return self.model[:12] or "unversioned"


def merge_tags(connection: sa.Connection, files: Sequence[TaggedFile]) -> None:
    """Merge the tags of `touched` mentions, file by file, each under its own versions.

    What a mention's content replaced goes first. Of files by other taggers, the first that
    speaks of a content is heard.
    """
    run_script(connection, "outdated")
    for file in files:
        run_script(connection, "tag", file.values)


def read_others(root: DataRoot, rows: Sequence[Sequence[Any]], but: str) -> list[TaggedFile]:
    """Return the tagged files of other batches that are there, the newest first."""
    names = {str(batch_id) for (batch_id,) in rows} - {but}
    files = [
        TaggedFile.read(root, name) for name in sorted(names) if root.tagged_batch(name).exists()
    ]
    return sorted(files, key=lambda file: file.tagged_at, reverse=True)

"""What people decided of mentions: what they settled is no news, and closes its alert.

Decisions come as sealed batches, like everything else; of each thing the newest word stands, in the
order of the warehouse's macro `decision_order`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq
import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert

from desk.alert.state import MENTION, RULING
from listening.contract import Batch, DataRoot, ListeningError

SETTLING: Final = ("resolve", "dismiss", "join", "skip", "close")  # as settling_actions()
MOVING: Final = ("open", "close", "reopen")  # what a case is by
_READ: Final = (
    "bucket", "decision", "decision_id", "mention_id", "content_hash", "tagger", "target", "label",
    "actor", "note", "decided_at", "subject_id", "action", "effective_at",
)  # fmt: skip


class Word(NamedTuple):
    """Who settled it, how and when."""

    how: str  # dismissed, case_closed or settled: why its alert is closed
    actor: str  # a pseudonym
    note: str
    at: datetime


@dataclass(frozen=True)
class Rulings:
    """What stands of all that was decided."""

    flags: Mapping[tuple[str, str], Word] = field(default_factory=dict)  # mention, kind of flag
    talks: Mapping[tuple[str, str], Word] = field(default_factory=dict)  # mention, brand
    triage: Mapping[tuple[str, str], Word] = field(default_factory=dict)  # mention, brand

    def of_talk(self, mention_id: str, brand_id: str) -> Word | None:
        """Return who settled that nobody needs to look at a mention; None: it waits."""
        return self.talks.get((mention_id, brand_id)) or self.talks.get((mention_id, ""))

    def of_danger(self, mention_id: str, brand_id: str) -> Word | None:
        """Return who settled one that sounds like danger or law: triage does, a reply does not."""
        return self.triage.get((mention_id, brand_id)) or self.triage.get((mention_id, ""))

    def of_flag(self, mention_id: str, kind: str) -> Word | None:
        """Return who settled a suspicion; None: it stands."""
        return self.flags.get((mention_id, kind)) or self.flags.get((mention_id, ""))


def read_rulings(root: DataRoot, batch: Batch) -> Iterator[dict[str, Any]]:
    """Yield the rows of `ruling` that a batch of decisions brings.

    Raises:
        ListeningError: the batch cannot be read.
    """
    path = root.landed(batch.batch_id)
    try:
        with pq.ParquetFile(path) as file:
            names = [name for name in _READ if name in file.schema_arrow.names]
            rows = file.read(columns=names).to_pylist()
    except (OSError, pa.ArrowException) as error:
        raise ListeningError(
            f"cannot be read: {error}", where=str(path), mend="It is tried again; listening status"
        ) from error
    for row in rows:
        told = {**dict.fromkeys(_READ), **row}
        if told["bucket"] == "kept" and (what := _what(told)):
            yield {
                "what": what,
                "mention_id": told["mention_id"] or "",
                "target": told["target"] or "",
                "case_id": told["subject_id"] or "" if told["decision"] == "case" else "",
                "word": told["label"] or told["action"],
                "content_hash": told["content_hash"] or "",
                "actor": told["actor"] or "",
                "note": told["note"] or "",
                "effective_at": told["effective_at"] or told["decided_at"],
                "decided_at": told["decided_at"],
                "decision_id": told["decision_id"] or "",
            }


def _what(row: Mapping[str, Any]) -> str:
    """Return what a decision is of, as far as alerts go by it; empty: they do not."""
    if row["decision"] == "correction":
        return "flag" if row["tagger"] == "flag" and row["mention_id"] else ""
    if row["decision"] in ("triage", "engage"):
        return str(row["decision"]) if row["mention_id"] else ""
    if row["decision"] == "case":
        if row["action"] in ("attach", "detach") and row["mention_id"]:
            return "held"
        return "case" if row["action"] in MOVING else ""
    return ""


def keep_rulings(connection: sa.Connection, rows: list[dict[str, Any]]) -> None:
    """Merge decisions: of each thing the newest word stands, in whatever order they come."""
    for row in rows:
        if row["what"] == "case":
            row["mention_id"] = row["target"] = ""
        put = insert(RULING).values(**row)
        order = ("effective_at", "decided_at", "decision_id")
        newer = sa.tuple_(*(put.excluded[name] for name in order)) > sa.tuple_(
            *(RULING.c[name] for name in order)
        )
        changes = {name: put.excluded[name] for name in row}
        key = [column.name for column in RULING.primary_key]
        connection.execute(put.on_conflict_do_update(index_elements=key, set_=changes, where=newer))


def standing(connection: sa.Connection) -> Rulings:
    """Return what stands: words of a content that was edited since count no more."""
    rows = connection.execute(sa.select(RULING)).all()
    there = MENTION.c.mention_id.in_(sa.select(RULING.c.mention_id))
    columns = (MENTION.c.mention_id, MENTION.c.content_hash, MENTION.c.observed_at)
    contents = {row.mention_id: row for row in connection.execute(sa.select(*columns).where(there))}
    known = [row for row in rows if row.mention_id in contents]
    dismissed = {
        (row.mention_id, row.target): _word("dismissed", row)
        for row in known
        if row.what == "flag"
        and row.word == "dismissed"
        and row.content_hash in ("", contents[row.mention_id].content_hash)
    }
    cases = {row.case_id: row for row in rows if row.what == "case"}
    held = [row for row in known if row.what == "held" and row.word == "attach"]
    triage = _settled(row for row in known if row.what == "triage")
    talks = _settled(row for row in known if row.what in ("triage", "engage"))
    return Rulings({**_closed(held, cases, contents), **dismissed}, talks, triage)


def _word(how: str, row: Any) -> Word:
    return Word(how, row.actor, row.note, row.effective_at)


def _closed(
    held: list[Any], cases: Mapping[str, Any], contents: Mapping[str, Any]
) -> dict[tuple[str, str], Word]:
    """Return what closed cases settled, as flag_open: nothing that another case still holds."""
    closed: dict[tuple[str, str], Word] = {}
    open_still = set[tuple[str, str]]()
    for row in held:
        key, case = (row.mention_id, row.target), cases.get(row.case_id)
        if case is None or case.word != "close":
            open_still.add(key)
        elif case.effective_at >= contents[row.mention_id].observed_at:
            closed[key] = _word("case_closed", case)
    return {key: word for key, word in closed.items() if key not in open_still}


def _settled(rows: Iterable[Any]) -> dict[tuple[str, str], Word]:
    """Return what is settled by the newest word on it."""
    newest: dict[tuple[str, str], Any] = {}
    for row in sorted(rows, key=lambda each: (each.effective_at, each.decided_at)):
        newest[row.mention_id, row.target] = row
    return {key: _word("settled", row) for key, row in newest.items() if row.word in SETTLING}

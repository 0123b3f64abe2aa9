"""Gathers everything held about an author, for whoever asks what we know of them (GDPR Art. 15).

From the landing zone, which is the log of all that entered; what is made of it (labels, flags, the
desk, evidence) is found by the mentions it names. One JSON file, and the same as a page to read.
"""

from __future__ import annotations

import html
import json
import os
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from listening.contract import ConfigurationError, DataRoot, now, read_batch
from listening.erase.blank import Needles, find_exchanges
from listening.erase.match import Plan, landed, plan_author
from listening.erase.state import sqlite_files

_KINDS: Final = ("mention", "engagement", "tombstone", "decision")
_MADE: Final = ("embedding", "bands")  # numbers made of the text, of no meaning to a reader


@dataclass
class Subject:
    """Everything held about an author, by room."""

    asked: str
    names: list[str]
    gathered_at: str
    rooms: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    @property
    def counts(self) -> dict[str, int]:
        """Return how many entries each room holds."""
        return {room: len(entries) for room, entries in self.rooms.items()}


def gather(root: DataRoot, named: str, more: Mapping[str, Sequence[dict[str, Any]]]) -> Subject:
    """Gather what is held about an author.

    Args:
        root: the data root.
        named: `SOURCE:HANDLE`, or `SOURCE:ID`, as `listening erase --author` takes it.
        more: what rooms hold that this package does not read, such as the warehouse.

    Raises:
        ConfigurationError: it names no author, or two.
        ListeningError: nobody of that name is in any batch, or a batch is damaged.
    """
    plan = plan_author(root, named)
    names = [name for _, name in plan.authors]
    subject = Subject(named, names, now().isoformat())
    subject.rooms["landing"] = list(_landed(root, plan))
    subject.rooms["raw"] = list(_raw(root, plan))
    subject.rooms["tagged"] = list(_tagged(root, plan))
    subject.rooms |= {room: list(entries) for room, entries in more.items()}
    subject.rooms["desk"] = list(_desk(root, plan))
    subject.rooms["evidence"] = list(_evidence(root, plan))
    return subject


def write_subject(subject: Subject, out: Path) -> list[Path]:
    """Write what was gathered, for its owner alone: `subject.json` and `subject.html`.

    Raises:
        ConfigurationError: the folder is there and not empty.
    """
    if out.exists() and any(out.iterdir()):
        raise ConfigurationError(
            "is not empty", where=str(out), mend="Name a new folder: nothing is overwritten"
        )
    out.mkdir(parents=True, exist_ok=True, mode=0o700)
    told = {
        "asked": subject.asked,
        "names": subject.names,
        "gathered_at": subject.gathered_at,
        "counts": subject.counts,
        "rooms": subject.rooms,
    }
    texts = {
        "subject.json": json.dumps(told, ensure_ascii=False, indent=2, default=_plain) + "\n",
        "subject.html": _page(subject),
    }
    for name, text in texts.items():
        handle = os.open(out / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
    return [out / name for name in texts]


def _landed(root: DataRoot, plan: Plan) -> Iterator[dict[str, Any]]:
    """Yield every row of their mentions."""
    for kind in _KINDS:
        sources = None if kind == "decision" else plan.sources
        for path in landed(root, (kind,), sources):
            for row in _rows(path, plan):
                yield {"batch": path.relative_to(root.landing).as_posix(), **row}


def _raw(root: DataRoot, plan: Plan) -> Iterator[dict[str, Any]]:
    """Yield the exchanges that name them: what a source served holds more than a row does."""
    for path in landed(root, ("mention", "engagement", "tombstone"), plan.sources):
        batch = read_batch(path)
        if batch.warc and path.with_name(batch.warc).exists():
            needles = plan.needles(batch.source)
            for address, words in find_exchanges(path.with_name(batch.warc), needles.found_in):
                yield {"batch": batch.batch_id, "address": address, "exchange": words}


def _tagged(root: DataRoot, plan: Plan) -> Iterator[dict[str, Any]]:
    paths = [root.tagged / path.relative_to(root.landing) for path in
             landed(root, ("mention",), plan.sources)]  # fmt: skip
    for path in (*paths, *sorted(root.topics.glob("*.parquet"))):
        if path.exists():
            for row in _rows(path, plan):
                told = {name: value for name, value in row.items() if name not in _MADE}
                yield {"file": path.relative_to(root.tagged).as_posix(), **told}


def _rows(path: Path, plan: Plan) -> Iterator[dict[str, Any]]:
    ids = pa.array(list(plan.mentions), pa.string())
    rows = pq.read_table(path, partitioning=None)
    mine = rows.filter(pc.fill_null(pc.is_in(rows["mention_id"], value_set=ids), fill_value=False))
    for row in mine.to_pylist():
        yield {name: value for name, value in row.items() if value not in (None, [], "")}


def _desk(root: DataRoot, plan: Plan) -> Iterator[dict[str, Any]]:
    """Yield rows of the desk's files that name them or one of their mentions."""
    needles = plan.needles()
    for path in sqlite_files(root):
        connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
        connection.row_factory = sqlite3.Row
        try:
            tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
            for (table,) in tables.fetchall():
                quoted = '"' + table.replace('"', '""') + '"'
                for row in connection.execute(f"SELECT * FROM {quoted}"):  # noqa: S608 - its own names
                    if _names(row, plan, needles):
                        yield {"file": path.name, "table": table, **dict(row)}
        finally:
            connection.close()


def _names(row: sqlite3.Row, plan: Plan, needles: Needles) -> bool:
    texts = [value for value in tuple(row) if isinstance(value, str)]
    return any(text in plan.mentions or needles.found_in(text) for text in texts)


def _evidence(root: DataRoot, plan: Plan) -> Iterator[dict[str, Any]]:
    """Yield the files of evidence packs of their mentions, with the texts among them."""
    for path in sorted((root.path / "evidence" / "pack").rglob("*")):
        if path.is_file() and path.parent.name.partition("-")[0] in plan.mentions:
            told: dict[str, Any] = {"file": path.relative_to(root.path).as_posix()}
            if path.suffix in (".json", ".txt", ".md"):
                told["text"] = path.read_text("utf-8", errors="replace")
            yield told
    yield from _custody(root, plan)


def _custody(root: DataRoot, plan: Plan) -> Iterator[dict[str, Any]]:
    """Yield lines of custody and documents of cases that name them or one of their mentions."""
    evidence, needles = root.path / "evidence", plan.needles()
    chain = evidence / "chain.jsonl"
    for text in chain.read_text("utf-8").splitlines() if chain.exists() else ():
        line = json.loads(text)
        if line["what"] != "pack" and needles.found_in(text):
            yield {"line": line["n"], "at": line["at"], "what": line["what"], "said": line["body"]}
    for path in sorted((evidence / "case").glob("*/*.md")):
        if needles.found_in(text := path.read_text("utf-8", errors="replace")):
            yield {"file": path.relative_to(root.path).as_posix(), "text": text}


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _page(subject: Subject) -> str:
    """Return a page that needs nothing but itself: no script, no picture, no link out."""
    parts = [
        "<!doctype html><html lang=en><meta charset=utf-8>",
        (
            "<meta http-equiv=Content-Security-Policy content=\"default-src 'none'; "
            "style-src 'unsafe-inline'\">"
        ),
        "<title>What is held about an author</title>",
        (
            "<style>body{font:16px/1.5 system-ui;max-width:60rem;margin:2rem auto;padding:0 1rem}"
            "dt{font-weight:600}dd{margin:0 0 .4rem;white-space:pre-wrap;overflow-wrap:anywhere}"
            "dl{border-top:1px solid #999;padding-top:.5rem}</style>"
        ),
        f"<h1>What is held about {html.escape(subject.asked)}</h1>",
        (
            f"<p>Gathered at {html.escape(subject.gathered_at)}. Known as: "
            f"{html.escape(', '.join(subject.names))}.</p>"
        ),
    ]
    for room, entries in subject.rooms.items():
        parts.append(f"<h2>{html.escape(room)}: {len(entries)}</h2>")
        for entry in entries:
            told = "".join(
                f"<dt>{html.escape(str(name))}</dt><dd>{html.escape(_said(value))}</dd>"
                for name, value in entry.items()
            )
            parts.append(f"<dl>{told}</dl>")
    return "\n".join([*parts, "</html>", ""])


def _said(value: Any) -> str:
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False, default=_plain)
    return _plain(value)

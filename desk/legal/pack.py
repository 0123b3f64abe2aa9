"""One evidence pack: the exchange as it came, what was read in it, and a manifest of hashes."""

from __future__ import annotations

import json
import platform
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from importlib import metadata
from pathlib import Path
from typing import Any, Final

from desk.legal.exchange import Exchanges, Record, carried
from desk.legal.moment import tell_time
from desk.legal.place import digest, make_folder, make_ref, write_new
from desk.legal.render import Browser
from desk.legal.thread import DAYS, Surroundings
from listening.contract import Batch, crash_at, flush_folder

MANIFEST: Final = "manifest.json"
EXCHANGE: Final = "exchange.warc.gz"
ORIGIN: Final = "origin.json"
THREAD: Final = "thread.json"
OTHERS: Final = "others.json"
MENTION: Final = "mention.json"
"""Mentions of others that the exchange or the thread holds too: what an erasure asks."""
_AUTHOR: Final = (
    "source", "channel", "author", "author_id", "author_name", "verified", "followers", "region",
    "observed_at",
)  # fmt: skip
_OTHERS_IDS: Final = ("parent_id", "thread_id")
_NOT_SAID: Final = (*_OTHERS_IDS, "item_no", "bucket", "reason", "detail", "raw", "seen_before")


@dataclass(frozen=True)
class Flagged:
    """A mention with flags, and what is known of how it came here."""

    row: Mapping[str, Any]  # as landed
    flags: Sequence[Mapping[str, Any]]
    batch: Batch
    tagged: Mapping[str, Any]  # the footer of its tagged batch
    rows: Sequence[Mapping[str, Any]] = field(repr=False)  # of its batch
    exchanges: Exchanges = field(repr=False)

    @property
    def ref(self) -> str:
        """Return its reference, as `evidence_ref` of `flag_open` has it."""
        return make_ref(self.row["mention_id"], self.row["content_hash"])

    @cached_property
    def answers(self) -> tuple[list[Record], str]:
        """Return the answers that carried it, and by what they were found."""
        return self.exchanges.find(self.row)

    @cached_property
    def pictures(self) -> list[Record]:
        """Return the answers that brought its pictures."""
        return self.exchanges.pictures(self.row)


@dataclass(frozen=True)
class Staged:
    """A pack that is written, but for its manifest, and not in the chain yet."""

    ref: str
    folder: Path
    told: Mapping[str, Any]
    files: tuple[Mapping[str, Any], ...]

    def seal(self, number: int, previous: str) -> dict[str, Any]:
        """Write the manifest, which names its place in the chain; return the line's body."""
        manifest = {
            "version": 1,
            "evidence": self.ref,
            "salt": secrets.token_hex(16),
            "chain": {"n": number, "previous": previous},
            **self.told,
            "files": list(self.files),
        }
        data = readable(manifest)
        path = self.folder / MANIFEST
        path.unlink(missing_ok=True)
        write_new(path, data)
        flush_folder(self.folder)
        crash_at("pack:manifest")
        return {"evidence": self.ref, "manifest": digest(data)}


def stage(flagged: Flagged, around: Surroundings, folder: Path, browser: Browser | None) -> Staged:
    """Write the files of a pack, each durable; the manifest follows under the chain's lock.

    Raises:
        OSError: the disk refuses.
    """
    row, (answers, found_by) = flagged.row, flagged.answers
    thread = around.thread(row)
    others = carried(answers, flagged.rows) | {one["mention_id"] for one in thread}
    others |= {row[name] for name in _OTHERS_IDS if row[name]}
    others |= {one.mention for one in flagged.pictures}
    files: dict[str, bytes] = {
        MENTION: readable(_said(row)),
        "author.json": readable(_author(row, around)),
        THREAD: readable({**{one: row[one] for one in _OTHERS_IDS}, "mentions": thread}),
        OTHERS: readable(sorted(others - {row["mention_id"]})),
        "flags.json": readable({"flags": flagged.flags, "tagged_at": flagged.tagged["tagged_at"]}),
    }
    records: list[Record] = []
    if answers or flagged.pictures:
        files[EXCHANGE], records = flagged.exchanges.copy([*answers, *flagged.pictures])
    page, told_of_page = _render(browser, answers)
    files |= page
    files[ORIGIN] = readable(_origin(flagged, records, told_of_page.pop("url", None)))
    make_folder(folder)
    for name, data in files.items():
        write_new(folder / name, data)
    flush_folder(folder)
    crash_at("pack:staged")
    told = {
        "made_at": tell_time(),
        "mention": {
            name: row[name]
            for name in ("source", "channel", "native_id", "url", "published_at", "observed_at")
        },
        "batch": _batch(flagged.batch),
        "collector": {
            "listening": metadata.version("social-listening"),
            "parser": flagged.batch.parser_version,
            "python": platform.python_version(),
        },
        "model": {"weights": flagged.tagged["model"], "taggers": flagged.tagged["taggers"]},
        "raw": _raw(flagged.exchanges, found_by if answers else ""),
        "page": told_of_page,
        "thread": {"mentions": len(thread), "looked_back_days": DAYS, "source": row["source"]},
    }
    listed = tuple(
        {"name": name, "bytes": len(data), "sha256": digest(data)}
        for name, data in sorted(files.items())
    )
    return Staged(flagged.ref, folder, told, listed)


def readable(value: Any) -> bytes:
    """Return JSON as people read it; instants in ISO."""
    return json.dumps(value, ensure_ascii=False, indent=1, default=_iso).encode() + b"\n"


def _iso(value: Any) -> str:
    return str(value.isoformat())


def _said(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in _NOT_SAID}


def _author(row: Mapping[str, Any], around: Surroundings) -> dict[str, Any]:
    told = {name: row[name] for name in _AUTHOR}
    return {**told, "other_handles_of_the_same_id": around.other_handles(row)}


def _origin(flagged: Flagged, records: Sequence[Record], page: str | None) -> dict[str, Any]:
    """Tell where it was found: in a file that can go, for a stream may be called by somebody."""
    batch = {"batch_id": flagged.batch.batch_id, "warc": flagged.batch.warc or None}
    return {"batch": batch, "records": [one.told() for one in records], "page": page}


def _batch(batch: Batch) -> dict[str, Any]:
    names = ("revision", "started_at", "fetched_at", "sealed_at", "raw_partial")
    told = {name: getattr(batch, name) for name in names}
    return {**told, "warc_sha256": batch.warc_sha256 or None}


def _raw(exchanges: Exchanges, found_by: str) -> dict[str, Any]:
    if exchanges.state != "kept":
        return {"state": exchanges.state, "why": exchanges.why}
    if not found_by:
        why = "no answer in the batch's WARC carries its id, its address or its words"
        return {"state": "not_found", "why": why}
    return {"state": "kept", "found_by": found_by}


def _render(
    browser: Browser | None, answers: Sequence[Record]
) -> tuple[dict[str, bytes], dict[str, Any]]:
    if browser is None:
        return {}, {"state": "off", "why": "no browser is configured: LISTENING_BROWSER"}
    pages = [one for one in answers if "html" in one.content_type and one.body]
    if not pages:
        return {}, {"state": "none", "why": "the answer is no page: it is data for programs"}
    return browser.show(pages[0])

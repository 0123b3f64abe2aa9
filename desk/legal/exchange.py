"""Finds the exchange that brought a mention in its batch's WARC, and copies it byte by byte.

A record of ours is a gzip member of its own, so a copy of its bytes is the record as it was
written when it was received, and keeps its id and its hash.
"""

from __future__ import annotations

import hashlib
import html
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Final, Literal

from listening.contract import PICTURE_OF, Batch

State = Literal["kept", "none", "missing", "damaged", "not_found"]
_PROBES: Final = 3
_WORD: Final = re.compile(r"[A-Za-z0-9]{5,}")


@dataclass(frozen=True)
class Record:
    """One record of a WARC, and where its bytes lie."""

    id: str
    type: str
    url: str
    date: str
    content_type: str
    truncated: str
    concurrent_to: str
    offset: int
    length: int
    body: bytes = field(repr=False, default=b"")
    mention: str = ""  # whose picture it is

    @cached_property
    def text(self) -> str:
        """Return what an answer says, also as it reads without the escapes of JSON and HTML."""
        plain = self.body.decode("utf-8", "replace")
        forms = {plain, plain.replace("\\/", "/"), html.unescape(plain)}
        if "\\u" in plain:
            forms.add(re.sub(r"\\u([0-9a-fA-F]{4})", lambda m: chr(int(m[1], 16)), plain))
        return "\n".join(sorted(forms, key=len))

    def told(self) -> dict[str, str]:
        """Return what a manifest says of it."""
        names = ("id", "type", "url", "date", "content_type", "truncated", "mention")
        return {name: value for name in names if (value := getattr(self, name))}


@dataclass(frozen=True)
class Exchanges:
    """The answers a batch kept, and why there are none where there are not."""

    path: Path | None
    state: State
    why: str = ""
    records: tuple[Record, ...] = ()

    @classmethod
    def open(cls, batch: Batch, landed: Path) -> Exchanges:
        """Read the WARC of a batch; what is wrong with it is said, not raised."""
        if not batch.warc:
            return cls(None, "none", "this batch exchanged nothing: an import, or a drop")
        path = landed.parent / batch.warc
        try:
            with path.open("rb") as file:
                found = hashlib.file_digest(file, "sha256").hexdigest()
        except OSError as error:
            return cls(path, "missing", f"{batch.warc} cannot be read: {error.strerror}")
        if found != batch.warc_sha256:
            why = f"{batch.warc} is not the file that was sealed: SHA-256 {found}"
            return cls(path, "damaged", why)
        return cls(path, "kept", records=tuple(_read(path)))

    def find(self, row: Mapping[str, Any]) -> tuple[list[Record], str]:
        """Return the answers that carry a mention, and by what they were found.

        By its id at the source, else its address, else its longest words.
        """
        answers = [one for one in self.records if one.type != "request" and not one.mention]
        name, url = row["native_id"] or "", row["url"] or ""
        words = _probes(row["text"] or row["title"] or "")
        if found := [one for one in answers if _says(one.text, name)]:
            told = [one for one in found if all(word in one.text for word in words)]
            return told or found, "native_id"
        if url and (found := [one for one in answers if url == one.url or _says(one.text, url)]):
            return found, "url"
        if words and (found := [one for one in answers if all(w in one.text for w in words)]):
            return found, "words"
        return [], ""

    def pictures(self, row: Mapping[str, Any]) -> list[Record]:
        """Return the answers that brought a mention's pictures, also where others had them, too."""
        urls = {one["url"] for one in row.get("pictures") or ()}
        answers = (one for one in self.records if one.type != "request" and one.mention)
        return [one for one in answers if one.mention == row["mention_id"] or one.url in urls]

    def copy(self, answers: Iterable[Record]) -> tuple[bytes, list[Record]]:
        """Return the bytes of answers and of the requests they came to, and those records."""
        assert self.path is not None  # noqa: S101  an answer was found in it
        ids = {one.id for one in answers}
        wanted = [one for one in self.records if one.id in ids or one.concurrent_to in ids]
        parts = []
        with self.path.open("rb") as file:
            for one in wanted:
                file.seek(one.offset)
                parts.append(file.read(one.length))
        return b"".join(parts), wanted


def carried(answers: Sequence[Record], rows: Iterable[Mapping[str, Any]]) -> set[str]:
    """Return the mentions of a batch whose id stands in one of the answers: their copy holds them.

    They may be more than really stand in it (an id may be a short number), never fewer.
    """
    texts = [one.text for one in answers]
    return {
        row["mention_id"]
        for row in rows
        if row["mention_id"] and row["native_id"] and any(row["native_id"] in t for t in texts)
    }


def read_records(path: Path) -> list[Record]:
    """Return all records of a WARC.

    Raises:
        OSError, ValueError: it cannot be read.
    """
    return list(_read(path))


def _read(path: Path) -> Iterator[Record]:
    from warcio.archiveiterator import ArchiveIterator

    with path.open("rb") as file:
        records = ArchiveIterator(file)
        for record in records:
            header = record.rec_headers.get_header
            kind, cut = record.rec_type, header("WARC-Truncated") or ""
            body = b"" if kind == "request" else record.content_stream().read()
            http = record.http_headers
            content_type = http.get_header("Content-Type") if http else header("Content-Type")
            records.read_to_end(record)
            yield Record(
                id=header("WARC-Record-ID") or "",
                type=kind,
                url=header("WARC-Target-URI") or "",
                date=header("WARC-Date") or "",
                content_type=content_type or "",
                truncated=cut,
                concurrent_to=header("WARC-Concurrent-To") or "",
                offset=records.get_record_offset(),
                length=records.get_record_length(),
                body=body,
                mention=header(PICTURE_OF) or "",
            )


def _probes(text: str) -> list[str]:
    return sorted(set(_WORD.findall(text)), key=lambda word: (-len(word), word))[:_PROBES]


def _says(text: str, name: str) -> bool:
    """Tell whether a name stands in a text by itself, not within a longer one."""
    if not name or name not in text:
        return False
    before, after = r"(?<![\w])" if name[0].isalnum() else "", r"(?![\w])"
    return bool(re.search(before + re.escape(name) + (after if name[-1].isalnum() else ""), text))

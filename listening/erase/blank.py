"""Takes erased items out of a batch: out of its rows, and out of its raw exchanges.

A row that is erased stays as a place, so that every served item is still in one bucket: its bucket
is `deleted`, its reason ERASED, and nothing else is left. Of a decision a stub is left: who decided
what and when, without the mention and without words.
"""

from __future__ import annotations

import gzip
import html
import json
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from listening.contract import DECISION_SCHEMA, LANDING_SCHEMA, PICTURE_OF

ERASED: Final = "erased"
_STAYS: Final = {
    "mention": ("item_no", "source"),
    "decision": (
        "item_no", "decision", "decision_id", "tagger", "target", "label", "actor", "decided_at",
        "subject_id", "case_id", "action", "effective_at", "due_at", "fields",
    ),
}  # fmt: skip
# Of what else a decision says only codes stay; as in warehouse/sql/decision_stub.sql.
_CODES: Final = frozenset(
    {"basis", "platform", "brand_id", "reference", "owner", "approver", "expires_on", "class",
     "priority", "outcome"}
)  # fmt: skip
_OTHERS: Final = ("parent_id", "thread_id")
_RUN: Final = 6  # words of a text that are looked for together
_LETTERS: Final = 12  # they must have, to be told apart from what others say
_WORD: Final = re.compile(r"[^\W_]+")
_TAG: Final = re.compile(r"<[^<>]*>")
_IMAGE: Final = re.compile(r"(?im)^content-type:\s*image/")
_ESCAPE: Final = re.compile(r"\\u([0-9a-fA-F]{4})")


# --- rows -------------------------------------------------------------------------------


def blank_rows(rows: pa.Table, erased: pa.Array) -> pa.Table:
    """Return rows of which those marked in `erased` are left as places, or as stubs."""
    decisions = "decision" in rows.schema.names
    stays = _STAYS["decision" if decisions else "mention"]
    columns = []
    for field in rows.schema:
        column = rows[field.name].combine_chunks()
        if field.name == "bucket":
            # What is left of a decision is a row like others, of one that was none it is not.
            gone = pc.and_(erased, pc.not_equal(column, "kept")) if decisions else erased
            column = pc.if_else(gone, "deleted", column)
        elif field.name == "reason":
            column = pc.if_else(erased, ERASED, column)
        elif field.name == "seen_before":
            column = pc.if_else(erased, pa.scalar(value=False), column)
        elif field.name == "fields":
            column = _only_codes(column, erased)
        elif field.name not in stays:
            nothing = pa.nulls(len(column), field.type)
            marked = zip(column.to_pylist(), erased.to_pylist(), strict=True)
            column = (
                pa.array([None if gone else value for value, gone in marked], field.type)
                if pa.types.is_nested(field.type)
                else pc.if_else(erased, nothing, column)
            )
        columns.append(column)
    return pa.Table.from_arrays(columns, schema=rows.schema)


def veil_others(rows: pa.Table, veils: Mapping[str, str]) -> pa.Table:
    """Return rows that name an erased parent or thread by what stands for it."""
    for name in _OTHERS:
        if name in rows.schema.names and veils:
            told = rows[name].to_pylist()
            if any(one in veils for one in told):
                column = pa.array([veils.get(one, one) for one in told], pa.string())
                rows = rows.set_column(rows.schema.get_field_index(name), rows.field(name), column)
    return rows


def clean_cursor(cursor: Mapping[str, Any], is_erased: Callable[[str], bool]) -> dict[str, Any]:
    """Return a cursor without what names an erased item; what is read again does not land."""
    return {
        key: _clean(value, is_erased)
        for key, value in cursor.items()
        if not is_erased(key) and not (isinstance(value, str) and is_erased(value))
    }


def _clean(value: Any, is_erased: Callable[[str], bool]) -> Any:
    if isinstance(value, Mapping):
        return clean_cursor(value, is_erased)
    if isinstance(value, list | tuple):
        said = (one for one in value if not (isinstance(one, str) and is_erased(one)))
        return [_clean(one, is_erased) for one in said]
    return value


def _only_codes(column: pa.Array, erased: pa.Array) -> pa.Array:
    told = zip(column.to_pylist(), erased.to_pylist(), strict=True)
    return pa.array([_codes(text) if gone else text for text, gone in told], pa.string())


def _codes(fields: str | None) -> str | None:
    told = json.loads(fields) if fields else {}
    kept = {name: value for name, value in told.items() if name in _CODES}
    return json.dumps(kept, ensure_ascii=False) if kept else None


def shape_of(kind: str) -> pa.Schema | None:
    """Return the columns of a kind of batch that may hold mentions, None where none does."""
    if kind == "reference":
        return None
    return DECISION_SCHEMA if kind == "decision" else LANDING_SCHEMA


# --- words ------------------------------------------------------------------------------


class Needles:
    """Ids, addresses, names and runs of words, to be found in text however it is written.

    Words are compared, so quoting, escapes and markup between them do not matter. It finds too
    much rather than too little: what is found is only ever dropped.
    """

    def __init__(self, names: Iterable[str] = (), texts: Iterable[str] = ()) -> None:
        self._by_word: dict[str, set[str]] = defaultdict(set)
        for name in names:
            self._add(_words(name))
        for text in texts:
            for run in _runs(_words(text)):
                self._add(run)

    def __bool__(self) -> bool:
        return bool(self._by_word)

    def _add(self, words: Sequence[str]) -> None:
        if words:
            self._by_word[max(words, key=len)].add(f" {' '.join(words)} ")

    def found_in(self, text: str) -> bool:
        """Tell whether any of them is in a text."""
        if not self._by_word:
            return False
        return any(self._found(words) for words in _readings(text))

    def _found(self, words: Sequence[str]) -> bool:
        here = self._by_word.keys() & set(words)
        if not here:
            return False
        line = f" {' '.join(words)} "
        return any(needle in line for word in here for needle in self._by_word[word])


def _words(text: str) -> list[str]:
    return _WORD.findall(text.casefold())


def _runs(words: Sequence[str]) -> Iterator[Sequence[str]]:
    """Yield runs of words of a text: its begin, middle and end."""
    for start in (0, (len(words) - _RUN) // 2, len(words) - _RUN):
        run = words[max(0, start) : max(0, start) + _RUN]
        if sum(map(len, run)) >= _LETTERS:
            yield run


def _readings(text: str) -> Iterator[list[str]]:
    """Yield the words of a text as it is, and without escapes and markup."""
    yield _words(text)
    plain = _ESCAPE.sub(lambda found: chr(int(found[1], 16)), text).replace("\\n", " ")
    plain = html.unescape(html.unescape(plain))  # a feed escapes what is escaped already
    yield _words(plain)
    yield _words(_TAG.sub("", plain))
    yield _words(_TAG.sub(" ", plain))


# --- raw exchanges ----------------------------------------------------------------------


class Record(NamedTuple):
    """One record of a WARC: where it lies, and what it belongs with."""

    offset: int
    length: int
    id: str
    of: str  # the record it was exchanged with, "" where it stands alone


def drop_exchanges(warc: Path, out: Path, is_erased: Callable[[str], bool]) -> tuple[int, int]:
    """Copy a WARC without the exchanges of which a part is erased; bytes stay as they are.

    Returns:
        How many records are kept, and how many are dropped. Where none is dropped, or none is
        left, nothing is written.

    Raises:
        ListeningError: it is no whole WARC.
    """
    dropped: set[str] = set()
    records = list(_read(warc, is_erased, dropped))
    dropped |= {record.of for record in records if record.id in dropped and record.of}
    kept = [one for one in records if one.id not in dropped and one.of not in dropped]
    if kept and len(kept) < len(records):
        with warc.open("rb") as source, out.open("wb") as target:
            for record in kept:
                source.seek(record.offset)
                target.write(source.read(record.length))
    return len(kept), len(records) - len(kept)


def find_exchanges(warc: Path, is_named: Callable[[str], bool]) -> Iterator[tuple[str, str]]:
    """Yield address and words of every record of a WARC that names what is asked for.

    Raises:
        ListeningError: it is no whole WARC.
    """
    named: list[tuple[str, str]] = []

    def look(text: str) -> bool:
        if found := is_named(text):
            address, _, words = text.partition("\n")
            head, _, _ = words.partition("\n\n")
            named.append((address, head if _IMAGE.search(head) else words))
        return found

    for _ in _read(warc, look, set()):
        yield from named
        named.clear()


def _read(warc: Path, is_erased: Callable[[str], bool], dropped: set[str]) -> Iterator[Record]:
    from warcio.archiveiterator import ArchiveIterator
    from warcio.exceptions import ArchiveLoadFailed

    from listening.contract import ListeningError

    try:
        with warc.open("rb") as stream:
            records = ArchiveIterator(stream)
            for record in records:
                headers = record.rec_headers
                named = headers.get_header("WARC-Target-URI") or ""
                whose = headers.get_header(PICTURE_OF) or ""
                text = f"{named}\n{whose}\n{_body(record)}"
                told = headers.get_header("WARC-Record-ID")
                if is_erased(text):
                    dropped.add(told)
                offset = records.get_record_offset()
                length = records.get_record_length()
                of = headers.get_header("WARC-Concurrent-To") or ""
                yield Record(offset, length, told, of)
    except (ArchiveLoadFailed, OSError, EOFError, gzip.BadGzipFile) as error:
        raise ListeningError(
            f"no whole WARC: {error}", where=str(warc), mend="It is removed as a whole"
        ) from error


def _body(record: Any) -> str:
    """Return what a record says, unpacked as far as it can be."""
    headers = record.http_headers
    lines = "" if headers is None else headers.to_str()
    try:
        raw: bytes = record.content_stream().read()
    except Exception:  # noqa: BLE001 - whatever a cut body does to its decoder: read it as it is
        raw = record.raw_stream.read()
    return f"{lines}\n\n{_decoded(raw)}"


def _decoded(raw: bytes) -> str:
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return raw.decode("utf-16", "replace")
    if raw[1:2] == b"\0" or raw[:1] == b"\0":
        return raw.decode("utf-16-le" if raw[1:2] == b"\0" else "utf-16-be", "replace")
    return raw.decode("utf-8", "replace")

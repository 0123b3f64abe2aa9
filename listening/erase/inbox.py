"""Erases in the folders that others fill and sources read, where they lie below the data root.

A line of a table or of JSON lines goes, any other file goes whole. Names of a few letters are no
words to look for; they are compared with what the source takes for an author or an id.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from listening.contract import BrandFile, DataRoot, ListeningError, explained, flush_folder
from listening.erase.blank import Needles
from listening.erase.file import plain_files, read_text, replace_text
from listening.erase.match import Plan
from listening.erase.room import Ledger, Report, Room
from listening.erase.tombstone import handle_of

_TABLES: Final = (".csv", ".tsv")  # a record may have more than one line
_LINES: Final = (".jsonl", ".ndjson", ".txt")
_WHO: Final = ("id", "author")  # fields of an import that name somebody
_KEYS: Final = frozenset(
    {*_WHO, "author_id", "username", "user_id", "handle", "screen_name", "acct"}
)


@dataclass(frozen=True)
class Inbox:
    """A folder that a source reads, and where its files say who wrote."""

    folder: Path
    source: str
    map: Mapping[str, str]  # column, or place in an item -> field
    rows: bool = False  # its files are tables


def inbox_room(brands: BrandFile) -> Room:
    """Return the room of the folders that others fill and sources read, below the data root."""

    def erase_inbox(root: DataRoot, plan: Plan, _: Mapping[str, str], ledger: Ledger) -> Report:
        report, needles = Report("inbox"), plan.needles()
        inboxes = [(inbox, plan.short(inbox.source)) for inbox in _inboxes(brands)]
        for path in plain_files(root):
            for inbox, short in inboxes:
                if path.exists() and path.resolve().is_relative_to(inbox.folder):
                    report.looked_at += 1
                    report.removed += _erase_inbox(path, inbox, needles, short, ledger)
        return report

    return erase_inbox


def _inboxes(brands: BrandFile) -> Iterator[Inbox]:
    """Yield the folders of drops and spools that a brand file names."""
    from listening.sources._drop import place as drop
    from listening.sources._spool import place as spool

    told = brands.sources
    for one in told.get("drop", {}).get("folders", ()):
        if path := one.get("path"):
            source = one.get("source", "drop")
            yield Inbox(drop(path, brands), source, one.get("map", {}), rows=True)
    for one in told.get("webhook", {}).get("folders", ()):
        if path := one.get("path"):
            yield Inbox(spool(path, brands), one.get("name", "webhook"), one.get("map", {}))
    if path := told.get("instagram", {}).get("spool"):
        yield Inbox(spool(path, brands), "instagram", {})


def _erase_inbox(
    path: Path, inbox: Inbox, needles: Needles, short: frozenset[str], ledger: Ledger
) -> int:
    text = read_text(path)
    if inbox.rows:
        lines = set(_lines_of(path, inbox, short)) if short else set()
        named = bool(lines)
    else:
        lines, named = set(), bool(short) and _names(text, inbox, short)
    if not (named or needles.found_in(text)):
        return 0
    if path.suffix in (*_TABLES, *_LINES):
        records = list(_records(text, whole=path.suffix in _TABLES))
        kept = [said for line, said in records if line not in lines and not needles.found_in(said)]
        ledger.note(path, len(records) - len(kept))
        replace_text(path, "".join(kept))
        return len(records) - len(kept)
    ledger.note(path, 1)
    with explained(path):
        path.unlink()
        flush_folder(path.parent)
    return 1


def _lines_of(path: Path, inbox: Inbox, short: frozenset[str]) -> Iterator[int]:
    """Yield the lines on which rows begin that name one of a few letters, as the source reads."""
    from listening.imports.sheet import open_sheet

    try:
        for row in open_sheet(path):
            who = (one for name, one in row.values.items() if _is_who(name, inbox))
            if any(_folded(one) in short for one in who):
                yield row.line
    except ListeningError:  # the source cannot read it either
        return


def _is_who(name: str, inbox: Inbox) -> bool:
    return inbox.map.get(name, name.strip().casefold()) in _WHO


def _names(text: str, inbox: Inbox, short: frozenset[str]) -> bool:
    """Tell whether a post names one of a few letters where it says who wrote."""
    keys = _KEYS | {place.rpartition(".")[2] for place, name in inbox.map.items() if name in _WHO}
    try:
        told = json.loads(text)
        return _holds([told, json.loads(told["body"])], keys, short)
    except (ValueError, KeyError, TypeError, RecursionError):
        return False


def _holds(value: Any, keys: frozenset[str] | set[str], short: frozenset[str]) -> bool:
    if isinstance(value, list):
        return any(_holds(one, keys, short) for one in value)
    if not isinstance(value, dict):
        return False
    return any(
        (name in keys and _folded(one) in short) or _holds(one, keys, short)
        for name, one in value.items()
    )


def _folded(value: object) -> str:
    return handle_of(str(value)) if isinstance(value, str | int) else ""


def _records(text: str, *, whole: bool) -> Iterator[tuple[int, str]]:
    """Yield records with the lines they begin on; of a table, no line break in quotes ends one."""
    held: list[str] = []
    for number, line in enumerate(io.StringIO(text, newline=""), 1):
        held.append(line)
        if not whole or sum(part.count('"') for part in held) % 2 == 0:
            yield number - len(held) + 1, "".join(held)
            held = []
    if held:
        yield number - len(held) + 1, "".join(held)

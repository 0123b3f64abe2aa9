"""Takes in what people keep in tables: costs, campaigns, experiments, goals, staff figures.

Which tables and columns there are is said in `listening.imports.tables`.
"""

from __future__ import annotations

import difflib
import hashlib
import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any, Final

import pyarrow as pa

from listening.clean import UncleanError, clean_text
from listening.contract import (
    REFERENCE_SCHEMA,
    Batch,
    BrandFile,
    ConfigurationError,
    Coverage,
    DataRoot,
    now,
    slug,
    stream_id,
)
from listening.imports.dates import DateReader
from listening.imports.row import brand_index, is_empty, plain, raw_of, read_number
from listening.imports.sheet import Row, Sheet, open_sheet
from listening.imports.tables import TABLES, Column, Table
from listening.landing import Draft, Landing

_LIMIT: Final = 10_000


def import_references(root: DataRoot, brands: BrandFile) -> list[Batch]:
    """Seal the files that the brand file's `reference` names.

    Raises:
        ConfigurationError, ListeningError: as `import_reference`.
    """
    return [
        import_reference(root, Path(path), table, brands)
        for table, path in sorted(brands.reference.items())
    ]


def import_reference(root: DataRoot, path: Path, table: str, brands: BrandFile) -> Batch:
    """Seal the rows of one reference table; bad rows are quarantined.

    Raises:
        ConfigurationError: an unknown table or column, or a required column is missing.
        ListeningError: the file is not readable to its end, or the disk refuses.
    """
    if table not in TABLES:
        raise ConfigurationError(
            f"unknown table {table!r}", where="--table", mend=_near(table, TABLES, "Tables are")
        )
    spec, sheet = TABLES[table], open_sheet(path)
    columns, dates = _plan(spec, sheet), DateReader()
    days = [name for name, column in columns.items() if column.kind == "date"]
    for row in sheet:
        for name in days:
            if isinstance(value := row.values.get(name), str):
                dates.learn(value.strip(), row.line)
    dates.settle(str(path))
    reader = _Reader(spec, columns, dates, _names(brands))
    target = f"{table}-{slug(path.name)[:100]}"
    stream, landing = stream_id("reference", "local", target), Landing(root)
    with landing.lock("reference", stream):
        before = landing.newest("reference", stream)
        rows = _bucket(reader, sheet)
        draft = Draft(
            kind="reference",
            stream=stream,
            source="reference",
            host="local",
            target=target,
            served=len(rows),
            coverage=Coverage("complete", got=len(rows)),
            cursor_before=before.cursor_after if before else {},
            cursor_after={"sha256": hashlib.sha256(path.read_bytes()).hexdigest()},
            brand_files=brands.files,
        )
        return landing.seal(draft, pa.Table.from_pylist(rows, REFERENCE_SCHEMA))


def _plan(spec: Table, sheet: Sheet) -> dict[str, Column]:
    """Return the specified column of each column of the file."""
    known = [column.name for column in spec.columns]
    plan: dict[str, Column] = {}
    for name in sheet.columns:
        if (column := spec.column(name)) is None:
            what, mend = f"unknown column {name!r}", _near(name, known, f"Columns of {spec.name}:")
            raise ConfigurationError(what, where=str(sheet.path), mend=mend)
        if column in plan.values():
            what, mend = f"two columns for {column.name!r}", "Keep one of them"
            raise ConfigurationError(what, where=str(sheet.path), mend=mend)
        plan[name] = column
    for column in spec.columns:
        if column.required and column not in plan.values():
            raise ConfigurationError(
                f"no column {column.name!r}",
                where=str(sheet.path),
                mend=f"Add it. Columns of {spec.name}: {', '.join(known)}",
            )
    return plan


def _near(word: str, known: Iterable[str], lead: str) -> str:
    known = list(known)
    close = difflib.get_close_matches(word, known, 1)
    hint = f"Did you mean {close[0]}? " if close else ""
    return f"{hint}{lead} {', '.join(known)}"


def _names(brands: BrandFile) -> dict[str, dict[str, str]]:
    """Return, for each kind of name, the id it stands for."""
    products = [one for brand in brands.brands for one in brand.products]
    return {
        "brand": brand_index(brands),
        "product": _index((one.id, one.name, *one.aliases) for one in products),
        "topic": _index((one.id, one.name) for one in brands.topics),
    }


def _index(named: Iterable[tuple[str, ...]]) -> dict[str, str]:
    return {name.strip().casefold(): names[0] for names in named for name in reversed(names)}


@dataclass(frozen=True, slots=True)
class _Reader:
    spec: Table
    columns: Mapping[str, Column]
    dates: DateReader
    names: Mapping[str, Mapping[str, str]]

    def read(self, row: Row) -> dict[str, Any]:
        """Return the row's values by column.

        Raises:
            UncleanError: a value is missing or wrong.
        """
        if row.fault:
            raise UncleanError("bad_row", row.fault)
        values: dict[str, Any] = {column.name: column.default for column in self.spec.columns}
        for name, column in self.columns.items():
            text = clean_text(plain(row.values.get(name))).strip()
            if text and not (column.kind in {"date", "month", "number"} and is_empty(text)):
                values[column.name] = self._value(column, text)
            elif column.required:
                code = "missing_id" if column.name in self.spec.key else "missing_value"
                raise UncleanError(code, f"{column.name} is empty")
        if self.spec.any_of and all(values[name] is None for name in self.spec.any_of):
            listed = " nor ".join(self.spec.any_of)
            raise UncleanError("missing_value", f"there is neither {listed}")
        return values

    def _value(self, column: Column, text: str) -> Any:
        if len(text) > _LIMIT:
            raise UncleanError("too_long", f"{column.name} has {len(text):,} characters")
        if column.kind in self.names:
            return self._named(column, text)
        if column.one_of:
            return _choice(column, text)
        readers: dict[str, tuple[Callable[[str], Any], str]] = {
            "date": (self._day, "bad_date"),
            "month": (_month, "bad_date"),
            "number": (partial(_number, least=column.least), "bad_number"),
        }
        if column.kind not in readers:
            return text
        read, reason = readers[column.kind]
        try:
            return read(text)
        except ValueError as error:
            detail = f"{column.name} {text[:100]!r} is no {column.kind} of this file"
            raise UncleanError(reason, detail) from error

    def _day(self, text: str) -> str:
        # A day is a day wherever one is: it is not moved to another zone.
        return self.dates.read(re.split(r"[T ]", text, maxsplit=1)[0])[0].date().isoformat()

    def _named(self, column: Column, text: str) -> str:
        if (found := self.names[column.kind].get(text.casefold())) is None:
            detail = f"{column.name} {text[:100]!r} is none of the brand file"
            raise UncleanError(f"unknown_{column.kind}", detail)
        return found


def _month(text: str) -> str:
    """Return the first day of a month written as `2026-10`, or as a day of it."""
    if (found := re.fullmatch(r"(\d{4})-(\d{1,2})(?:-\d{1,2})?", text)) is None:
        raise ValueError(text)
    return date(int(found[1]), int(found[2]), 1).isoformat()


def _number(text: str, least: float | None) -> float:
    value = read_number(text)
    if least is not None and value < least:
        raise ValueError(text)
    return value


def _choice(column: Column, text: str) -> str:
    if text.lower() not in column.one_of:
        detail = f"{column.name} {text[:100]!r} is none of {', '.join(column.one_of)}"
        raise UncleanError("bad_choice", detail)
    return text.lower()


def state_row(table: str, stated: Mapping[str, str]) -> dict[str, Any]:
    """Return a row that was stated at the desk as columns of REFERENCE_SCHEMA.

    Brand, product and topic are taken as the ids they are. A row that cannot be one of its table
    is quarantined with its reason.
    """
    spec = TABLES[table]
    columns = {name: column for name in stated if (column := spec.column(name))}
    names = {
        kind: {
            stated[name].casefold(): stated[name]
            for name, column in columns.items()
            if column.kind == kind
        }
        for kind in ("brand", "product", "topic")
    }
    row, dates = Row(1, dict(stated)), DateReader()
    for name, column in columns.items():
        if column.kind == "date":
            dates.learn(stated[name], 1)
    landed: dict[str, Any] = {"table": table}
    try:
        dates.settle(table)
        _check_stated(spec, columns)
        values = _Reader(spec, columns, dates, names).read(row)
    except (UncleanError, ConfigurationError) as error:
        said = {"reason": getattr(error, "reason", "bad_date"), "detail": str(error)}
        return {**landed, "bucket": "quarantined", **said, "raw": clean_text(raw_of(row))}
    return {**landed, "bucket": "kept", **_facts(spec, values)}


def _check_stated(spec: Table, columns: Mapping[str, Column]) -> None:
    for column in spec.columns:
        if column.required and column not in columns.values():
            raise UncleanError("missing_value", f"{column.name} is not stated")


def _facts(spec: Table, values: Mapping[str, Any]) -> dict[str, Any]:
    text = json.dumps(values, ensure_ascii=False, sort_keys=True)
    content = hashlib.sha256(text.encode()).hexdigest()[:32]
    key = "/".join(values[name] or "" for name in spec.key)
    return {"key": key, "row": text, "content_hash": content}


def _bucket(reader: _Reader, sheet: Sheet) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    latest: dict[str, str] = {}
    observed_at = now()
    for row in sheet:
        landed: dict[str, Any] = {"item_no": len(rows), "table": reader.spec.name}
        try:
            values = reader.read(row)
        except UncleanError as error:
            detail = f"line {row.line}: {error.detail}"
            said = {"reason": error.reason, "detail": detail, "raw": clean_text(raw_of(row))}
            rows.append({**landed, "bucket": "quarantined", **said})
            continue
        facts = _facts(reader.spec, values)
        again = latest.get(facts["key"]) == facts["content_hash"]
        latest[facts["key"]] = facts["content_hash"]
        bucket = "duplicate" if again else "kept"
        rows.append({**landed, "bucket": bucket, **facts, "observed_at": observed_at})
    return rows

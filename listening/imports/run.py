"""Takes in exports: every row ends in one bucket, and a file that is wrong as a whole in none."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final, cast

from listening.bucket import Bucketer
from listening.contract import (
    Batch,
    BrandFile,
    ConfigurationError,
    Coverage,
    CoverageState,
    DataRoot,
    Mention,
    Snapshot,
    now,
    slug,
    stream_id,
)
from listening.http import Http
from listening.imports.dates import DateReader, check_format, read_zone
from listening.imports.reference import import_reference, import_references
from listening.imports.row import DATES, RowReader, brand_index, plan, raw_of
from listening.imports.sheet import Sheet, open_sheet
from listening.landing import Draft, Landing, Seen
from listening.pictures import Pictures
from listening.query.search import topic_filter

__all__ = ["import_file", "import_reference", "import_references"]

HOST: Final = "local"
STATES: Final = ("complete", "partial", "capped")
MEMORY: Final = timedelta(days=30)  # rows the stream landed since then need no new tags


def import_file(
    root: DataRoot,
    path: Path,
    brands: BrandFile,
    mapping: Mapping[str, str],
    source: str = "import",
    date_format: str | None = None,
    tz: str | None = None,
    coverage: str = "complete",
) -> list[Batch]:
    """Seal the rows of an export (CSV, JSON lines or Parquet): mentions, and counts on their own.

    Rows with a text and deletions are a `mention` batch; rows without a text are looks at
    counts, an `engagement` batch. The same file again is a new batch, whose rows the load
    finds unchanged. `mapping` is column -> field.

    Raises:
        ConfigurationError: a flag is wrong, or names what the file does not have.
        ListeningError: the file is not readable to its end, its dates are ambiguous, or the
            disk refuses. Nothing was sealed.
    """
    dates = _check_flags(source, date_format, tz, coverage)
    sheet = open_sheet(path)
    fields = plan(sheet.columns, mapping, str(path))
    _learn_dates(sheet, fields, dates)
    started_at, landing = now(), Landing(root)
    stream = stream_id(source, HOST, _target(path))
    with landing.lock("mention", stream):
        before = landing.newest("mention", stream)
        recent = landing.recent("mention", stream, started_at - MEMORY)
        on_topic = topic_filter(brands, source, _relation(source))
        looks, reach, served = Bucketer(), _Reach(), 0
        reader = RowReader(source, fields, dates, brand_index(brands), started_at)
        with _looking(landing, stream, brands, recent, path.parent) as pictures:
            look_at = pictures.look if pictures else None
            mentions = Bucketer(on_topic, recent, look_at=look_at)
            for row in sheet:
                served += 1
                item = reader.read(row)
                reach.add(item.published_at if isinstance(item, Mention) else None)
                bucketer = looks if isinstance(item, Snapshot) else mentions
                bucketer.add(item, raw=lambda row=row: raw_of(row))  # type: ignore[misc]
            draft = Draft(
                kind="mention",
                stream=stream,
                source=source,
                host=HOST,
                target=_target(path),
                served=served - len(looks),
                coverage=reach.coverage(
                    cast("CoverageState", coverage),
                    served - len(looks),
                    pictures.note if pictures else "",
                ),
                cursor_before=before.cursor_after if before else {},
                cursor_after={"sha256": _sha256(path), "rows": served, "mapping": dict(mapping)},
                started_at=started_at,
                brand_files=brands.files,
            )
            warc = pictures.close() if pictures else None
            return _seal(landing, draft, mentions, looks, warc)


@contextmanager
def _looking(
    landing: Landing, stream: str, brands: BrandFile, recent: Mapping[str, Seen], folder: Path
) -> Iterator[Pictures | None]:
    """Open a door to the pictures of an export, where the brand files ask for them."""
    if not brands.sought_images:
        yield None
        return
    from listening.pictures import Pictures

    warc = landing.scratch("mention", stream)
    try:
        with Http(landing.root, (), warc=warc) as http:
            yield Pictures.of(brands, http, recent, folder)
    finally:
        warc.unlink(missing_ok=True)


def _seal(
    landing: Landing, draft: Draft, mentions: Bucketer, looks: Bucketer, warc: Path | None
) -> list[Batch]:
    batches = []
    if len(mentions) or not len(looks):
        batches.append(landing.seal(draft, mentions.table(), warc))
    if len(looks):
        newest = landing.newest("engagement", draft.stream)
        own = replace(
            draft,
            kind="engagement",
            served=len(looks),
            coverage=replace(draft.coverage, got=len(looks)),
            cursor_before=newest.cursor_after if newest else {},
            follows=batches[0] if batches else None,
        )
        batches.append(landing.seal(own, looks.table()))
    return batches


def _check_flags(source: str, date_format: str | None, tz: str | None, coverage: str) -> DateReader:
    if coverage not in STATES:
        raise ConfigurationError(
            f"unknown coverage {coverage!r}",
            where="--coverage",
            mend=f"Write one of {', '.join(STATES)}",
        )
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,62}", source):
        raise ConfigurationError(
            f"{source!r} is no name of a source",
            where="--source",
            mend="Use up to 63 letters, digits, dots, dashes and underscores",
        )
    if date_format is not None:
        check_format(date_format)
    return DateReader(date_format, read_zone(tz) if tz else None)


def _learn_dates(sheet: Sheet, fields: Mapping[str, str], dates: DateReader) -> None:
    """Read the file to its end once: its dates decide how each of them is read."""
    columns = [fields[name] for name in DATES if name in fields]
    for row in sheet:
        for column in columns:
            if isinstance(value := row.values.get(column), str):
                dates.learn(value.strip(), row.line)
    dates.settle(str(sheet.path))


def _relation(source: str) -> str:
    from listening.sources import SOURCES

    return SOURCES[source].relation if source in SOURCES else "off_channel"


def _target(path: Path) -> str:
    return slug(path.name)[:100]


def _sha256(path: Path) -> str:
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


class _Reach:
    """From when to when the rows of an export speak."""

    def __init__(self) -> None:
        self.since: datetime | None = None
        self.until: datetime | None = None

    def add(self, at: datetime | None) -> None:
        """Take a row's moment into account."""
        if at is not None:
            self.since = min(self.since or at, at)
            self.until = max(self.until or at, at)

    def coverage(self, state: CoverageState, got: int, note: str) -> Coverage:
        """Return the coverage of the export, as far as people say they know it."""
        reason = ". ".join(filter(None, ("as stated at the import", note)))
        return Coverage(state, self.since, self.until, got=got, reason=reason)

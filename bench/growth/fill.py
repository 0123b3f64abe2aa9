"""Fills a fresh warehouse with years of synthetic mentions, by SQL inside DuckDB.

`python -m bench.growth.fill ROOT MENTIONS`. Piece by piece and in the order things were said, as
loads would have written them. Nothing of the schema is dropped, and every assertion of the load
must hold afterwards.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import sqlalchemy as sa

from bench.airflow_home import ROOT
from listening.brand.load import load_brands
from listening.contract import CLOCK_VARIABLE, BrandFile, DataRoot, ListeningError, now, stream_id
from listening.crawl import streams
from listening.imports.run import import_references
from warehouse.check import check_warehouse
from warehouse.load import load_pending
from warehouse.open import MEMORY_VARIABLE, open_warehouse
from warehouse.pseudonym import open_key, pads

BRAND: Final = ROOT / "brands" / "demo.yaml"
NOW: Final = "2026-10-30T12:00:00+00:00"
"""The moment the years end: that of the demo's world, so that its campaigns and goals apply."""

MONTHS: Final = 36
SEED: Final = 7
EMBEDDING_DAYS: Final = 90
"""Vectors are kept for the days that the team files hold: all would be 15 GB at 10 million."""

MEMORY: Final = "8GB"
"""What DuckDB may take to fill: hundreds of thousands of mentions are made at a time."""

SQL: Final = Path(__file__).parent / "sql"
_STREAM: Final = "INSERT INTO stated VALUES (?, ?, ?, ?, ?, ?)"


def fill(
    root: DataRoot,
    mentions: int,
    *,
    seed: int = SEED,
    months: int = MONTHS,
    embedding_days: int = EMBEDDING_DAYS,
    pieces: int | None = None,
) -> bool:
    """Fill a data root, at the clock's `now`; return whether all mentions are in.

    What was broken off goes on with the first piece that is missing. `pieces` ends it after so
    many. The demo's reference tables go in as sealed batches, through the load itself.

    Raises:
        ListeningError: the warehouse is full, or not one of these; or the disk refuses.
    """
    brands = load_brands([BRAND])
    if not root.warehouse.exists():
        import_references(root, brands)
        load_pending(root, brands)
    with open_warehouse(root) as connection:
        # Row groups lie in the order of the loads.
        connection.exec_driver_sql("SET preserve_insertion_order = true")
        _set(connection, "seed", f"{seed}::BIGINT")
        _set(connection, "mentions", f"{mentions}::BIGINT")
        _set(connection, "months", f"{months}::INTEGER")
        _set(connection, "embedding_days", f"{embedding_days}::INTEGER")
        _set(connection, "until", f"'{now().isoformat()}'::TIMESTAMPTZ")
        for name, pad in pads(open_key(connection, root)).items():
            _set(connection, f"{name}_pad", f"unhex('{pad.hex()}')")
        _state_streams(connection, brands)
        run(connection, "world")
        missing = _missing(root, connection)
        connection.commit()
        for piece in missing[:pieces]:
            _set(connection, "piece", f"{piece}::BIGINT")
            for script in ("piece", "mention", "look", "tag", "log"):
                run(connection, script)
            connection.commit()
        whole = pieces is None or pieces >= len(missing)
        if whole:
            run(connection, "desk")
            run(connection, "end")
            connection.commit()
    return whole


def _missing(root: DataRoot, connection: sa.Connection) -> list[int]:
    found = connection.exec_driver_sql(
        "SELECT piece, min(from_n) AS from_n FROM hour GROUP BY piece ORDER BY piece"
    ).all()
    count: int = connection.exec_driver_sql("SELECT count(*) FROM core.mention").scalar_one()
    begins: dict[int, int] = {row.piece: row.from_n for row in found}
    missing = [piece for piece, from_n in begins.items() if from_n >= count]
    if not missing or count not in begins.values():
        raise ListeningError(
            f"there is a warehouse of {count:,} mentions already",
            where=str(root.warehouse),
            mend="Name an empty folder",
        )
    return missing


def check(root: DataRoot) -> None:
    """Run every assertion of the load over the whole warehouse.

    Raises:
        ListeningError: one found rows.
    """
    with open_warehouse(root) as connection:
        check_warehouse(connection)


def run(connection: sa.Connection, script: str) -> None:
    """Run every statement of a file of `sql/`."""
    connection.exec_driver_sql((SQL / f"{script}.sql").read_text("utf-8"))


@contextmanager
def held_clock(moment: str = NOW) -> Iterator[None]:
    """Hold the project's clock while the block runs, unless it is held already."""
    before = os.environ.get(CLOCK_VARIABLE)
    os.environ.setdefault(CLOCK_VARIABLE, moment)
    try:
        yield
    finally:
        if before is None:
            del os.environ[CLOCK_VARIABLE]


def _set(connection: sa.Connection, name: str, value: str) -> None:
    connection.exec_driver_sql(f"SET VARIABLE {name} = {value}")


def _state_streams(connection: sa.Connection, brands: BrandFile) -> None:
    connection.exec_driver_sql(
        "CREATE OR REPLACE TEMP TABLE stated (place BIGINT, stream VARCHAR, source VARCHAR, "
        "host VARCHAR, target VARCHAR, relation VARCHAR)"
    )
    for place, each in enumerate(streams(brands), 1):
        name = stream_id(each.source, each.host, each.target)
        row = (place, name, each.source, each.host, each.target, each.relation)
        connection.exec_driver_sql(_STREAM, row)


def main(arguments: Sequence[str] | None = None) -> int:
    """Fill a data root and check it; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m bench.growth.fill", description=__doc__)
    parser.add_argument("root", type=Path, help="an empty folder: the data root")
    parser.add_argument("mentions", type=int, help="how many mentions")
    parser.add_argument("--seed", type=int, default=SEED, help="the same seed, the same world")
    parser.add_argument("--pieces", type=int, help="stop after so many; run again to go on")
    parser.add_argument("--unchecked", action="store_true", help="leave the assertions out")
    parser.add_argument("--memory", default=MEMORY, help="what DuckDB may take")
    options = parser.parse_args(arguments)
    os.environ.setdefault(MEMORY_VARIABLE, options.memory)
    root = DataRoot(options.root.resolve())
    with held_clock():
        begun = time.perf_counter()
        whole = fill(root, options.mentions, seed=options.seed, pieces=options.pieces)
        told = f"filled in {time.perf_counter() - begun:.0f} s"
        if whole and not options.unchecked:
            begun = time.perf_counter()
            check(root)
            told += f", checked in {time.perf_counter() - begun:.0f} s"
    part = "" if whole else "a part "
    print(f"{options.mentions:,} mentions: {part}{told}", flush=True)  # noqa: T201
    return 0 if whole else 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except ListeningError as error:
        print(f"error: {error}", flush=True)  # noqa: T201
        sys.exit(error.exit_code)

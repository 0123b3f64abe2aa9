"""What an index on a table that grows costs: the same rows with a primary key and without.

`python -m bench.keys [ROWS]` loads rows like those of `core.label` in batches of 60,000, as a load
of 10,000 mentions does, and looks up one batch's mentions at the end.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path
from typing import Final

import duckdb

BATCH: Final = 60_000
TAGGERS: Final = 6
_ROWS: Final = """
SELECT md5((i // 6)::VARCHAR) AS mention_id, md5('c' || i // 6) AS content_hash,
    't' || i % 6 AS tagger, '0123456789ab' AS version, 'positive' AS label, 0.5::FLOAT AS p
FROM range($first::BIGINT, $last::BIGINT) AS made(i)
"""
_COLUMNS: Final = (
    "mention_id VARCHAR NOT NULL, content_hash VARCHAR NOT NULL, tagger VARCHAR NOT NULL, "
    "version VARCHAR NOT NULL, label VARCHAR, p FLOAT"
)
_KEY: Final = ", PRIMARY KEY (mention_id, content_hash, tagger, version)"
_LOOK_UP: Final = """
SELECT count(*) FROM label SEMI JOIN (
    SELECT md5(i::VARCHAR) AS mention_id FROM range($first::BIGINT, $last::BIGINT) AS made(i)
) AS asked USING (mention_id)
"""


def measure(rows: int, *, key: bool) -> dict[str, float]:
    """Return seconds of all batches, of the last and of a look-up, and the size of the file."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "keys.duckdb"
        with duckdb.connect(str(file)) as connection:
            connection.execute(f"CREATE TABLE label ({_COLUMNS}{_KEY if key else ''})")
            begun = last = time.perf_counter()
            for first in range(0, rows, BATCH):
                last = time.perf_counter()
                connection.execute(
                    f"INSERT INTO label {_ROWS}",
                    {"first": first, "last": min(first + BATCH, rows)},
                )
            ended = time.perf_counter()
            asked = {"first": rows // TAGGERS - BATCH // TAGGERS, "last": rows // TAGGERS}
            looked = time.perf_counter()
            connection.execute(_LOOK_UP, asked).fetchall()
            look_up = time.perf_counter() - looked
            connection.execute("CHECKPOINT")
        return {
            "load_s": ended - begun,
            "last_batch_s": ended - last,
            "look_up_s": look_up,
            "file_mb": file.stat().st_size / 1e6,
        }


def main() -> None:
    """Print both."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 3_000_000
    for key in (True, False):
        told = ", ".join(f"{name} {value:.3f}" for name, value in measure(rows, key=key).items())
        print(f"{rows:,} rows {'with' if key else 'without'} a key: {told}")  # noqa: T201


if __name__ == "__main__":
    main()

"""Writes figures as a file that the next load takes into the warehouse."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

import pyarrow as pa

from listening.contract import EVALUATION_SCHEMA, DataRoot
from nlp.evaluate.figure import Figure
from nlp.frame import write_sealed


def seal_figures(root: DataRoot, figures: Sequence[Figure], run_at: datetime) -> Path:
    """Write `tagged/evaluation/<id>.parquet`, whole or not at all, and return it.

    The id is a hash of what the file says, so that the same figures at the same moment (a held
    clock) are the same file, and change no table.

    Raises:
        ListeningError: the file cannot be written.
    """
    rows = [{"run_at": run_at, **asdict(figure)} for figure in figures]
    text = json.dumps(rows, sort_keys=True, default=str)
    digest = hashlib.sha256(text.encode()).hexdigest()[:32]
    path = root.evaluations / f"{run_at:%Y%m%dT%H%M%SZ}-{digest}.parquet"
    write_sealed(path, pa.Table.from_pylist(rows, EVALUATION_SCHEMA))
    return path

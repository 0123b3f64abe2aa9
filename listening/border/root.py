"""Where everything lies, and the teams it lies there for."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final

TEAMS: Final = (
    "product", "legal", "pr", "care", "marketing", "executive", "hr", "investor",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class DataRoot:
    """Where everything lies, below `LISTENING_DATA` (default `data/`)."""

    path: Path

    @classmethod
    def from_environment(cls) -> DataRoot:
        """Return the data root the environment names."""
        return cls(Path(os.environ.get("LISTENING_DATA") or "data").resolve())

    @property
    def landing(self) -> Path:
        """Return the folder of sealed batches."""
        return self.path / "landing"

    @property
    def tagged(self) -> Path:
        """Return the folder of tagged batches, laid out as `landing`."""
        return self.path / "tagged"

    @property
    def retagged(self) -> Path:
        """Return the folder of notes: which tagged batches were replaced, and when tagged anew."""
        return self.tagged / ".retagged"

    @property
    def evaluations(self) -> Path:
        """Return the folder of what `listening eval` measured."""
        return self.tagged / "evaluation"

    @property
    def topics(self) -> Path:
        """Return the folder of discovered topics, one file a night."""
        return self.tagged / "topics"

    @property
    def warehouse(self) -> Path:
        """Return the one file only the load writes."""
        return self.path / "warehouse.duckdb"

    @property
    def published(self) -> Path:
        """Return the folder of the team files."""
        return self.path / "published"

    @property
    def alerts(self) -> Path:
        """Return the file of what was alerted, and of what alerts are judged by."""
        return self.path / "alerts.sqlite"

    def landed(self, batch_id: str) -> Path:
        """Return the Parquet file of a sealed batch."""
        return self.landing / f"{batch_id}.parquet"

    def tagged_batch(self, batch_id: str) -> Path:
        """Return the Parquet file of a batch's tags."""
        return self.tagged / f"{batch_id}.parquet"

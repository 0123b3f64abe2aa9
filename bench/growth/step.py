"""One step in a process of its own, so that no cache of another step helps it.

`python -m bench.growth.step STEP ROOT [ARGUMENTS]` prints one JSON object: seconds, and what took
longest.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa

from bench.growth.fill import BRAND, MEMORY, fill
from bench.growth.more import seal_more
from bench.growth.recipe import time_recipes
from bench.growth.rival import copy_rows
from bench.growth.wide import seal_wide
from listening.brand.load import load_brands
from listening.contract import DataRoot, read_batch
from warehouse.load import load_pending, totals
from warehouse.model import build_models
from warehouse.open import MEMORY_VARIABLE
from warehouse.publish import publish

LONGEST: Final = 12
_TITLE: Final = 70


@dataclass(frozen=True)
class Step:
    """Seconds of the step itself, without start-up; its longest parts; what else it tells.

    `cpu` is what this process computed meanwhile: beside other work it tells more than `seconds`.
    """

    name: str
    seconds: float
    cpu: float
    longest: Sequence[tuple[str, float]]
    told: Mapping[str, Any]


def fill_root(root: DataRoot, mentions: str) -> Mapping[str, Any]:
    """Fill an empty root."""
    os.environ.setdefault(MEMORY_VARIABLE, MEMORY)
    fill(root, int(mentions))
    return {"mb": root.warehouse.stat().st_size / 1e6}


def seal(root: DataRoot, mentions: str) -> Mapping[str, Any]:
    """Seal and tag one more batch."""
    return {"batches": [each.batch_id for each in seal_more(root, _brands(), int(mentions))]}


def widen(root: DataRoot, batch_id: str, layers: str) -> Mapping[str, Any]:
    """Seal a batch of so many times a tagged one."""
    batch = read_batch(root.landed(batch_id))
    return {"batch": seal_wide(root, _brands(), batch, int(layers)).batch_id}


def load(root: DataRoot) -> Mapping[str, Any]:
    """Load what is sealed."""
    return totals(load_pending(root, _brands()))


def models(root: DataRoot) -> Mapping[str, Any]:
    """Build the models, as the load's DAG does."""
    build_models(root)
    return {}


def publish_all(root: DataRoot) -> Mapping[str, Any]:
    """Publish every team."""
    files = publish(root, _brands())
    return {"mb": {file.stem: file.stat().st_size / 1e6 for file in files}}


def queries(root: DataRoot, team: str) -> Mapping[str, Any]:
    """Ask a team's ten questions."""
    return time_recipes(root, team)


def copy(root: DataRoot, other: str) -> Mapping[str, Any]:
    """Have DuckDB copy the rows of a warehouse into the empty tables of another."""
    return copy_rows(root, DataRoot(Path(other)))


STEPS: Final[Mapping[str, Callable[..., Mapping[str, Any]]]] = {
    "fill": fill_root,
    "seal": seal,
    "widen": widen,
    "load": load,
    "models": models,
    "publish": publish_all,
    "queries": queries,
    "copy": copy,
}


def take(name: str, root: DataRoot, *arguments: str) -> Step:
    """Run one step and time it, and every statement it sends through SQLAlchemy."""
    spent: Counter[str] = Counter()
    begun: list[float] = []

    def before(*_: Any) -> None:
        begun.append(time.perf_counter())

    def after(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        spent[_title(statement)] += time.perf_counter() - begun.pop()  # type: ignore[assignment]

    sa.event.listen(sa.Engine, "before_cursor_execute", before)
    sa.event.listen(sa.Engine, "after_cursor_execute", after)
    since, worked = time.perf_counter(), time.process_time()
    told = STEPS[name](root, *arguments)
    seconds, cpu = time.perf_counter() - since, time.process_time() - worked
    longest = _models(root) if name == "models" else spent
    return Step(name, seconds, cpu, longest.most_common(LONGEST), told)


def _title(statement: str) -> str:
    """Return the first words of a statement that are no comment."""
    lines = [line.strip() for line in statement.splitlines() if not line.strip().startswith("--")]
    return " ".join(" ".join(lines).split())[:_TITLE]


def _models(root: DataRoot) -> Counter[str]:
    """Return what dbt says each model and test took."""
    results = json.loads((root.path / "dbt" / "target" / "run_results.json").read_text("utf-8"))
    return Counter({each["unique_id"]: each["execution_time"] for each in results["results"]})


def _brands() -> Any:
    return load_brands([BRAND])


if __name__ == "__main__":
    _name, _root, *_rest = sys.argv[1:]
    json.dump(asdict(take(_name, DataRoot(Path(_root).resolve()), *_rest)), sys.stdout)

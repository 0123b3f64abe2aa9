"""Writes docs/data-dictionary.md and docs/metrics.md from what the models say of themselves.

One place tells what a column means: the YAML beside the models, or the core tables' metadata.
`python -m warehouse.dictionary` writes both files, `--check` only compares. It also freezes what
each version of a metric means: a formula never changes under the same version.
"""

from __future__ import annotations

import csv
import hashlib
import io
import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from listening.contract import TEAMS, ListeningError

MODELS: Final = Path(__file__).parent / "models"
DOCS: Final = Path(__file__).parents[1] / "docs"
FROZEN: Final = MODELS / "mart" / "metric_version.csv"
_DOC: Final = re.compile(r"{{ doc\('(\w+)'\) }}")
_BLOCK: Final = re.compile(r"{% docs (\w+) %}(.*?){% enddocs %}", re.DOTALL)
_BELOW: Final = ("mart", "staging")
_NOTE: Final = "<!-- Written by `python -m warehouse.dictionary`; change the models instead. -->"


@dataclass(frozen=True)
class Column:
    """A column: its name, SQL type, meaning, and whether it may hold personal data."""

    name: str
    type: str
    meaning: str
    personal: bool = False


@dataclass(frozen=True)
class Table:
    """A table: where it is, who owns it, what it holds, and its columns in order."""

    schema: str
    name: str
    owner: str
    meaning: str
    columns: tuple[Column, ...]


def read_models(folder: Path = MODELS) -> list[Table]:
    """Read every model's description, the schemas in the order of the teams.

    Raises:
        KeyError: a column refers to a doc block that is not in columns.md.
    """
    from ruamel.yaml import YAML

    blocks = dict(_BLOCK.findall((folder / "columns.md").read_text("utf-8")))
    tables = []
    for schema in (*TEAMS, *_BELOW):
        told = YAML(typ="safe").load(folder / schema / f"{schema}.yml")
        tables += [_table(schema, model, blocks) for model in told["models"]]
    return tables


def read_meta(folder: Path = MODELS) -> dict[str, tuple[set[str], dict[str, Any]]]:
    """Return the column names and the `meta` of every model, by schema and name."""
    from ruamel.yaml import YAML

    return {
        f"{schema}.{model['name']}": (
            {column["name"] for column in model["columns"]},
            dict(model["config"]["meta"]),
        )
        for schema in (*TEAMS, *_BELOW)
        for model in YAML(typ="safe").load(folder / schema / f"{schema}.yml")["models"]
    }


def read_core() -> list[Table]:
    """Read the core tables' own comments."""
    from warehouse.tables import METADATA, SCHEMA

    return [
        Table(
            SCHEMA,
            table.name,
            "data engineering",
            table.comment or "",
            tuple(Column(c.name, _type(c.type), c.comment or "") for c in table.columns),
        )
        for table in METADATA.sorted_tables
    ]


def read_metrics(folder: Path = MODELS) -> tuple[list[str], list[tuple[Any, ...]]]:
    """Return the columns and rows of the metric registry."""
    import duckdb

    with duckdb.connect() as connection:
        result = connection.execute((folder / "mart" / "metric.sql").read_text("utf-8"))
        return [column[0] for column in result.description], result.fetchall()


def freeze_metrics(columns: list[str], rows: list[tuple[Any, ...]], frozen: str) -> str:
    """Return the frozen meanings with those of new metrics and versions added, as CSV.

    Raises:
        ListeningError: a formula or denominator is not what this version of the metric means.
    """
    kept = {(line[0], int(line[1])): line[2] for line in list(csv.reader(io.StringIO(frozen)))[1:]}
    for row in rows:
        told = dict(zip(columns, row, strict=True))
        meant = f"{told['formula']}\x1f{told['denominator'] or ''}"
        digest = hashlib.sha256(meant.encode()).hexdigest()[:16]
        if kept.setdefault((told["metric_id"], told["version"]), digest) != digest:
            raise ListeningError(
                f"the formula of {told['metric_id']!r} changed, but not its version",
                where="mart/metric.sql",
                mend=f"Give it version {told['version'] + 1}: whoever kept the old number must see",
            )
    lines = [f"{metric},{version},{digest}" for (metric, version), digest in sorted(kept.items())]
    return "\n".join(["metric_id,version,formula_sha256", *lines]) + "\n"


def write_dictionary(tables: Iterable[Table]) -> str:
    """Return the data dictionary as Markdown."""
    lines = [
        "# Data dictionary",
        "",
        _NOTE,
        "",
        "What every table holds, column by column. The tables of a team are in",
        "`published/<team>.duckdb`; `mart`, `staging` and `core` are in the warehouse only. DuckDB",
        "shows the same texts as comments (`FROM duckdb_columns()`).",
        "",
        "- Columns in `_at` are instants in UTC, columns in `_on` dates.",
        "- `day`, `week` and `month` are those of the brand's time zone (UTC where it has none).",
        "- NULL is unknown, never 0; a `*_null_reason` beside a ratio says why it is NULL.",
        "- Sums and counts come first, ratios last: over several rows add both parts, then divide.",
        "- **P** marks personal data.",
    ]
    schema = ""
    for table in tables:
        if table.schema != schema:
            schema = table.schema
            lines += ["", f"## {schema}"]
        lines += ["", *_section(table)]
    return "\n".join(lines) + "\n"


def write_metrics(columns: list[str], rows: list[tuple[Any, ...]]) -> str:
    """Return the metric registry as Markdown: a metric once, with the teams that read it."""
    metrics: dict[str, dict[str, Any]] = {}
    for row in rows:
        told = dict(zip(columns, row, strict=True))
        metrics.setdefault(told["metric_id"], told | {"teams": []})["teams"].append(told["team"])
    lines = [
        "# Metrics",
        "",
        _NOTE,
        "",
        "What every number means. Each team's file holds its own in the table `metric`. A",
        "denominator that does not exist gives NULL and a reason, never 0; no ratio is made of",
        "ratios, and no average of averages.",
    ]
    for told in sorted(metrics.values(), key=lambda told: str(told["name"])):
        lines += ["", f"## {told['name']}", "", str(told["description"]), ""]
        lines += [
            f"- id: `{told['metric_id']}`, version {told['version']}",
            f"- formula: {told['formula']}",
            f"- denominator: {told['denominator'] or 'none'}",
            f"- NULL: {told['null_reason'] or 'never'}",
            f"- teams: {', '.join(sorted(told['teams'], key=TEAMS.index))}",
        ]
    return "\n".join(lines) + "\n"


def documents() -> dict[Path, str]:
    """Return each generated file and what it must hold.

    Raises:
        ListeningError: as `freeze_metrics`.
    """
    metrics = read_metrics()
    return {
        DOCS / "data-dictionary.md": write_dictionary([*read_models(), *read_core()]),
        DOCS / "metrics.md": write_metrics(*metrics),
        FROZEN: freeze_metrics(*metrics, _read(FROZEN)),
    }


def main(arguments: list[str]) -> int:
    """Write the files, or with `--check` only say which are not as they should be."""
    stale = {path: text for path, text in documents().items() if _read(path) != text}
    if "--check" not in arguments:
        for path, text in stale.items():
            path.write_text(text, "utf-8")
        return 0
    for path in stale:
        sys.stderr.write(f"{path}: not as the models say. Run python -m warehouse.dictionary\n")
    return 1 if stale else 0


def _read(path: Path) -> str:
    return path.read_text("utf-8") if path.exists() else ""


def _table(schema: str, model: dict[str, Any], blocks: dict[str, str]) -> Table:
    return Table(
        schema,
        model["name"],
        model["config"]["meta"]["owner"],
        model["description"].strip(),
        tuple(_columns(model["columns"], blocks)),
    )


def _columns(columns: list[dict[str, Any]], blocks: dict[str, str]) -> Iterator[Column]:
    for told in columns:
        meaning = _DOC.sub(lambda match: blocks[match[1]], told["description"]).strip()
        personal = bool(told.get("config", {}).get("meta", {}).get("pii"))
        yield Column(told["name"], told["data_type"], meaning, personal)


def _type(kind: Any) -> str:
    from duckdb_sqlalchemy import Dialect

    return str(kind.compile(dialect=Dialect())).lower()


def _section(table: Table) -> Iterator[str]:
    yield f"### {table.schema}.{table.name}"
    yield ""
    yield f"{table.meaning} Owner: {table.owner}."
    yield ""
    yield "| column | type | meaning |"
    yield "|---|---|---|"
    for column in table.columns:
        mark = " **P**" if column.personal else ""
        meaning = " ".join(column.meaning.split()).replace("|", "\\|")
        yield f"| {column.name}{mark} | {column.type} | {meaning} |"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""What each table that people keep themselves holds: costs, campaigns, experiments, goals, staff.

One specification: reading, refusing and the documentation follow it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

Kind = Literal["text", "date", "month", "number", "brand", "product", "topic"]


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a reference table."""

    name: str
    kind: Kind = "text"
    required: bool = False
    one_of: tuple[str, ...] = ()
    default: str | None = None
    least: float | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """A reference table: its key, its columns, and of which groups one must be filled."""

    name: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    any_of: tuple[str, ...] = ()

    def column(self, name: str) -> Column | None:
        """Return the column a file means by a name: `id` and `brand` stand for `…_id`."""
        stated = {column.name: column for column in self.columns}
        first = self.key[0] if self.key[0].endswith("_id") else ""
        return stated.get(name) or stated.get(first if name == "id" else f"{name}_id")


def _text(*names: str) -> tuple[Column, ...]:
    return tuple(Column(name) for name in names)


def _day(*names: str) -> tuple[Column, ...]:
    return tuple(Column(name, "date") for name in names)


def _key(name: str) -> Column:
    return Column(name, required=True)


BRAND: Final = Column("brand_id", "brand")
PRODUCT: Final = Column("product_id", "product")
TOPIC: Final = Column("topic_id", "topic")
_STATES: Final = ("proposed", "accepted", "implemented", "rejected")
_MEASURES: Final = ("headcount", "hires", "leavers", "applications", "openings")
TABLES: Final[Mapping[str, Table]] = {
    table.name: table
    for table in (
        Table(
            "cost",
            ("cost_id",),
            (
                _key("cost_id"),
                BRAND,
                *_text("channel", "campaign", "region"),
                Column("on_date", "date", required=True),
                Column("amount", "number"),
                Column("currency"),
                Column("hours", "number", least=0),
                Column("kind", one_of=("spend", "saving", "revenue"), default="spend"),
                Column("post"),
            ),
            any_of=("amount", "hours"),
        ),
        Table(
            "campaign",
            ("campaign_id",),
            (
                _key("campaign_id"),
                BRAND,
                *_text("name", "channel", "region"),
                *_day("starts_on", "ends_on"),
                *_text("goal"),
            ),
        ),
        Table(
            "experiment",
            ("experiment_id",),
            (
                _key("experiment_id"),
                BRAND,
                *_text("name", "hypothesis", "metric", "control_arm", "treatment_arm"),
                *_day("starts_on", "ends_on"),
            ),
        ),
        Table(
            "release",
            ("release_id",),
            (
                _key("release_id"),
                BRAND,
                PRODUCT,
                *_text("version"),
                Column("released_on", "date", required=True),
                *_text("notes"),
            ),
        ),
        Table(
            "recommendation",
            ("recommendation_id",),
            (
                _key("recommendation_id"),
                BRAND,
                PRODUCT,
                TOPIC,
                Column("title", required=True),
                Column("status", one_of=_STATES, default="proposed"),
                *_day("proposed_on", "decided_on", "implemented_on"),
            ),
        ),
        Table(
            "goal_actual",
            ("goal_id", "period", "region"),
            (
                _key("goal_id"),
                _key("period"),
                Column("region", default=""),
                *_text("goal", "business_goal", "unit"),
                Column("target", "number"),
                Column("actual", "number"),
            ),
            any_of=("target", "actual"),
        ),
        Table(
            "goal",
            ("goal_id",),
            (
                _key("goal_id"),
                BRAND,
                *_text("goal", "unit"),
                Column("direction", one_of=("up", "down"), default="up"),
                *_text("business_goal", "operational_goal", "financial_goal"),
            ),
        ),
        Table(
            "hr_figure",
            ("measure", "month", "brand_id", "region"),
            (
                Column("measure", required=True, one_of=_MEASURES),
                Column("month", "month", required=True),
                Column("brand_id", "brand", required=True),
                Column("region", default=""),
                Column("value", "number", required=True, least=0),
            ),
        ),
    )
}

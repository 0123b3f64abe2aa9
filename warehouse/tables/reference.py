"""What the brand tells us about itself: costs, campaigns, experiments, goals, staff figures."""

from __future__ import annotations

from typing import Any, Final

import sqlalchemy as sa

from warehouse.tables.base import (
    batch_column,
    counts,
    key,
    loaded_column,
    may,
    need,
    one_of,
    table,
)

COST_KINDS: Final = ("spend", "saving", "revenue")
DIRECTIONS: Final = ("up", "down")
HR_MEASURES: Final = ("headcount", "hires", "leavers", "applications", "openings")
RECOMMENDATION_STATES: Final = ("proposed", "accepted", "implemented", "rejected")


def _optional(**columns: str) -> list[sa.Column[Any]]:
    return [may(name, sa.String, comment) for name, comment in columns.items()]


cost = table(
    "cost",
    "Money and hours spent, saved or earned. Grain: cost_id.",
    key("cost_id", sa.String, "Id in the imported file"),
    *_optional(brand_id="The brand", channel="Channel", campaign="Campaign", region="Region"),
    need("on_date", sa.Date, "Day it belongs to"),
    may("amount", sa.Double, "Amount in currency"),
    may("currency", sa.String, "ISO 4217"),
    may("hours", sa.Double, "Hours of work"),
    need("kind", sa.String, "spend, saving or revenue"),
    loaded_column(),
    batch_column(),
    may("post", sa.String, "Post it is of: mention_id, the source's own id, or its address"),
    one_of("kind", COST_KINDS),
)

campaign = table(
    "campaign",
    "Campaigns. Grain: campaign_id.",
    key("campaign_id", sa.String, "Id in the imported file"),
    *_optional(brand_id="The brand", name="Name", channel="Channel", region="Region"),
    may("starts_on", sa.Date, "First day"),
    may("ends_on", sa.Date, "Last day"),
    may("goal", sa.String, "What it is for"),
    loaded_column(),
    batch_column(),
)

experiment = table(
    "experiment",
    "Experiments. Grain: experiment_id.",
    key("experiment_id", sa.String, "Id in the imported file"),
    *_optional(
        brand_id="The brand",
        name="Name",
        hypothesis="What is believed",
        metric="Metric that decides",
        control_arm="Arm compared with",
        treatment_arm="Arm tried",
    ),
    may("starts_on", sa.Date, "First day"),
    may("ends_on", sa.Date, "Last day"),
    loaded_column(),
    batch_column(),
)

release = table(
    "release",
    "Releases of a product. Grain: release_id.",
    key("release_id", sa.String, "Id in the imported file"),
    *_optional(brand_id="The brand", product_id="The product", version="Version"),
    need("released_on", sa.Date, "Day of the release"),
    may("notes", sa.String, "What changed"),
    loaded_column(),
    batch_column(),
)

recommendation = table(
    "recommendation",
    "What product was advised to do, and what became of it. Grain: recommendation_id.",
    key("recommendation_id", sa.String, "Id in the imported file"),
    *_optional(brand_id="The brand", product_id="The product", topic_id="The topic"),
    need("title", sa.String, "What to do"),
    need("status", sa.String, "proposed, accepted, implemented or rejected"),
    may("proposed_on", sa.Date, "Day it was proposed"),
    may("decided_on", sa.Date, "Day it was decided"),
    may("implemented_on", sa.Date, "Day it was implemented"),
    loaded_column(),
    batch_column(),
    one_of("status", RECOMMENDATION_STATES),
)

goal_actual = table(
    "goal_actual",
    "Goals and what was reached. Grain: goal_id, period, region.",
    key("goal_id", sa.String, "Id in the imported file"),
    key("period", sa.String, "Such as 2026-10 or 2026-Q4"),
    key("region", sa.String, "Region, empty: everywhere"),
    *_optional(goal="What is measured", business_goal="Business goal it serves", unit="Unit"),
    may("target", sa.Double, "What was aimed at"),
    may("actual", sa.Double, "What was reached"),
    loaded_column(),
    batch_column(),
)

goal = table(
    "goal",
    "What each goal is for, whatever the period. Grain: goal_id.",
    key("goal_id", sa.String, "Id in the imported file, see core.goal_actual"),
    *_optional(brand_id="The brand", goal="What is measured", unit="Unit"),
    need("direction", sa.String, "up: more is better; down: less is"),
    *_optional(
        business_goal="Business goal it serves",
        operational_goal="Operational goal it serves",
        financial_goal="Financial goal it serves",
    ),
    loaded_column(),
    batch_column(),
    one_of("direction", DIRECTIONS),
)

hr_figure = table(
    "hr_figure",
    "Staff figures of a month, as the brand states them. Grain: measure, month, brand_id, region.",
    key("measure", sa.String, "headcount, hires, leavers, applications or openings"),
    key("month", sa.Date, "First day of the month"),
    key("brand_id", sa.String, "The brand, see core.brand"),
    key("region", sa.String, "Region, empty: everywhere"),
    need("value", sa.Double, "People, or openings"),
    loaded_column(),
    batch_column(),
    one_of("measure", HR_MEASURES),
    *counts(["value"]),
)

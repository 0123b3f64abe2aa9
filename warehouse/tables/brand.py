"""Whom we listen for, as the brand files of the latest load say."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa

from warehouse.tables.base import TEXTS, key, need, one_of, table

ROLES: Final = ("own", "competitor")

brand = table(
    "brand",
    "Brands we listen for. A brand no longer listed stays, because mentions refer to it. "
    "Grain: brand_id.",
    key("brand_id", sa.String, "Id in the brand file"),
    need("name", sa.String, "Name"),
    need("role", sa.String, "own or competitor"),
    need("aliases", TEXTS, "Other names"),
    need("timezone", sa.String, "Time zone of its business hours"),
    need("opens", sa.Time, "Begin of business, local time"),
    need("closes", sa.Time, "End of business, local time"),
    need("response_minutes", sa.Integer, "Business minutes within which it promises to answer"),
    need("publish_days", sa.Integer, "Days of mention rows in the team files"),
    one_of("role", ROLES),
    sa.CheckConstraint("response_minutes > 0"),
    sa.CheckConstraint("publish_days > 0"),
)

competitor = table(
    "competitor",
    "With whom an own brand compares its share of voice: those its entry lists, else all "
    "competitors of its file. Grain: brand_id, competitor_id.",
    key("brand_id", sa.String, "The own brand, see core.brand"),
    key("competitor_id", sa.String, "The competitor, see core.brand"),
    sa.CheckConstraint("brand_id <> competitor_id"),
)

brand_holiday = table(
    "brand_holiday",
    "Days a brand does not answer. Grain: brand_id, on_date.",
    key("brand_id", sa.String, "The brand, see core.brand"),
    key("on_date", sa.Date, "Local date"),
)

brand_business_day = table(
    "brand_business_day",
    "Weekdays a brand answers. Grain: brand_id, weekday.",
    key("brand_id", sa.String, "The brand, see core.brand"),
    key("weekday", sa.Integer, "0 is Monday"),
    sa.CheckConstraint("weekday BETWEEN 0 AND 6"),
)

product = table(
    "product",
    "Products of a brand. Grain: brand_id, product_id.",
    key("brand_id", sa.String, "The brand, see core.brand"),
    key("product_id", sa.String, "Id in the brand file"),
    need("name", sa.String, "Name"),
    need("aliases", TEXTS, "Other names"),
)

handle = table(
    "handle",
    "Handles a brand speaks by. Grain: brand_id, channel, handle.",
    key("brand_id", sa.String, "The brand, see core.brand"),
    key("channel", sa.String, "Source or channel"),
    key("handle", sa.String, "As written in the brand file"),
)

domain = table(
    "domain",
    "Domains a brand owns. Grain: brand_id, domain.",
    key("brand_id", sa.String, "The brand, see core.brand"),
    key("domain", sa.String, "Host name"),
)

topic = table(
    "topic",
    "Declared topics. Grain: topic_id.",
    key("topic_id", sa.String, "Id in the brand file"),
    need("name", sa.String, "Name"),
    need("examples", TEXTS, "How people put it"),
)

query = table(
    "query",
    "What is on topic. Grain: query_id.",
    key("query_id", sa.String, "Id in the brand file"),
    need("q", sa.String, "The query as written"),
    need("sources", TEXTS, "Sources it covers; empty: every off-channel source"),
)

"""Brings the brand tables up to what the brand files say, touching only rows that differ."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import sqlalchemy as sa

from listening.contract import Brand, BrandFile
from warehouse.change import record_whole
from warehouse.script import run_script
from warehouse.tables import brand as tables

Row = dict[str, Any]


def sync_brands(connection: sa.Connection, brands: BrandFile) -> None:
    """Write the brand tables in the caller's transaction.

    What a listed brand no longer has of competitors, handles, domains and hours goes. Brands,
    products, topics and queries no longer listed stay: mentions refer to them.
    """
    listed = [brand.id for brand in brands.brands]
    changes = [
        _merge(connection, tables.brand, [_brand(brand, brands) for brand in brands.brands]),
        _merge(connection, tables.product, _products(brands)),
        _merge(connection, tables.topic, _topics(brands)),
        _merge(connection, tables.query, _queries(brands)),
    ]
    for table, rows in (
        (tables.competitor, _competitors(brands)),
        (tables.brand_holiday, _holidays(brands)),
        (tables.brand_business_day, _days(brands)),
        (tables.domain, _domains(brands)),
    ):
        changes.append(_merge(connection, table, rows, replace=listed))
    changes.append(_part_from_own(connection))
    if _merge(connection, tables.handle, _handles(brands), replace=listed):
        changes.append(True)
        _rename_authors(connection)
    if any(changes):
        record_whole(connection)


def _merge(
    connection: sa.Connection, table: sa.Table, rows: Iterable[Row], replace: Iterable[str] = ()
) -> bool:
    """Delete and insert what differs; of brands in `replace` also delete what is not in `rows`."""
    keys = [column.name for column in table.primary_key]
    wanted = {tuple(row[name] for name in keys): row for row in rows}
    known = {
        tuple(row[name] for name in keys): dict(row)
        for row in connection.execute(sa.select(table)).mappings()
    }
    owners = set(replace)
    stale = [
        key
        for key, row in known.items()
        if (key in wanted and wanted[key] != row)
        or (key not in wanted and row.get("brand_id") in owners)
    ]
    for key in stale:
        match = [table.c[name] == value for name, value in zip(keys, key, strict=True)]
        connection.execute(sa.delete(table).where(*match))
    fresh = [row for key, row in wanted.items() if known.get(key) != row]
    if fresh:
        connection.execute(sa.insert(table), fresh)
    return bool(stale or fresh)


def _part_from_own(connection: sa.Connection) -> bool:
    """Take out of the sets of brands not listed now whoever is a competitor no more."""
    rivals = sa.select(tables.brand.c.brand_id).where(tables.brand.c.role == "competitor")
    gone = tables.competitor.c.competitor_id.not_in(rivals)
    found = connection.execute(
        sa.delete(tables.competitor).where(gone).returning(tables.competitor.c.brand_id)
    )
    return bool(found.all())


def _rename_authors(connection: sa.Connection) -> None:
    run_script(connection, "everything")
    run_script(connection, "author")


def _brand(brand: Brand, brands: BrandFile) -> Row:
    return {
        "brand_id": brand.id,
        "name": brand.name,
        "role": brand.role,
        "aliases": list(brand.aliases),
        "timezone": brand.service.timezone,
        "opens": brand.service.opens,
        "closes": brand.service.closes,
        "response_minutes": brand.service.response_minutes,
        "publish_days": brands.publish_days,
    }


def _products(brands: BrandFile) -> Iterable[Row]:
    for brand in brands.brands:
        for product in brand.products:
            yield {
                "brand_id": brand.id,
                "product_id": product.id,
                "name": product.name,
                "aliases": list(product.aliases),
            }


def _topics(brands: BrandFile) -> Iterable[Row]:
    for topic in brands.topics:
        yield {"topic_id": topic.id, "name": topic.name, "examples": list(topic.examples)}


def _queries(brands: BrandFile) -> Iterable[Row]:
    for query in brands.queries:
        yield {"query_id": query.id, "q": query.q, "sources": list(query.sources)}


def _competitors(brands: BrandFile) -> Iterable[Row]:
    everybody = tuple(brand.id for brand in brands.brands if brand.role == "competitor")
    for brand in brands.brands:
        if brand.role == "own":
            for rival in everybody if brand.competitors is None else brand.competitors:
                yield {"brand_id": brand.id, "competitor_id": rival}


def _holidays(brands: BrandFile) -> Iterable[Row]:
    for brand in brands.brands:
        for day in brand.service.holidays:
            yield {"brand_id": brand.id, "on_date": day}


def _days(brands: BrandFile) -> Iterable[Row]:
    for brand in brands.brands:
        for day in brand.service.days:
            yield {"brand_id": brand.id, "weekday": day}


def _domains(brands: BrandFile) -> Iterable[Row]:
    for brand in brands.brands:
        for domain in brand.domains:
            yield {"brand_id": brand.id, "domain": domain}


def _handles(brands: BrandFile) -> Iterable[Row]:
    for brand in brands.brands:
        handles: Mapping[str, tuple[str, ...]] = brand.handles
        for channel, names in handles.items():
            for name in names:
                yield {"brand_id": brand.id, "channel": channel, "handle": name}

"""What a search is asked: the queries that cover a source, or all the names of the brand file."""

from __future__ import annotations

from collections.abc import Iterator

from listening.contract import BrandFile

IMPLIED = "implied"


def queries_for(source: str, brands: BrandFile) -> dict[str, str]:
    """Return the wording of each query that covers a source, by id; else one of every name."""
    found = {query.id: query.q for query in brands.queries if source in (query.sources or [source])}
    names = (name.replace('"', " ") for name in dict.fromkeys(_names(brands)))
    return found or {IMPLIED: " OR ".join(f'"{name}"' for name in names)}


def _names(brands: BrandFile) -> Iterator[str]:
    for brand in brands.brands:
        yield from (brand.name, *brand.aliases)
        for product in brand.products:
            yield from (product.name, *product.aliases)

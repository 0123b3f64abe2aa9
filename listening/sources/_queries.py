"""What a search is asked: the queries that cover a source, or all the names of the brand file."""

from __future__ import annotations

from listening.contract import BrandFile

IMPLIED = "implied"


def queries_for(source: str, brands: BrandFile) -> dict[str, str]:
    """Return the wording of each query that covers a source, by id; else one of every name."""
    found = {query.id: query.q for query in brands.queries if source in (query.sources or [source])}
    names = (name.replace('"', " ") for name in names_of(brands))
    return found or {IMPLIED: " OR ".join(f'"{name}"' for name in names)}


def names_of(brands: BrandFile) -> list[str]:
    """Return every name of the brand file's brands and products, each once."""
    found = dict[str, None]()
    for brand in brands.brands:
        found |= dict.fromkeys((brand.name, *brand.aliases))
        for product in brand.products:
            found |= dict.fromkeys((product.name, *product.aliases))
    return list(found)

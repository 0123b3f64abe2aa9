"""What a search is asked: the queries that cover a source, or all the names of the brand file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from listening.contract import BrandFile
from listening.query.search import Dialect, compile_search, search_texts
from listening.sources import Target
from listening.sources._read import api_target

IMPLIED = "implied"


def queries_for(source: str, brands: BrandFile) -> dict[str, str]:
    """Return the wording of each query that covers a source, by id; else one of every name."""
    found = {query.id: query.q for query in brands.queries if source in (query.sources or [source])}
    names = (name.replace('"', " ") for name in names_of(brands))
    return found or {IMPLIED: " OR ".join(f'"{name}"' for name in names)}


def search_targets(
    source: str, base_url: str, brands: BrandFile, facts: Mapping[str, Any], dialect: Dialect | None
) -> list[Target]:
    """Return one target per query that covers a source, else one for the brands' names.

    Its settings hold what to search for as `texts`: in the words of the dialect, or, where the
    search knows none, each wording by itself.
    """
    found = []
    for name, q in queries_for(source, brands).items():
        plain = names_of(brands) if name == IMPLIED else search_texts(q)
        texts = compile_search(q, dialect) if dialect else plain
        found.append(api_target(name, base_url, {**facts, "texts": list(texts)}))
    return found


def names_of(brands: BrandFile) -> list[str]:
    """Return every name of the brand file's brands and products, each once."""
    found = dict[str, None]()
    for brand in brands.brands:
        found |= dict.fromkeys((brand.name, *brand.aliases))
        for product in brand.products:
            found |= dict.fromkeys((product.name, *product.aliases))
    return list(found)

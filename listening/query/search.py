"""The query language: what is on topic, decided here and the same way for every source.

A query is words, "phrases", prefix*, "two words"~5 (all within five words of each other),
AND, OR, NOT and parentheses, and the fields site:, author: and lang:. Words side by side mean
AND. Case matters only after case:, as in `case:Apple`; a word is matched as a whole, so `acme`
finds "#Acme", "@acme" and "Acme's", and not "acmeco".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from urllib.parse import urlsplit

from listening.contract import Brand, BrandFile, Mention
from listening.query.dialect import Dialect, compile_search
from listening.query.syntax import (
    WORD,
    Page,
    compile_test,
    fold,
    parse,
    site_test,
    unify,
    whole_words,
    wordings,
)

__all__ = [
    "Dialect", "compile_query", "compile_search", "search_text", "search_texts", "topic_filter",
]  # fmt: skip


def compile_query(q: str) -> Callable[[Mention], bool]:
    """Return a function that tells whether a mention matches.

    Raises:
        ConfigurationError: the query cannot be read; says at which character, and the mend.
    """
    test = compile_test(q)
    return lambda mention: test(_page(mention))


def topic_filter(
    brands: BrandFile, source: str, relation: str
) -> Callable[[Mention], tuple[str, ...] | None]:
    """Return a function that names the queries a mention matches; None means off topic.

    Queries that name the source cover it, and those that name none, where it is off-channel.
    Where no query does, an owned source is all on topic, and any other is held to the names,
    handles and domains of the brand file. A mapped brand is never off topic.
    """
    tests = [
        (query.id, compile_test(query.q))
        for query in brands.queries
        if source in query.sources or (not query.sources and relation == "off_channel")
    ]
    if not tests and relation == "owned":
        return lambda _: ()
    implied = _Implied(brands.brands) if not tests else None

    def on_topic(mention: Mention) -> tuple[str, ...] | None:
        page = _page(mention)
        matched = tuple(name for name, test in tests if test(page))
        if matched or mention.brand_id or (implied and implied.match(page)):
            return matched
        return None

    return on_topic


def search_texts(q: str) -> tuple[str, ...]:
    """Return plain wordings to search for, which together find all that a query matches.

    For sources whose search knows neither OR nor NOT: one search each, filtered here after.
    A prefix is given as its stem. Empty where words bound nothing, as in `lang:de`.

    Raises:
        ConfigurationError: the query cannot be read.
    """
    found = set(wordings(parse(q), q) or ())
    covered = {one for one in found for other in found - {one} if f" {other} " in f" {one} "}
    return tuple(sorted(found - covered))


def search_text(q: str) -> str:
    """Return the wordings of `search_texts` joined by OR, phrases quoted, "" where there are none.

    Raises:
        ConfigurationError: the query cannot be read.
    """
    return " OR ".join(f'"{one}"' if " " in one else one for one in search_texts(q))


def _page(mention: Mention) -> Page:
    text = f"{mention.title}\n{mention.text}"
    return Page(
        text=fold(text),
        host=_host(mention.url),
        author=fold(mention.author).lstrip("@"),
        lang=mention.lang.replace("_", "-").casefold(),
        raw=unify(text),
    )


def _host(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "").removeprefix("www.")
    except ValueError:
        return ""


class _Implied:
    """Any name, alias, handle or domain of any brand, its products and its people."""

    def __init__(self, brands: Iterable[Brand]) -> None:
        brands = tuple(brands)
        self._handles = {
            fold(handle).lstrip("@")
            for brand in brands
            for handles in brand.handles.values()
            for handle in handles
        }
        self._called = self._handles | {
            fold(handle).lstrip("@")
            for brand in brands
            for person in brand.people
            for handles in person.handles.values()
            for handle in handles
        }
        self._sites = [site_test(fold(domain)) for one in brands for domain in one.domains]
        self._text = re.compile("|".join(sorted(self._patterns(brands))) or r"(?!)")

    def match(self, page: Page) -> bool:
        """Tell whether a page names a brand, is by one of its handles, or lies on its domain."""
        return (
            page.author in self._handles
            or self._text.search(page.text) is not None
            or any(test(page) for test in self._sites)
        )

    def _patterns(self, brands: Iterable[Brand]) -> set[str]:
        found = {whole_words(words).pattern for words in _names(brands)}
        # People write a name of two words as one hashtag.
        found |= {rf"[#@]{re.escape(''.join(words))}(?!\w)" for words in _names(brands)}
        found |= {rf"(?<!\w)@{re.escape(one)}(?!\w)" for one in self._called}
        found |= {rf"(?<!\w)@{re.escape(one.partition('@')[0])}(?!\w)" for one in self._called}
        found |= {
            rf"(?<![\w-]){re.escape(fold(domain))}(?!\.?[\w-])"
            for brand in brands
            for domain in brand.domains
        }
        return found


def _names(brands: Iterable[Brand]) -> set[tuple[str, ...]]:
    names = [
        name
        for brand in brands
        for name in (
            brand.name,
            *brand.aliases,
            *(n for product in brand.products for n in (product.name, *product.aliases)),
            *(n for person in brand.people for n in (person.name, *person.aliases)),
        )
    ]
    return {words for name in names if (words := tuple(WORD.findall(fold(name))))}

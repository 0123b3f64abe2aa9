"""Puts a query into the words of an API's own search, within its length.

What an API cannot say is left out so that more is found, never less: the query is run again
over what comes, and that is the truth. Several searches together find all a query matches.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from listening.contract import ConfigurationError
from listening.query.syntax import JOINS, NEGATIONS, SHELLS, WORD, literal, parse

if TYPE_CHECKING:
    from luqum.tree import Item as Node


@dataclass(frozen=True, slots=True)
class Dialect:
    """What a search understands, as its API's document says.

    `none_of` only where it leaves out exact words: a search that stems would leave out more.
    """

    most: int  # characters of one search
    all_of: str = " "  # between what must all be there
    any_of: str | None = " OR "  # between alternatives; None: one search for each
    none_of: str | None = None  # before what must not be there
    phrases: bool = True  # "in quotes"
    groups: bool = True  # (in parentheses)
    prefix: str | None = None  # after the stem of prefix*; None: unknown, and not searched for
    stems: bool = False  # a word finds those that begin so, as a search with prefixes does
    fields: Mapping[str, str] = field(default_factory=dict)  # author, site, lang -> "from:"
    operators: int | None = None  # how many any_of and none_of one search may hold


_TIGHT, _ALL, _ANY = range(3)  # how firmly a text holds together


@dataclass(frozen=True, slots=True)
class _Part:
    """A piece of a search; `exact` where it finds neither more nor less than was meant."""

    text: str
    bond: int = _TIGHT
    exact: bool = True
    operators: int = 0


def compile_search(q: str, dialect: Dialect) -> tuple[str, ...]:
    """Return searches that together find all that a query matches, each within the dialect.

    Empty where words bound nothing that the search knows, as in `NOT toy`.

    Raises:
        ConfigurationError: the query cannot be read, or a word of it is too long to search for.
    """
    searches = _pack(parse(q), q, dialect)
    return tuple(dict.fromkeys(part.text for part in searches))


def _pack(node: Node, q: str, dialect: Dialect) -> list[_Part]:
    """Return searches for a node, split and widened until each fits; none: it bounds nothing."""
    name = type(node).__name__
    if name in SHELLS:
        return _pack(node.children[0], q, dialect)
    if name == "OrOperation":
        packed = [_pack(child, q, dialect) for child in node.children]
        return _join([part for parts in packed for part in parts], dialect) if all(packed) else []
    whole = _render(node, q, dialect)
    if whole and _fits(whole, dialect):
        return [whole]
    if name in JOINS:
        # Without one of what must all be there, more is found: what costs least stays.
        sides = [_pack(child, q, dialect) for child in node.children]
        return min(filter(None, sides), key=_cost, default=[])
    if whole is None:
        return []
    raise ConfigurationError(
        f"{whole.text[:60]!r} is longer than the {dialect.most} characters a search may have",
        where="query",
        mend="Search for a shorter word",
    )


def _cost(parts: Sequence[_Part]) -> tuple[int, int]:
    return len(parts), -min(len(part.text) for part in parts)


def _join(parts: Sequence[_Part], dialect: Dialect) -> list[_Part]:
    """Fill searches with alternatives, in order."""
    joined: list[_Part] = []
    for part in parts:
        wider = _either([joined[-1], part], dialect) if joined else None
        if wider and _fits(wider, dialect):
            joined[-1] = wider
        else:
            joined.append(part)
    return joined


def _fits(part: _Part, dialect: Dialect) -> bool:
    few = dialect.operators is None or part.operators <= dialect.operators
    return few and len(part.text) <= dialect.most


def _render(node: Node, q: str, dialect: Dialect) -> _Part | None:
    """Return what finds at least all that a node matches; None where nothing does."""
    name = type(node).__name__
    if name in SHELLS:
        return _render(node.children[0], q, dialect)
    if name == "OrOperation":
        parts = [_render(child, q, dialect) for child in node.children]
        known = [part for part in parts if part]
        return _either(known, dialect) if len(known) == len(parts) else None
    if name in JOINS:
        return _every(node, q, dialect)
    if name in NEGATIONS:
        return None  # on its own it bounds nothing
    if name == "SearchField":
        return _render_field(node, q, dialect)
    return _render_text(node, q, dialect)


def _render_text(node: Node, q: str, dialect: Dialect) -> _Part | None:
    name = type(node).__name__
    text = literal(node.term if name == "Proximity" else node, q)
    words = WORD.findall(text)
    if not words:
        return None
    if text.endswith("*") and name == "Word":
        known = dialect.prefix is not None or dialect.stems
        return _Part(f"{words[-1]}{dialect.prefix or ''}", exact=False) if known else None
    if len(words) == 1:  # a search reads #, @ and ++ each in its own way
        return _Part(words[0], exact=words[0] == text)
    if dialect.phrases and name != "Proximity":
        return _Part(f'"{" ".join(words)}"', exact=name == "Phrase")
    return _Part(dialect.all_of.join(words), _ALL, exact=False)


def _render_field(node: Node, q: str, dialect: Dialect) -> _Part | None:
    inner = node.children[0]
    if node.name == "case":
        part = _render(inner, q, dialect)
        return replace(part, exact=False) if part else None
    if type(inner).__name__ not in {"Word", "Phrase"} or node.name not in dialect.fields:
        return None
    value = literal(inner, q).strip().removeprefix("@")
    if not re.fullmatch(r"[\w.-]+", value):
        return None
    # A search may know parts of a language, or of a site, otherwise than we do.
    return _Part(f"{dialect.fields[node.name]}{value}", exact=node.name == "author")


def _every(node: Node, q: str, dialect: Dialect) -> _Part | None:
    kept: list[_Part] = []
    shut: list[_Part] = []
    for child in node.children:
        part = _render(child, q, dialect)
        if part and (dialect.groups or part.bond != _ANY):
            kept.append(part)
        elif negated := _negated(child, q, dialect):
            shut.append(negated)
    if not kept:
        return None
    texts = [f"({part.text})" if part.bond == _ANY else part.text for part in kept]
    text = dialect.all_of.join([*texts, *(part.text for part in shut)])
    operators = sum(part.operators for part in (*kept, *shut))
    exact = len(kept) == len(node.children) and all(part.exact for part in kept)
    return _Part(text, _ALL if len(kept) + len(shut) > 1 else kept[0].bond, exact, operators)


def _negated(node: Node, q: str, dialect: Dialect) -> _Part | None:
    """Return what leaves out a negated node; only where the search says just that."""
    while type(node).__name__ in SHELLS:
        node = node.children[0]
    if type(node).__name__ not in NEGATIONS or dialect.none_of is None:
        return None
    inner = node.children[0]
    while type(inner).__name__ in SHELLS:
        inner = inner.children[0]
    alternatives = inner.children if type(inner).__name__ == "OrOperation" else [inner]
    parts = [_render(one, q, dialect) for one in alternatives]
    texts = [
        f"{dialect.none_of}{part.text}"
        for part in parts
        if part and part.exact and part.bond == _TIGHT
    ]
    return _Part(dialect.all_of.join(texts), _ALL, operators=len(texts)) if texts else None


def _either(parts: Sequence[_Part], dialect: Dialect) -> _Part | None:
    """Return alternatives as one piece; None where the search cannot say that."""
    if len(parts) == 1:
        return parts[0]
    mixed = any(part.bond == _ALL for part in parts)
    if dialect.any_of is None or (mixed and not dialect.groups):
        return None
    texts = [f"({part.text})" if part.bond == _ALL else part.text for part in parts]
    operators = sum(part.operators for part in parts) + len(parts) - 1
    exact = all(part.exact for part in parts)
    return _Part(dialect.any_of.join(texts), _ANY, exact, operators)

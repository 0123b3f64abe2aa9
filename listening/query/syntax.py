"""Reads a query into a test over folded text, and into plain wordings to search for.

luqum parses; what its language has and ours has not is refused with a mend.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final, NoReturn

from listening.contract import ConfigurationError

if TYPE_CHECKING:
    from luqum.tree import Item as Node

FIELDS: Final = ("site", "author", "lang", "case")
LENGTH_LIMIT: Final = 4_000
WORD: Final = re.compile(r"\w+")
_QUOTES: Final = str.maketrans("“”„«»", '"' * 5)
_ESCAPE: Final = re.compile(r"\\(.)")
JOINS: Final = frozenset(("AndOperation", "UnknownOperation", "OrOperation"))
NEGATIONS: Final = frozenset(("Not", "Prohibit"))
SHELLS: Final = frozenset(("Group", "FieldGroup", "Plus"))


@dataclass(frozen=True, slots=True)
class Page:
    """What a query looks at: a mention's text, folded once for all queries."""

    text: str
    host: str
    author: str
    lang: str
    raw: str = ""  # the text in its own letters, for case:


Test = Callable[[Page], bool]


def fold(text: str) -> str:
    """Return text as queries compare it: compatibility forms and case folded."""
    return unify(text).casefold()


def unify(text: str) -> str:
    """Return text in compatibility forms, its case kept."""
    return unicodedata.normalize("NFKC", text)


@lru_cache(maxsize=256)
def compile_test(q: str) -> Test:
    """Return a query's test.

    Raises:
        ConfigurationError: it cannot be read; says at which character, and the mend.
    """
    return _test(parse(q), q)


def excluding(q: str, exclude: Iterable[str]) -> str:
    """Return a query without all that the queries of an exclude list match."""
    listed = " OR ".join(f"({one})" for one in dict.fromkeys(exclude))
    return f"({q}) AND NOT ({listed})" if listed else q


def parse(q: str) -> Node:
    """Return a query's tree.

    Raises:
        ConfigurationError: it cannot be read.
    """
    from luqum.exceptions import ParseError
    from luqum.thread import parse as parse_lucene

    if not q.strip():
        raise ConfigurationError(
            "an empty query", where="query", mend="Write at least one word, such as a brand's name"
        )
    if len(q) > LENGTH_LIMIT:
        _refuse(q, 0, f"longer than {LENGTH_LIMIT:,} characters", "Split it into several queries")
    try:
        return parse_lucene(q.translate(_QUOTES))
    except ParseError as error:
        found = re.search(r"position (\d+)", str(error))
        place = int(found[1]) if found else len(q)
        _refuse(q, place, _plain_reason(q, str(error), place), _mend(q))


def _plain_reason(q: str, reason: str, place: int) -> str:
    if "end of expression" in reason:
        return "it ends too early"
    return f"{q[place : place + 20]!r} cannot stand here"


def _mend(q: str) -> str:
    if q.translate(_QUOTES).count('"') % 2:
        return 'Close the quotation mark (")'
    if q.count("(") != q.count(")"):
        return "Close every parenthesis that is opened, and no other"
    return "AND, OR and NOT need a word, phrase or parenthesis after them"


def _refuse(q: str, place: int, what: str, mend: str) -> NoReturn:
    shown = q if len(q) <= 80 else f"{q[:77]}…"  # noqa: PLR2004
    raise ConfigurationError(
        f"query {shown!r}, character {place + 1}: {what}", where="query", mend=mend
    )


def _test(node: Node, q: str) -> Test:
    name = type(node).__name__
    if name in JOINS:
        tests = [_test(child, q) for child in node.children]
        quantifier = any if name == "OrOperation" else all
        return lambda page: quantifier(test(page) for test in tests)
    if name in SHELLS:
        return _test(node.children[0], q)
    if name in NEGATIONS:
        inner = _test(node.children[0], q)
        return lambda page: not inner(page)
    if name == "SearchField":
        return _field_test(node, q)
    return _text_test(node, q)


def _text_test(node: Node, q: str) -> Test:
    if type(node).__name__ == "Proximity":
        words = _words(node.term, q)
        return lambda page: _within(WORD.findall(page.text), words, int(node.degree))
    pattern = _pattern(node, q)
    return lambda page: pattern.search(page.text) is not None


def _pattern(node: Node, q: str) -> re.Pattern[str]:
    text = fold(literal(node, q))
    if type(node).__name__ == "Phrase":
        return whole_words(_words(node, q))
    stem = text.removesuffix("*")
    if "*" in stem or "?" in stem:
        _refuse(q, node.pos, f"{text!r}: a wildcard inside a word", "A * may only end a word")
    if not WORD.search(stem):
        _refuse(q, node.pos, f"{text!r} has no letter or digit", "Write a word")
    # A word may end in a sign, as "c++" does; then nothing tells where it ends.
    end = r"(?!\w)" if stem == text and WORD.match(stem[-1]) else ""
    return re.compile(r"(?<!\w)" + re.escape(stem) + end)


def whole_words(words: Iterable[str]) -> re.Pattern[str]:
    """Return a pattern for folded words, one after another, each as a whole."""
    return re.compile(r"(?<!\w)" + r"\W+".join(map(re.escape, words)) + r"(?!\w)")


def literal(node: Node, q: str) -> str:
    """Return a word or phrase as written, its escapes undone.

    Raises:
        ConfigurationError: it is something this language does not have.
    """
    name = type(node).__name__
    if name not in {"Word", "Phrase"}:
        what = {"Fuzzy": "~ after a word", "Boost": "^", "Regex": "a /regular expression/"}
        said = what.get(name, f"a {name.lower()}")
        _refuse(q, node.pos or 0, f"{said} is not part of this language", "See docs/brand-file.md")
    value = str(node.value)
    if name == "Word" and value in {"and", "or", "not", "&&", "||"}:
        mend = f'Write {value.upper()} for the operator, or "{value}" for the word'
        _refuse(q, node.pos, f"{value!r} in lower case or as a sign", mend)
    return _ESCAPE.sub(r"\1", value[1:-1] if name == "Phrase" else value)


def _words(node: Node, q: str) -> list[str]:
    words = WORD.findall(fold(literal(node, q)))
    if not words:
        _refuse(q, node.pos or 0, f"{node} has no letter or digit", "Write a word between quotes")
    return words


def _within(words: list[str], wanted: list[str], slack: int) -> bool:
    """Tell whether all wanted words stand in one window of their number plus `slack`."""
    places = [{i for i, word in enumerate(words) if word == one} for one in wanted]
    width = len(wanted) + slack
    return all(places) and any(
        all(any(start <= place < start + width for place in one) for one in places)
        for start in set().union(*places)
    )


def _field_test(node: Node, q: str) -> Test:
    if node.name not in FIELDS:
        near = difflib.get_close_matches(node.name, FIELDS, 1)
        hint = f"Did you mean {near[0]}:? " if near else ""
        mend = f"{hint}Fields are {', '.join(FIELDS)}; put other text with a colon in quotes"
        _refuse(q, node.pos or 0, f"unknown field {node.name}:", mend)
    return _value_test(node.name, node.children[0], q)


def _value_test(field: str, node: Node, q: str) -> Test:
    name = type(node).__name__
    if name in JOINS:
        tests = [_value_test(field, child, q) for child in node.children]
        quantifier = any if name == "OrOperation" else all
        return lambda page: quantifier(test(page) for test in tests)
    if name in SHELLS:
        return _value_test(field, node.children[0], q)
    if name in NEGATIONS:
        inner = _value_test(field, node.children[0], q)
        return lambda page: not inner(page)
    if field == "case":
        return _case_test(node, q)
    value = fold(literal(node, q)).strip()
    return _FIELD_TESTS[field](value)


def _case_test(node: Node, q: str) -> Test:
    words = WORD.findall(unify(literal(node, q)))
    if not words:
        _refuse(q, node.pos or 0, f"{node} has no letter or digit", "Write a word after case:")
    pattern = whole_words(words)
    return lambda page: pattern.search(page.raw) is not None


def site_test(value: str) -> Test:
    """Return a test for addresses on a site or below it."""
    site = value.removeprefix("www.")
    return lambda page: page.host == site or page.host.endswith(f".{site}")


def _author_test(value: str) -> Test:
    handle = value.lstrip("@")
    if handle.endswith("*"):
        return lambda page: page.author.startswith(handle[:-1])
    return lambda page: page.author == handle


def _lang_test(value: str) -> Test:
    return lambda page: page.lang == value or page.lang.startswith(f"{value}-")


_FIELD_TESTS: Final[dict[str, Callable[[str], Test]]] = {
    "site": site_test,
    "author": _author_test,
    "lang": _lang_test,
}


def wordings(node: Node, q: str) -> tuple[str, ...] | None:
    """Return wordings of which every match has one; None where words bound nothing."""
    name = type(node).__name__
    cased = name == "SearchField" and node.name == "case"
    if name in SHELLS or cased:
        return wordings(node.children[0], q)
    if name in NEGATIONS or name == "SearchField":
        return None
    if name in JOINS:
        parts = [wordings(child, q) for child in node.children]
        if name == "OrOperation":
            joined: dict[str, None] = {}
            for part in parts:
                joined.update(dict.fromkeys(part or ()))
            return tuple(joined) if all(parts) else None
        bounded = [part for part in parts if part]
        return min(bounded, key=_breadth, default=None)
    if name == "Proximity":
        return (max(_words(node.term, q), key=len),)
    text = fold(literal(node, q)).removesuffix("*")
    return (" ".join(WORD.findall(text)) if name == "Phrase" else text.strip("#@"),)


def _breadth(wordings: tuple[str, ...]) -> tuple[int, int]:
    return len(wordings), -min(map(len, wordings))

"""XML of strangers, read without trusting it: no entities, no DTD, nothing loaded."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from html import unescape
from typing import Any, Final
from xml.parsers import expat

_ATTRIBUTE: Final = re.compile(r"""(?:[\w.-]+:)?([\w.-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')""")


class XmlError(ValueError):
    """No whole XML, or XML that declares entities."""


@dataclass(slots=True)
class Node:
    """An element of interest, with its direct children: text by local name, and attributes."""

    name: str  # "namespace name", or the bare name
    attributes: dict[str, str]
    texts: dict[str, str] = field(default_factory=dict)
    children: list[tuple[str, dict[str, str]]] = field(default_factory=list)  # local, attributes

    @property
    def local(self) -> str:
        """Return the name without its namespace."""
        return self.name.rpartition(" ")[2]


def read_nodes(body: bytes, wanted: Collection[str]) -> Iterator[Node]:
    """Yield the elements with these local names, outermost first, none within another.

    Raises:
        XmlError: the document is cut, is no XML, or declares an entity.
    """
    reader = _Reader(frozenset(wanted))
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.EntityDeclHandler = _refuse
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    try:
        parser.Parse(body, True)  # noqa: FBT003 - expat takes it by position
    except (expat.ExpatError, LookupError, ValueError) as error:  # ValueError: as of Big5
        raise XmlError(str(error)) from error
    yield from reader.nodes


def scan_nodes(text: str, wanted: Collection[str]) -> Iterator[Node]:
    """Yield the same of markup that is no well-formed XML, with attributes by local name.

    It carries no texts, and looks at these tags alone: what lies between them may be anything.
    """
    depth = 0
    for name, rest, closing in _tags(text, wanted):
        if closing:
            depth = max(0, depth - 1)
            continue
        if not depth:
            found = _ATTRIBUTE.findall(rest)
            yield Node(name, {key: unescape(one or other) for key, one, other in found})
        depth += not rest.endswith("/")


def is_whole(text: str, roots: Collection[str], wanted: Collection[str]) -> bool:
    """Tell whether markup, well-formed or not, is there to its end.

    It is where a root ends after the last wanted element, and each of these begins and ends. A last
    sign that is missing (`</rss`) takes nothing with it.
    """
    depth, ended = 0, False
    for name, rest, closing in _tags(f"{text.rstrip()}>", (*roots, *wanted)):
        if name in roots:
            ended = ended or closing
            continue
        depth += -1 if closing else not rest.endswith("/")
        ended = False
        if depth < 0:
            return False
    return ended and not depth


def _tags(text: str, wanted: Collection[str]) -> Iterator[tuple[str, str, bool]]:
    """Yield local name, attributes and whether it closes, outside of comments and CDATA.

    Names are in lower case, as feedparser reads what is not well-formed. What is left open goes
    on to the end, so that no text makes this slow.
    """
    names = "|".join(map(re.escape, wanted))
    pattern = (
        r"<!--.*?(?:-->|\Z)|<!\[CDATA\[.*?(?:\]\]>|\Z)"
        rf"|<(/?)(?:[\w.-]{{1,64}}:)?({names})(?![\w.:-])((?:[^<>\"']|\"[^\"]*\"|'[^']*')*)>"
    )
    for tag in re.finditer(pattern, text, re.DOTALL | re.IGNORECASE):
        if tag[2]:
            yield tag[2].lower(), tag[3], bool(tag[1])


def declares_entities(body: bytes) -> bool:
    """Tell whether a document declares an entity, in whatever width its letters are."""
    return b"<!ENTITY" in body.replace(b"\0", b"")


def _refuse(*_: Any) -> None:
    raise XmlError("it declares an entity")


class _Reader:
    def __init__(self, wanted: frozenset[str]) -> None:
        self.nodes: list[Node] = []
        self._wanted = wanted
        self._depth = 0  # within a wanted element; 1 is the element itself
        self._child = ""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        local = name.rpartition(" ")[2]
        if self._depth:
            self._depth += 1
            self._child = local if self._depth == 2 else ""  # noqa: PLR2004 - a direct child
            if self._child and attributes:
                self.nodes[-1].children.append((local, attributes))
        elif local in self._wanted:
            self._depth = 1
            self.nodes.append(Node(name, attributes))

    def end(self, _: str) -> None:
        self._depth = max(0, self._depth - 1)
        self._child = ""

    def text(self, data: str) -> None:
        if self._child:
            texts = self.nodes[-1].texts
            texts[self._child] = texts.get(self._child, "") + data

"""One mention as people read it: words with marks, its conversation, its looks, its labels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

from desk.web.published import Library
from desk.web.show import safe_link
from desk.web.wording import label

_MENTION: Final = "SELECT * FROM mention WHERE mention_id = $mention_id"
_PART: Final = """
    SELECT mention_id, unnest(__part__, max_depth := 2) FROM mention WHERE mention_id = $mention_id
"""
_THREAD: Final = """
    SELECT mention_id, parent_id, published_at, said_by_brand_id, sentiment, text
    FROM mention
    WHERE thread_id = $thread_id
    ORDER BY published_at, mention_id
    LIMIT 200
"""
# A mention's page as files, a statement for each part.
PARTS: Final = {
    "mention": "SELECT * EXCLUDE (labels, spans, looks) FROM mention"
    " WHERE mention_id = $mention_id",
    "labels": _PART.replace("__part__", "labels"),
    "marks": _PART.replace("__part__", "spans"),
    "looks": _PART.replace("__part__", "looks"),
    "thread": """
        SELECT * EXCLUDE (labels, spans, looks)
        FROM mention
        WHERE thread_id = (SELECT thread_id FROM mention WHERE mention_id = $mention_id)
        ORDER BY published_at, mention_id
    """,
}
_KINDS: Final = ("flag", "target", "entity")  # what shows where several mark the same place
_SAYS: Final = {"flag": "suspicion", "target": "about", "entity": "names"}


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text under the same marks; `kind` is the strongest, "" for none."""

    text: str
    kind: str
    says: str


@dataclass(frozen=True, slots=True)
class Reading:
    """What a team's file tells of a mention."""

    mention: dict[str, Any]
    pieces: Sequence[Piece]
    thread: Sequence[dict[str, Any]]
    link: str
    labels: Sequence[dict[str, Any]]
    looks: Sequence[dict[str, Any]]


def read_mention(library: Library, team: str, mention_id: str) -> Reading | None:
    """Return what a team's file tells of a mention; None where it does not hold it."""
    if "mention" not in library.tables(team):
        return None
    found = library.ask(team, _MENTION, {"mention_id": mention_id}).records()
    if not found:
        return None
    (mention,) = found
    thread = library.ask(team, _THREAD, {"thread_id": mention["thread_id"]}).records()
    return Reading(
        mention,
        cut(mention["text"], mention["spans"]),
        thread if len(thread) > 1 else [],
        safe_link(mention["url"]),
        mention["labels"],
        mention["looks"],
    )


def cut(text: str, spans: Sequence[dict[str, Any]]) -> list[Piece]:
    """Return a text in pieces, each under the marks of all spans that cover it.

    Spans may overlap and end wherever they like: offsets beyond the text are cut off.
    """
    length = len(text)
    held = [
        (max(0, span["start"]), min(length, span["end"]), span["kind"], span["name"])
        for span in spans
        if span["start"] is not None and span["end"] is not None
    ]
    edges = sorted(
        {0, length, *(edge for start, end, *_ in held if start < end for edge in (start, end))}
    )
    pieces = []
    for start, end in pairwise(edges):
        over = [
            (kind, name) for begins, ends, kind, name in held if begins <= start and end <= ends
        ]
        kinds = [kind for kind in _KINDS if any(kind == each for each, _ in over)]
        says = "; ".join(
            f"{_SAYS.get(kind, kind)} {label(name)}"
            for kind in _KINDS
            for each, name in over
            if each == kind
        )
        pieces.append(Piece(text[start:end], kinds[0] if kinds else "", says))
    return pieces

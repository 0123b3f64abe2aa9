"""What discussions of GitHub look like (GraphQL): comments below them, and replies below these."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from listening.contract import Coverage, Item, Mention
from listening.sources import Look
from listening.sources._read import NOTHING, field, instant, part, read_items, text_id


def read_discussions(
    nodes: list[Any], look: Look, where: str
) -> tuple[tuple[Item, ...], Coverage | None]:
    """Return discussions with what was answered, and what of it one answer cannot hold."""
    raws = [raw for node in nodes for raw in _flat(node, look.settings["repo"])]
    items = read_items("github", where, raws, lambda raw: read_post(raw, look), _id)
    cut = [node for node in nodes if _left_out(node)]
    if not cut:
        return items, None
    reason = f"{len(cut)} discussions have more answers than GraphQL serves at once"
    return items, Coverage("capped", reason=reason)


def _left_out(node: Any) -> bool:
    """Tell whether a node has answers, or answers to these, that were not served."""
    listed, total = _answers(node)
    return len(listed) < total or any(map(_left_out, listed))


def _answers(node: Any) -> tuple[list[Any], int]:
    """Return what answers a discussion or comment, as far as it was served, and its number."""
    for name in ("comments", "replies"):
        below = node.get(name) if isinstance(node, Mapping) else None
        if isinstance(below, Mapping) and isinstance(below.get("nodes"), list):
            total = below.get("totalCount")
            return below["nodes"], total if isinstance(total, int) else 0
    return [], 0


def _flat(node: Any, repo: str, parent: str = "", thread: str = "") -> Iterator[Any]:
    """Yield a discussion, its comments and their replies, each with its id and what it answers."""
    number = text_id(node, "databaseId" if parent else "number")
    kind = "discussions/comments" if parent else "discussions"
    own = f"{repo}/{kind}/{number}" if number else ""
    yield {**node, "_id": own, "_parent": parent, "_thread": thread or own} if own else node
    for one in _answers(node)[0]:
        yield from _flat(one, repo, own, thread or own)


def _id(raw: Any) -> str:
    return text_id(raw, "_id")


def read_post(raw: Any, look: Look) -> Mention:
    """Return a discussion, a comment or a reply."""
    parent = text_id(raw, "_parent")
    field(raw, "databaseId", int)
    edited = field(raw, "lastEditedAt", str, NOTHING)
    author = field(raw, "author", dict, NOTHING) or {"login": "ghost"}
    below = part(raw, "replies" if parent else "comments", dict)
    return Mention(
        source="github",
        native_id=field(raw, "_id", str),
        text=field(raw, "body", str),
        title="" if parent else field(raw, "title", str),
        url=field(raw, "url", str),
        author=field(author, "login", str),
        published_at=instant(field(raw, "createdAt", str), "createdAt"),
        edited_at=instant(edited, "lastEditedAt") if edited else None,
        observed_at=look.started_at,
        kind="comment" if parent else "post",
        channel="github",
        parent_native_id=parent,
        thread_native_id=field(raw, "_thread", str),
        likes=field(raw, "upvoteCount", int),
        comments=part(below, "totalCount", int) if below else None,
        brand_id=look.settings["brand"],
        owned=look.settings["owned"],
    )

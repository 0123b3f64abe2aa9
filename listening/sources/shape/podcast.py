"""What a feed says of its episodes' transcripts, and what a passage of one becomes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urljoin

from listening.contract import Mention
from listening.sources import Look
from listening.sources._feed import ENTRIES
from listening.sources._transcript import TYPES, Said, passages
from listening.sources._xml import Node, XmlError, read_nodes


def read_passages(look: Look, episode: Mention, said: Sequence[Said]) -> tuple[Mention, ...]:
    """Return what is said in an episode, a mention for each passage."""
    return tuple(
        Mention(
            source="podcast",
            native_id=f"{episode.native_id}#{number}",
            text=one.text,
            url=f"{episode.url}#t={one.at:.0f}" if one.at and episode.url else episode.url,
            author=one.speaker or episode.author,
            published_at=episode.published_at,
            observed_at=look.started_at,
            channel="podcast",
            thread_native_id=episode.native_id,
            lang=episode.lang,
            brand_id=episode.brand_id,
            owned=episode.owned,
            warnings=episode.warnings,
        )
        for number, one in enumerate(passages(said), 1)
    )


def read_episodes(body: bytes) -> list[Node]:
    """Return the entries of a feed; of one that is not well-formed none, and so no transcripts."""
    try:
        return list(read_nodes(body, ENTRIES))
    except XmlError:
        return []


def name_of(texts: Mapping[str, str]) -> str:
    """Return what an episode is known by in its feed."""
    found = texts.get("guid") or texts.get("id") or texts.get("link") or ""
    return found.strip()


def best_transcript(node: Node | None, base: str) -> tuple[str, str] | None:
    """Return the address and type of an episode's best transcript."""
    links: dict[str, Any] = {}
    for name, attributes in node.children if node else ():
        kind = attributes.get("type", "").partition(";")[0].strip().lower()
        if name == "transcript" and attributes.get("url") and kind in TYPES:
            links.setdefault(kind, urljoin(base, attributes["url"].strip()))
    return next(((links[kind], kind) for kind in TYPES if kind in links), None)

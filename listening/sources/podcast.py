"""Podcasts: their episodes, and what is said in them where the feed links a transcript.

Written from RSS 2.0, github.com/Podcastindex-org/podcast-namespace (podcast:transcript) and the
behaviour of feedparser 6.0.14; read 2026-11. No account. Nothing is listened to: an episode
without a transcript is its notes.

A transcript is read once. What one speaker says on end is a mention of its own, in pieces of some
sentences, for an hour has one author and many subjects; its thread is the episode. The best of
several formats is taken. Transcripts often lie at another host, which `hosts` must allow.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final
from urllib.parse import urljoin

from pydantic import Field

from listening.contract import BrandFile, Coverage, ListeningError, Mention, Page
from listening.net.answer import BadAnswerError, DeniedError, GoneError, TransientError
from listening.net.guard import RefusedError
from listening.sources import Look, Settings, SourceSilent, Target, source
from listening.sources._api import EPOCH
from listening.sources._entry import entry_id, read_entry
from listening.sources._feed import ENTRIES, fetch_feed
from listening.sources._read import digest, read_items, site_target
from listening.sources._transcript import TYPES, passages, read_transcript
from listening.sources._xml import Node, XmlError, read_nodes

MOST_READ: Final = 50  # transcripts of one crawl; the next goes on


class Podcasts(Settings):
    """`sources: {podcast: {urls: [...], hosts: [cdn.example]}}`."""

    urls: tuple[str, ...] = Field(min_length=1)
    hosts: tuple[str, ...] = ()  # where transcripts lie, besides the feeds' own


def targets(settings: Podcasts, brands: BrandFile) -> list[Target]:
    """Return one target per feed; one on a brand's own domain is that brand's channel."""
    return [replace(site_target(url, brands), hosts=settings.hosts) for url in settings.urls]


@source(
    name="podcast",
    relation="off_channel",
    hosts=(),
    auth="none",
    blind_to="What is said in episodes without a transcript; episodes older than 90 days; edits of "
    "transcripts; listeners",
    verified="shape",
    uncounted="feeds tell no counts of episodes",
    settings=Podcasts,
    targets=targets,
    pace=2.0,
    memory=timedelta(days=90),
)
def crawl(look: Look) -> Iterator[Page]:
    """Yield the episodes, then what is said in each; nothing where the feed did not change."""
    url = look.settings["url"]
    if (found := fetch_feed(look)) is None:
        return
    response, parsed, body = found
    if not parsed.entries:
        raise SourceSilent("the feed has no episode", where=url, mend="Look whether it has moved")
    known, base = look.recent(EPOCH), response.url
    episodes = read_items(
        "podcast", url, parsed.entries,
        lambda entry: read_entry("podcast", entry, parsed.feed, base, look, known),
        lambda entry: entry_id(entry, look.target.host),
    )  # fmt: skip
    yield Page(episodes, len(episodes))
    nodes = {_name(node.texts): node for node in _nodes(response.body)}
    read, again, asked = dict.fromkeys(look.cursor.get("read", ())), False, 0
    listed: dict[str, None] = {}
    for entry, episode in zip(parsed.entries, episodes, strict=True):
        link = _transcript(nodes.get(entry.get("id") or entry.get("link") or ""), base)
        if link is None or not isinstance(episode, Mention) or episode.published_at < look.since:
            continue
        key = digest(link[0])
        listed[key] = None
        if key in read:
            continue
        if asked == MOST_READ:
            reason = f"{MOST_READ} transcripts were read; the next crawl goes on"
            again = True
            yield Page((), 0, coverage=Coverage("capped", reason=reason))
            break
        asked += 1
        try:
            said = _said(look, episode, *link)
        except (RefusedError, GoneError, DeniedError, BadAnswerError, TransientError) as error:
            again = again or isinstance(error, TransientError)
            yield Page((), 0, coverage=Coverage("partial", reason=_reason(error)))
            continue
        read[key] = None
        yield Page(said, len(said), {"read": list(read)})
    done = {} if again else {**response.validators, "body": body}
    yield Page((), 0, {**done, "read": [key for key in read if again or key in listed]})


def _said(look: Look, episode: Mention, url: str, kind: str) -> tuple[Mention, ...]:
    """Return what is said in an episode as mentions."""
    said = look.http.fetch(url, lambda response: read_transcript(response, kind))
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


def _nodes(body: bytes) -> list[Node]:
    """Return the entries of a feed; of one that is not well-formed none, and so no transcripts."""
    try:
        return list(read_nodes(body, ENTRIES))
    except XmlError:
        return []


def _name(texts: Mapping[str, str]) -> str:
    found = texts.get("guid") or texts.get("id") or texts.get("link") or ""
    return found.strip()


def _transcript(node: Node | None, base: str) -> tuple[str, str] | None:
    """Return the address and type of an episode's best transcript."""
    links: dict[str, Any] = {}
    for name, attributes in node.children if node else ():
        kind = attributes.get("type", "").partition(";")[0].strip().lower()
        if name == "transcript" and attributes.get("url") and kind in TYPES:
            links.setdefault(kind, urljoin(base, attributes["url"].strip()))
    return next(((links[kind], kind) for kind in TYPES if kind in links), None)


def _reason(error: ListeningError) -> str:
    return f"a transcript was not read: {error.where}: {error.what}"

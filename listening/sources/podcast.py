"""Podcasts: their episodes, and what is said in them where the feed links a transcript.

Written from RSS 2.0, github.com/Podcastindex-org/podcast-namespace (podcast:transcript) and the
behaviour of feedparser 6.0.14; read 2026-11. No account. Nothing is listened to: an episode
without a transcript is its notes.

A transcript is read once. What one speaker says on end is a mention of its own, in pieces of some
sentences, for an hour has one author and many subjects; its thread is the episode. The best of
several formats is taken. Transcripts often lie at another host, which `hosts` must allow.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Final

from pydantic import Field

from listening.contract import BrandFile, Coverage, ListeningError, Mention, Page
from listening.net.answer import BadAnswerError, DeniedError, GoneError, TransientError
from listening.net.guard import RefusedError
from listening.sources import Look, Settings, SourceSilent, Target, source
from listening.sources._api import EPOCH
from listening.sources._entry import entry_id, read_entry
from listening.sources._feed import fetch_feed
from listening.sources._read import digest, read_items, site_target
from listening.sources._transcript import Said, read_transcript
from listening.sources.shape.podcast import best_transcript, name_of, read_episodes, read_passages

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
    nodes = {name_of(node.texts): node for node in read_episodes(response.body)}
    read, again, asked = dict.fromkeys(look.cursor.get("read", ())), False, 0
    listed: dict[str, None] = {}
    for entry, episode in zip(parsed.entries, episodes, strict=True):
        link = best_transcript(nodes.get(entry.get("id") or entry.get("link") or ""), base)
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
            said = read_passages(look, episode, _fetch(look, *link))
        except (RefusedError, GoneError, DeniedError, BadAnswerError, TransientError) as error:
            again = again or isinstance(error, TransientError)
            yield Page((), 0, coverage=Coverage("partial", reason=_reason(error)))
            continue
        read[key] = None
        yield Page(said, len(said), {"read": list(read)})
    done = {} if again else {**response.validators, "body": body}
    yield Page((), 0, {**done, "read": [key for key in read if again or key in listed]})


def _fetch(look: Look, url: str, kind: str) -> Sequence[Said]:
    return look.http.fetch(url, lambda response: read_transcript(response, kind))


def _reason(error: ListeningError) -> str:
    return f"a transcript was not read: {error.where}: {error.what}"

"""YouTube: the videos a query finds or a channel shows, and what is said under them.

Written from developers.google.com/youtube/v3 (search, videos, playlistItems, commentThreads,
comments, quota) and recorded answers, read 2026-11. An API key is the password of the
connection. It bears 10,000 units a day, counted in Pacific time: a list costs 1, a search 100,
so a query is searched anew every few hours only, and a channel is cheaper than a query.

Comments are listed by the age of their thread; a thread younger than the overlap is read again
with its answers. Nothing tells of a deletion: what vanished is asked for by id, and absence
means deleted, or private. Policy: stored data is to be refreshed or deleted after 30 days.
"""

from __future__ import annotations

import html
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from pydantic import Field

from listening.clean import UncleanError
from listening.contract import (
    BrandFile,
    ConfigurationError,
    Coverage,
    Item,
    Mention,
    Page,
    Snapshot,
)
from listening.net.answer import DeniedError, GoneError
from listening.net.meter import Budget
from listening.query.dialect import Dialect
from listening.query.search import compile_search
from listening.sources import Look, Settings, Target, source
from listening.sources._api import blind, chunks, gone, is_due, moments, stamp
from listening.sources._queries import queries_for
from listening.sources._read import (
    api_target,
    expect,
    field,
    instant,
    page_of,
    read_items,
    tell_news,
    whole,
    words,
)
from listening.sources._youtube import PACIFIC, ask, item_id, lists, reason_of

API: Final = "https://www.googleapis.com"
SEARCH: Final = Dialect(most=500, any_of="|", groups=False)
PER_CALL: Final = 50
PER_PAGE: Final = 100
SEARCH_PAGES: Final = 5  # of one wording, at 100 units each
KNOWN: Final = words(
    """authorChannelId authorChannelUrl authorDisplayName authorProfileImageUrl canRate categoryId
    channelId channelTitle defaultAudioLanguage defaultLanguage description etag id kind
    likeCount liveBroadcastContent localized moderationStatus parentId publishTime publishedAt
    replies snippet statistics tags textDisplay textOriginal thumbnails title updatedAt videoId
    viewerRating"""
)
VIDEO_ID: Final = 11  # letters; a comment's id has more


class Channel(Settings):
    """A channel by its id; a brand's own channel is owned, and all said there is on topic."""

    id: str = Field(pattern=r"^UC[\w-]{22}$")
    brand: str = ""


class Videos(Settings):
    """`sources: {youtube: {channels: [{id: UC…, brand: acme}], search: true}}`."""

    channels: tuple[Channel, ...] = ()
    search: bool = True
    search_hours: float = Field(6, ge=0)  # between two searches for one query
    connection: str = "youtube"
    cap: float | None = Field(None, ge=0)  # units a day, where the project has more or fewer
    base_url: str = API


def targets(settings: Videos, brands: BrandFile) -> list[Target]:
    """Return one target per channel, and one per query.

    Raises:
        ConfigurationError: a channel names a brand that the file does not have.
    """
    base, facts = settings.base_url, settings.model_dump(include={"connection", "cap"})
    roles = {"": "", **{brand.id: brand.role for brand in brands.brands}}
    strange = [one.id for one in settings.channels if one.brand not in roles]
    if strange:
        raise ConfigurationError(
            f"channels of a brand that is not in the brand file: {', '.join(strange)}",
            where="sources: youtube",
            mend=f"Use one of {', '.join(filter(None, roles))}, or none",
        )
    found = [
        api_target(f"c-{one.id}", base, {**facts, "channel": one.id, "brand": one.brand},
                   relation="owned" if roles[one.brand] == "own" else None)
        for one in settings.channels
    ]  # fmt: skip
    for name, q in (queries_for("youtube", brands) if settings.search else {}).items():
        texts = {"texts": list(compile_search(q, SEARCH)), "hours": settings.search_hours}
        found.append(api_target(name, base, {**facts, **texts}))
    return found


def recount(look: Look, ids: Sequence[str]) -> Iterator[Page]:
    """Yield videos and the counts of comments as they are now; what is absent is gone."""
    yield _videos(look, [one for one in ids if len(one) == VIDEO_ID])
    yield _comments(look, [one for one in ids if len(one) != VIDEO_ID])


@source(
    name="youtube",
    relation="off_channel",
    hosts=("www.googleapis.com",),
    auth="an API key",
    blind_to="What is said aloud; answers in threads older than a week; comments held back or "
    "switched off; private videos; more than 250 videos of one wording between two searches; how "
    "many shared or disliked",
    verified="recorded",
    settings=Videos,
    targets=targets,
    pace=0.2,
    overlap=timedelta(days=7),
    horizon=timedelta(days=30),
    memory=timedelta(days=8),
    recount=recount,
    recount_size=PER_CALL,
    slice=timedelta(days=30),
    budget=Budget({"list": 1, "search": 100}, "units", "day", cap=10_000, zone=PACIFIC),
)
def crawl(look: Look) -> Iterator[Page]:
    """Yield videos, then what is said under them, then what vanished."""
    channel, texts = look.settings.get("channel"), look.settings.get("texts")
    found: dict[str, Any] = {}
    cursor = {"at": look.started_at.isoformat()}
    if channel:
        found = dict.fromkeys(_uploads(look, channel))
    elif not texts:
        yield blind()
        return
    elif not is_due(look):
        return
    else:
        found, capped = _search(look)
        cursor["searched"] = look.started_at.isoformat()
        if capped:
            reason = f"a search found more than {SEARCH_PAGES * PER_CALL} videos"
            yield Page((), 0, coverage=Coverage("capped", reason=reason))
    known = [one for one in look.recent(look.since) if len(one) == VIDEO_ID]
    videos, served = sorted({*known, *found}), set[str]()
    for chunk in chunks(videos, PER_CALL):
        page = _videos(look, chunk, found)
        served |= {item.native_id for item in page.items}
        yield page
    if not channel:  # paid for: not again at once, whatever happens below
        yield Page((), 0, {**look.cursor, "searched": cursor["searched"]})
    places = [{"videoId": one} for one in videos if one in served]
    for where in [{"allThreadsRelatedToChannelId": channel}] if channel else places:
        for page in _threads(look, where):
            served |= {item.native_id for item in page.items}
            yield page
    lost = [one for one in look.missing(served) if len(one) != VIDEO_ID]
    last = _comments(look, lost[:PER_CALL]) if lost else Page((), 0)
    yield Page(last.items, last.served, cursor)


def _search(look: Look) -> tuple[dict[str, Any], bool]:
    """Return what a query's wordings find by video, and whether there was more."""
    found: dict[str, Any] = {}
    capped = False
    for text in look.settings["texts"]:
        asked = {"part": "snippet", "type": "video", "order": "date", "maxResults": PER_CALL,
                 "publishedAfter": stamp(look.since), "q": text}  # fmt: skip
        asked |= {"publishedBefore": stamp(look.until)} if look.until else {}
        for number, answer in enumerate(lists(look, "search", asked), start=1):
            found |= {item_id(one): one for one in answer["items"]}
            if number == SEARCH_PAGES:
                capped = capped or bool(answer.get("nextPageToken"))
                break
    return found, capped


def _uploads(look: Look, channel: str) -> Iterator[str]:
    """Yield the videos of a channel, newest first, back to the overlap."""
    asked = {"part": "contentDetails", "maxResults": PER_CALL, "playlistId": f"UU{channel[2:]}"}
    for answer in lists(look, "playlistItems", asked):
        for item in answer["items"]:
            details = expect(item, "contentDetails", dict, "playlistItems")
            published = details.get("videoPublishedAt")
            if published and datetime.fromisoformat(published) < look.since:
                return
            if published and look.until and datetime.fromisoformat(published) > look.until:
                continue
            yield expect(details, "videoId", str, "playlistItems")


def _videos(look: Look, ids: Sequence[str], found: Mapping[str, Any] | None = None) -> Page:
    """Return videos with their counts; those absent are gone, or as the search showed them."""
    if not ids:
        return Page((), 0)
    asked = {"part": "snippet,statistics", "id": ",".join(ids), "maxResults": PER_CALL}
    answer = ask(look, "videos", asked)["items"]
    there = {item_id(one) for one in answer}
    told = [*answer, *(one for name, one in (found or {}).items()
                       if one and name in ids and name not in there)]  # fmt: skip
    seen, whose = look.started_at, _whose(look)
    items = read_items(
        "youtube", "videos", told, lambda one: read_video(one, seen, **whose), item_id
    )
    shown = there | set(found or {})
    lost = gone(look, "youtube", (one for one in ids if one not in shown))
    return Page((*items, *lost), len(told) + len(lost))


def _threads(look: Look, where: Mapping[str, str]) -> Iterator[Page]:
    """Yield comment threads, newest first, back to the overlap, each with all its answers."""
    asked = {"part": "snippet,replies", "order": "time", "maxResults": PER_PAGE,
             "textFormat": "plainText", **where}  # fmt: skip
    try:
        for answer in lists(look, "commentThreads", asked):
            comments: list[tuple[Any, str]] = []
            for thread in answer["items"]:
                comments += _thread(look, thread)
            page = _read(look, comments)
            yield page
            tops = moments(item for item in page.items if "." not in item.native_id)
            if max(tops, default=look.started_at) < look.since:
                return
    except GoneError:
        return  # the video went meanwhile: the next look at it tells
    except DeniedError as error:
        if reason_of(error) != "commentsDisabled":
            raise


def _thread(look: Look, thread: Any) -> Iterator[tuple[Any, str]]:
    """Yield the comments of a thread, each with the video they are under."""
    snippet = expect(thread, "snippet", dict, "commentThreads")
    top = expect(snippet, "topLevelComment", dict, "commentThreads")
    video = str(snippet.get("videoId") or "")
    yield top, video
    replies = (thread.get("replies") or {}).get("comments") or []
    total = snippet.get("totalReplyCount") or 0
    if total > len(replies):
        asked = {"part": "snippet", "parentId": item_id(top), "maxResults": PER_PAGE,
                 "textFormat": "plainText"}  # fmt: skip
        replies = [one for answer in lists(look, "comments", asked) for one in answer["items"]]
    yield from ((one, video) for one in replies)


def _comments(look: Look, ids: Sequence[str]) -> Page:
    """Return the counts of comments by their ids; those absent are gone."""
    if not ids:
        return Page((), 0)
    answer = ask(look, "comments", {"part": "snippet", "id": ",".join(ids)})["items"]
    looks: list[Item] = []
    for one in answer:
        likes = expect(expect(one, "snippet", dict, "comments"), "likeCount", int, "comments")
        looks.append(Snapshot("youtube", item_id(one), look.started_at, likes=likes))
    there = {item.native_id for item in looks}
    lost = gone(look, "youtube", (one for one in ids if one not in there))
    return Page((*looks, *lost), len(looks) + len(lost))


def _read(look: Look, comments: Sequence[tuple[Any, str]]) -> Page:
    seen, whose = look.started_at, _whose(look)
    return page_of(
        "youtube",
        "commentThreads",
        comments,
        lambda pair: read_comment(*pair, seen, **whose),
        lambda pair: item_id(pair[0]),
    )


def _whose(look: Look) -> dict[str, Any]:
    """Return whose channel it is, as fields of a mention."""
    owned = look.target.relation == "owned"
    return {"brand_id": look.settings.get("brand", ""), "owned": owned}


def read_video(item: Any, seen: datetime, **whose: Any) -> Mention:
    """Return a video, of `videos` or as a search shows it, as a mention.

    Raises:
        UncleanError: a field is missing or odd.
    """
    snippet, counts = field(item, "snippet", dict), item.get("statistics") or {}
    tell_news("youtube", (item, snippet), KNOWN)
    likes, views, comments = (
        whole(field(counts, name, str), name) if name in counts else None
        for name in ("likeCount", "viewCount", "commentCount")  # authors may hide them
    )
    name = item_id(item)
    if not name:
        raise UncleanError("missing_field", "field 'id' names no video")
    return Mention(
        source="youtube",
        native_id=name,
        title=html.unescape(field(snippet, "title", str)),  # a search escapes it
        text=html.unescape(field(snippet, "description", str)),
        url=f"https://www.youtube.com/watch?v={name}",
        author=field(snippet, "channelTitle", str),
        author_id=field(snippet, "channelId", str),
        published_at=instant(field(snippet, "publishedAt", str), "publishedAt"),
        observed_at=seen,
        channel="youtube",
        thread_native_id=name,
        lang=snippet.get("defaultAudioLanguage") or snippet.get("defaultLanguage") or "",
        likes=likes,
        views=views,
        comments=comments,
        **whose,
    )


def read_comment(item: Any, video: str, seen: datetime, **whose: Any) -> Mention:
    """Return a comment, or an answer to one, as a mention.

    Raises:
        UncleanError: a field is missing or odd.
    """
    snippet, name = field(item, "snippet", dict), field(item, "id", str)
    tell_news("youtube", (item, snippet), KNOWN)
    video = video or str(snippet.get("videoId") or "")
    said = "textOriginal" if "textOriginal" in snippet else "textDisplay"
    published = instant(field(snippet, "publishedAt", str), "publishedAt")
    updated = instant(field(snippet, "updatedAt", str), "updatedAt")
    address = f"watch?v={video}&lc={name}" if video else f"channel/{snippet.get('channelId', '')}"
    return Mention(
        source="youtube",
        native_id=name,
        text=field(snippet, said, str),
        url=f"https://www.youtube.com/{address}",
        author=field(snippet, "authorDisplayName", str),
        author_id=(snippet.get("authorChannelId") or {}).get("value") or "",
        published_at=published,
        edited_at=updated if updated > published else None,
        observed_at=seen,
        kind="comment",
        channel="youtube",
        parent_native_id=snippet.get("parentId") or video,
        thread_native_id=video,
        likes=field(snippet, "likeCount", int),
        **whose,
    )

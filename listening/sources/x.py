"""X: what a query finds in the last seven days, or all that mentions an account, newest first.

Written from docs.x.com (API v2: search, counts, mentions, post lookup, edits, withheld content,
batch compliance, pricing), recorded answers and the developer policy, read 2026-11. It takes an
app's bearer token (the password of the connection `x`) and costs money: `cap` says how many USD a
month may cost, and nothing is asked before it says so.

A post keeps the id of its first version when it is edited; that is its id here. Answers lack a
field that is empty, and ids tell the moment to the millisecond, so only the id and the text are
sure to be there. Retweets are shares, with the text of what they share. Posts that were deleted,
or whose accounts were closed or locked, are found by the counts and by a compliance job a day,
for the policy wants them deleted here, too. Counts must not be used to measure X itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Annotated, Any, Final

from pydantic import Field

from listening.clean import UncleanError
from listening.contract import BrandFile, Coverage, Item, Mention, Page
from listening.net.answer import DeniedError, RateLimitedError, Response, read_json
from listening.net.credential import need_credential
from listening.net.meter import Budget
from listening.query.search import Dialect, compile_search
from listening.sources import Look, Settings, SourceChanged, Target, source
from listening.sources._api import EPOCH, Heard, blind, chunks, gone, stamp
from listening.sources._queries import queries_for
from listening.sources._read import (
    NOT_PUBLIC,
    Pager,
    api_target,
    epoch,
    expect,
    field,
    instant,
    page_of,
    part,
    text_id,
    words,
)
from listening.sources._x import comply

API: Final = "https://api.x.com/2"
SIZE: Final = 100
REACH: Final = timedelta(days=7) - timedelta(minutes=1)  # of a search without `archive`
MOST_MENTIONS: Final = 800  # that the mentions of an account reach back to
SHORT: Final = 0.9  # counts include what may not be shown: only less than this share is a gap
COUNTED: Final = ("data", "tweets", "users")
TWITTER: Final = 1_288_834_974_657  # milliseconds: the epoch of its ids
GONE: Final = ("/resource-not-found", "/not-authorized-for-resource")  # deleted, closed, locked
NO_LANGUAGE: Final = re.compile(r"und|zxx|q[a-z]{2}")  # as X marks links, tags, too little
EVERYWHERE: Final = frozenset(("XX", "XY"))  # withheld in all countries, or for copyright
RECENT: Final = Dialect(most=496, none_of="-", fields={"author": "from:", "lang": "lang:"})
ARCHIVE: Final = replace(RECENT, most=1_008)  # 512 and 1,024, less what `retweets: false` takes
ASKED: Final = {
    "max_results": str(SIZE),
    "tweet.fields": "author_id,conversation_id,created_at,edit_history_tweet_ids,entities,lang,"
    "note_tweet,public_metrics,referenced_tweets,withheld",
    "user.fields": "name,protected,public_metrics,username,verified",
    "expansions": "author_id,referenced_tweets.id",
}
KNOWN: Final = words(
    """article attachments author_id card_uri community_id context_annotations conversation_id
    created_at display_text_range edit_controls edit_history_tweet_ids entities geo id
    in_reply_to_user_id lang media_metadata note_tweet possibly_sensitive public_metrics
    referenced_tweets reply_settings scopes source suggested_source_links text withheld"""
)


Account = Annotated[str, Field(pattern=r"^\d{1,19}$", coerce_numbers_to_str=True)]


class Posts(Settings):
    """`sources: {x: {cap: 50}}`: the queries; `accounts: ["783214"]`: all that mentions these."""

    base_url: str = API
    connection: str = "x"
    cap: float = Field(default=0.0, ge=0)  # USD a month
    accounts: tuple[Account, ...] = ()  # the brand's, by id
    archive: bool = False  # search everything since 2006, where the access includes it
    retweets: bool = True
    count: bool = True  # ask before each search how much there is, at the price of a request
    recount: bool = True  # look at counts again, at the price of a post each


def targets(settings: Posts, brands: BrandFile) -> list[Target]:
    """Return one target per account, and one per query that covers X."""
    base = settings.base_url
    facts = settings.model_dump(include={"connection", "cap", "archive", "count", "recount"})
    found = [
        api_target(f"mentions/{one}", base, {**facts, "account": one}, relation="owned")
        for one in settings.accounts
    ]
    dialect = ARCHIVE if settings.archive else RECENT
    less = "" if settings.retweets else " -is:retweet"
    for name, q in queries_for("x", brands).items():
        texts = [f"({text}){less}" if less else text for text in compile_search(q, dialect)]
        found.append(api_target(name, base, {**facts, "texts": texts}))
    return found


def recount(look: Look, ids: Sequence[str]) -> Iterator[Page]:
    """Yield each post as its latest version stands now; what is gone or closed is deleted."""
    if look.settings["recount"]:
        yield from _again(look, ids)


@source(
    name="x",
    relation="off_channel",
    hosts=("api.x.com", "storage.googleapis.com"),
    auth="the bearer token of an app; paid by use",
    blind_to="Posts of locked accounts and what is withheld everywhere; without `archive` posts "
    "older than seven days; of an account's mentions all but the newest 800",
    verified="recorded",
    settings=Posts,
    targets=targets,
    overlap=timedelta(hours=1),  # a post can be edited for so long; reading again costs
    horizon=REACH,
    memory=timedelta(days=30),
    backfills=True,
    recount=recount,
    recount_size=SIZE,
    budget=Budget(prices={"post": 0.005, "user": 0.010, "count": 0.005}),
)
def crawl(look: Look) -> Iterator[Page]:
    """Yield the posts back to the overlap, what vanished of them, and what compliance tells."""
    if not (look.settings.get("account") or look.settings["texts"]):
        yield blind()
        return
    heard = Heard(look)
    yield from heard.note(_mentions(look) if "account" in look.settings else _searched(look))
    for chunk in chunks(heard.missing(), SIZE):
        yield from _again(look, chunk)
    cursor, before = {"at": heard.newest.isoformat()}, look.cursor.get("compliance", {})
    if heard.served:  # what was paid for is not asked again, whatever becomes of the job
        yield Page((), 0, {**cursor, "compliance": before} if before else cursor)
    ended, state = comply(look, lambda path, **said: _fetch(look, path, **said))
    if ended or state != before:
        yield Page(ended, len(ended), {**cursor, "compliance": state})


def _searched(look: Look) -> Iterator[Page]:
    """Yield what each search finds; counted first, so that a gap is seen."""
    archive = look.settings["archive"]
    since = look.since if archive else max(look.since, look.started_at - REACH)
    until = {"end_time": stamp(look.until)} if look.until else {}
    where = "all" if archive else "recent"
    for text in look.settings["texts"]:
        window = {"query": text, "start_time": stamp(since), **until}
        expected = _count(look, f"/tweets/counts/{where}", window)  # None: not to be asked
        got = set[str]()
        for page in _pages(look, f"/tweets/search/{where}", window, "next_token"):
            got |= {item.native_id for item in page.items}
            yield page
        told = Coverage("complete", expected=expected, got=len(got))
        if expected and len(got) < SHORT * expected:
            reason = f"X counts {expected} posts and served {len(got)}"
            told = replace(told, state="partial", reason=reason)
        if since > look.since:
            told = replace(told, state="capped", reason="a search reaches back seven days")
        yield Page((), 0, coverage=told)


def _count(look: Look, path: str, window: Mapping[str, str]) -> int | None:
    if not look.settings["count"]:
        return None
    with look.pay(count=1):
        answer = _fetch(look, path, params={**window, "granularity": "day"})
    url = f"{look.settings['base_url']}{path}"
    return expect(expect(answer, "meta", dict, url), "total_tweet_count", int, url)


def _mentions(look: Look) -> Iterator[Page]:
    path, got = f"/users/{look.settings['account']}/mentions", 0
    for page in _pages(look, path, {"start_time": stamp(look.since)}, "pagination_token"):
        got += page.served
        yield page
    if got >= MOST_MENTIONS:
        reason = f"an account's mentions reach back {MOST_MENTIONS} posts"
        yield Page((), 0, coverage=Coverage("capped", got=got, reason=reason))


def _pages(look: Look, path: str, asked: Mapping[str, str], turn: str) -> Iterator[Page]:
    token, pager = "", Pager(path)
    while True:
        answer = _paid(look, path, {**ASKED, **asked, **({turn: token} if token else {})})
        page = _page(look, answer, path)
        if page.served:
            pager.turn(item.native_id for item in page.items)
            yield page
        meta = expect(answer, "meta", dict, path)
        if meta.get("result_count") and not page.served:
            raise SourceChanged("posts are counted, and none is served", where=path)
        token = text_id(meta, "next_token")
        if not token:
            return


def _paid(look: Look, path: str, asked: Mapping[str, str]) -> Mapping[str, Any]:
    """Ask for posts, and pay for what came: posts, what they answer and quote, and authors."""
    most = len(asked["ids"].split(",")) if "ids" in asked else SIZE
    with look.pay(post=3 * most, user=most) as bill:
        try:
            answer: Mapping[str, Any] = _fetch(look, path, params=asked)
        except (DeniedError, RateLimitedError):  # nothing came, nothing costs
            bill.used(post=0, user=0)
            raise
        more = expect({"includes": {}, **answer}, "includes", dict, path)
        kinds = {"data": [], "tweets": [], "users": [], **more, **answer}
        posts, others, users = (len(expect(kinds, one, list, path)) for one in COUNTED)
        bill.used(post=posts + others, user=users)
    return answer


def _fetch(look: Look, path: str, **said: Any) -> Mapping[str, Any]:
    name = look.settings["connection"]
    token = need_credential(name, "password: the bearer token of an app").password
    headers = {"Authorization": f"Bearer {token}"}
    return look.http.fetch(f"{look.settings['base_url']}{path}", _read, headers=headers, **said)


def _read(response: Response) -> Mapping[str, Any]:
    answer = read_json(response)
    if not isinstance(answer, Mapping):
        raise SourceChanged("the answer is no object", where=response.url)
    return answer


def _page(look: Look, answer: Mapping[str, Any], path: str) -> Page:
    raws = expect({"data": [], **answer}, "data", list, path)
    lost = [
        name
        for name in ("created_at", "author_id", "public_metrics")
        if raws and not any(name in raw for raw in raws if isinstance(raw, Mapping))
    ]
    told = Coverage("partial", reason=f"no post has {', '.join(lost)}") if lost else None
    return page_of("x", path, raws, lambda raw: _item(raw, answer, look), _id, KNOWN, told)


def _again(look: Look, ids: Sequence[str]) -> Iterator[Page]:
    """Yield posts by id: an edited one answers as it was, and names its latest version."""
    path = "/tweets"
    asked = {name: value for name, value in ASKED.items() if name != "max_results"}
    answer = _paid(look, path, {**asked, "ids": ",".join(ids)})
    posts = [one for one in answer.get("data") or () if isinstance(one, Mapping)]
    edited = [one["edit_history_tweet_ids"][-1] for one in posts if _is_old(one)]
    yield _page(look, {**answer, "data": [one for one in posts if not _is_old(one)]}, path)
    if edited:
        yield _page(look, _paid(look, path, {**asked, "ids": ",".join(edited)}), path)
    told = [one for one in answer.get("errors") or () if str(one.get("type")).endswith(GONE)]
    refused = {text_id(one, "resource_id") for one in told} & set(ids)
    yield Page(gone(look, "x", sorted(refused)), len(refused))


def _is_old(post: Mapping[str, Any]) -> bool:
    versions = post.get("edit_history_tweet_ids") or [post.get("id")]
    return bool(versions[-1] != post.get("id"))


def _id(raw: Any) -> str:
    """Return the id of a post's first version."""
    versions = raw.get("edit_history_tweet_ids") if isinstance(raw, Mapping) else None
    return str(versions[0]) if isinstance(versions, list) and versions else text_id(raw, "id")


def _item(raw: Any, answer: Mapping[str, Any], look: Look) -> Item:
    """Return a post, or the deletion of one that we know and may no longer show."""
    try:
        return _mention(raw, answer, look)
    except UncleanError as error:
        if error.reason != NOT_PUBLIC or _id(raw) not in look.recent(EPOCH):
            raise
        return gone(look, "x", [_id(raw)])[0]


def _mention(raw: Any, answer: Mapping[str, Any], look: Look) -> Mention:
    latest, first = field(raw, "id", str), _id(raw)
    withheld = part(raw, "withheld", dict)
    if withheld.get("copyright") or EVERYWHERE & set(withheld.get("country_codes", ())):
        raise UncleanError(NOT_PUBLIC, "X withholds it everywhere")
    author = _included(answer, "users", text_id(raw, "author_id"))
    if author.get("protected"):
        raise UncleanError(NOT_PUBLIC, "its author shows it to followers only")
    linked = part(raw, "referenced_tweets", list)
    refers = {text_id(one, "type"): text_id(one, "id") for one in linked}
    shared = refers.get("retweeted", "")
    # The counts of a retweet are those of what it shares.
    counts = {} if shared else part(raw, "public_metrics", dict)
    shares = [_whole(counts, name) for name in ("retweet_count", "quote_count")]
    edited = _moment(latest) if latest != first else None
    return Mention(
        source="x",
        native_id=first,
        text=_text(_included(answer, "tweets", shared) or raw),
        url=f"https://x.com/i/status/{first}",
        author=str(author.get("username") or ""),
        author_id=text_id(raw, "author_id"),
        author_name=str(author.get("name") or ""),
        published_at=_published(raw, first, edited),
        edited_at=edited,
        observed_at=look.started_at,
        kind="share" if shared else "comment" if refers.get("replied_to") else "post",
        channel="x",
        parent_native_id=shared or refers.get("replied_to", ""),
        thread_native_id=text_id(raw, "conversation_id"),
        lang="" if NO_LANGUAGE.fullmatch(text_id(raw, "lang")) else text_id(raw, "lang"),
        verified=field(author, "verified", bool) if "verified" in author else None,
        likes=_whole(counts, "like_count"),
        shares=sum(filter(None, shares)) if any(one is not None for one in shares) else None,
        comments=_whole(counts, "reply_count"),
        views=_whole(counts, "impression_count"),
        followers=_whole(part(author, "public_metrics", dict), "followers_count"),
        warnings=("withheld",) if withheld else (),
    )


def _whole(counts: Mapping[str, Any], name: str) -> int | None:
    return int(field(counts, name, int)) if name in counts else None


def _published(raw: Mapping[str, Any], first: str, edited: datetime | None) -> datetime:
    """Return when the first version was posted; `created_at` is that of the version served."""
    if edited or "created_at" not in raw:
        return _moment(first)
    return instant(field(raw, "created_at", str), "created_at")


def _moment(post: str) -> datetime:
    """Return the moment an id tells, to the second."""
    if not re.fullmatch(r"\d{1,19}", post):
        raise UncleanError("bad_type", f"id {post[:60]!r} is no whole number")
    return epoch(((int(post) >> 22) + TWITTER) // 1000, "id")


def _included(answer: Mapping[str, Any], kind: str, wanted: str) -> Mapping[str, Any]:
    listed = part(part(answer, "includes", dict), kind, list)
    return next((one for one in listed if wanted and text_id(one, "id") == wanted), {})


def _text(post: Mapping[str, Any]) -> str:
    """Return the whole text of a post, its short links spelled out."""
    whole = part(post, "note_tweet", dict) or post
    text: str = field(whole, "text", str)
    for link in part(part(whole, "entities", dict), "urls", list):
        if short := text_id(link, "url"):
            text = text.replace(short, text_id(link, "expanded_url") or short)
    return text

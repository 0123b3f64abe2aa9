"""Reddit: what is posted and answered in subreddits, and the posts a query finds, newest first.

Written from reddit.com/dev/api, github.com/reddit-archive/reddit/wiki/OAuth2, the Responsible
Builder Policy of November 2025 and recorded answers, read 2026-11. The API wants an approved
app: its id and secret are the login and password of the connection. Without one the public
feeds are read instead: ids are the same, scores, edits and deletions are missing.

A listing ends after about 1,000 things and cannot be cut by time: what lies beyond is told as
capped. A thing that vanished from it is asked for by name. "[deleted]" or "[removed]" in place
of its text is a deletion; "[deleted]" in place of its author alone is an account that left.
Policy forbids to match people with other platforms: an author is a name here and nothing more.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import quote

from listening.clean import UncleanError
from listening.contract import BrandFile, Coverage, Deletion, Item, Mention, Page
from listening.net.answer import DeniedError, GoneError, read_json
from listening.net.credential import find_credential
from listening.query.dialect import Dialect
from listening.query.search import compile_search
from listening.sources import Look, Settings, Target, source
from listening.sources._api import Heard, basic, blind, moments
from listening.sources._queries import queries_for
from listening.sources._read import (
    Pager,
    epoch,
    expect,
    expect_list,
    field,
    host_of,
    page_of,
    tell_news,
    text_id,
    words,
)
from listening.sources._reddit_feed import capped, feed_page

API: Final = "https://oauth.reddit.com"
SITE: Final = "https://www.reddit.com"
LIMIT: Final = 100
CAP: Final = 1_000  # things of one listing, about
THREADS: Final = 50  # of one crawl
SEARCH: Final = Dialect(most=512, all_of=" AND ", fields={"author": "author:", "site": "site:"})
GONE: Final = ("[deleted]", "[removed]")
KNOWN: Final = words(
    """all_awardings allow_live_comments approved_at_utc approved_by archived associated_awarding_id
    author author_cakeday author_flair_background_color author_flair_css_class
    author_flair_richtext author_flair_template_id author_flair_text author_flair_text_color
    author_flair_type author_fullname author_is_blocked author_patreon_flair author_premium
    awarders banned_at_utc banned_by body body_html can_gild can_mod_post category clicked
    collapsed collapsed_because_crowd_control collapsed_reason collapsed_reason_code
    comment_type content_categories contest_mode controversiality created created_utc
    crosspost_parent crosspost_parent_list depth discussion_type distinguished domain downs
    edited gallery_data gilded gildings hidden hide_score id is_created_from_ads_ui
    is_crosspostable is_gallery is_meta is_original_content is_reddit_media_domain
    is_robot_indexable is_self is_submitter is_video likes link_author
    link_flair_background_color link_flair_css_class link_flair_richtext link_flair_template_id
    link_flair_text link_flair_text_color link_flair_type link_id link_permalink link_title
    link_url locked media media_embed media_metadata media_only mod_note mod_reason_by
    mod_reason_title mod_reports name no_follow num_comments num_crossposts num_duplicates
    num_reports over_18 parent_id parent_whitelist_status permalink pinned poll_data post_hint
    preview pwls quarantine removal_reason removed_by removed_by_category replies report_reasons
    rte_mode saved score score_hidden secure_media secure_media_embed selftext selftext_html
    send_replies spoiler stickied subreddit subreddit_id subreddit_name_prefixed
    subreddit_subscribers subreddit_type suggested_sort tags thumbnail thumbnail_height
    thumbnail_width title top_awarded_type total_awards_received treatment_tags type
    unrepliable_reason updated ups upvote_ratio url url_overridden_by_dest user_reports
    view_count visited whitelist_status wls"""
)


class Subreddits(Settings):
    """`sources: {reddit: {subreddits: [acme]}}`; queries are searched for besides."""

    subreddits: tuple[str, ...] = ()
    search: bool = True
    connection: str = "reddit"
    base_url: str = API


def targets(settings: Subreddits, brands: BrandFile) -> list[Target]:
    """Return two targets per subreddit, its posts and its comments, and one per query."""
    base = settings.base_url.rstrip("/")
    site = SITE if base == API else base
    facts = {"base_url": base, "site_url": site, "connection": settings.connection}
    host, other = host_of(site), host_of(base)
    found = [
        Target(f"r-{name}-{kind}", host, {**facts, "path": f"/r/{quote(name)}/{kind}"}, (other,))
        for name in (name.removeprefix("r/").strip("/") for name in settings.subreddits)
        for kind in ("new", "comments")
    ]
    queries = queries_for("reddit", brands) if settings.search else {}
    for name, q in queries.items():
        texts = list(compile_search(q, SEARCH))
        found.append(Target(name, host, {**facts, "path": "/search", "texts": texts}, (other,)))
    return found


def recount(look: Look, ids: Sequence[str]) -> Iterator[Page]:
    """Yield things as they are now, by name; without an account there is nothing to ask."""
    if said := _login(look):
        yield _things(look, said, ids)


@source(
    name="reddit",
    relation="off_channel",
    hosts=("www.reddit.com", "oauth.reddit.com"),
    auth="oauth of an approved app; without it the feeds, which tell no scores",
    blind_to="Comments outside the subreddits listed and the posts found; more than about 1,000 "
    "things between two crawls of one listing; private and quarantined subreddits; without an "
    "approved app scores, edits, deletions and all but the newest 100",
    verified="recorded",
    settings=Subreddits,
    targets=targets,
    pace=1.0,
    overlap=timedelta(days=2),
    recount=recount,
    recount_size=LIMIT,
    no_past="Reddit's lists and its search end at about 1,000 things, and know no dates",
)
def crawl(look: Look) -> Iterator[Page]:
    """Yield the listing back to the overlap, then what vanished from it."""
    texts = look.settings.get("texts", [""])
    if not texts:
        yield blind()
        return
    said, heard, answered = _login(look), Heard(look), dict[str, None]()
    for text in texts:
        found = _listing(look, said, text) if said else [feed_page(look, _search(text, look))]
        for page in heard.note(found):
            posts = [item for item in page.items if isinstance(item, Mention)]
            answered |= dict.fromkeys(one.native_id for one in posts if text and one.comments)
            yield page
    for name in list(answered)[:THREADS]:
        page = _thread(look, said or {}, name)
        heard.add(item.native_id for item in page.items)
        yield page
    vanished = heard.missing()[:LIMIT] if said else []
    last = _things(look, said, vanished) if said and vanished else Page((), 0)
    yield Page(last.items, last.served, heard.cursor)


def _login(look: Look) -> dict[str, str] | None:
    """Return the header of an app's token, None where there is no app."""
    app = find_credential(look.settings["connection"])
    if app is None:
        return None
    url = f"{look.settings['site_url']}/api/v1/access_token"
    form, headers = {"grant_type": "client_credentials"}, basic(app.login, app.password)
    answer = look.http.fetch(url, read_json, headers=headers, form=form, secret=True)
    return {"Authorization": f"Bearer {expect(answer, 'access_token', str, url)}"}


def _listing(look: Look, said: dict[str, str], text: str) -> Iterator[Page]:
    """Yield one listing, newest first, back to where it is known."""
    url = f"{look.settings['base_url']}{look.settings['path']}"
    asked = {"limit": LIMIT, "raw_json": 1, **_search(text, look)}
    pager, pages, after = Pager(url), 0, ""
    while True:
        answer = look.http.get_json(url, {**asked, "after": after} if after else asked, said)
        data = expect(answer, "data", dict, url)
        things = expect(data, "children", list, url)
        page = _page(look, things, url)
        pages += 1
        pager.turn(item.native_id for item in page.items)
        yield page
        ages = moments(page.items)
        after = data["after"] or "" if "after" in data else expect(data, "after", str, url)
        if not things or max(ages, default=look.started_at) < look.since:
            return
        if not after:
            if pages * LIMIT >= CAP:
                yield Page((), 0, coverage=capped(min(ages, default=None)))
            return


def _thread(look: Look, said: dict[str, str], name: str) -> Page:
    """Return the comments of a post that a search found; a search finds none itself."""
    url = f"{look.settings['base_url']}/comments/{name.removeprefix('t3_')}"
    try:
        answer = look.http.get_json(url, {"limit": 500, "sort": "new", "raw_json": 1}, said)
    except (GoneError, DeniedError):  # closed since the search
        return Page((), 0)
    things, hidden = list[Any](), 0
    waiting = [*expect_list(answer, url, "a thread")[1:]]
    while waiting:
        for child in expect(expect(waiting.pop(), "data", dict, url), "children", list, url):
            data = expect(child, "data", dict, url)
            if child.get("kind") == "more":
                hidden += expect(data, "count", int, url)
                continue
            things.append(child)
            waiting += [data["replies"]] if isinstance(data.get("replies"), Mapping) else []
    reason = f"{hidden} comments of {name} are folded away"
    told = Coverage("capped", reason=reason) if hidden else None
    return _page(look, things, url, told)


def _search(text: str, look: Look) -> dict[str, str]:
    """Return what makes a listing a search, of the shortest time that reaches back far enough."""
    if not text:
        return {}
    age = look.started_at - look.since
    days = {"day": 1, "week": 7, "month": 30, "year": 365}
    span = next((name for name, most in days.items() if age < timedelta(days=most)), "all")
    return {"q": text, "sort": "new", "type": "link", "t": span}


def _things(look: Look, said: dict[str, str], names: Sequence[str]) -> Page:
    url = f"{look.settings['base_url']}/api/info"
    answer = look.http.get_json(url, {"id": ",".join(names), "raw_json": 1}, said)
    things = expect(expect(answer, "data", dict, url), "children", list, url)
    return _page(look, things, url)


def _page(look: Look, things: Sequence[Any], url: str, told: Coverage | None = None) -> Page:
    def name(thing: Any) -> str:
        return text_id(thing.get("data") if isinstance(thing, Mapping) else None, "name")

    seen = look.started_at
    data = (thing.get("data") for thing in things if isinstance(thing, Mapping))
    tell_news("reddit", data, KNOWN)
    return page_of("reddit", url, things, lambda one: read_thing(one, seen), name, coverage=told)


def read_thing(thing: Any, seen: datetime) -> Item:
    """Return a post (t3) or comment (t1) as a mention, or as gone where its text is.

    Raises:
        UncleanError: a field is missing or odd, or it is a thing of another kind.
    """
    kind, data = field(thing, "kind", str), field(thing, "data", dict)
    if kind not in ("t1", "t3"):
        raise UncleanError("bad_kind", f"a thing of kind {kind!r} is neither post nor comment")
    comment = kind == "t1"
    name, score = field(data, "name", str), field(data, "score", int)
    text, author = field(data, "body" if comment else "selftext", str), field(data, "author", str)
    if text in GONE or data.get("removed_by_category"):
        return Deletion("reddit", name, seen, seen)
    edited = data.get("edited")  # false, an instant, or true where Reddit forgot when
    thread = data.get("link_id") or "" if comment else name
    address = data.get("permalink") or f"/comments/{thread.removeprefix('t3_')}/_/{data.get('id')}/"
    link = "" if comment or field(data, "is_self", bool) else field(data, "url", str)
    return Mention(
        source="reddit",
        native_id=name,
        title="" if comment else field(data, "title", str),
        text="\n".join(part for part in (text, link) if part),
        url=f"{SITE}{address}",
        author="" if author == GONE[0] else author,
        author_id=data.get("author_fullname") or "",
        published_at=epoch(int(field(data, "created_utc", int, float)), "created_utc"),
        edited_at=epoch(int(edited), "edited") if type(edited) in (int, float) else None,
        observed_at=seen,
        kind="comment" if comment else "post",
        channel="reddit",
        parent_native_id=field(data, "parent_id", str) if comment else "",
        thread_native_id=thread,
        # Below zero, more people disliked than liked it; how many liked it is not told.
        likes=None if data.get("score_hidden") or data.get("hide_score") else max(score, 0),
        comments=None if comment else field(data, "num_comments", int),
    )

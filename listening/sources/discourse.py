"""Discourse: what is posted in a forum, newest first, or only in the topics its search finds.

Written from docs.discourse.org, the controllers and serializers of github.com/discourse and
recorded answers, read 2026-11. No account; a forum behind a login takes an API key from the
connection (login: the user, password: the key).

`posts.json` serves every public post; a forum that closes it is read by topics, as one with
`search` is. A post's id is that of its permalink: forum, topic and number, so parent and thread
follow from it. One that is no longer served is asked for singly: 404 or `user_deleted` means
deleted. What its community hides is not stored, nor is what a post quotes of another.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final
from urllib.parse import urlsplit

from pydantic import Field

from listening.clean import UncleanError, strip_html
from listening.contract import BrandFile, Coverage, Deletion, Item, Mention, Page
from listening.net.answer import DeniedError, GoneError, LaterError, Response, read_json
from listening.net.credential import need_credential
from listening.query.search import search_texts
from listening.sources import Look, Relation, Settings, Target, source
from listening.sources._api import EPOCH, Heard, blind, gone, moments, one_by_one
from listening.sources._counted import Turns
from listening.sources._queries import queries_for
from listening.sources._read import (
    NOT_PUBLIC,
    NOTHING,
    Pager,
    expect,
    field,
    instant,
    owner_of,
    page_of,
    part,
    text_id,
    words,
)

WINDOW: Final = 50  # ids in one answer of older versions, of which none may be public
GAPS: Final = 4  # empty answers in a row, before the forum is taken to end
CHUNK: Final = 20  # posts of a topic in one answer (topic_view.rb)
SEARCH_PAGES: Final = 10  # search_controller.rb, PAGE_LIMIT
LIKE: Final = "2"  # among a post's actions
QUOTE: Final = re.compile(r'<aside class="quote.*?</aside>', re.DOTALL)
KNOWN: Final = words(
    """accepted_answer action_code action_code_who actions_summary admin avatar_template avg_time
    badges_granted bookmarked can_accept_answer can_delete can_edit can_localize_post
    can_permanently_delete can_recover can_see_hidden_post can_unaccept_answer
    can_view_edit_history can_vote can_wiki category_id cooked cooked_hidden created_at
    current_user_reaction deleted_at deleted_by display_username edit_reason excerpt flair_bg_color
    flair_color flair_group_id flair_name flair_url hidden hidden_reason_id id
    incoming_link_count is_localized link_counts locale mentioned_users moderator name notice
    polls post_number post_type post_url posts_count primary_group_flair_bg_color
    primary_group_flair_color primary_group_flair_url primary_group_name quote_count raw
    reaction_users_count reactions read readers_count reads reply_count reply_to_post_number
    reply_to_user score staff title_is_group topic_accepted_answer topic_html_title topic_id
    topic_slug topic_title truncated trust_level updated_at user_deleted user_id user_status
    user_suspended user_title username version wiki yours"""
)


class Forums(Settings):
    """`sources: {discourse: {urls: ["https://forum.example"]}}`."""

    urls: tuple[str, ...] = Field(min_length=1)
    search: bool = False  # read only topics that the forum's search finds
    connection: str = ""  # of a forum that wants a login


def targets(settings: Forums, brands: BrandFile) -> list[Target]:
    """Return one target per forum, with `search` one per forum and query."""
    streams: dict[str, tuple[str, ...] | None] = {"posts": None}
    if settings.search:
        queries = queries_for("discourse", brands)
        streams = {name: search_texts(q) for name, q in queries.items()}
    found = []
    for url in settings.urls:
        parts = urlsplit(url)
        host, path = parts.hostname or "", parts.path.strip("/")
        owner = owner_of(host, brands)
        owned = owner is not None and owner.role == "own"
        facts = {
            "base_url": url.rstrip("/"),
            "site": "/".join(filter(None, (host, path))),
            "connection": settings.connection,
            "brand": owner.id if owner else "",
            "owned": owned,
        }
        for name, texts in streams.items():
            stream = "/".join(filter(None, (path, name)))
            relation: Relation = "owned" if owned else "off_channel"
            found.append(Target(stream, host, {**facts, "texts": texts}, relation=relation))
    return found


def recount(look: Look, ids: Sequence[str]) -> Iterator[Page]:
    """Yield each post as it stands now."""
    yield from one_by_one(ids, lambda one: _again(look, one))


@source(
    name="discourse",
    relation="off_channel",
    hosts=(),
    auth="none; an API key where a forum wants a login",
    blind_to="Private categories and messages; posts hidden by their community; edits older "
    "than a week; with `search`, topics in which the words stand otherwise",
    verified="recorded",
    settings=Forums,
    targets=targets,
    pace=1.0,
    overlap=timedelta(days=7),
    horizon=timedelta(days=30),
    backfills=True,
    recount=recount,
)
def crawl(look: Look) -> Iterator[Page]:
    """Yield the posts back to the overlap, then what vanished; the cursor moves at the end."""
    heard = Heard(look)
    yield from heard.note(_posted(look) if look.settings["texts"] is None else _searched(look))
    yield heard.vanished(lambda one: _again(look, one))


def _posted(look: Look) -> Iterator[Page]:
    """Yield the forum's posts, or those of its latest topics where it serves no such list."""
    try:
        yield from _latest(look)
    except (GoneError, DeniedError):
        topics = dict[int, None]()
        if told := _bumped(look, topics):
            yield Page((), 0, coverage=told)
        yield from _topics(look, topics)


def _latest(look: Look) -> Iterator[Page]:
    before, gaps, pager = 0, 0, Pager(look.settings["base_url"])
    while gaps <= GAPS and before >= 0:
        url, answer = _ask(look, "/posts.json", {"before": before} if before else {})
        posts = expect(answer, "latest_posts", list, url)
        if not posts:
            gaps, before = gaps + 1, before - WINDOW
            if before <= 0:
                return
            continue
        page = _page(look, posts, url)
        pager.turn(item.native_id for item in page.items)
        yield page
        if not _reaches(look, page):
            return
        ids = (int(text_id(one, "id") or 0) for one in posts)
        gaps, before = 0, min(ids) - 1


def _bumped(look: Look, topics: dict[int, None]) -> Coverage | None:
    """Note the topics with news since the overlap; pinned ones stand above them, however old.

    Returns what is to be said of their list.
    """
    turns = Turns()
    while turns.begin():
        number, fresh, pager = 0, True, Pager(look.settings["base_url"])
        while fresh:
            url, answer = _ask(look, "/latest.json", {"order": "activity", "page": number})
            listed = expect(expect(answer, "topic_list", dict, url), "topics", list, url)
            bumped = {expect(one, "id", int, url): _moment(one, "bumped_at", url) for one in listed}
            recent = [one for one in listed if bumped[one["id"]] >= look.since]
            pager.turn(str(one["id"]) for one in recent)
            topics.update(dict.fromkeys(one["id"] for one in recent))
            # One that is bumped meanwhile goes to the top, and is no sign of a list that moved up.
            turns.note(str(one["id"]) for one in recent if bumped[one["id"]] <= look.started_at)
            fresh, number = any(not one.get("pinned") for one in recent), number + 1
    return turns.coverage


def _moment(one: Any, name: str, url: str) -> datetime:
    return instant(expect(one, name, str, url), name)


def _searched(look: Look) -> Iterator[Page]:
    if not look.settings["texts"]:
        yield blind()
        return
    topics, days = dict[int, None](), (look.since.date(), look.started_at.date() + timedelta(1))
    for text in look.settings["texts"]:
        for told in _search(look, text, *days, topics):
            yield Page((), 0, coverage=told)
    yield from _topics(look, topics)


def _search(
    look: Look, text: str, first: date, last: date, topics: dict[int, None]
) -> Iterator[Coverage]:
    """Note the topics found between two days, halved until each part is below the search's cap.

    Yields what is to be said of a day that is still above it, or of pages that moved.
    """
    asked, turns = f'"{text}" order:latest after:{first} before:{last}', Turns()
    while turns.begin():
        for number in range(1, SEARCH_PAGES + 1):
            url, answer = _ask(look, "/search.json", {"q": asked, "page": number})
            told = expect(answer, "grouped_search_result", dict, url)
            hits = expect(answer, "posts", list, url)
            found = expect(answer, "topics", list, url) if hits else []
            topics.update(dict.fromkeys(expect(one, "id", int, url) for one in found))
            turns.note(text_id(one, "id") for one in hits)
            if not told.get("more_full_page_results"):
                break
        else:
            middle = first + (last - first) // 2
            if middle in (first, last):
                reason = f"more topics on {first} than {SEARCH_PAGES} pages of the search"
                yield Coverage("capped", reason=reason)
            else:
                yield from _search(look, text, middle, last, topics)
                yield from _search(look, text, first, middle, topics)
            return
    if turns.coverage:
        yield turns.coverage


def _topics(look: Look, topics: Iterable[int]) -> Iterator[Page]:
    """Yield the posts of each topic, the last first, back to the overlap."""
    for topic in dict.fromkeys(topics):  # pages shift while they are turned
        try:
            url, answer = _ask(look, f"/t/{topic}.json")
        except GoneError:  # since it was listed; its posts are asked for as vanished
            continue
        stream = expect(answer, "post_stream", dict, url)
        first, ids = expect(stream, "posts", list, url), expect(stream, "stream", list, url)
        served = {one.get("id") for one in first if isinstance(one, Mapping)}
        rest = [one for one in ids if one not in served]
        yield _page(look, first, url, answer)
        for start in range(len(rest), 0, -CHUNK):
            asked = {"post_ids[]": rest[max(0, start - CHUNK) : start]}
            url, more = _ask(look, f"/t/{topic}/posts.json", asked)
            posts = expect(expect(more, "post_stream", dict, url), "posts", list, url)
            page = _page(look, posts, url, answer)
            yield page
            if not _reaches(look, page):
                break


def _reaches(look: Look, page: Page) -> bool:
    """Tell whether a page holds anything as young as the overlap, or nothing that tells."""
    return max(moments(page.items), default=look.since) >= look.since


def _ask(look: Look, path: str, params: Mapping[str, Any] | None = None) -> tuple[str, Any]:
    url, headers = f"{look.settings['base_url']}{path}", dict[str, str]()
    if name := look.settings["connection"]:
        key = need_credential(name, "login: a user of the forum, password: its API key")
        headers = {"Api-Username": key.login, "Api-Key": key.password}
    return url, look.http.fetch(url, _read, params=params, headers=headers)


def _read(response: Response) -> Any:
    answer = read_json(response)
    told = answer.get("grouped_search_result") if isinstance(answer, Mapping) else None
    if isinstance(told, Mapping) and told.get("error"):  # it is overloaded, and says so with 200
        raise LaterError("the forum's search is overloaded")
    return answer


def _page(look: Look, posts: list[Any], url: str, topic: Mapping[str, Any] | None = None) -> Page:
    known = look.recent(EPOCH)
    title = {"topic_title": topic.get("title")} if topic else {}
    full = [{**title, **one} if isinstance(one, Mapping) else one for one in posts]
    return page_of(
        "discourse", url, full, lambda one: _item(one, look, known), lambda one: _id(one, look),
        KNOWN,
    )  # fmt: skip


def _id(post: Any, look: Look) -> str:
    numbers = [text_id(post, "topic_id"), text_id(post, "post_number")]
    return "/".join((look.settings["site"], "t", *numbers)) if all(numbers) else ""


def _item(post: Any, look: Look, known: Mapping[str, datetime]) -> Item:
    for name in ("topic_id", "post_number"):
        field(post, name, int)
    native_id = _id(post, look)
    if post.get("deleted_at") or post.get("user_deleted"):
        if native_id not in known:
            raise UncleanError(NOT_PUBLIC, "its author or a moderator took it back")
        when = post.get("deleted_at") or field(post, "updated_at", str)
        return Deletion("discourse", native_id, instant(when, "deleted_at"), look.started_at)
    if post.get("hidden"):
        raise UncleanError(NOT_PUBLIC, "its community hides it")
    return _mention(post, native_id, look)


def _mention(post: Any, native_id: str, look: Look) -> Mention:
    facts, number = look.settings, post["post_number"]
    thread = native_id.removesuffix(f"/{number}")
    answered = field(post, "reply_to_post_number", int, NOTHING) or 1
    created = instant(field(post, "created_at", str), "created_at")
    updated = instant(field(post, "updated_at", str), "updated_at")
    slug = field(post, "topic_slug", str)
    actions = field(post, "actions_summary", list)
    likes = [part(one, "count", int) for one in actions if text_id(one, "id") == LIKE]
    return Mention(
        source="discourse",
        native_id=native_id,
        text=strip_html(QUOTE.sub("\n", field(post, "cooked", str))),
        title=str(post.get("topic_title") or "") if number == 1 else "",
        url=f"{facts['base_url']}/t/{slug or '-'}/{post['topic_id']}/{number}",
        author=field(post, "username", str),
        author_id=str(field(post, "user_id", int)),
        author_name=field(post, "name", str, NOTHING) or "",
        published_at=created,
        edited_at=updated if field(post, "version", int) > 1 and updated > created else None,
        observed_at=look.started_at,
        kind="post" if number == 1 else "comment",
        channel="discourse",
        parent_native_id="" if number == 1 else f"{thread}/{answered}",
        thread_native_id=f"{thread}/1",
        lang=str(post.get("locale") or "").replace("_", "-"),
        likes=next(iter(likes), 0),
        comments=field(post, "reply_count", int),
        views=field(post, "reads", int),
        brand_id=facts["brand"],
        owned=facts["owned"],
    )


def _again(look: Look, native_id: str) -> Iterator[Item]:
    topic, number = native_id.split("/")[-2:]
    try:
        url, post = _ask(look, f"/posts/by_number/{topic}/{number}.json")
    except GoneError:
        yield from gone(look, "discourse", [native_id])
    except DeniedError:  # it was moved to where we may not look; it is not gone
        return
    else:
        yield from _page(look, [post], url).items

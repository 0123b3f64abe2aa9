"""Asks a forum for posts: the latest, and those of a topic."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from listening.contract import Page
from listening.net.answer import GoneError, LaterError, Response, read_json
from listening.net.credential import need_credential
from listening.sources import Look
from listening.sources._api import is_past
from listening.sources._read import Pager, expect, text_id
from listening.sources.shape.discourse import read_page

WINDOW: Final = 50  # ids in one answer of older versions, of which none may be public
GAPS: Final = 4  # empty answers in a row, before the forum is taken to end
CHUNK: Final = 20  # posts of a topic in one answer (topic_view.rb)


def list_latest(look: Look) -> Iterator[Page]:
    """Yield the posts of all topics, the last first, back to the overlap."""
    before, gaps, pager = 0, 0, Pager(look.settings["base_url"])
    while gaps <= GAPS and before >= 0:
        url, answer = ask_forum(look, "/posts.json", {"before": before} if before else {})
        posts = expect(answer, "latest_posts", list, url)
        if not posts:
            gaps, before = gaps + 1, before - WINDOW
            if before <= 0:
                return
            continue
        page = read_page(look, posts, url)
        pager.turn(item.native_id for item in page.items)
        yield page
        if is_past(look, page):
            return
        ids = (int(text_id(one, "id") or 0) for one in posts)
        gaps, before = 0, min(ids) - 1


def read_topics(look: Look, topics: Iterable[int]) -> Iterator[Page]:
    """Yield the posts of each topic, the last first, back to the overlap."""
    for topic in dict.fromkeys(topics):  # pages shift while they are turned
        try:
            url, answer = ask_forum(look, f"/t/{topic}.json")
        except GoneError:  # since it was listed; its posts are asked for as vanished
            continue
        stream = expect(answer, "post_stream", dict, url)
        first, ids = expect(stream, "posts", list, url), expect(stream, "stream", list, url)
        served = {one.get("id") for one in first if isinstance(one, Mapping)}
        rest = [one for one in ids if one not in served]
        yield read_page(look, first, url, answer)
        for start in range(len(rest), 0, -CHUNK):
            asked = {"post_ids[]": rest[max(0, start - CHUNK) : start]}
            url, more = ask_forum(look, f"/t/{topic}/posts.json", asked)
            posts = expect(expect(more, "post_stream", dict, url), "posts", list, url)
            page = read_page(look, posts, url, answer)
            yield page
            if is_past(look, page):
                break


def ask_forum(look: Look, path: str, params: Mapping[str, Any] | None = None) -> tuple[str, Any]:
    """Return the address asked and its answer."""
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

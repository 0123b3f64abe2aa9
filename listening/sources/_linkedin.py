"""Asks LinkedIn for posts and comments, in lists that are counted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any, Final
from urllib.parse import quote

from listening.contract import Mention, Page
from listening.net.answer import GoneError
from listening.net.credential import need_credential
from listening.sources import Look
from listening.sources._counted import Window, turn_pages
from listening.sources._owned import inner
from listening.sources._read import expect
from listening.sources.shape.linkedin import read_page

SIZE: Final = 50


def list_said(look: Look) -> Iterator[Page]:
    """Yield what the organisation posts, back to the overlap, then the comments below."""
    author = f"urn:li:organization:{look.settings['organisation']}"
    asked = {"q": "author", "author": author, "sortBy": "CREATED"}
    young = dict[str, None]()
    for page in _listed(look, "/posts", asked, ""):
        yield page
        posts = [one for one in page.items if isinstance(one, Mention)]
        fresh = [one.native_id for one in posts if one.published_at >= look.since]
        young |= dict.fromkeys(fresh)
        if len(fresh) < len(posts):
            break
    for thread in young:
        with suppress(GoneError):  # deleted since it was listed
            yield from _comments(look, thread, thread)


def _comments(look: Look, below: str, thread: str) -> Iterator[Page]:
    """Yield the comments below a post or comment, then the answers to them."""
    answered = dict[str, None]()
    for page in _listed(look, f"/socialActions/{quote(below, safe='')}/comments", {}, thread):
        yield page
        said = (one for one in page.items if isinstance(one, Mention))
        answered |= {one.native_id: None for one in said if one.comments and below == thread}
    for comment in answered:
        yield from _comments(look, comment, thread)


def _listed(look: Look, path: str, asked: Mapping[str, Any], thread: str) -> Iterator[Page]:
    """Yield a list page by page: posts, or the comments of a thread."""

    def turn(window: Window) -> tuple[Page, bool]:
        method = "FINDER" if "q" in asked else ""
        told = {**asked, "start": window.start, "count": window.size}
        answer = ask_api(look, path, told, method)
        raws = expect(answer, "elements", list, path)
        links = inner(inner(answer, "paging"), "links") or ()
        following = any(inner(one, "rel") == "next" for one in links)
        return read_page(look, raws, path, thread), following or len(raws) >= window.size

    yield from turn_pages(path, SIZE, turn)


def ask_api(look: Look, path: str, asked: Mapping[str, Any], method: str = "") -> Any:
    """Return an answer of its API."""
    key = need_credential(look.settings["connection"], '{"password": "an access token"}')
    headers = {
        "Authorization": f"Bearer {key.password}",
        "LinkedIn-Version": look.settings["version"],
        "X-Restli-Protocol-Version": "2.0.0",
        **({"X-RestLi-Method": method} if method else {}),
    }
    return look.http.get_json(f"{look.settings['base_url']}{path}", asked, headers)

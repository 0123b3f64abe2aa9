"""Asks Flickr: its errors are answers, and some mean that it is busy."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final
from urllib.parse import urlsplit

from listening.contract import Item, ListeningError, Page, Snapshot
from listening.net.answer import CutError, Response, read_json
from listening.net.credential import need_credential
from listening.sources import Look
from listening.sources._api import gone
from listening.sources._read import expect, field, page_of, part, whole
from listening.sources.shape.flickr import KNOWN, read_comment

API: Final = "https://api.flickr.com"
BUSY: Final = (0, 105, 106)  # "currently unavailable", "write operation failed", and its like
UNKNOWN: Final = 1  # of a photo


def comments_of(look: Look, photo: str) -> Page:
    """Return what is said under a photo; nothing where it is gone meanwhile."""
    answer = ask_api(look, "photos.comments.getList", {"photo_id": photo})
    listed = part(expect(answer, "comments", dict, API), "comment", list) if answer else []
    return page_of("flickr", API, listed, lambda one: read_comment(one, photo, look), "id", KNOWN)


def count_again(look: Look, native_id: str) -> Iterator[Item]:
    """Yield how often a photo was seen and answered; a deletion where it is gone."""
    answer = ask_api(look, "photos.getInfo", {"photo_id": native_id})
    if not answer:
        yield from gone(look, "flickr", [native_id])
        return
    photo = expect(answer, "photo", dict, API)
    counts = [field(photo, "views", str), field(field(photo, "comments", dict), "_content", str)]
    views, comments = (whole(one, "a count") for one in counts)
    yield Snapshot("flickr", native_id, look.started_at, views=views, comments=comments)


def ask_api(look: Look, method: str, asked: Mapping[str, Any]) -> Any:
    """Return an answer; None where Flickr does not know the photo."""
    key = need_credential(look.settings["connection"], "password: an API key of Flickr")
    url = f"{look.settings['base_url']}/services/rest/"
    plain = {"format": "json", "nojsoncallback": 1, "api_key": key.password}
    answer = look.http.fetch(url, _read, params={"method": f"flickr.{method}", **asked, **plain})
    if expect(answer, "stat", str, url) == "ok":
        return answer
    code = expect(answer, "code", int, url)
    if code == UNKNOWN and "photo_id" in asked:
        return None
    raise ListeningError(
        f"Flickr says {code}: {str(answer.get('message'))[:200]}",
        where=f"{urlsplit(url).hostname}: {method}",
        mend="See the error codes of the method at flickr.com/services/api",
    )


def _read(response: Response) -> Any:
    answer = read_json(response)
    if isinstance(answer, Mapping) and answer.get("code") in BUSY:
        raise CutError(f"Flickr is busy: code {answer['code']}")
    return answer

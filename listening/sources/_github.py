"""Asks GitHub: the headers of every request, and GraphQL, which words its errors as status 200."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from listening.contract import ListeningError
from listening.net.answer import RateLimitedError, Response, read_json
from listening.sources import Look
from listening.sources._api import bearer
from listening.sources._read import expect, text_id

SIZE: Final = 100  # items of a page
LIMITED: Final = 60.0  # seconds, where GraphQL names no moment


def headers_of(look: Look) -> dict[str, str]:
    """Return the headers of every request."""
    said = {"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": "2022-11-28"}
    return {**said, **bearer(look.settings["connection"])}


def ask_graphql(look: Look, url: str, query: str, variables: Mapping[str, Any]) -> Any:
    """Return the data of a GraphQL answer.

    Raises:
        RateLimitedError, ListeningError: it holds an error instead.
    """
    asked = {"query": query, "variables": dict(variables)}
    return look.http.fetch(url, _told, headers=headers_of(look), json=asked)


def _told(response: Response) -> Any:
    answer = read_json(response)
    if isinstance(answer, Mapping) and answer.get("errors"):
        kind = text_id(answer["errors"][0], "type") or "an error"
        if kind == "RATE_LIMITED":
            raise RateLimitedError.of(response.url, LIMITED)
        raise ListeningError(f"GraphQL says {kind}", where=response.url, mend="Check the token")
    return expect(answer, "data", dict, response.url)

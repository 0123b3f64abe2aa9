"""Walks the discussions of a repository, which GitHub serves by GraphQL alone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from listening.contract import Page
from listening.sources import Look
from listening.sources._github import ask_graphql
from listening.sources._read import Pager, expect, instant, text_id
from listening.sources.shape._github_discussions import read_discussions

_SAID: Final = "databaseId body url createdAt lastEditedAt upvoteCount author { login }"
DISCUSSIONS: Final = f"""
query($owner: String!, $name: String!, $after: String) {{
  repository(owner: $owner, name: $name) {{
    discussions(first: 25, after: $after, orderBy: {{field: UPDATED_AT, direction: DESC}}) {{
      pageInfo {{ hasNextPage endCursor }}
      nodes {{
        number title updatedAt {_SAID}
        comments(last: 100) {{
          totalCount
          nodes {{ {_SAID} replies(last: 50) {{ totalCount nodes {{ {_SAID} }} }} }}
        }}
      }}
    }}
  }}
}}
"""


def list_discussions(look: Look) -> Iterator[Page]:
    """Yield the discussions touched since the overlap, with their comments and replies."""
    base, (owner, name) = look.settings["base_url"], look.settings["repo"].split("/")
    url = f"{base.removesuffix('/v3')}/graphql"
    after, pager = None, Pager(url)
    while True:
        variables = {"owner": owner, "name": name, "after": after}
        answer = ask_graphql(look, url, DISCUSSIONS, variables)
        listed = expect(expect(answer, "repository", dict, url), "discussions", dict, url)
        nodes = expect(listed, "nodes", list, url)
        young = [
            one for one in nodes if instant(expect(one, "updatedAt", str, url), "") >= look.since
        ]
        items, cut = read_discussions(young, look, url)
        pager.turn(text_id(one, "number") for one in young)
        if items:
            yield Page(items, len(items), coverage=cut)
        info = expect(listed, "pageInfo", dict, url)
        if len(young) < len(nodes) or not info.get("hasNextPage"):
            return
        after = info.get("endCursor")

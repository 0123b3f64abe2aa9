"""What issues and comments of GitHub look like."""

from __future__ import annotations

import re
from typing import Any, Final

from listening.contract import Mention, Page
from listening.sources import Look
from listening.sources._read import NOTHING, field, instant, page_of, part, text_id, words

LIKED: Final = ("+1", "heart", "hooray", "laugh", "rocket")
HIDDEN: Final = re.compile(r"<!--.*?-->", re.DOTALL)  # the form people fill in
QUOTED: Final = re.compile(r"^>.*\n?", re.MULTILINE)  # what a comment answers
KNOWN: Final = words(
    """active_lock_reason assignee assignees author_association body closed_at closed_by comments
    comments_url created_at draft events_url html_url id issue_dependencies_summary
    issue_field_values issue_url labels labels_url locked milestone minimized node_id number
    parent_issue_url performed_via_github_app pin pull_request reactions repository repository_url
    score state state_reason sub_issues_summary text_matches timeline_url title type updated_at url
    user"""
)


def read_page(look: Look, raws: list[Any], url: str) -> Page:
    """Return issues, pull requests or comments."""
    return page_of("github", url, raws, lambda raw: read_item(raw, look), id_of, KNOWN)


def id_of(raw: Any) -> str:
    """Return an item's path in the API, without the server: `acme/kettle/issues/12`."""
    _, found, path = text_id(raw, "url").partition("/repos/")
    return path.lower() if found else ""


def read_item(raw: Any, look: Look) -> Mention:
    """Return an issue, a pull request or a comment."""
    field(raw, "url", str)
    native_id = id_of(raw)
    issue = text_id(raw, "issue_url").partition("/repos/")[2].lower()
    created = instant(field(raw, "created_at", str), "created_at")
    updated = instant(field(raw, "updated_at", str), "updated_at")
    user = field(raw, "user", dict, NOTHING) or {"login": "ghost"}  # an account that is gone
    text = HIDDEN.sub("", field(raw, "body", str, NOTHING) or "")
    liked = part(raw, "reactions", dict)
    return Mention(
        source="github",
        native_id=native_id,
        text=(QUOTED.sub("", text) if issue else text).strip(),
        title="" if issue else field(raw, "title", str),
        url=field(raw, "html_url", str),
        author=field(user, "login", str),
        author_id=text_id(user, "id"),
        published_at=created,
        edited_at=updated if issue and updated > created else None,
        observed_at=look.started_at,
        kind="comment" if issue else "post",
        channel="github",
        parent_native_id=issue,
        thread_native_id=issue or native_id,
        likes=sum(part(liked, name, int) for name in LIKED) if liked else None,
        comments=None if issue else field(raw, "comments", int),
        brand_id=look.settings.get("brand", ""),
        owned=look.settings.get("owned", False),
    )

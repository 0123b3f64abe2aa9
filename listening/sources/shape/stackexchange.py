"""What questions, answers and comments look like, and their addresses."""

from __future__ import annotations

from typing import Any, Final

from listening.clean import strip_html
from listening.contract import Mention
from listening.sources import Look
from listening.sources._read import epoch, field, part, text_id, words

NUMBER: Final = {"questions": "question_id", "answers": "answer_id", "comments": "comment_id"}
SITES: Final = {  # the others are subdomains of stackexchange.com
    "askubuntu": "askubuntu.com",
    "mathoverflow.net": "mathoverflow.net",
    "serverfault": "serverfault.com",
    "stackapps": "stackapps.com",
    "stackoverflow": "stackoverflow.com",
    "superuser": "superuser.com",
}
KNOWN: Final = words(
    """accepted_answer_id answer_count answer_id body bounty_amount bounty_closes_date closed_date
    closed_reason collectives comment_id community_owned_date content_license creation_date edited
    is_accepted is_answered item_type last_activity_date last_edit_date link locked_date
    migrated_from migrated_to owner post_id posted_by_collectives protected_date question_id
    recommendations reply_to_user score tags title view_count"""
)


def id_of(look: Look, kind: str, number: str) -> str:
    """Return an id: a site counts for itself, and comments for themselves."""
    parts = (look.settings["site"], *(["comment"] if kind == "comments" else []), number)
    return "/".join(parts) if number else ""


def read_post(raw: Any, kind: str, look: Look) -> Mention:
    """Return a question, an answer or a comment."""
    number = str(field(raw, NUMBER[kind], int))
    site = look.settings["site"]
    created = epoch(field(raw, "creation_date", int), "creation_date")
    edited = raw.get("last_edit_date")
    owner = part(raw, "owner", dict)
    parent = {"questions": "", "answers": "question_id", "comments": "post_id"}[kind]
    parent_id = id_of(look, "answers", str(field(raw, parent, int))) if parent else ""
    title = strip_html(field(raw, "title", str)) if kind == "questions" else ""
    return Mention(
        source="stackexchange",
        native_id=id_of(look, kind, number),
        text=strip_html(field(raw, "body", str)),
        title=title,
        url=_url(site, kind, number, str(raw.get("post_id", ""))),
        author=strip_html(str(owner.get("display_name") or "")),
        author_id=text_id(owner, "user_id"),
        published_at=created,
        edited_at=epoch(field(raw, "last_edit_date", int), "last_edit_date") if edited else None,
        observed_at=look.started_at,
        kind="comment" if parent else "post",
        channel="stackexchange",
        parent_native_id=parent_id,
        thread_native_id=parent_id if kind == "answers" else "",
        likes=max(0, field(raw, "score", int)),
        comments=field(raw, "answer_count", int) if kind == "questions" else None,
        views=field(raw, "view_count", int) if kind == "questions" else None,
    )


def _url(site: str, kind: str, number: str, post: str) -> str:
    """Return an address that stays the same when the title is edited."""
    base = f"https://{SITES.get(site, f'{site}.stackexchange.com')}"
    if kind == "comments":
        return f"{base}/q/{post}#comment{number}_{post}"
    return f"{base}/{'a' if kind == 'answers' else 'q'}/{number}"

"""What posts of Discourse look like."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from listening.clean import UncleanError, strip_html
from listening.contract import Deletion, Item, Mention, Page
from listening.sources import Look
from listening.sources._api import EPOCH
from listening.sources._read import (
    NOT_PUBLIC,
    NOTHING,
    field,
    instant,
    page_of,
    part,
    text_id,
    words,
)

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


def read_page(
    look: Look, posts: list[Any], url: str, topic: Mapping[str, Any] | None = None
) -> Page:
    """Return posts; what was taken back is a deletion."""
    known = look.recent(EPOCH)
    title = {"topic_title": topic.get("title")} if topic else {}
    full = [{**title, **one} if isinstance(one, Mapping) else one for one in posts]
    return page_of(
        "discourse", url, full, lambda one: read_item(one, look, known), lambda one: _id(one, look),
        KNOWN,
    )  # fmt: skip


def _id(post: Any, look: Look) -> str:
    numbers = [text_id(post, "topic_id"), text_id(post, "post_number")]
    return "/".join((look.settings["site"], "t", *numbers)) if all(numbers) else ""


def read_item(post: Any, look: Look, known: Mapping[str, datetime]) -> Item:
    """Return a post, or the deletion of one that we know."""
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

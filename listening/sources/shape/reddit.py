"""What posts and comments of Reddit look like."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from listening.clean import UncleanError
from listening.contract import Coverage, Deletion, Item, Mention, Page
from listening.sources import Look
from listening.sources._read import epoch, field, page_of, tell_news, text_id, words

SITE: Final = "https://www.reddit.com"
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


def read_page(look: Look, things: Sequence[Any], url: str, told: Coverage | None = None) -> Page:
    """Return things; of fields we do not know a warning tells."""

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

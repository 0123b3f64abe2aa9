"""What a ticket looks like: its comments."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from listening.clean import UncleanError
from listening.contract import Deletion, Item, Mention, Page
from listening.sources import Look
from listening.sources._owned import inner, whose
from listening.sources._read import (
    NOT_PUBLIC,
    expect,
    field,
    instant,
    page_of,
    part,
    tell_news,
    text_id,
    words,
)

STAFF: Final = ("agent", "admin")
KNOWN: Final = words(
    """allow_attachments allow_channelback assignee_id attachments audit_id author_id body brand_id
    collaborator_ids created_at custom_fields custom_status_id description due_at email_cc_ids
    encoded_id external_id fields follower_ids followup_ids forum_topic_id
    from_messaging_channel generated_timestamp group_id has_incidents html_body id is_public
    metadata organization_id plain_body priority problem_id public raw_subject recipient
    requester_id satisfaction_rating sharing_agreement_ids status subject submitter_id
    support_type tags ticket_form_id type updated_at uploads url via"""
)


def changed_at(ticket: Any, otherwise: datetime) -> datetime:
    """Return when a ticket last changed; what has no such date is read all the same."""
    try:
        return instant(field(ticket, "updated_at", str), "updated_at")
    except UncleanError:
        return otherwise


def name_of(ticket: Any) -> str:
    """Return the id of a ticket's first message."""
    return f"tickets/{text_id(ticket, 'id')}"


def read_comments(
    look: Look, ticket: Any, comments: list[Any], answer: Any, *, first: bool
) -> Page:
    """Return the comments of an answer; the first of a ticket is the ticket itself."""
    name = name_of(ticket)
    tell_news("zendesk", (ticket, *comments), KNOWN)
    people = {text_id(one, "id"): one for one in expect(answer, "users", list, name)}
    said = [(ticket, None), *((ticket, one) for one in comments[1:])]
    return page_of(
        "zendesk",
        name,
        said if first else [(ticket, one) for one in comments],
        lambda pair: read_comment(look, name, *pair, people),
        lambda pair: name if pair[1] is None else f"{name}/comments/{text_id(pair[1], 'id')}",
    )


def read_comment(
    look: Look, name: str, ticket: Any, comment: Any, people: Mapping[str, Any]
) -> Item:
    """Return a comment, or without one the ticket itself."""
    number = field(ticket, "id", int)
    raw = ticket if comment is None else comment
    if comment is not None and not field(comment, "public", bool):
        raise UncleanError(NOT_PUBLIC, "an internal note")
    whom = str(field(raw, "requester_id" if comment is None else "author_id", int))
    person = people.get(whom, {})
    staff = comment is not None and inner(person, "role") in STAFF
    text = "description" if comment is None else "plain_body" if "plain_body" in raw else "body"
    return Mention(
        source="zendesk",
        native_id=name if comment is None else f"{name}/comments/{field(comment, 'id', int)}",
        text=part(raw, text, str),
        title=part(ticket, "subject", str) if comment is None else "",
        url=f"{look.settings['base_url']}/agent/tickets/{number}",
        author=look.settings["voice"] if staff else "",
        author_id="" if staff else whom,
        author_name="" if staff else part(person, "name", str),
        published_at=instant(field(raw, "created_at", str), "created_at"),
        observed_at=look.started_at,
        kind="post" if comment is None else "comment",
        channel="zendesk",
        parent_native_id="" if comment is None else name,
        thread_native_id=name,
        private=True,
        **whose(look),
    )


def read_deleted(look: Look, ticket: Any, name: str, known: Mapping[str, datetime]) -> Page:
    """Return what is known of a deleted ticket as deleted."""
    mine = [one for one in known if one == name or one.startswith(f"{name}/")]
    if not mine:
        return page_of("zendesk", name, [ticket], _refuse, lambda _: name)
    at = changed_at(ticket, look.started_at)
    items = tuple(Deletion("zendesk", one, at, look.started_at) for one in mine)
    return Page(items, len(items))


def _refuse(_: Any) -> Item:
    raise UncleanError(NOT_PUBLIC, "the ticket was deleted")

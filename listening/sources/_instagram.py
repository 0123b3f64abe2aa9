"""Looks up what mentions an account of Instagram, as webhooks told."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from listening.contract import Page, Reject
from listening.net.answer import GoneError
from listening.sources import Look
from listening.sources._meta import ask
from listening.sources._owned import inner
from listening.sources._read import text_id
from listening.sources._spool import read_spool
from listening.sources.shape.instagram import ANSWER, MEDIA, MENTIONED, mentions_in, read_page


def read_mentions(look: Look, account: str) -> Iterator[Page]:
    """Yield what mentions the account, as webhooks told since the overlap."""
    for post in read_spool(Path(look.settings["spool"]), look.settings["app"], look.since):
        if post.fault:
            yield Page((Reject("instagram", post.name, "bad_signature", post.fault),), 1)
        for value in mentions_in(post.payload, account):
            comment, media = text_id(value, "comment_id"), text_id(value, "media_id")
            what = MENTIONED[0] if comment else MENTIONED[1]
            fields = f"{ANSWER},media{{id}}" if comment else MEDIA
            which = f"comment_id({comment})" if comment else f"media_id({media})"
            try:
                answer = ask(look, account, {"fields": f"{what}.{which}{{{fields}}}"})
            except GoneError:  # taken back since
                continue
            raw = inner(answer, what)
            yield read_page(look, [(raw, media if comment else "", "")], what)

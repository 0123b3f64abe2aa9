"""What a complaint in the database of the CFPB looks like."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from listening.contract import Mention, Page
from listening.sources import Look
from listening.sources._read import field, instant, page_of, part, words

SITE: Final = "https://www.consumerfinance.gov"
DETAIL: Final = f"{SITE}/data-research/consumer-complaints/search/detail/"
KNOWN: Final = words(
    """:updated_at company company_public_response company_response complaint_id
    complaint_what_happened consumer_consent_provided consumer_disputed date_indexed
    date_indexed_formatted date_received date_received_formatted date_sent_to_company
    date_sent_to_company_formatted has_narrative issue product state sub_issue sub_product
    submitted_via tags timely zip_code"""
)


def read_page(look: Look, hits: list[Any], url: str) -> Page:
    """Return the complaints of an answer, wrapped as its search engine wraps them."""
    raws = [one.get("_source") if isinstance(one, Mapping) else one for one in hits]
    return page_of("cfpb", url, raws, lambda raw: _mention(raw, look), "complaint_id", KNOWN)


def _mention(raw: Any, look: Look) -> Mention:
    native_id = field(raw, "complaint_id", str)
    said, about = part(raw, "complaint_what_happened", str), part(raw, "sub_issue", str)
    issue, state = field(raw, "issue", str), part(raw, "state", str)
    what = ", ".join(filter(None, (field(raw, "product", str), issue)))
    return Mention(
        source="cfpb",
        native_id=native_id,
        text=said or about or issue,
        title=f"{field(raw, 'company', str)}: {what}",
        url=f"{DETAIL}{native_id}",
        published_at=instant(field(raw, "date_received", str), "date_received"),
        observed_at=look.started_at,
        channel="cfpb",
        lang="en",
        region=f"US-{state}" if state else "US",
        brand_id=look.settings["brand"],
        warnings=() if said else ("no_words",),
    )

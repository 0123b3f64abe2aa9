"""Puts values and codes into words: what is not known is said, with its reason."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

UNKNOWN: Final = "not known"
REASONS: Final = {
    "few_people": "too few people spoke to tell without naming them",
    "first_week": "the first week there is",
    "no_mentions_last_week": "nothing was said the week before",
    "too_few": "too few voices to tell",
    "partial_coverage": "not the same was heard in both weeks",
    "none_scored": "no mention was judged",
    "no_business_hours": "the brand file states no business hours",
    "median_still_open": "half of them still wait",
    "p90_still_open": "one in ten still waits",
    "none_timed": "every reply is older than what it answers",
    "open": "still open",
    "reply_before_inbound": "the clocks of both disagree",
    "no_posts": "no post of ours in this time",
    "no_pieces": "no piece of ours in this time",
    "no_weeks": "no week of the brand is known in this time",
    "not_counted": "no source gives this count",
    "no_views": "the source gives no views",
    "no_followers": "the source gives no followers",
    "too_young": "too young to tell",
    "nothing_before": "nothing was said before",
    "no_control": "nothing to compare it with",
    "not_implemented": "not on the market yet",
    "own_not_mentioned": "nobody spoke of our brand",
}
LABELS: Final = {
    "(none)": "none",
    "(brand)": "the brand as a whole",
    "(all)": "all",
    "off_channel": "off channel",
    "in_case": "in a case",
}
MINUTE: Final = 60
HOUR: Final = 3600
DAY: Final = 86400


def reason(code: str | None) -> str:
    """Return why something is not known, in words."""
    if not code:
        return ""
    return REASONS.get(code, code.replace("_", " "))


def label(code: Any) -> str:
    """Return a code of the tables as people read it."""
    text = str(code)
    return LABELS.get(text, text.replace("_", " "))


def say(value: Any, form: str) -> str:
    """Return a value in words and figures; `form` is a column's."""
    if value is None:
        return UNKNOWN
    if isinstance(value, list | tuple):
        return ", ".join(label(each) for each in value) or "none"
    return _FORMS.get(form, _plain)(value)


def duration(seconds: float) -> str:
    """Return a length of time, in the unit people would use."""
    sign, seconds = ("-" if seconds < 0 else ""), abs(seconds)
    if seconds < MINUTE:
        return f"{sign}{seconds:.0f} s"
    if seconds < HOUR:
        return f"{sign}{seconds / MINUTE:.0f} min"
    if seconds < 2 * DAY:
        return f"{sign}{seconds // HOUR:.0f} h {seconds % HOUR / MINUTE:.0f} min"
    return f"{sign}{seconds / DAY:.1f} days"


def ago(moment: datetime, present: datetime) -> str:
    """Return how long ago something was."""
    gone = present - moment
    if gone < timedelta(minutes=1):
        return "just now"
    return f"{duration(gone.total_seconds())} ago"


def _number(value: float) -> str:
    if isinstance(value, int) or value == int(value):
        return f"{value:,.0f}"
    return f"{value:,.2f}" if abs(value) >= 1 else f"{value:.3g}"


def _plain(value: Any) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float):
        return _number(value)
    return str(value)


_FORMS: Final[dict[str, Callable[[Any], str]]] = {
    "count": lambda value: f"{value:,.0f}",
    "number": _number,
    "share": lambda value: f"{value:.1%}",
    "signed_share": lambda value: f"{value:+.1%}",
    "seconds": duration,
    "day": lambda value: _plain(value)[:10],
    "code": label,
    "yes": lambda value: "yes" if value else "no",
}

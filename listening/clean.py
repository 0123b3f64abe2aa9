"""The border for foreign text: what may be stored of it, decided in one place.

Offsets of tags count code points of the stored text, so nothing behind this border changes
it again. Unicode is not normalised: what people wrote stays what they wrote.
"""

from __future__ import annotations

import re
from dataclasses import fields, replace
from html.parser import HTMLParser
from typing import Any, Final
from urllib.parse import urlsplit

from listening.contract import KINDS, Mention

SCHEMES: Final = ("http", "https")
TEXT_LIMIT: Final = 100_000  # code points; longer texts are cut, and the mention is flagged
RAW_LIMIT: Final = 4_000
LIMITS: Final = {
    "native_id": 512,
    "parent_native_id": 512,
    "thread_native_id": 512,
    "url": 4_096,
    "text": TEXT_LIMIT,
}
_LINE_LIMIT: Final = 1_000
_CUT: Final = ("text", "title", "author_name")  # cut where too long; all else is an id
_INT64: Final = 2**63

# Lone surrogates make the database driver refuse the whole statement; NUL and other control
# characters break CSV, terminals and C strings. Tab and line feed stay.
_FORBIDDEN: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
_SPACES: Final = re.compile(r"[ \t]*\n[ \t]*")
_BLANKS: Final = re.compile(r"[^\S\n]+")
_SPACE: Final = re.compile(r"\s")
_HOST: Final = re.compile(r"[^\s/?#@:]+\.[^\s/?#@:]{2,}([/?#:]|$)")


class UncleanError(ValueError):
    """A value that must not be stored: a fixed reason code, and a sentence for people."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(reason, detail)
        self.reason, self.detail = reason, detail


def clean_text(text: str) -> str:
    """Return text without control characters; line ends are LF, half emoji are U+FFFD."""
    if _FORBIDDEN.search(text) is None:
        return text
    # JSON may spell one emoji as two escapes; a pair is a character, half of it is not.
    joined = text.replace("\r\n", "\n").replace("\r", "\n")
    joined = joined.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return _FORBIDDEN.sub("", joined)


def clean_url(url: str) -> str | None:
    """Return an http or https address, with its scheme; None where it is neither."""
    url = clean_text(url).strip()
    if not url:
        return ""
    if _HOST.match(url):
        url = f"https://{url}"
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    whole = parts.scheme.lower() in SCHEMES and parts.netloc and not _SPACE.search(url)
    return url if whole else None


def strip_html(html: str) -> str:
    """Return the readable text of an HTML fragment: one line a block, no scripts or styles."""
    parser = _TextOfHtml()
    parser.feed(html)
    parser.close()
    return parser.text()


def clean_mention(mention: Mention) -> Mention:
    """Return a mention that is safe to store, with a warning where something was cut.

    Raises:
        UncleanError: an id is missing or too long, or the address is not one of the web.
    """
    changes: dict[str, Any] = {}
    warnings = mention.warnings
    for name in _STRINGS:
        if not (value := getattr(mention, name)):
            continue
        clean = _clean_field(name, value)
        if len(clean) > (limit := LIMITS.get(name, _LINE_LIMIT)):
            if name not in _CUT:
                raise UncleanError("too_long", f"{name} has {len(clean):,} characters")
            clean, warnings = clean[:limit], (*warnings, "cut")
        if clean != value:
            changes[name] = clean
    if warnings is not mention.warnings:
        changes["warnings"] = tuple(dict.fromkeys(warnings))
    cleaned = replace(mention, **changes) if changes else mention
    _check(cleaned)
    return cleaned


def _clean_field(name: str, value: str) -> str:
    if name == "url":
        if (url := clean_url(value)) is None:
            raise UncleanError("bad_url", f"url {value[:100]!r} is not an http or https address")
        return url
    clean = clean_text(value)
    return clean if name == "text" else clean.strip()


def _check(mention: Mention) -> None:
    if not mention.native_id:
        raise UncleanError("missing_id", "the item has no id")
    if mention.kind not in KINDS:
        raise UncleanError("bad_kind", f"kind {mention.kind!r} is none of {', '.join(KINDS)}")
    check_counts(mention)


def check_counts(item: Any) -> None:
    """Check the counts of a mention or snapshot.

    Raises:
        UncleanError: one is negative or wider than 64 bits.
    """
    for name in ("likes", "shares", "comments", "views", "followers"):
        value = getattr(item, name)
        if value is not None and not 0 <= value < _INT64:
            raise UncleanError("bad_number", f"{name} {value} is negative or too large")


_STRINGS: Final = tuple(field.name for field in fields(Mention) if field.type in ("str", "Kind"))


class _TextOfHtml(HTMLParser):
    """Collects the text between tags."""

    BLOCKS: Final = re.compile(
        "address|article|aside|blockquote|br|d[dlt]|div|fig(caption|ure)|footer|form|h[1-6r]|header"
        "|li|main|nav|[ou]l|p|pre|section|table|t[dhr]"
    )
    SILENT: Final = frozenset(("script", "style", "template"))

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._parts: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
        self._silent += tag in self.SILENT
        if self.BLOCKS.fullmatch(tag):
            self._parts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        self._silent = max(0, self._silent - (tag in self.SILENT))
        if self.BLOCKS.fullmatch(tag):
            self._parts.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self._parts.append(re.sub(r"\s+", " ", data))

    def text(self) -> str:
        """Return what was collected, blank lines and runs of spaces folded."""
        joined = _BLANKS.sub(" ", clean_text("".join(self._parts)))
        return re.sub(r"\n{2,}", "\n", _SPACES.sub("\n", joined)).strip()

"""Reads what was said in a recording: transcripts as SRT, WebVTT, JSON, HTML or plain text.

Written from the transcript formats and examples of github.com/Podcastindex-org/podcast-namespace
and w3.org/TR/webvtt1; read 2026-11. What is not known, a moment or a speaker, is left out.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from html import unescape
from typing import Any, Final

from listening.clean import strip_html
from listening.net.answer import BadAnswerError, CutError, Response

TYPES: Final = (  # the best first: what tells moments and speakers
    "application/json", "text/vtt", "application/srt", "application/x-subrip", "text/srt",
    "text/html", "text/plain",
)  # fmt: skip
ENOUGH: Final = 600  # characters of a passage, after which a sentence's end ends it
MOST: Final = 1_200
ENDS: Final = ".?!…。\uff1f\uff01"  # of a sentence, also in full width
_TIMED: Final = re.compile(r"(?:(\d+):)?(\d\d?):(\d\d)(?:[.,](\d{1,3}))?\s*-->")
_VOICE: Final = re.compile(r"<v(?:\.[^\s>]*)?\s+([^>]+)>")
_TAG: Final = re.compile(r"</?[a-z][^>]*>|<[\d:.]+>")
_HTML: Final = re.compile(r"(?is)<cite>(.*?)</cite>|<time>(.*?)</time>|<p\b[^>]*>(.*?)</p>")


@dataclass(frozen=True, slots=True)
class Said:
    """Something said without a break."""

    text: str
    speaker: str = ""
    at: float | None = None  # seconds from the start


def read_transcript(response: Response, kind: str) -> list[Said]:
    """Return what was said, piece by piece, as the media type says.

    Raises:
        BadAnswerError: it is a page, not a transcript, or says nothing.
        CutError: it ends too soon.
    """
    text = response.body.decode("utf-8-sig", "replace")
    if kind == "application/json":
        said = list(_read_json(text))
    elif kind == "text/html":
        said = list(_read_html(text))
    elif re.match(r"(?i)\s*<!doctype html|\s*<html", text):
        raise BadAnswerError("an HTML page where a transcript was due", where=response.url)
    elif "-->" in text:
        said = list(_read_cues(text))
    else:
        said = [Said(" ".join(part.split())) for part in re.split(r"\n\s*\n", text)]
    said = [one for one in said if one.text]
    if not said:
        raise BadAnswerError(f"a transcript of {kind} that says nothing", where=response.url)
    return said


def passages(said: Iterable[Said]) -> Iterator[Said]:
    """Yield what one speaker said on end, in pieces of some sentences."""
    held: Said | None = None
    for one in said:
        if held and one.speaker in ("", held.speaker) and not _is_long(held.text):
            held = Said(f"{held.text} {one.text}", held.speaker, held.at)
            continue
        if held:
            yield held
        held = one
    if held:
        yield held


def _is_long(text: str) -> bool:
    return len(text) >= (ENOUGH if text[-1] in ENDS else MOST)


def _read_json(text: str) -> Iterator[Said]:
    try:
        segments = json.loads(text)["segments"]
        for one in segments:
            at = one.get("startTime")
            yield Said(_plain(one["body"]), str(one.get("speaker") or ""), _number(at))
    except (KeyError, TypeError, AttributeError) as error:
        raise BadAnswerError(f"no transcript in JSON: {error!r}") from error
    except ValueError as error:
        raise CutError(f"no whole JSON: {error}") from error


def _read_cues(text: str) -> Iterator[Said]:
    """Yield the cues of SRT or WebVTT; notes, styles and numbers have no moment."""
    speaker = ""
    for block in re.split(r"\n\s*\n", text.replace("\r\n", "\n")):
        lines = block.strip().split("\n")
        first = next((n for n, line in enumerate(lines) if _TIMED.match(line.strip())), None)
        if first is None:
            continue
        hours, minutes, seconds, millis = _TIMED.match(lines[first].strip()).groups("0")  # type: ignore[union-attr] # found so
        at = int(hours) * 3600 + int(minutes) * 60 + int(seconds) + int(millis.ljust(3, "0")) / 1000
        said = " ".join(lines[first + 1 :])
        voice = _VOICE.search(said)
        speaker = _plain(voice[1]) if voice else speaker
        yield Said(_plain(said), speaker, at)


def _read_html(text: str) -> Iterator[Said]:
    speaker, at = "", None
    for cite, time, paragraph in _HTML.findall(text):
        if cite:
            speaker = strip_html(cite).strip().removesuffix(":")
        elif time:
            parts = strip_html(time).strip().split(":")
            known = all(part.isdigit() for part in parts)
            at = (
                float(sum(int(part) * 60**n for n, part in enumerate(parts[::-1])))
                if known
                else None
            )
        else:
            yield Said(" ".join(strip_html(paragraph).split()), speaker, at)
            at = None


def _plain(text: Any) -> str:
    return " ".join(unescape(_TAG.sub("", str(text))).split())


def _number(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) else None

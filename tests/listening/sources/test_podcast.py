"""Podcasts: every form of transcript, and what happens where one cannot be had."""

from __future__ import annotations

import json
from typing import Any

import pytest
from requests.structures import CaseInsensitiveDict

from listening.net.answer import BadAnswerError, CutError, Response
from listening.sources._transcript import ENOUGH, MOST, Said, passages, read_transcript
from tests.listening.conftest import reply
from tests.listening.sources.conftest import Lab

SETTINGS: dict[str, Any] = {"urls": ["http://pod.example/feed.xml"]}


def read(kind: str, text: str) -> list[Said]:
    body = text.encode()
    response = Response("http://pod.example/t", 200, CaseInsensitiveDict(), body)
    return read_transcript(response, kind)


def feed(*transcripts: str, episodes: int = 1) -> bytes:
    links = "".join(transcripts)
    items = "".join(
        f"<item><title>Quillon {number}</title><guid>http://pod.example/{number}</guid>"
        f"<link>http://pod.example/{number}</link>"
        f"<pubDate>Tue, 06 Oct 2026 05:00:00 +0000</pubDate>"
        f"{links.format(number=number)}</item>"
        for number in range(episodes)
    )
    space = "https://podcastindex.org/namespace/1.0"
    head = f"<rss version='2.0' xmlns:podcast='{space}'><channel><title>t</title>"
    return f"{head}{items}</channel></rss>".encode()


def link(url: str, kind: str = "text/vtt") -> str:
    return f"<podcast:transcript url='{url}' type='{kind}'/>"


VTT = b"WEBVTT\n\n00:01.000 --> 00:02.000\nMy Quillon hums.\n"


@pytest.mark.parametrize(
    ("kind", "text", "said"),
    [
        ("text/vtt", ("WEBVTT - x\n\nSTYLE\n::cue {}\n\n01:02.500 --> 01:03.000 align:start\n"
         "<v.loud Ida B>It <00:01:02.700>boils &lt;now&gt;</v>"),
         Said("It boils <now>", "Ida B", 62.5)),
        ("application/x-subrip", "\ufeff1\r\n01:00:00,5 --> 01:00:02,000\r\nIt\r\nboils.\r\n\r\n",
         Said("It boils.", "", 3600.5)),
        ("application/json", json.dumps({"version": "1.0.0", "segments": [
            {"speaker": "Ida", "startTime": 3, "endTime": 4, "body": "It boils."}]}),
         Said("It boils.", "Ida", 3.0)),
        ("text/html", "<cite>Ida:</cite><time>1:00:05</time><p class=x>It <b>boils</b>.</p>",
         Said("It boils.", "Ida", 3605.0)),
        ("text/html", "<time>soon</time><p>It boils.</p>", Said("It boils.", "", None)),
        ("text/plain", "It\nboils.", Said("It boils.", "", None)),
    ],
)  # fmt: skip
def test_every_form_of_transcript_is_read(kind: str, text: str, said: Said) -> None:
    assert read(kind, text) == [said]


@pytest.mark.parametrize(
    ("kind", "text", "error"),
    [
        ("application/json", '{"segments": [{"body": "It', CutError),
        ("application/json", '{"segments": [{"words": 3}]}', BadAnswerError),
        ("text/vtt", "<!DOCTYPE html><p>Log in</p>", BadAnswerError),
        ("text/vtt", "WEBVTT\n\n00:01.000 --> 00:02.000\n\n", BadAnswerError),
        ("text/html", "<div>no paragraph</div>", BadAnswerError),
    ],
)
def test_what_is_no_transcript_is_an_error(kind: str, text: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        read(kind, text)


def test_passages_end_with_a_speaker_or_a_sentence_and_lose_no_word() -> None:
    words = [Said(f"word{number}", "Ida", float(number)) for number in range(400)]
    words[150] = Said("word150.", "Ida", 150.0)
    words[300] = Said("word300", "Jo", 300.0)
    made = list(passages(words))
    assert " ".join(one.text for one in made) == " ".join(one.text for one in words)
    assert [one.speaker for one in made] == ["Ida", "Ida", "Jo", "Ida"]
    assert made[0].text.endswith("word150.")
    assert ENOUGH <= len(made[0].text) <= MOST
    assert [one.at for one in made] == [0.0, 151.0, 300.0, 301.0]


def test_the_best_of_several_formats_is_read_once(lab: Lab) -> None:
    told = [link("/t.html", "text/html"), link("/t.vtt"), link("/t.txt", "text/plain")]
    lab.server.on("/feed.xml", reply(feed(*told)), reply(feed(*told) + b"<!-- new -->"))
    lab.server.on("/t.vtt", reply(VTT))
    _, rows = lab.crawl("podcast", **SETTINGS)
    said = [row["url"] for row in rows if row["text"] == "My Quillon hums."]
    assert said == ["http://pod.example/0#t=1"]
    outcome, rows = lab.crawl("podcast", **SETTINGS)
    assert outcome.error is None
    assert lab.server.paths() == ["/feed.xml", "/t.vtt", "/feed.xml"]
    assert len(rows) == 1


def test_a_transcript_at_another_host_is_told_as_missing(lab: Lab) -> None:
    lab.server.on("/feed.xml", reply(feed(link("http://cdn.example/t.vtt"))))
    lab.server.on("/t.vtt", reply(VTT))
    outcome, rows = lab.crawl("podcast", **SETTINGS)
    assert outcome.coverage.state == "partial"
    assert "cdn.example" in outcome.coverage.reason
    assert len(rows) == 1
    outcome, rows = lab.crawl("podcast", **SETTINGS)
    assert rows == []  # the feed reads as before


def test_a_transcript_out_of_reach_is_asked_for_again(lab: Lab) -> None:
    lab.server.on("/feed.xml", reply(feed(link("/t.vtt"))))
    lab.server.on("/t.vtt", *[reply(b"", 503)] * 5, reply(VTT))
    outcome, rows = lab.crawl("podcast", **SETTINGS)
    assert outcome.coverage.state == "partial"
    assert len(rows) == 1
    outcome, rows = lab.crawl("podcast", **SETTINGS)
    assert outcome.coverage.state == "complete"
    assert [row["text"] for row in rows if not row["seen_before"]] == ["My Quillon hums."]


def test_fifty_transcripts_are_read_and_the_next_crawl_goes_on(lab: Lab) -> None:
    lab.server.on("/feed.xml", reply(feed(link("/t{number}.vtt"), episodes=55)))
    for number in range(55):
        lab.server.on(f"/t{number}.vtt", reply(VTT))
    outcome, _ = lab.crawl("podcast", **SETTINGS)
    assert outcome.coverage.state == "capped"
    outcome, rows = lab.crawl("podcast", **SETTINGS)
    assert outcome.coverage.state == "complete"
    assert len(set(lab.server.paths())) == 56
    assert len([row for row in rows if not row["seen_before"]]) == 5

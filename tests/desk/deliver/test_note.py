"""An alert in words: number, normal range, chart, mentions, what to do; and nobody's markup."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from desk.alert.read import Alert, list_alerts
from desk.deliver.note import draw, say_range, spark, word
from listening.contract import DataRoot

from .lab import NOON, put_alert, put_mention


@pytest.fixture
def alert(tmp_path: Path) -> Alert:
    root = DataRoot(tmp_path)
    put_alert(root, title="Nimbus: <b>12</b> voices", severity=3)
    put_mention(root, said="<script>alert(1)</script>", url="javascript:alert(1)", note="12 likes")
    put_mention(
        root, mention_id="m2", place=1, said="", reply_link="http://x.example/r", author="@ada"
    )
    return list_alerts(root)[0]


def test_what_is_shown_as_html_is_escaped_and_has_its_chart(alert: Alert):
    note = word(alert, "raised", 0, rich=True)
    assert "<script>" not in note.html
    assert "&lt;script&gt;alert(1)" in note.html
    assert "<b>" not in note.html
    assert "javascript:" not in note.html
    assert 'href="http://x.example/r"' in note.html
    assert 'src="cid:chart.png"' in note.html
    assert note.files[0][1].startswith(b"\x89PNG")


def test_plain_text_says_all_of_it_without_drawing(alert: Alert):
    note = word(alert, "grown:20", 0, rich=False)
    assert note.title == "Urgent: Nimbus: <b>12</b> voices (it has grown)"
    assert (note.html, note.files) == ("", ())
    for said in (
        "12 voices; normal is 0 to 5, usually 2.", "Do: Look who spoke first", "For: pr",
        "(the text is withheld)", "answer: http://x.example/r", "@ada", "12 likes", "and 5 more.",
    ):  # fmt: skip
        assert said in note.text
    assert "javascript" not in note.text


def test_the_facts_are_texts_for_every_kind_of_webhook(alert: Alert):
    facts = dict(word(alert, "raised", 0, rich=False).facts)
    assert all(isinstance(value, str) for value in facts.values())
    assert (facts["severity"], facts["value"], facts["step"]) == ("3", "12", "0")
    assert facts["published_at"] == NOON.isoformat()


def test_what_is_normal_may_not_be_known(tmp_path: Path):
    put_alert(DataRoot(tmp_path), low=None, high=None)
    (alert,) = list_alerts(DataRoot(tmp_path))
    assert say_range(alert) == "12 voices; what is normal is not known."


def test_a_chart_is_blocks_from_low_to_high():
    def points(*values: float | None) -> list[dict[str, object]]:
        return [{"at": (NOON + timedelta(hours=n)).isoformat(), "value": v, "usual": None}
                for n, v in enumerate(values)]  # fmt: skip

    assert spark(points(0, 5, 10)) == "▁▅█  0 to 10"
    assert spark(points(3, None)) == "█  0 to 3"
    assert spark(points(0, 0)) == "▁▁  0 to 0"
    assert spark([]) == ""
    assert draw(points(1)) == b""
    assert draw(points(1, 2)).startswith(b"\x89PNG")

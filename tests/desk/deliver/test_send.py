"""One message goes to one target, and what is known of its fate is said."""

from __future__ import annotations

import logging

import pytest

from desk.deliver.channel import Channel
from desk.deliver.send import Door, Note, RefusedError, UnansweredError
from listening.contract import ConfigurationError

NOTE = Note("A spike", "Twelve voices.", "<p>Twelve</p>", facts=(("alert_id", "a1"),))


def door(url: str) -> Door:
    return Door(Channel("pr", url))


def test_a_webhook_finds_the_key_in_a_header_and_in_its_json(webhook):
    door(webhook.url).send(NOTE, "key-1")
    (got,) = webhook.posted
    assert webhook.keys == ["key-1"]
    assert got["delivery_id"] == "key-1"
    assert (got["title"], got["alert_id"]) == ("A spike", "a1")
    assert got["message"].startswith("Twelve voices.")
    assert "ref key-1" in got["message"]


def test_files_go_along_where_the_service_takes_them(webhook):
    door(webhook.url).send(Note("t", "x", files=(("chart.png", b"\x89PNG"),)), "k")
    (file,) = webhook.posted[0]["attachments"]
    assert (file["filename"], file["mimetype"]) == ("chart.png", "image/png")


@pytest.mark.parametrize(
    ("status", "error", "said"),
    [
        (503, RefusedError, "answered 503"), (404, RefusedError, "answered 404"),
        (0, UnansweredError, "may have arrived"), (504, UnansweredError, "may have arrived"),
    ],
)  # fmt: skip
def test_a_refusal_is_told_from_no_answer(webhook, status, error, said):
    webhook.answers = [status]
    with pytest.raises(error, match=said):
        door(webhook.url).send(NOTE, "k")


def test_a_service_that_is_not_there_was_not_reached():
    with pytest.raises(RefusedError, match="could not be reached"):
        door("json://127.0.0.1:9/x").send(NOTE, "k")
    with pytest.raises(RefusedError, match="could not be reached"):
        door("mailto://u:p@127.0.0.1:9?to=a@x.example&from=b@x.example").send(NOTE, "k")


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("carrier-pigeon://t0ken", "does not know this URL"),
        ("mailto://u:t0ken@x.example?to=a@x.example,b@x.example", "names 2 targets"),
    ],
)
def test_a_url_that_cannot_be_sent_to_once_is_refused_unseen(url, said):
    with pytest.raises(ConfigurationError, match=said) as caught:
        door(url)
    assert "t0ken" not in str(caught.value)


def test_no_log_and_no_error_holds_the_secret(webhook, caplog, capfd):
    caplog.set_level(logging.DEBUG)
    url = webhook.url.replace("://", "://user:t0ken@") + "?+X-Auth=t0ken"
    door(url).send(NOTE, "k")
    webhook.answers = [403]
    with pytest.raises(RefusedError) as caught:
        door(url).send(NOTE, "k")
    told = "\n".join(record.getMessage() for record in caplog.records if record.name == "apprise")
    assert "t0ken" not in f"{told}{caught.value}{capfd.readouterr()}"


def test_apprise_is_as_it_was_afterwards(webhook):
    pr = door(webhook.url)  # Apprise is imported here, and adds a handler as it is
    logger = logging.getLogger("apprise")
    before = (logger.propagate, list(logger.handlers))
    pr.send(NOTE, "k")
    assert (logger.propagate, list(logger.handlers)) == before

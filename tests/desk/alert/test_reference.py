"""docs/alerts.md tells what the model has, and the commands do what it says."""

import json

import pytest

from desk.alert.judge import JUDGES
from listening.brand.alerts import LIMITS
from listening.cli import main
from tests.desk.alert.reference import PAGE, page
from tests.desk.alert.world import DAY, HOUR, NOW, said


def test_the_reference_is_that_of_the_model():
    """`python -m tests.desk.alert.reference` writes it."""
    assert PAGE.read_text("utf-8") == page()


def test_every_kind_has_a_judge():
    assert set(JUDGES) == set(LIMITS)


@pytest.fixture
def ask(world, tmp_path, monkeypatch, capsys):
    """Run a command of alerts on a world in which a post has spread, and return its JSON."""
    brand = tmp_path / "brand.yaml"
    brand.write_text(
        "version: 1\nbrands: [{id: acme, name: Acme, role: own}]\nqueries: [{id: main, q: acme}]\n"
        "alerts: [{id: hit, kind: post_count, owner: pr, channels: [desk], action: Look at it,"
        " when: {at_least: 100}}]\n"
    )
    for name, value in (
        ("LISTENING_DATA", str(world.root.path)),
        ("LISTENING_NOW", NOW.isoformat()),
        ("LISTENING_BRANDS", str(brand)),
    ):
        monkeypatch.setenv(name, value)
    world.land([said("p", NOW - 5 * HOUR, likes=150)], NOW - DAY, NOW)

    def run(*arguments, status=0):
        try:
            main(["alerts", *arguments, "--json"])
        except SystemExit as done:
            assert (done.code or 0) == status  # noqa: PT017 (the status is the promise)
        return json.loads(capsys.readouterr().out)

    return run


def test_the_commands(ask):
    trial = ask("replay", "--from", f"{NOW - DAY:%Y-%m-%d}", "--to", NOW.isoformat())
    assert [one["rule_id"] for one in trial["alerts"]] == ["hit"]
    assert ask("list") == {"alerts": [], "lost": []}
    done = ask("run")
    assert (done["batches"], len(done["raised"]), done["held"]) == (1, 1, [])
    (alert,) = ask("list")["alerts"]
    assert (alert["state"], alert["value"], alert["high"]) == ("open", 150, 100)
    assert alert["behind"][0]["url"] == "https://a.example/p"
    assert [(one["channel"], one["state"]) for one in alert["messages"]] == [("desk", "pending")]
    assert ask("ack", alert["alert_id"], "--actor", "ada")["acked_by"] == "ada"
    assert ask("mute", "hit", "--for", "60", "--actor", "ada")["rule"] == "hit"
    assert ask("close", alert["alert_id"], "--actor", "ada")["state"] == "closed"
    assert ask("list") == {"alerts": [], "lost": []}
    assert len(ask("list", "--state", "closed")["alerts"]) == 1


@pytest.mark.parametrize(
    ("arguments", "mend"),
    [
        (("replay", "--from", "tomorrow", "--to", "2026-10-01"), "Write it like"),
        (("replay", "--from", "2026-10-02", "--to", "2026-10-01"), "Turn it"),
        (("replay", "--from", "2026-10-01", "--to", "2026-10-02", "--rule", "x"), "There are: hit"),
        (("ack", "nope", "--actor", "ada"), "alerts list"),
        (("mute", "x", "--for", "5", "--actor", "ada"), "There are: hit"),
    ],
)
def test_what_cannot_be_done_says_its_mend(ask, arguments, mend):
    assert mend in ask(*arguments, status=2)["error"]["mend"]

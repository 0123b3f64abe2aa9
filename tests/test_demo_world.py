"""The demo's planted stories come out in the tables of the teams they concern."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import duckdb
import pytest
from ruamel.yaml import YAML

from bench.demo import BRAND, WORLD
from bench.replay import serve
from desk.alert.evaluate import evaluate
from desk.alert.read import list_alerts
from desk.brief import brief
from listening.brand.load import load_brands
from listening.contract import TEAMS, DataRoot
from tests import whole_way
from tests.forked import fork

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]
EXPECTED = YAML(typ="safe").load((WORLD / "expected.yaml").read_text())
HANDLES_MAY_BE = {"legal", "care"}


def take(root: Path, server, at) -> None:
    """Take the whole way in a child, with both ends' clocks held at a moment."""
    with pytest.MonkeyPatch.context() as held:
        held.setenv("LISTENING_NOW", at.isoformat())  # the server is in this process
        settings = {"LISTENING_DATA": str(root), "LISTENING_CONNECT_TO": server.connect_to}
        child = fork(whole_way.take, BRAND, **settings)
        child.join()
    assert child.exitcode == 0


@pytest.fixture(scope="module")
def server():
    with serve(WORLD) as running:
        yield running


@pytest.fixture(scope="module")
def root(server, tmp_path_factory):
    path = tmp_path_factory.mktemp("demo")
    take(path, server, server.world.now)
    return DataRoot(path)


@pytest.fixture(scope="module")
def ask(root):
    """Answer one SELECT from a team's file, or from the warehouse."""

    def answer(file: str, sql: str, *values):
        path = root.warehouse if file == "warehouse" else root.published / f"{file}.duckdb"
        with duckdb.connect(path, read_only=True) as connection:
            return connection.execute(sql, list(values)).fetchall()

    return answer


@pytest.fixture(scope="module")
def mention_ids(ask):
    """Return the mention ids of a planted story, those that were on topic."""
    by_native = dict(ask("warehouse", "SELECT native_id, mention_id FROM core.mention"))

    def of(story: str) -> set[str]:
        return {
            by_native[native_id]
            for host, ids in EXPECTED["stories"][story].items()
            for item in ids
            for native_id in (item, f"{host}{item}", f"{host}:{item}")
            if native_id in by_native
        }

    return of


def test_what_was_served_is_what_is_known(ask):
    """Owned channels and the drop are kept whole; nothing was quarantined."""
    known = dict(ask("warehouse", "SELECT source, count(*) FROM core.mention GROUP BY source"))
    sites = EXPECTED["sites"]
    assert known["appstore"] == sites["apps.example"]["served"]
    assert known["drop"] == sum(file["mentions"] for file in EXPECTED["drop"].values())
    assert sum(known.values()) >= 400
    assert ask("warehouse", "SELECT count(*) FROM core.quarantine") == [(0,)]
    assert ask("warehouse", "SELECT count(DISTINCT author_key) FROM core.mention")[0][0] >= 150


def test_what_the_brand_knows_of_itself_is_taken_in(ask):
    """Every reference file, row for row; goals and staff figures reach their teams."""
    counted = {
        table: ask("warehouse", f'SELECT count(*) FROM core."{table}"')[0][0]  # noqa: S608
        for table in EXPECTED["reference"]
    }
    assert counted == EXPECTED["reference"]
    assert ask("executive", "SELECT count(*) FROM scorecard") == [
        (EXPECTED["reference"]["goal_actual"],)
    ]
    assert ask(
        "executive",
        "SELECT business_goal, actual, trend, is_better, is_on_track FROM scorecard"
        " WHERE goal_id = 'returns' AND period = '2026-10'",
    ) == [("Customers come back", 2.6, "up", False, False)]
    assert ask(
        "hr",
        "SELECT headcount, hires, leavers, turnover = 3 / 218 FROM figure_month"
        " WHERE month = DATE '2026-10-01' AND region = ''",
    ) == [(218, 7, 3, True)]


def test_the_complaint_spike_is_an_issue_of_many_authors(ask):
    ((authors, stage),) = ask(
        "pr",
        "SELECT authors, stage FROM issue WHERE brand_id = 'larkspur' AND topic_id = 'timer'"
        " AND started_on = DATE '2026-10-21'",
    )
    assert authors >= 15  # of those planted; the model does not see a complaint in each
    assert stage in {"new", "rising", "falling", "over"}


def flagged_as(ask, kind: str) -> set[str]:
    """Return the mentions with an open flag of a kind."""
    return {row for (row,) in ask("legal", "SELECT mention_id FROM flag_open WHERE kind = ?", kind)}


@pytest.mark.parametrize(
    ("story", "kind"),
    [("impersonation", "impersonation"), ("doxxing", "doxxing"), ("copied", "copied_text")],
)
def test_legal_sees_every_planted(ask, mention_ids, story, kind):
    flagged = {
        row for (row,) in ask("legal", "SELECT mention_id FROM flag_open WHERE kind = ?", kind)
    }
    planted = mention_ids(story)
    assert planted
    assert planted <= flagged


@pytest.mark.parametrize(
    ("story", "kind"),
    [("counterfeit", "counterfeit"), ("personal", "personal_data"), ("safety", "safety")],
)
def test_legal_sees_some_planted(ask, mention_ids, story, kind):
    """How many of them is issue 3's measure, on texts of its own; here: the way is open."""
    flagged = {
        row for (row,) in ask("legal", "SELECT mention_id FROM flag_open WHERE kind = ?", kind)
    }
    assert mention_ids(story) & flagged


def test_most_homonyms_are_nobodys_feedback(ask, mention_ids):
    """Flowers, a town and a novel. Issue 3 measures how well homonyms are told apart."""
    feedback = {row for (row,) in ask("product", "SELECT mention_id FROM feedback_mention")}
    planted = mention_ids("homonym")
    assert len(planted & feedback) < len(planted) / 2


def test_a_syndicated_article_is_one_pick_up(ask):
    outlets = len(EXPECTED["stories"]["syndicated"])
    rows = ask("pr", "SELECT articles, outlets FROM media_pickup WHERE articles > 1")
    assert rows == [(outlets, outlets)]


def test_answers_are_matched_to_what_they_answer(ask):
    pairs = {
        asked: reply
        for replies in EXPECTED["brand_replies"].values()
        for reply, asked in replies.items()
    }
    at = dict(ask("warehouse", "SELECT native_id, published_at FROM core.mention"))
    native = dict(ask("warehouse", "SELECT mention_id, native_id FROM core.mention"))
    answered = {
        native[mention_id]: replied_at
        for mention_id, replied_at in ask(
            "care", "SELECT mention_id, replied_at FROM response WHERE state = 'answered'"
        )
        if native[mention_id] in pairs
    }
    assert len(answered) >= 10
    assert answered == {asked: at[pairs[asked]] for asked in answered}


def test_the_doxxed_person_is_found_only_where_names_may_be(root, ask, mention_ids):
    """The canary: whoever needs no names gets none, in any column of any table."""
    (mention_id,) = mention_ids("doxxing")
    ((author, text),) = ask(
        "warehouse",
        "SELECT author.handle, mention.text FROM core.mention JOIN core.author USING (author_key)"
        " WHERE mention_id = ?",
        mention_id,
    )
    phone_or_mail = [word for word in text.split() if "@" in word and "." in word]
    assert phone_or_mail
    for path in root.published.glob("*.duckdb"):
        if path.stem in HANDLES_MAY_BE:
            continue
        dump = _dump(path)
        for secret in (author, *phone_or_mail):
            assert secret.strip(",.") not in dump, f"{path.stem} holds {secret!r}"


def _dump(path: Path) -> str:
    with duckdb.connect(path, read_only=True) as connection:
        tables = [name for (name,) in connection.execute("SHOW TABLES").fetchall()]
        return "\n".join(repr(connection.execute(f'FROM "{table}"').fetchall()) for table in tables)


def test_every_teams_first_questions_are_answered(root):
    told = brief(root)
    for team in TEAMS:
        assert f"━━ {team} ━" in told
        assert f"listening query {team} " in told


def test_a_day_later_only_counts_edits_and_deletions_changed(server, root):
    """Runs last on this data root: it moves the clock on."""
    before = whole_way.warehouse_rows(root)["core.mention"]
    take(root.path, server, server.world.now + timedelta(days=1))
    after = whole_way.warehouse_rows(root)["core.mention"]
    old, new = ({row[0]: row for row in rows} for rows in (before, after))
    assert not new.keys() - old.keys()
    later = [
        *EXPECTED["stories"]["deletion_later"].values(),
        *EXPECTED["stories"]["edit_later"].values(),
    ]
    planted = {native_id for ids in later for native_id in ids}
    gone = {old[mention_id][2] for mention_id in old.keys() - new.keys()}
    changed = {row[2] for key, row in new.items() if row != old[key]}
    assert gone | changed == planted


def test_the_spike_the_counterfeits_and_the_doxxed_post_are_told_once(root, server, mention_ids):
    """Each is one message to the team that acts; asked again, nobody is told twice."""
    brands = load_brands([BRAND])
    done = evaluate(root, brands, server.world.now)
    told = [one for one in list_alerts(root) if one.alert_id in done.told]

    def owners(story: str) -> list[tuple[str, str]]:
        """Return owner and rule of what was told mostly of a story, by the mentions shown."""
        ids = mention_ids(story)
        shown = ((one, [each.mention_id in ids for each in one.behind]) for one in told)
        return sorted((one.owner, one.rule_id) for one, mine in shown if sum(mine) * 2 > len(mine))

    assert [one for one in owners("spike") if one[0] == "pr"] == [("pr", "spike")]
    assert {owner for owner, _ in owners("spike")} <= {"pr", "product"}
    assert owners("counterfeit") == [("legal", "legal-rights")]
    assert owners("doxxing") == [("legal", "legal-danger")]
    again = evaluate(root, brands, server.world.now)
    assert (again.batches, again.raised, again.told) == (0, (), ())

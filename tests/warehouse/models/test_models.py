"""Team tables over a small known month: the numbers a person can count by hand."""

from __future__ import annotations

import math
import statistics
from datetime import date

import pytest

from listening.contract import TEAMS
from tests.warehouse.models.core import rows
from tests.warehouse.models.month import CANARY, at
from warehouse.open import connect

FIXED = {
    "product": {"feedback_daily", "feedback_mention", "topic_week", "recommendation"},
    "legal": {"flag_open", "infringement_suspect", "privacy_exposure"},
    "pr": {"share_of_voice_daily", "sentiment_daily", "issue", "influencer", "media_pickup"}
    | {"issue_day", "issue_response", "competitor_experience", "competitor_mention"},
    "care": {"triage", "response", "response_daily", "response_period", "response_outcome"}
    | {"response_outcome_week", "engagement_daily", "join_candidate"},
    "marketing": {"post_metric", "experiment", "audience", "content_rank"},
    "executive": {"scorecard"},
    "hr": {"employer_talk"},
    "investor": {"brand_talk"},
}


def test_every_fixed_table_exists_with_comments_on_all_columns(warehouse):
    """A SQL client shows what each table and column means."""
    tables = rows(warehouse, "SELECT schema_name, table_name, comment FROM duckdb_tables()")
    for team in TEAMS:
        assert {table for schema, table, _ in tables if schema == team} >= FIXED[team]
    assert [t for t in tables if t[0] in (*TEAMS, "mart") and "Grain: " not in (t[2] or "")] == []
    columns = rows(warehouse, "SELECT schema_name, column_name, comment FROM duckdb_columns()")
    assert [c for c in columns if c[0] in (*TEAMS, "mart", "staging") and not c[2]] == []


def test_friday_question_is_late_on_monday_at_nine_sixteen(warehouse):
    """Nine to five, 30 minutes, Friday 16:45: due Monday 09:15, through the end of summer time."""
    answered = rows(
        warehouse,
        "SELECT mention_id, due_at, calendar_s, business_s, breached, state FROM care.response "
        "WHERE mention_id IN ('friday', 'dst') ORDER BY mention_id DESC",
    )
    weekend = 64 * 3600 + 1800  # Friday 16:45 to Monday 09:15
    assert answered == [
        ("friday", at(19, 7, 15), weekend + 60, 1860, True, "answered"),
        ("dst", at(26, 8, 15), weekend + 3600, 1800, False, "answered"),
    ]


def test_open_complaint_waits_in_triage_past_the_holiday(warehouse):
    """Asked on the evening before a holiday: due on the day after; open, hence censored."""
    assert rows(
        warehouse,
        "SELECT state, calendar_s, due_at, breached, null_reason FROM care.response "
        "WHERE mention_id = 'holiday'",
    ) == [("open", None, at(22, 7, 30), True, "open")]
    ((first, class_, parts, priority),) = rows(
        warehouse,
        "SELECT mention_id, class, severity_part * reach_part * age_part * sla_part, priority "
        "FROM care.triage ORDER BY priority DESC LIMIT 1",
    )
    assert (first, class_) == ("holiday", "complaint")
    assert parts == pytest.approx(priority)


def test_praise_needs_no_reply_and_is_not_counted(warehouse):
    """The response rate counts what needed a reply, open ones included."""
    assert rows(
        warehouse,
        "SELECT sum(inbound), sum(answered), sum(open), sum(answered_in_time) "
        "FROM care.response_daily",
    ) == [(3, 2, 1, 1)]


def test_virality_needs_followers_of_that_date(warehouse):
    """Each look divides by the followers then; reach is of the post's day; nobody's fans: NULL."""
    assert rows(
        warehouse,
        "SELECT mention_id, observed_at, reach, engagement, virality, virality_null_reason "
        "FROM marketing.post_metric WHERE mention_id IN ('post', 'forum') "
        "ORDER BY mention_id, observed_at",
    ) == [
        ("forum", at(13), None, 42, None, "off_channel"),
        ("post", at(13), 1000, 20, 0.02, None),
        ("post", at(14), 1000, 50, 0.025, None),
    ]


def test_experiment_interval_is_that_of_the_textbook(warehouse):
    """Six posts an arm of equal spread: 10 degrees of freedom, t = 2.228."""
    ((lift, low, high, verdict),) = rows(
        warehouse, "SELECT lift, ci_low, ci_high, verdict FROM marketing.experiment"
    )
    control, treatment = [90, 95, 100, 100, 105, 110], [120, 125, 130, 130, 135, 140]
    variance = statistics.variance(control) / 6
    assert variance == pytest.approx(statistics.variance(treatment) / 6)
    error = math.sqrt(variance / 100**2 + 130**2 * variance / 100**4)
    assert lift == pytest.approx(0.3)
    assert low == pytest.approx(0.3 - 2.228 * error, rel=1e-3)
    assert high == pytest.approx(0.3 + 2.228 * error, rel=1e-3)
    assert verdict == "better"


def test_money_is_as_imported_and_never_converted(warehouse):
    """A campaign's cost and worth in euros; the dollars of no campaign stay dollars."""
    assert rows(
        warehouse,
        "SELECT posts, engagement, currency, spend, economic_value, cost_per_engagement "
        "FROM marketing.campaign_result",
    ) == [(1, 50, "EUR", 100, 250, 2)]
    assert rows(
        warehouse,
        "SELECT campaign, currency, spend, economic_value, net_value, net_value_null_reason "
        "FROM marketing.spend ORDER BY currency",
    ) == [
        ("plain", "EUR", 100, 250, 150, None),
        ("(none)", "USD", None, 40, None, "no_spend"),
    ]
    assert rows(
        warehouse,
        "SELECT mention_id, engagement, economic_value FROM marketing.post_value "
        "WHERE economic_value_null_reason IS NULL",
    ) == [("paid", 50, 250)]


def test_what_was_learnt_is_kept_with_what_people_made_of_it(warehouse):
    """The experiment's lesson, where it was adopted, and a note that names nobody."""
    assert rows(
        warehouse,
        "SELECT verdict, lesson, posts, adopted_in, notes FROM marketing.best_practice",
    ) == [("better", "use emoji", 12, ["DE"], ["@… liked it"])]


def test_goals_say_what_they_serve_and_staff_figures_stand_beside_talk(warehouse):
    """Operational and financial goals; turnover of imported counts; three people's talk."""
    assert rows(
        warehouse,
        "SELECT goal, operational_goal, financial_goal, is_on_track, trend, trend_null_reason "
        "FROM executive.scorecard",
    ) == [("Share of voice", "Answer in time", "Sell more", True, "unknown", "first_period")]
    assert rows(
        warehouse,
        "SELECT headcount, leavers, turnover, candidate_mentions, talk_null_reason "
        "FROM hr.figure_month",
    ) == [(200, 5, 0.025, 3, None)]


def test_share_of_voice_by_local_day_with_copies_and_coverage(warehouse):
    """Half past midnight is the next day; the copy adds no voice; a capped day is partial."""
    assert rows(
        warehouse,
        "SELECT day, brand_id, mentions, mentions_deduped, mentions_all_brands, coverage "
        "FROM pr.share_of_voice_daily WHERE day IN ('2026-10-05', '2026-10-06') "
        "ORDER BY day, brand_id",
    ) == [
        (date(2026, 10, 5), "acme", 2, 2, 3, "complete"),
        (date(2026, 10, 5), "rival", 1, 1, 3, "complete"),
        (date(2026, 10, 6), "acme", 2, 1, 2, "partial"),
        (date(2026, 10, 6), "rival", 0, 0, 2, "partial"),
    ]


def test_brands_own_words_are_no_voice_and_no_feedback(warehouse):
    """What a declared handle says counts for nobody."""
    own = "('post', 'friday-reply', 'dst-reply', 'plain-0', 'emoji-0')"
    assert (
        rows(
            warehouse,
            f"SELECT * FROM product.feedback_mention WHERE mention_id IN {own}",  # noqa: S608
        )
        == []
    )
    assert rows(warehouse, "SELECT mentions FROM pr.sentiment_daily WHERE day = '2026-10-12'") == [
        (1,)
    ]


def test_a_topics_p_value_is_that_of_the_binomial_test(warehouse):
    """Five voices after one, up to the same moment of the week: as uneven as 5 of 6 or more."""
    ((voices, before, p, q),) = rows(
        warehouse,
        "SELECT voices, voices_before, p_value, q_value FROM product.topic_week "
        "WHERE topic_id = 'leak' AND week = '2026-10-26'",
    )
    assert (voices, before) == (5, 1)
    assert p == pytest.approx(2 * sum(math.comb(6, k) for k in (0, 1)) / 2**6)
    assert q == pytest.approx(p)  # the only topic of the week that can be told


def test_a_releases_interval_is_newcombes(warehouse):
    """Six of six complain after one of six: Wilson's intervals of both, joined by method 10."""
    ((change, low, high),) = rows(
        warehouse,
        "SELECT change, ci_low, ci_high FROM product.release_change WHERE topic_id = '(all)'",
    )
    (l1, u1), (l2, u2) = _wilson(6, 6), _wilson(1, 6)
    assert change == pytest.approx(5 / 6)
    assert low == pytest.approx(5 / 6 - math.hypot(1 - l1, u2 - 1 / 6), abs=1e-5)
    assert high == pytest.approx(5 / 6 + math.hypot(u1 - 1, 1 / 6 - l2), abs=1e-5)


def _wilson(part: int, whole: int) -> tuple[float, float]:
    z = statistics.NormalDist().inv_cdf(0.975)
    centre = part + z * z / 2
    reach = z * math.sqrt(part * (whole - part) / whole + z * z / 4)
    return (centre - reach) / (whole + z * z), (centre + reach) / (whole + z * z)


def test_five_people_are_an_issue_and_one_loud_author_is_none(warehouse):
    """Five posts each on the same day; only the topic of five people is an issue."""
    assert rows(
        warehouse,
        "SELECT topic_id, started_on, authors, mentions, stage FROM pr.issue",
    ) == [("leak", date(2026, 10, 28), 5, 5, "falling")]


def test_undeclared_complaints_this_week_against_last_with_the_mentions_behind(warehouse):
    """Five complaints in the week of the 26th, none before; the merged topic's one is in."""
    week = "week = '2026-10-26' AND brand_id = 'acme'"
    counted = rows(
        warehouse,
        "SELECT topic_id, name, product_id, mentions, authors, negative, mentions_last_week, "  # noqa: S608
        "change, change_ratio_null_reason, round(change_z, 3), is_complete "
        f"FROM product.discovered_topic_week WHERE {week} AND intent = 'complaint' "
        "AND mentions > 0 "
        "ORDER BY product_id",
    )
    told = (5, 5, 5, 0, 5, "no_mentions_last_week", 2.236, False)
    assert counted == [
        ("d1", "words, of, d1", "(all)", *told),
        ("d1", "words, of, d1", "k2", *told),
    ]
    behind = rows(
        warehouse,
        "SELECT mention_id, topic_id, example FROM product.discovered_topic_mention "  # noqa: S608
        f"WHERE {week} ORDER BY mention_id",
    )
    assert behind == [
        (f"leak-{number}", "d1", number + 1 if number < 3 else None) for number in range(5)
    ]
    assert rows(
        warehouse,
        "SELECT topic_id, state, merged_into, mentions FROM product.discovered_topic ORDER BY 1",
    ) == [("d1", "stands", None, 5), ("d2", "merged", "d1", 0), ("d3", "stands", None, 1)]
    assert rows(
        warehouse, "SELECT kind, from_name, to_name FROM product.discovered_topic_lineage"
    ) == [("merge", "words, of, d2", "words, of, d1")]


def test_every_discovered_number_has_its_mentions(warehouse):
    """The rows of a week, one topic, all products and intents, are as many as it counts."""
    assert rows(
        warehouse,
        "SELECT brand_id, topic_id, week, count(*) FROM product.discovered_topic_mention "
        "GROUP BY ALL ORDER BY ALL",
    ) == rows(
        warehouse,
        "SELECT brand_id, topic_id, week, mentions FROM product.discovered_topic_week "
        "WHERE product_id = '(all)' AND intent = '(all)' AND mentions > 0 ORDER BY ALL",
    )


def test_sentiments_add_up_to_mentions(warehouse):
    """Negative, neutral, positive and abstained leave nothing out."""
    for table in (
        "product.feedback_daily",
        "product.discovered_topic_week",
        "pr.sentiment_daily",
        "investor.brand_talk",
    ):
        assert rows(
            warehouse,
            f"SELECT count(*) FILTER (mentions <> negative + neutral + positive + abstained), "  # noqa: S608
            f"count(*) > 0 FROM {table}",
        ) == [(0, True)]


def test_suspect_and_exposure_reach_legal(warehouse):
    """The seller with the host of the offer, and the exposed person without the address."""
    assert rows(
        warehouse,
        "SELECT author_handle, domain, kinds, mentions FROM legal.infringement_suspect",
    ) == [("@shady", "fakes.example", ["counterfeit"], 1)]
    assert rows(warehouse, "SELECT mention_id, kind, spans FROM legal.privacy_exposure") == [
        ("dox", "doxxing", 1)
    ]
    assert rows(warehouse, "SELECT span_text FROM legal.flag_open WHERE flag_id = 'f1'") == [
        ("1:1 replica",)
    ]


def test_open_flags_stay_in_legals_file_however_old(root, warehouse):
    """The threat of June waits still; what was said then is in no other team's file."""
    with connect(root, str(root.published / "legal.duckdb"), read_only=True) as connection:
        assert rows(
            connection,
            "SELECT flag_id, state, case_id, age_days FROM flag_open ORDER BY flag_id",
        ) == [("f1", "in_case", "c1", 16), ("f2", "new", None, 16), ("f3", "confirmed", None, 151)]
    assert rows(
        warehouse, "SELECT table_name FROM mart.model WHERE kept_whole AND schema_name = 'legal'"
    ) == [("flag_open",), ("privacy_exposure",)]


def test_tables_of_mentions_say_what_becomes_of_their_old_rows():
    """`mention_rows` is the column they are cut by, or false: none is cut, or kept, by chance."""
    from warehouse.dictionary import read_meta

    for table, (columns, meta) in read_meta().items():
        if {"mention_id", "published_at"} <= columns and table.split(".")[0] in TEAMS:
            assert meta.get("mention_rows") in ("published_at", False), table
        else:
            assert "mention_rows" not in meta, table


def test_a_takedown_runs_and_its_case_is_told(warehouse):
    """A counter-notice on a Tuesday, a holiday the day after: the clocks run."""
    assert rows(
        warehouse,
        "SELECT state, counter_due_from, counter_due_until, next_clock, next_due_on, overdue "
        "FROM legal.takedown",
    ) == [
        (
            "counter_notice",
            date(2026, 11, 4),
            date(2026, 11, 10),
            "file_suit",
            date(2026, 11, 4),
            False,
        )
    ]
    assert rows(
        warehouse,
        "SELECT case_id, title, state, mentions, flags, takedowns_open FROM legal.legal_case",
    ) == [("c1", "Fakes", "open", 1, 1, 1)]


def test_syndicated_article_is_one_pick_up(warehouse):
    """Two outlets, one story."""
    assert rows(warehouse, "SELECT title, articles, outlets FROM pr.media_pickup") == [
        ("Acme opens", 2, 2)
    ]


@pytest.mark.parametrize("team", TEAMS)
def test_canary_person_is_found_only_where_handles_may_be(root, team):
    """A private person's handle is in the files of legal and care, and in no other."""
    found = set()
    with connect(root, str(root.published / f"{team}.duckdb"), read_only=True) as connection:
        for (table,) in rows(connection, "SELECT table_name FROM duckdb_tables()"):
            for row in rows(connection, f"SELECT t::VARCHAR FROM {table} AS t"):  # noqa: S608
                if CANARY in row[0].lower() or "marlowe" in row[0].lower():
                    found.add(table)
    assert bool(found) == (team in ("legal", "care")), found

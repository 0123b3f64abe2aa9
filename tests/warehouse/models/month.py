"""A small brand's month, written straight into the core tables.

Two brands: acme (own; Berlin, Monday to Friday, nine to five, 30 minutes) and rival.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Any

from listening import contract
from tests.warehouse.models.core import Core

NOW = "2026-10-30T12:00:00+00:00"
BRANDS = contract.BrandFile(
    brands=(
        contract.Brand("acme", "Acme", "own", handles={"mastodon": ("@acme@a.example",)}),
        contract.Brand("rival", "Rival", "competitor"),
    ),
    publish_days=90,
)
CANARY = "marlowe.finch"


def at(day: int, hour: int = 10, minute: int = 0) -> datetime:
    """Return an instant of October 2026 (UTC)."""
    return datetime(2026, 10, day, hour, minute, tzinfo=UTC)


def _brands(core: Core) -> None:
    for brand, role in (("acme", "own"), ("rival", "competitor")):
        core.add(
            "brand",
            brand_id=brand,
            name=brand.title(),
            role=role,
            timezone="Europe/Berlin",
            closes=time(17),
            response_minutes=30,
            publish_days=90,
        )
        for weekday in range(5):
            core.add("brand_business_day", brand_id=brand, weekday=weekday)
    core.add("competitor", brand_id="acme", competitor_id="rival")
    core.add("handle", brand_id="acme", channel="mastodon", handle="@acme@a.example")
    core.add("brand_holiday", brand_id="acme", on_date=date(2026, 10, 21))
    for topic in ("leak", "price"):
        core.add("topic", topic_id=topic, name=topic.title())
    core.author("us", handle="@acme@a.example", brand_id="acme")
    core.author(CANARY, name="Marlowe Finch")


def _care(core: Core) -> None:
    ask: dict[str, Any] = {
        "relation": "tagged",
        "intents": ["question"],
        "text": "@acme, when does it ship?",
    }
    # Friday 16:45 in Berlin, in summer time; answered on Monday at 09:16.
    core.say("friday", at(16, 14, 45), author="ann", **ask)
    core.say("friday-reply", at(19, 7, 16), author="us", relation="owned", parent_id="friday")
    # Friday 16:45, the clocks go back on Sunday; answered on Monday at 09:15.
    core.say("dst", at(23, 14, 45), author="bob", **ask)
    core.say("dst-reply", at(26, 8, 15), author="us", relation="owned", parent_id="dst")
    # The evening before a holiday, still open; the poster's handle must not spread.
    core.say(
        "holiday",
        at(20, 20),
        author=CANARY,
        relation="tagged",
        intents=["complaint"],
        sentiment="negative",
        topics=["leak"],
        text=f"@acme, this is @{CANARY}: it leaks",
        url=f"https://social.example/@{CANARY}/9",
    )
    core.say(
        "thanks",
        at(20, 9),
        author="ann",
        relation="tagged",
        intents=["praise"],
        text="Thanks @acme.",
    )
    # A hashtag speaks of the brand, not to it.
    core.say(
        "aside", at(20, 9), author="bob", relation="tagged", intents=["complaint"], text="#acme"
    )


def _voice(core: Core) -> None:
    core.say("both", at(5), author="cat", brands=("acme", "rival"))
    core.say("news", at(5, 11), author="press-a", source="rss", title="Acme opens", cluster="news")
    core.say(
        "news-copy",
        at(6, 11),
        author="press-b",
        source="rss",
        title="Acme opens",
        cluster="news",
        url="https://other.example/2",
    )
    core.say("late", at(5, 22, 30), author="cat")  # half past midnight in Berlin
    for batch, state, begin, end in (
        ("one", "complete", at(1, 0), at(30, 12)),
        ("two", "capped", at(6, 0), at(6, 12)),
    ):
        core.add("batch", batch_id=batch, kind="mention", source="rss")
        core.add(
            "coverage",
            batch_id=batch,
            stream=batch,
            source="rss",
            state=state,
            since=begin,
            until=end,
        )


def _issue(core: Core) -> None:
    bad: dict[str, Any] = {"sentiment": "negative", "intents": ["complaint"], "product": "k2"}
    for number in range(5):
        core.say(f"leak-{number}", at(28, 8 + number), author=f"p{number}", topics=["leak"], **bad)
        core.say(f"loud-{number}", at(28, 8 + number), author="loud", topics=["price"], **bad)


def _marketing(core: Core) -> None:
    core.say("post", at(12), author="us", relation="owned", text="New kettle")
    core.look("post", at(13), likes=10, shares=5, comments=5, followers=1000)
    core.look("post", at(14), likes=30, shares=10, comments=10, followers=2000)
    core.say("forum", at(12), author="dan", relation="off_channel", source="hackernews")
    core.look("forum", at(13), likes=40, comments=2)
    core.add(
        "experiment",
        experiment_id="emoji",
        brand_id="acme",
        name="Emoji",
        metric="likes",
        control_arm="plain",
        treatment_arm="emoji",
    )
    for arm, likes in (
        ("plain", [90, 95, 100, 100, 105, 110]),
        ("emoji", [120, 125, 130, 130, 135, 140]),
    ):
        for number, count in enumerate(likes):
            name = f"{arm}-{number}"
            core.say(name, at(2, number), author="us", experiment="emoji", arm=arm)
            core.look(name, at(3), likes=count)
            core.look(name, at(4), followers=900)  # a look that gives no likes takes nothing back
    core.add(
        "campaign",
        campaign_id="plain",
        brand_id="acme",
        name="Plain",
        starts_on=date(2026, 10, 12),
        ends_on=date(2026, 10, 14),
    )
    core.say("paid", at(13), author="us", relation="owned", campaign="plain")
    core.look("paid", at(20), likes=50)
    for cost, kind, amount, currency in (
        ("c1", "spend", 100.0, "EUR"),
        ("c2", "revenue", 250.0, "EUR"),
        ("c3", "revenue", 40.0, "USD"),
    ):
        core.add(
            "cost",
            cost_id=cost,
            brand_id="acme",
            campaign="plain" if currency == "EUR" else None,
            kind=kind,
            amount=amount,
            currency=currency,
            on_date=date(2026, 10, 13),
            post="paid" if kind == "revenue" and currency == "EUR" else None,
        )
    core.add(
        "decision",
        decision_id="adopted",
        kind="experiment",
        subject_kind="experiment",
        subject_id="emoji",
        action="adopt",
        note=f"@{CANARY} liked it",
        fields='{"region": "DE"}',
        actor="somebody",
        decided_at=at(10),
    )


def _rest(core: Core) -> None:
    core.say(
        "fake",
        at(14),
        author="shady",
        text="1:1 replica k2, http://fakes.example/k2",
        intents=["spam"],
    )
    core.add("flag", flag_id="f1", mention_id="fake", kind="counterfeit", start=0, end=11, p=0.9)
    core.say("dox", at(14), author="mean", text=f"{CANARY} lives at 1 Elm Road")
    core.add("flag", flag_id="f2", mention_id="dox", kind="doxxing", start=0, end=10, p=0.9)
    for number in range(3):
        core.say(f"job-{number}", at(15), author=f"p{number}", text="My job interview at Acme")
    core.add(
        "recommendation",
        recommendation_id="seal",
        brand_id="acme",
        topic_id="leak",
        title="Seal the lid",
        status="implemented",
        proposed_on=date(2026, 9, 1),
        implemented_on=date(2026, 9, 29),
    )
    core.add(
        "goal_actual",
        goal_id="voice",
        period="2026-10",
        region="",
        goal="Share of voice",
        target=0.4,
        actual=0.5,
    )
    core.add(
        "goal",
        goal_id="voice",
        direction="up",
        operational_goal="Answer in time",
        financial_goal="Sell more",
    )
    for measure, value in (("headcount", 200.0), ("leavers", 5.0), ("hires", 8.0)):
        core.add(
            "hr_figure", measure=measure, month=date(2026, 10, 1), brand_id="acme", value=value
        )


def _discovered(core: Core) -> None:
    nights = {"since": at(1), "until": at(29)}
    core.add("topic_night", night=date(2026, 10, 29), **nights)
    for topic, stands_as, ended in (
        ("d1", "d1", None),
        ("d2", "d1", date(2026, 10, 29)),
        ("d3", "d3", None),
    ):
        name = f"words, of, {topic}"
        core.add("discovered_topic", topic_id=topic, name=name, counts_as=stands_as, ended_on=ended)
    core.add(
        "topic_lineage", night=date(2026, 10, 29), kind="merge", from_id="d2", to_id="d1", share=1.0
    )
    for number in range(5):
        topic = "d2" if number == 4 else "d1"
        core.add(
            "discovered_topic_mention",
            mention_id=f"leak-{number}",
            topic_id=topic,
            nearness=0.75,
            example=number + 1 if number < 3 else None,
        )
    core.add("discovered_topic_mention", mention_id="both", topic_id="d3")


def _decisions(core: Core) -> None:
    def decide(kind: str, subject: str, action: str, day: int, **values: Any) -> None:
        moment = values.pop("moment", at(day, 9))
        core.add(
            "decision",
            decision_id=f"{kind}-{subject}-{action}-{day}",
            kind=kind,
            subject_kind=values.pop("subject_kind", kind),
            subject_id=subject,
            action=action,
            actor=values.pop("actor", "ada"),
            decided_at=moment,
            effective_at=moment,
            **values,
        )

    decide("case", "c1", "open", 15, case_id="c1", fields='{"title": "Fakes", "owner": "ada"}')
    decide("case", "c1", "attach", 16, case_id="c1", mention_id="fake", target="counterfeit")
    told = '{"basis": "trademark", "platform": "mastodon"}'
    drafted = {"case_id": "c1", "mention_id": "fake", "fields": told}
    decide("takedown", "t1", "draft", 16, moment=at(16, 10), **drafted)
    decide("takedown", "t1", "send", 17)
    decide("takedown", "t1", "remove", 19)
    decide("takedown", "t1", "counter_notice", 20, actor="bob", note="says it is his")
    # An old threat that nobody has settled: older than the team files' mention rows.
    june = datetime(2026, 6, 1, 10, tzinfo=UTC)
    core.say("old", june, author="mean", brands=(), text="I will find you")
    core.add("flag", flag_id="f3", mention_id="old", kind="threat", start=0, end=15, p=0.7)
    core.add(
        "correction",
        correction_id="correction-old-confirmed-18",
        mention_id="old",
        content_hash="hash-old",
        tagger="flag",
        target="threat",
        label="confirmed",
        decided_at=at(18, 9),
    )
    decide(
        "correction", "old", "confirmed", 18, subject_kind="mention", mention_id="old",
        target="threat", fields='{"tagger": "flag"}',
    )  # fmt: skip


def _product(core: Core) -> None:
    # Six people speak of the k2 before its release, one complains; ten mentions after, all bad.
    core.add(
        "release", release_id="k2-2", brand_id="acme", product_id="k2", version="2",
        released_on=date(2026, 10, 20),
    )  # fmt: skip
    for number in range(6):
        bad: dict[str, Any] = {}
        if number == 0:
            bad = {"sentiment": "negative", "intents": ["complaint"]}
        core.say(f"k2-{number}", at(8, 8 + number), author=f"q{number}", product="k2", **bad)
    core.say("foe", at(22), author="cat", brands=("rival",))
    # The same advice again, at the desk, and another that was accepted there.
    for name, title, topic in (("again", "Seal the LID!", "leak"), ("cheap", "Cut it", "price")):
        core.add(
            "decision", decision_id=name, kind="recommendation", subject_kind="recommendation",
            subject_id=name, action="propose", actor="cy", decided_at=at(1), effective_at=at(1),
            fields=f'{{"title": "{title}", "brand_id": "acme", "topic_id": "{topic}"}}',
        )  # fmt: skip
    core.add(
        "decision", decision_id="accepted", kind="recommendation", subject_id="cheap",
        subject_kind="recommendation", action="accept", actor="cy", decided_at=at(2),
        effective_at=at(2),
    )  # fmt: skip


FILLERS = (_brands, _care, _voice, _issue, _marketing, _rest, _discovered, _decisions, _product)

"""One post: it crossed a count, it gains fast, or it is young and worth amplifying."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final

from desk.alert.facts import DAY, HOUR, Counts, Facts
from desk.alert.finding import Finding, brands_of, passing, point
from desk.alert.formula import age_span_h, fastest
from desk.alert.hear import ARTICLES
from desk.alert.hearing import Hearing
from desk.alert.window import Spoken
from listening.contract import AlertRule, Brand

QUIET: Final = DAY  # a post that gained nothing for a day is over
_POINTS: Final = 48  # of a small chart


def _stories(rule: AlertRule, facts: Facts, brand: Brand, said_by: str) -> Iterator[list[Spoken]]:
    """Yield the posts about a brand that are young enough, copies of one text together."""
    oldest = facts.now - rule.when["max_age_hours"] * HOUR
    window = facts.spoken.window
    said = passing(rule, facts.of_brand(brand.id)).within(oldest)
    said = said.where(~window.is_spam & ~window.coded("kind").isin(["share"]))
    if said_by != "anyone":
        by_brand = window.coded("author_brand_id").isin([brand.id])
        said = said.where(by_brand if said_by == "brand" else ~by_brand)
    # Stories in which no post has counts that could cross a limit are left out.
    if facts.eager is not None:
        said = said.alike(said.where(facts.eager))
    clusters: dict[str, list[Spoken]] = defaultdict(list)
    for one in said:
        clusters[one.cluster].append(one)
    yield from (clusters[name] for name in sorted(clusters))


def judge_count(rule: AlertRule, facts: Facts, _: Hearing) -> Iterator[Finding]:
    """One post reached a count."""
    metric, limit = rule.when["metric"], rule.when["at_least"]
    for brand in brands_of(rule, facts):
        for posts in _stories(rule, facts, brand, rule.when["said_by"]):
            told = [(one, _of(facts, one, metric)) for one in posts]
            counted = [(one, looks) for one, looks in told if looks]
            if not counted:
                continue
            top, looks = max(counted, key=lambda each: (each[1][-1][1], each[0].mention_id))
            value = looks[-1][1]
            if value < limit:
                continue
            crossed = next(at for at, count in looks if count >= limit)
            title = f"{brand.name}: a post by {_who(top, brand)} has {value:,} {metric}"
            found = _finding(rule, brand, posts, top, looks, facts)
            found.began, found.value, found.title = crossed, value, title
            found.low, found.high, found.unit = 0.0, float(limit), metric
            found.detail = {"metric": metric, "crossed": limit, **found.detail}
            yield found


def judge_velocity(rule: AlertRule, facts: Facts, _: Hearing) -> Iterator[Finding]:
    """One post gains fast."""
    metric, limit = rule.when["metric"], rule.when["per_hour"]
    for brand in brands_of(rule, facts):
        for posts in _stories(rule, facts, brand, rule.when["said_by"]):
            paces = []
            for one in posts:
                looks = _of(facts, one, metric)
                pace = fastest([(one.published, 0), *looks], rule.when["at_least"])
                if pace and pace[0] >= limit:
                    paces.append((pace, one, looks))
            if not paces:
                continue
            pace, top, looks = max(paces, key=lambda each: (each[0][0], each[1].mention_id))
            found = _finding(rule, brand, posts, top, looks, facts)
            found.began, found.value = pace[2], round(pace[0], 2)
            found.title = (
                f"{brand.name}: a post by {_who(top, brand)} gained {pace[3]:,} {metric} "
                f"in {max((pace[2] - pace[1]) / 60, 1):.0f} min, {pace[0]:,.0f} an hour"
            )
            found.low, found.high, found.unit = 0.0, float(limit), f"{metric} an hour"
            found.detail = {"metric": metric, "gained": pace[3], **found.detail}
            yield found


def _of(facts: Facts, one: Spoken, metric: str) -> list[tuple[float, int]]:
    looks = ((look.at, look.of(metric)) for look in facts.looks.of(one.mention_id))
    return [(at, count) for at, count in looks if count is not None]


def _who(one: Spoken, brand: Brand) -> str:
    if one.author_brand == brand.id:
        return "the brand"
    return "another brand" if one.author_brand else "somebody"


def _finding(
    rule: AlertRule,
    brand: Brand,
    posts: Sequence[Spoken],
    top: Spoken,
    looks: Sequence[tuple[float, int]],
    facts: Facts,
) -> Finding:
    grew = [later[0] for before, later in pairwise(looks) if later[1] > before[1]]
    last = max([looks[0][0], *grew])
    others = sorted(
        (one for one in posts if one is not top), key=lambda one: (one.published, one.mention_id)
    )
    newest = facts.newest(top.mention_id)
    pace = max(1, len(looks) // _POINTS)
    return Finding(
        rule=rule,
        subject=f"{brand.id}/{rule.kind}/{top.mention_id}",
        brand_id=brand.id,
        began=looks[0][0],
        last=last,
        value=0.0,
        unit="",
        title="",
        over=last + QUIET <= facts.now,
        by_mention=True,
        quiet=QUIET,
        behind=[top, *others],
        notes={top.mention_id: _note(newest)},
        detail={"relation": top.relation, "sentiment": top.sentiment, "copies": len(posts)},
        chart=[point(at, count, None) for at, count in looks[::pace]],
    )


def _note(look: Counts | None) -> str:
    if look is None:
        return ""
    names = ("likes", "shares", "comments", "views")
    told = ((name, getattr(look, name)) for name in names)
    return ", ".join(f"{count:,} {name}" for name, count in told if count is not None)


def judge_amplify(rule: AlertRule, facts: Facts, _: Hearing) -> Iterator[Finding]:
    """A young post about the brand fares better than posts of its age usually do."""
    for brand in brands_of(rule, facts):
        for posts in _stories(rule, facts, brand, "anyone"):
            better = [told for one in posts if (told := _better(rule, facts, brand, one))]
            if not better:
                continue
            times, top, usual, count = max(better, key=lambda each: (each[0], each[1].mention_id))
            looks = _of(facts, top, "engagement")
            found = _finding(rule, brand, posts, top, looks, facts)
            found.value, found.unit, found.usual = count, "engagement", usual
            found.low, found.high = 0.0, round(usual * rule.when["times_usual"], 2)
            found.began, found.severity = looks[0][0], 1
            found.over = False  # while it is young; then it is found no more
            found.title = (
                f"{brand.name}: a young post by {_who(top, brand)} has {count:,} reactions, "
                f"{times:.1f} times what is usual at its age"
            )
            found.detail = {"times_usual": round(times, 2), **found.detail}
            yield found


def _better(
    rule: AlertRule, facts: Facts, brand: Brand, one: Spoken
) -> tuple[float, Spoken, float, int] | None:
    """Return how many times the usual a post has; None: it is not to be amplified.

    Source: young_post and usual_engagement of the warehouse; never what a rival says, what speaks
    badly or is flagged.
    """
    if one.kind != "post" or one.withheld or one.flags or one.sentiment == "negative":
        return None
    if one.author_brand not in (None, brand.id):
        return None
    said_by = "brand" if one.author_brand else "media" if one.source in ARTICLES else "public"
    look = facts.newest(one.mention_id)
    count = look.of("engagement") if look else None
    if look is None or count is None or count < rule.when["min_engagement"]:
        return None
    age = age_span_h(look.at - one.published)
    posts, usual = facts.published.usual.get((brand.id, one.channel, said_by, age), (0, 0.0))
    if posts < rule.when["min_posts"] or not usual:
        return None
    times = count / usual
    return (times, one, usual, count) if times >= rule.when["times_usual"] else None

"""What it is about: topics that are new or grow, and issues in which more people complain."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from itertools import pairwise
from math import sqrt
from typing import Final

from desk.alert.facts import DAY, Facts, Spoken, voices, within
from desk.alert.finding import Finding, brands_of, instant, newest_first, passing, point, stories
from desk.alert.formula import Usual, usual_count, usual_rate
from desk.alert.hearing import Hearing, only
from desk.alert.take import LOOK_BACK
from listening.contract import AlertRule, Brand

BASELINE_DAYS: Final = 14  # as issue_baseline_days of the warehouse
FEWEST_DAYS: Final = 7  # of them that must be known, for a topic
RISE_ERRORS: Final = 2.0  # standard errors (Poisson) between two weeks of a slow rise
QUIET_DAYS: Final = 2  # as pr.issue: at most one quiet day between


def days_back(facts: Facts, brand: Brand) -> list[tuple[float, float]]:
    """Return the brand's days to look back at, where it lives; the last one is not over."""
    zone = brand.service.zone
    today = instant(facts.now).astimezone(zone).date()
    edges = [
        datetime.combine(today - timedelta(days=back), time(), zone).timestamp()
        for back in range(LOOK_BACK.days + BASELINE_DAYS + 1, -2, -1)
    ]
    return list(pairwise(edges))


@dataclass(frozen=True, slots=True)
class Hit:
    """A day on which a theme strays from what is usual."""

    since: float
    until: float
    value: float
    usual: Usual
    high: float
    held: str
    how: str


def _by_topic(rows: Sequence[Spoken], rule: AlertRule) -> dict[str, list[Spoken]]:
    found: dict[str, list[Spoken]] = defaultdict(list)
    for one in rows:
        for topic in one.topics or ("(none)",):
            if not rule.topics or topic in rule.topics:
                found[topic].append(one)
    return found


def judge_topic(rule: AlertRule, facts: Facts, hearing: Hearing) -> Iterator[Finding]:
    """A declared topic is new to a brand, or many more people than usual speak of it."""
    for brand in brands_of(rule, facts):
        streams = hearing.grown(
            hearing.concerned([brand.id], rule.sources), facts.now - LOOK_BACK.total_seconds()
        )
        public = [one for one in facts.by_brand.get(brand.id, ()) if one.is_public]
        rows = only(streams, passing(rule, public))
        for topic, said in sorted(_by_topic(rows, rule).items()):
            if topic == "(none)":
                continue
            counted = _counted(said)
            hits = [
                hit
                for _, until in days_back(facts, brand)[-LOOK_BACK.days :]
                if (hit := _topic_hit(rule, facts, counted, until))
            ]
            hits = [
                Hit(hit.since, hit.until, hit.value, hit.usual, hit.high,
                    hearing.gap(streams, hit.since - FEWEST_DAYS * DAY, hit.until), hit.how)
                for hit in hits
            ]  # fmt: skip
            for first, last in stories([hit.until for hit in hits], QUIET_DAYS * DAY):
                yield _theme(rule, brand, topic, facts, said, hits[first : last + 1])


def _counted(said: Sequence[Spoken]) -> Callable[[float, float], int]:
    """Return what counts voices of an interval: the same days are asked for again and again."""
    known: dict[tuple[float, float], int] = {}

    def count(since: float, until: float) -> int:
        if (since, until) not in known:
            known[since, until] = voices(within(said, since, until))
        return known[since, until]

    return count


def _topic_hit(
    rule: AlertRule, facts: Facts, counted: Callable[[float, float], int], until: float
) -> Hit | None:
    until = min(until, facts.now + 1)
    since = until - rule.when["days"] * DAY
    if (value := counted(since, until)) < rule.when["min_voices"]:
        return None
    start = max(since - BASELINE_DAYS * DAY, facts.start)
    known = (since - start) / DAY
    if known < FEWEST_DAYS:
        return None
    total = sum(counted(since - (back + 1) * DAY, since - back * DAY) for back in range(int(known)))
    usual = usual_rate(total, int(known) / rule.when["days"])
    high = max(usual.high(rule.when["deviations"]), rule.when["times_usual"] * usual.value)
    how = "new" if total == 0 else "growing"
    return Hit(since, until, value, usual, high, "", how) if value > high else None


def judge_issue(rule: AlertRule, facts: Facts, hearing: Hearing) -> Iterator[Finding]:
    """More people than usual complain about a topic of a brand: at once, or from week to week."""
    for brand in brands_of(rule, facts):
        streams = hearing.grown(
            hearing.concerned([brand.id], rule.sources), facts.now - LOOK_BACK.total_seconds()
        )
        public = [one for one in facts.by_brand.get(brand.id, ()) if one.is_public and one.is_bad]
        rows = only(streams, passing(rule, public))
        days = days_back(facts, brand)
        gaps = [hearing.gap(streams, *day) if day[0] <= facts.now else "" for day in days]
        for topic, said in sorted(_by_topic(rows, rule).items()):
            if len(said) < rule.when["min_authors"]:
                continue
            counts = [voices(within(said, *day)) for day in days]
            hits = [
                hit
                for place in range(len(days) - LOOK_BACK.days, len(days))
                if (hit := _issue_hit(rule, facts, said, days, counts, gaps, place))
            ]
            for first, last in stories([hit.since for hit in hits], QUIET_DAYS * DAY):
                yield _theme(rule, brand, topic, facts, said, hits[first : last + 1])


def _issue_hit(
    rule: AlertRule,
    facts: Facts,
    said: Sequence[Spoken],
    days: Sequence[tuple[float, float]],
    counts: Sequence[int],
    gaps: Sequence[str],
    place: int,
) -> Hit | None:
    since, until = days[place]
    past = range(max(place - BASELINE_DAYS, 0), place)
    usual = usual_count(
        [counts[one] for one in past if not gaps[one] and days[one][0] >= facts.start]
    )
    if usual is None:
        return None
    high = usual.high(rule.when["deviations"])
    if counts[place] >= rule.when["min_authors"] and counts[place] > high:
        return Hit(since, until, counts[place], usual, high, gaps[place], "sudden")
    return _slow_hit(rule, facts, said, days, gaps, place)


def _slow_hit(
    rule: AlertRule,
    facts: Facts,
    said: Sequence[Spoken],
    days: Sequence[tuple[float, float]],
    gaps: Sequence[str],
    place: int,
) -> Hit | None:
    """Find a rise from week to week that no single day shows."""
    week = 7
    if place < 2 * week - 1 or days[place - 2 * week + 1][0] < facts.start:
        return None
    middle, until = days[place - week + 1][0], days[place][1]
    now = voices(within(said, middle, until))
    before = voices(within(said, days[place - 2 * week + 1][0], middle))
    usual = usual_rate(before, 1)
    rose = now - before >= RISE_ERRORS * sqrt(now + before)
    high = max(rule.when["times_before"] * before, 2.0 * rule.when["min_authors"])
    # Nobody complained today: the story does not go on with it.
    if not rose or now < high or not within(said, *days[place]):
        return None
    gap = next(filter(None, gaps[place - 2 * week + 1 : place + 1]), "")
    return Hit(middle, until, now, usual, high, gap, "slow rise")


def _theme(
    rule: AlertRule,
    brand: Brand,
    topic: str,
    facts: Facts,
    said: Sequence[Spoken],
    hits: Sequence[Hit],
) -> Finding:
    sound = [hit for hit in hits if not hit.held] or hits
    sudden = [hit for hit in sound if hit.how != "slow rise"] or sound
    top = max(sudden, key=lambda hit: (hit.value, -hit.until))
    since, until = min(hit.since for hit in hits), min(hits[-1].until, facts.now + 1)
    behind = within(said, since, until)
    names = {one.id: one.name for one in facts.brands.topics}
    about = names.get(topic, "no declared topic" if topic == "(none)" else topic)
    span = {"sudden": "in a day", "slow rise": "in a week, and the week before"}.get(
        top.how, f"in {rule.when.get('days', 1)} days"
    )
    verb = "speak of" if rule.kind == "topic" else "complain about"
    usual = f"{top.usual.value:.0f}" if top.how != "new" else "nobody until now"
    tail = usual if top.how in ("new", "slow rise") else f"usual are {usual}"
    return Finding(
        rule=rule,
        subject=f"{brand.id}/{rule.kind}/{topic}",
        brand_id=brand.id,
        began=behind[0].published,
        last=behind[-1].published,
        value=top.value,
        unit="voices",
        title=f"{brand.name}: {top.value:.0f} people {verb} {about} {span}, {tail}",
        usual=round(top.usual.value, 4),
        low=round(top.usual.low(rule.when["deviations"]), 4),
        high=round(top.high, 4),
        held=top.held,
        over=hits[-1].until + QUIET_DAYS * DAY <= facts.now,
        quiet=QUIET_DAYS * DAY,
        behind=newest_first(behind),
        detail={
            "topic_id": topic,
            "how": top.how,
            "days": len(hits),
            "voices_in_all": voices(behind),
            "mentions_in_all": len({one.mention_id for one in behind}),
        },
        chart=[
            point(day[0], voices(within(said, *day)), None)
            for day in days_back(facts, brand)
            if since - BASELINE_DAYS * DAY <= day[0] <= facts.now
        ],
    )

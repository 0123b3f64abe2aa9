"""What it is about: topics that are new or grow, and issues in which more people complain."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from itertools import pairwise
from math import sqrt
from typing import Final

import numpy as np

from desk.alert.facts import DAY, Facts, StreamSeen
from desk.alert.finding import Finding, brands_of, instant, passing, point, stories
from desk.alert.formula import Usual, usual_count, usual_rate
from desk.alert.hearing import Hearing, only
from desk.alert.take import LOOK_BACK
from desk.alert.window import Rows, listed
from listening.contract import AlertRule, Brand

BASELINE_DAYS: Final = 14  # as issue_baseline_days of the warehouse
FEWEST_DAYS: Final = 7  # of them that must be known, for a topic
RISE_ERRORS: Final = 2.0  # standard errors (Poisson) between two weeks of a slow rise
FOUND: Final = "found/"  # begins the key of a discovered topic
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


@dataclass(frozen=True, slots=True)
class About:
    """What a story is about."""

    key: str  # the end of its subject
    topic_id: str
    name: str
    formerly: Sequence[str] = ()  # subjects that were merged into it


def _by_topic(rows: Rows, rule: AlertRule) -> dict[str, Rows]:
    window = rows.window
    told = window.coded("topics").names
    topics = {topic for one in told for topic in listed(one) or ("(none)",)}
    wanted = topics & set(rule.topics) if rule.topics else topics
    found = {topic: rows.where(window.has("topics", [topic], none="(none)")) for topic in wanted}
    return {topic: said for topic, said in found.items() if said}


def judge_topic(rule: AlertRule, facts: Facts, hearing: Hearing) -> Iterator[Finding]:
    """A topic is new to a brand, or many more people than usual speak of it.

    Of declared topics the days where the brand lives are judged; of discovered ones the days before
    the last night, which says of each mention what it is about.
    """
    for brand in brands_of(rule, facts):
        streams = hearing.grown(
            hearing.concerned([brand.id], rule.sources), facts.now - LOOK_BACK.total_seconds()
        )
        public = facts.of_brand(brand.id).where(facts.spoken.window.is_public)
        rows = only(streams, passing(rule, public))
        ends = [until for _, until in days_back(facts, brand)[-LOOK_BACK.days :]]
        names = {one.id: one.name for one in facts.brands.topics}
        for topic, said in sorted(_by_topic(rows, rule).items()):
            if topic != "(none)":
                about = About(topic, topic, names.get(topic, topic))
                yield from _topic_stories(rule, facts, hearing, brand, streams, about, said, ends)
        night = facts.nights.at(facts.now)
        if night is None or rule.topics or not rule.when["discovered"]:
            continue
        ends = [night.until - back * DAY for back in range(LOOK_BACK.days)][::-1]
        for topic, said in sorted(_by_night(rows, facts.nights.topics(night)).items()):
            was = [f"{brand.id}/topic/{FOUND}{one}" for one in night.formerly.get(topic, ())]
            about = About(FOUND + topic, topic, f"“{night.names.get(topic, topic)}”", was)
            yield from _topic_stories(rule, facts, hearing, brand, streams, about, said, ends)


def _by_night(rows: Rows, topics: Mapping[str, str]) -> dict[str, Rows]:
    found: dict[str, list[int]] = defaultdict(list)
    for place in rows.places.tolist():
        if topic := topics.get(rows.window.mention_id(place)):
            found[topic].append(place)
    return {topic: Rows(rows.window, np.array(places)) for topic, places in found.items()}


def _topic_stories(
    rule: AlertRule,
    facts: Facts,
    hearing: Hearing,
    brand: Brand,
    streams: Sequence[StreamSeen],
    about: About,
    said: Rows,
    ends: Sequence[float],
) -> Iterator[Finding]:
    if len(said) < rule.when["min_voices"]:
        return
    counted = _counted(said)

    def people(since: float, until: float) -> int:
        return said.within(since, until).people()

    def gap(since: float, until: float) -> str:
        return hearing.gap(streams, since, until)

    hits = [hit for end in ends if (hit := _topic_hit(rule, facts, counted, people, gap, end))]
    for first, last in stories([hit.until for hit in hits], QUIET_DAYS * DAY):
        yield _theme(rule, brand, about, facts, said, hits[first : last + 1])


def _counted(said: Rows) -> Callable[[float, float], int]:
    """Return what counts voices of an interval: the same days are asked for again and again."""
    known: dict[tuple[float, float], int] = {}

    def count(since: float, until: float) -> int:
        if (since, until) not in known:
            known[since, until] = said.within(since, until).voices()
        return known[since, until]

    return count


def _topic_hit(
    rule: AlertRule,
    facts: Facts,
    counted: Callable[[float, float], int],
    people: Callable[[float, float], int],
    gap: Callable[[float, float], str],
    until: float,
) -> Hit | None:
    """Compare some days with the 14 before, as far as these were heard; seven at least."""
    until = min(until, facts.now + 1)
    since = until - rule.when["days"] * DAY
    if (value := counted(since, until)) < rule.when["min_voices"]:
        return None
    back = [(since - (k + 1) * DAY, since - k * DAY) for k in range(BASELINE_DAYS)]
    past = [day for day in back if day[0] >= facts.start]
    if len(past) < FEWEST_DAYS:
        return None
    gaps = [gap(*day) for day in past]
    heard = [day for day, lacking in zip(past, gaps, strict=True) if not lacking]
    held = gap(since, until)
    if len(heard) < FEWEST_DAYS:
        heard, held = past, held or next(filter(None, gaps))
    total = sum(counted(*day) for day in heard)
    usual = usual_rate(total, len(heard) / rule.when["days"])
    high = max(usual.high(rule.when["deviations"]), rule.when["times_usual"] * usual.value)
    if value <= high or (value := people(since, until)) <= max(high, rule.when["min_voices"] - 1):
        return None
    return Hit(since, until, value, usual, high, held, "new" if total == 0 else "growing")


def judge_issue(rule: AlertRule, facts: Facts, hearing: Hearing) -> Iterator[Finding]:
    """More people than usual complain about a topic of a brand: at once, or from week to week."""
    for brand in brands_of(rule, facts):
        streams = hearing.grown(
            hearing.concerned([brand.id], rule.sources), facts.now - LOOK_BACK.total_seconds()
        )
        window = facts.spoken.window
        public = facts.of_brand(brand.id).where(window.is_public & window.is_bad)
        rows = only(streams, passing(rule, public))
        days = days_back(facts, brand)
        names = {one.id: one.name for one in facts.brands.topics}
        gaps = [hearing.gap(streams, *day) if day[0] <= facts.now else "" for day in days]
        for topic, said in sorted(_by_topic(rows, rule).items()):
            if len(said) < rule.when["min_authors"]:
                continue
            counts = [said.within(*day).voices() for day in days]
            hits = [
                hit
                for place in range(len(days) - LOOK_BACK.days, len(days))
                if (hit := _issue_hit(rule, facts, said, days, counts, gaps, place))
            ]
            for first, last in stories([hit.since for hit in hits], QUIET_DAYS * DAY):
                name = names.get(topic, "no declared topic" if topic == "(none)" else topic)
                about = About(topic, topic, name)
                yield _theme(rule, brand, about, facts, said, hits[first : last + 1])


def _issue_hit(
    rule: AlertRule,
    facts: Facts,
    said: Rows,
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
    least = max(high, rule.when["min_authors"] - 1)
    if counts[place] > least and (people := said.within(since, until).people()) > least:
        return Hit(since, until, people, usual, high, gaps[place], "sudden")
    return _slow_hit(rule, facts, said, days, gaps, place)


def _rose(now: int, before: int) -> bool:
    return now - before >= RISE_ERRORS * sqrt(now + before)


def _slow_hit(
    rule: AlertRule,
    facts: Facts,
    said: Rows,
    days: Sequence[tuple[float, float]],
    gaps: Sequence[str],
    place: int,
) -> Hit | None:
    """Find a rise from week to week that no single day shows."""
    week = 7
    if place < 2 * week - 1 or days[place - 2 * week + 1][0] < facts.start:
        return None
    middle, until = days[place - week + 1][0], days[place][1]
    this_week = said.within(middle, until)
    week_before = said.within(days[place - 2 * week + 1][0], middle)
    most, least = this_week.voices(), week_before.people(search=False)
    if most < 2 * rule.when["min_authors"] or not _rose(most, least):
        return None
    now, before = this_week.people(), week_before.people()
    usual = usual_rate(before, 1)
    high = max(rule.when["times_before"] * before, 2.0 * rule.when["min_authors"])
    # Nobody complained today: the story does not go on with it.
    if not _rose(now, before) or now < high or not said.within(*days[place]):
        return None
    gap = next(filter(None, gaps[place - 2 * week + 1 : place + 1]), "")
    return Hit(middle, until, now, usual, high, gap, "slow rise")


def _theme(
    rule: AlertRule,
    brand: Brand,
    about: About,
    facts: Facts,
    said: Rows,
    hits: Sequence[Hit],
) -> Finding:
    sound = [hit for hit in hits if not hit.held] or hits
    sudden = [hit for hit in sound if hit.how != "slow rise"] or sound
    top = max(sudden, key=lambda hit: (hit.value, -hit.until))
    since, until = min(hit.since for hit in hits), min(hits[-1].until, facts.now + 1)
    behind = said.within(since, until)
    span = {"sudden": "in a day", "slow rise": "in a week, and the week before"}.get(
        top.how, f"in {rule.when.get('days', 1)} days"
    )
    verb = "speak of" if rule.kind == "topic" else "complain about"
    usual = f"{top.usual.value:.0f}" if top.how != "new" else "nobody until now"
    tail = usual if top.how in ("new", "slow rise") else f"usual are {usual}"
    return Finding(
        rule=rule,
        subject=f"{brand.id}/{rule.kind}/{about.key}",
        brand_id=brand.id,
        began=float(behind.published[0]),
        last=float(behind.published[-1]),
        value=top.value,
        unit="voices",
        title=f"{brand.name}: {top.value:.0f} people {verb} {about.name} {span}, {tail}",
        usual=round(top.usual.value, 4),
        low=round(top.usual.low(rule.when["deviations"]), 4),
        high=round(top.high, 4),
        held=top.held,
        over=hits[-1].until + QUIET_DAYS * DAY <= facts.now,
        quiet=QUIET_DAYS * DAY,
        formerly=about.formerly,
        behind=behind.newest_first(),
        detail={
            "topic_id": about.topic_id,
            "discovered": about.key.startswith(FOUND),
            "how": top.how,
            "days": len(hits),
            "voices_in_all": behind.people(),
            "mentions_in_all": len(behind.once()),
        },
        chart=[
            point(day[0], said.within(*day).voices(), None)
            for day in days_back(facts, brand)
            if since - BASELINE_DAYS * DAY <= day[0] <= facts.now
        ],
    )

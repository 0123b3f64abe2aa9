"""How much is said, and how well, beside what is usual at this hour of the week."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from desk.alert.facts import DAY, HOUR, Facts, Hour, StreamSeen
from desk.alert.finding import Finding, brands_of, passing, point, stories
from desk.alert.formula import (
    FEWEST,
    Usual,
    difference,
    net_sentiment,
    share_difference,
    usual_count,
)
from desk.alert.hearing import Hearing, only
from desk.alert.take import LOOK_BACK
from desk.alert.window import Rows
from listening.contract import AlertRule, Brand

QUIET: Final = DAY  # a story of hours is over a day after its last
WEEK: Final = 7 * 24  # hours
FEWEST_DAYS: Final = 5  # the same hours of so many days, where there are too few weeks
NO_BASELINE: Final = "no baseline yet: it takes three weeks heard, or five days"


@dataclass
class Series:
    """What was said of a brand, hour by hour, as far as it is comparable over time."""

    facts: Facts
    hearing: Hearing
    brand_id: str
    rows: Rows  # public, through the rule's filters, of streams that are old enough
    streams: list[StreamSeen]
    plain: bool  # no filter: published hours say the same

    @classmethod
    def of(
        cls, rule: AlertRule, brand_id: str, facts: Facts, hearing: Hearing, before: float
    ) -> Series:
        """Return the series of a brand under a rule; streams younger than `before` stay out."""
        streams = hearing.grown(hearing.concerned([brand_id], rule.sources), before)
        public = facts.of_brand(brand_id).where(facts.spoken.window.is_public)
        rows = only(streams, passing(rule, public))
        plain = not (rule.products or rule.topics or rule.sources)
        return cls(facts, hearing, brand_id, rows, streams, plain)

    def __post_init__(self) -> None:
        self._told: dict[int, Hour] = {}

    def hour(self, hour: int) -> Hour:
        """Return what was said in an hour: of the window, else as published."""
        if hour not in self._told:
            self._told[hour] = self._hour(hour)
        return self._told[hour]

    def _hour(self, hour: int) -> Hour:
        if hour * HOUR < self.facts.start:
            return self.facts.published.hours.get((self.brand_id, hour), Hour())
        rows = self.rows.within(hour * HOUR, (hour + 1) * HOUR)
        if not rows:
            return Hour()
        moods = (rows.where(rows.window.mood[mood]).voices() for mood in _MOODS)
        return Hour(rows.voices(), rows.where(rows.window.is_shared).voices(), *moods)

    def heard(self, first: int, last: int) -> bool:
        """Tell whether the hours from `first` to before `last` can be compared with."""
        early = first * HOUR < self.facts.start
        if early and not (self.plain and self.facts.published.hours):
            return False
        return not self.hearing.gap(self.streams, first * HOUR, last * HOUR)

    def before(self, first: int, last: int, weeks: int) -> tuple[str, list[list[Hour]]]:
        """Return the same hours of past weeks, else of past days, and how to call them."""
        for name, pace, most, fewest in (
            ("weeks", WEEK, weeks, FEWEST),
            ("days", 24, 14, FEWEST_DAYS),
        ):
            spans = [(first - pace * k, last - pace * k) for k in range(1, most + 1)]
            past = [
                [self.hour(hour) for hour in range(*span)] for span in spans if self.heard(*span)
            ]
            if len(past) >= fewest:
                return f"same hours of {len(past)} {name}", past
        return "", []


def _ends(facts: Facts, pace: int = 1) -> range:
    """Return the ends of hours to look back at, as hours since 1970; the last is to come."""
    last = int(facts.now // HOUR) + 1
    return range(last, last - int(LOOK_BACK.total_seconds() // HOUR) - 1, -pace)[::-1]


@dataclass(frozen=True, slots=True)
class Hit:
    """A window that strays from what is usual."""

    first: int  # hours since 1970
    last: int
    value: float
    usual: Usual
    baseline: str
    held: str


def judge_spike(rule: AlertRule, facts: Facts, hearing: Hearing) -> Iterator[Finding]:
    """More people speak of a brand than usual at these hours of the week."""
    for brand in brands_of(rule, facts):
        oldest = facts.now - LOOK_BACK.total_seconds()
        series = Series.of(rule, brand.id, facts, hearing, min(oldest, facts.now))
        hits = list(_spikes(rule, series))
        for first, last in stories([hit.last for hit in hits], QUIET / HOUR):
            yield _spike(rule, brand, series, hits[first : last + 1])


def _spikes(rule: AlertRule, series: Series) -> Iterator[Hit]:
    width: int = rule.when["hours"]
    for last in _ends(series.facts):
        first = last - width
        said = series.rows.within(first * HOUR, last * HOUR)
        if len(said) < rule.when["min_voices"]:
            continue
        if (value := said.voices()) < rule.when["min_voices"]:
            continue
        baseline, past = series.before(first, last, rule.when["weeks"])
        usual = usual_count([sum(hour.voices for hour in span) for span in past])
        if usual is None:
            yield Hit(first, last, value, Usual(0.0, 1.0, 0), "", NO_BASELINE)
        elif value > usual.high(rule.when["deviations"]):
            value = said.people()
            if value < rule.when["min_voices"] or value <= usual.high(rule.when["deviations"]):
                continue
            gap = series.hearing.gap(series.streams, first * HOUR, last * HOUR)
            yield Hit(first, last, value, usual, baseline, gap)


def _spike(rule: AlertRule, brand: Brand, series: Series, hits: Sequence[Hit]) -> Finding:
    sound = [hit for hit in hits if not hit.held] or hits
    top = max(sound, key=lambda hit: (hit.value, -hit.last))
    known = bool(top.usual.n)
    since, until = hits[0].first * HOUR, min(hits[-1].last * HOUR, series.facts.now)
    said = series.rows.within(since, until + 1)
    high = top.usual.high(rule.when["deviations"])
    people = f"{top.value:.0f} people in {rule.when['hours']} h"
    return Finding(
        rule=rule,
        subject=f"{brand.id}/volume",
        brand_id=brand.id,
        began=float(said.published[0]),
        last=float(said.published[-1]),
        value=top.value,
        unit="voices",
        title=f"{brand.name}: {people}, usual are {top.usual.value:.0f}"
        if known
        else f"{brand.name}: {people}; nothing is known yet of what is usual",
        usual=top.usual.value if known else None,
        low=top.usual.low(rule.when["deviations"]) if known else None,
        high=high if known else None,
        held=top.held,
        over=hits[-1].last * HOUR + QUIET <= series.facts.now,
        quiet=QUIET,
        behind=said.newest_first(),
        detail={
            "hours": rule.when["hours"],
            "baseline": top.baseline,
            "deviation": round(top.usual.deviation, 3),
            "voices_in_all": said.people(),
            "mentions_in_all": len(said.once()),
        },
        chart=_hourly(series, hits[0].first - 24, hits[-1].last, top.usual, rule.when["hours"]),
    )


def _hourly(
    series: Series, first: int, last: int, usual: Usual, width: int
) -> list[dict[str, object]]:
    last = min(last, int(series.facts.now // HOUR) + 1)
    pace = max(1, (last - first) // 96)  # points of a small chart
    return [
        point(
            hour * HOUR,
            sum(series.hour(one).voices for one in range(hour, min(hour + pace, last))),
            usual.value * pace / width if usual.n else None,
        )
        for hour in range(first, last, pace)
    ]


def judge_drop(rule: AlertRule, facts: Facts, hearing: Hearing) -> Iterator[Finding]:
    """What is said of a brand is worse than usual at these hours of the week."""
    for brand in brands_of(rule, facts):
        series = Series.of(rule, brand.id, facts, hearing, facts.now - LOOK_BACK.total_seconds())
        hits = list(_drops(rule, series))
        for first, last in stories([hit.last for hit in hits], QUIET / HOUR):
            yield _drop(rule, brand, series, hits[first : last + 1])


def _drops(rule: AlertRule, series: Series) -> Iterator[Hit]:
    width: int = rule.when["hours"]
    for last in _ends(series.facts, max(1, width // 4)):
        first = last - width
        said = series.rows.within(first * HOUR, last * HOUR)
        if len(said) < rule.when["min_scored"] or said.voices() < rule.when["min_authors"]:
            continue
        now = said.moods()
        if sum(now) < rule.when["min_scored"]:
            continue
        baseline, past = series.before(first, last, rule.when["weeks"])
        before = [sum(getattr(hour, mood) for span in past for hour in span) for mood in _MOODS]
        if sum(before) < rule.when["min_scored"]:
            continue  # too little was scored before to say that it fell
        (net, varies), (usual, varied) = net_sentiment(*now), net_sentiment(*before)
        strays = difference(usual, varied, sum(before), net, varies, sum(now))
        fell = usual - net >= rule.when["points"] and strays >= rule.when["deviations"]
        if fell and said.people() >= rule.when["min_authors"]:
            gap = series.hearing.gap(series.streams, first * HOUR, last * HOUR)
            error = (usual - net) / strays if strays else 0.0
            yield Hit(first, last, net, Usual(usual, error, sum(before)), baseline, gap)


_MOODS: Final = ("negative", "neutral", "positive")


def _drop(rule: AlertRule, brand: Brand, series: Series, hits: Sequence[Hit]) -> Finding:
    sound = [hit for hit in hits if not hit.held] or hits
    top = min(sound, key=lambda hit: (hit.value, hit.last))
    since, until = hits[0].first * HOUR, min(hits[-1].last * HOUR, series.facts.now)
    said = series.rows.within(since, until + 1)
    limit = top.usual.value - max(
        rule.when["points"], rule.when["deviations"] * top.usual.deviation
    )
    bad = said.where(said.window.mood["negative"])
    return Finding(
        rule=rule,
        subject=f"{brand.id}/sentiment",
        brand_id=brand.id,
        began=float(said.published[0]),
        last=float(said.published[-1]),
        value=round(top.value, 4),
        unit="net sentiment",
        title=f"{brand.name}: net sentiment {top.value:+.2f} over {rule.when['hours']} h, "
        f"usual is {top.usual.value:+.2f}",
        usual=round(top.usual.value, 4),
        low=round(limit, 4),
        high=1.0,
        held=top.held,
        over=hits[-1].last * HOUR + QUIET <= series.facts.now,
        quiet=QUIET,
        behind=bad.newest_first(),
        detail={
            "hours": rule.when["hours"],
            "baseline": top.baseline,
            "scored_before": top.usual.n,
        },
        chart=[point(hit.last * HOUR, hit.value, hit.usual.value) for hit in hits[-96:]],
    )


def judge_voice(rule: AlertRule, facts: Facts, hearing: Hearing) -> Iterator[Finding]:
    """A brand's share of what is said about it and its competitors moved."""
    for brand in brands_of(rule, facts):
        rivals = brand.competitors or ()
        if not rivals:
            continue
        width, back = rule.when["days"] * 24, rule.when["weeks"] * WEEK
        oldest = facts.now - LOOK_BACK.total_seconds()
        sides = [Series.of(rule, name, facts, hearing, oldest) for name in (brand.id, *rivals)]
        hits = list(_shifts(rule, sides, width, back))
        for first, last in stories([hit.last for hit in hits], width):
            yield _shift(rule, brand, sides, hits[first : last + 1])


def _shifts(rule: AlertRule, sides: Sequence[Series], width: int, back: int) -> Iterator[Hit]:
    mine, facts = sides[0], sides[0].facts
    sums = [_sums(side, _ends(facts)[0] - width - back, _ends(facts)[-1]) for side in sides]
    for last in _ends(facts, 24):
        first = last - width
        now = [one(first, last) for one in sums]
        before = [one(first - back, first) for one in sums]
        fewest = rule.when["min_voices"]
        if sum(now) < fewest or sum(before) < fewest:
            continue
        share, usual = now[0] / sum(now), before[0] / sum(before)
        strays = share_difference(now[0], sum(now), before[0], sum(before))
        enough = abs(share - usual) >= rule.when["points"]
        if not enough or abs(strays) < rule.when["deviations"]:
            continue
        # One who speaks every hour counts every hour: the people must have moved, too.
        people = [
            side.rows.within(first * HOUR, last * HOUR).where(side.rows.window.is_shared).people()
            for side in sides
        ]
        told = people[0] / sum(people) - usual if sum(people) else 0.0
        if told * (share - usual) <= 0 or abs(told) < rule.when["points"] / 2:
            continue
        gaps = (
            mine.hearing.gap(side.streams, since * HOUR, until * HOUR)
            for since, until in ((first, last), (first - back, first))
            for side in sides
        )
        error = abs((share - usual) / strays)
        named = f"{rule.when['weeks']} weeks before"
        yield Hit(
            first,
            last,
            share,
            Usual(usual, error, sum(before)),
            named,
            next(filter(None, gaps), ""),
        )


def _sums(side: Series, first: int, last: int) -> _Sums:
    return _Sums(first, [side.hour(hour).shared for hour in range(first, last)])


class _Sums:
    """Running sums, so that any span of hours is one subtraction."""

    def __init__(self, first: int, values: Sequence[int]) -> None:
        self.first, self.total = first, [0]
        for value in values:
            self.total.append(self.total[-1] + value)

    def __call__(self, first: int, last: int) -> int:
        """Return the sum from `first` to before `last`."""
        places = (min(max(one - self.first, 0), len(self.total) - 1) for one in (first, last))
        start, end = places
        return self.total[end] - self.total[start]


def _shift(rule: AlertRule, brand: Brand, sides: Sequence[Series], hits: Sequence[Hit]) -> Finding:
    hits = sorted(hits, key=lambda hit: hit.last)
    sound = [hit for hit in hits if not hit.held] or hits
    top, facts = sound[-1], sides[0].facts
    said = sides[0].rows.within(top.first * HOUR, top.last * HOUR)
    moved = max(rule.when["points"], rule.when["deviations"] * top.usual.deviation)
    whither = "rose" if top.value > top.usual.value else "fell"
    return Finding(
        rule=rule,
        subject=f"{brand.id}/voice/{whither}",
        brand_id=brand.id,
        began=hits[0].first * HOUR,
        last=min(hits[-1].last * HOUR, facts.now),
        value=round(top.value, 4),
        unit="share of voice",
        title=f"{brand.name}: share of voice {whither} to {top.value:.0%} in {rule.when['days']} "
        f"days, usual is {top.usual.value:.0%}",
        usual=round(top.usual.value, 4),
        low=round(max(top.usual.value - moved, 0.0), 4),
        high=round(min(top.usual.value + moved, 1.0), 4),
        severity=1,
        held=top.held,
        over=hits[-1].last * HOUR + DAY <= facts.now,
        quiet=rule.when["days"] * DAY,
        behind=said.newest_first(),
        detail={"days": rule.when["days"], "baseline": top.baseline},
        chart=[point(hit.last * HOUR, hit.value, hit.usual.value) for hit in hits],
    )

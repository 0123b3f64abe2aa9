"""Streams that are not heard any more, or that serve nothing where they used to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from statistics import median
from typing import Final

from desk.alert.facts import DAY, HOUR, Facts, StreamSeen
from desk.alert.finding import Finding, instant, point
from desk.alert.hearing import Hearing
from desk.alert.take import LOOK_BACK
from listening.contract import AlertRule

WEEK: Final = 7 * DAY
FEWEST_WEEKS: Final = 2


def judge_silent(rule: AlertRule, facts: Facts, hearing: Hearing) -> Iterator[Finding]:
    """A stream was not seen wholly for hours, or its usual mentions fail to come."""
    said: dict[str, list[float]] = defaultdict(list)
    for one in {each.mention_id: each for each in facts.spoken}.values():
        said[one.stream].append(one.published)
    for stream in facts.streams.values():
        if not stream.goes_on or (rule.sources and stream.source not in rule.sources):
            continue
        found = _unseen(rule, facts, hearing, stream)
        found = found or _missing(rule, facts, stream, sorted(said[stream.stream]))
        if found and found.began >= facts.now - LOOK_BACK.total_seconds():
            yield found


def _unseen(rule: AlertRule, facts: Facts, hearing: Hearing, stream: StreamSeen) -> Finding | None:
    whole = hearing.whole(stream.stream)
    told = [one for one in stream.told if one.at <= facts.now]
    if not told:
        return None
    last = whole[-1][1] if whole else told[0].at
    hours = (facts.now - last) / HOUR
    if hours < rule.when["hours"]:
        return None
    newest = told[-1]
    why = f"{newest.state}: {newest.reason}" if newest.state != "complete" else "not looked at"
    title = f"{stream.stream}: not heard wholly for {hours:.0f} h, {why}"
    return _finding(rule, facts, stream, last, hours, "hours", title, float(rule.when["hours"]))


def _missing(
    rule: AlertRule, facts: Facts, stream: StreamSeen, said: list[float]
) -> Finding | None:
    """Compare the hours since its newest mention with the same hours of the weeks before."""
    if not said or facts.now - said[-1] > WEEK:
        return None
    since, until = said[-1] + 1, facts.now
    past = [
        sum(since - WEEK * back <= at < until - WEEK * back for at in said)
        for back in range(1, 5)
        if since - WEEK * back >= facts.start
    ]
    if len(past) < FEWEST_WEEKS or (usual := median(past)) < rule.when["missing"]:
        return None
    title = (
        f"{stream.stream}: nothing since {instant(said[-1]):%Y-%m-%d %H:%M} UTC, where "
        f"{usual:.0f} mentions are usual"
    )
    found = _finding(rule, facts, stream, said[-1], 0.0, "mentions", title, None)
    found.usual, found.low = usual, 1.0
    return found


def _finding(
    rule: AlertRule,
    facts: Facts,
    stream: StreamSeen,
    began: float,
    value: float,
    unit: str,
    title: str,
    high: float | None,
) -> Finding:
    told = [one for one in stream.told if one.at <= facts.now][-48:]
    return Finding(
        rule=rule,
        subject=f"stream/{stream.stream}",
        brand_id=None,
        began=began,
        last=facts.now,
        value=round(value, 2),
        unit=unit,
        title=title,
        low=0.0,
        high=high,
        quiet=HOUR,
        detail={"stream": stream.stream, "source": stream.source},
        chart=[point(one.at, float(one.state == "complete"), None) for one in told],
    )

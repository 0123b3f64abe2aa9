"""The arithmetic of alerts, each with its source: numbers in, a verdict out, nothing else."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from statistics import median
from typing import Final

from listening.contract import ServiceHours

MAD_SCALE: Final = 1.4826  # of a normal distribution: deviation from the median's to the standard
FEWEST: Final = 3  # values that say what is usual
_LONGEST: Final = 400  # days looked ahead for business time


@dataclass(frozen=True, slots=True)
class Usual:
    """What is usual, and how far it strays."""

    value: float
    deviation: float
    n: int  # values it was told by

    def high(self, deviations: float) -> float:
        """Return the upper end of the normal range."""
        return self.value + deviations * self.deviation

    def low(self, deviations: float) -> float:
        """Return the lower end of the normal range of a count."""
        return max(self.value - deviations * self.deviation, 0.0)


def usual_count(values: Sequence[float]) -> Usual | None:
    """Return the usual of a count, by median and median deviation; None: too few values.

    Source: Iglewicz and Hoaglin (1993), median and 1.4826 MAD, so that a past spike does not hide
    the next one; as pr.issue. The deviation is at least that of rare events (Poisson, the root of
    the usual) and at least one, so that at low volume two are not a spike beside none.
    """
    if len(values) < FEWEST:
        return None
    middle = median(values)
    spread = MAD_SCALE * median(abs(one - middle) for one in values)
    return Usual(middle, max(spread, math.sqrt(middle), 1.0), len(values))


def usual_rate(total: float, spans: float) -> Usual:
    """Return the usual of a count whose mean over `spans` is all that is known (Poisson)."""
    mean = total / spans
    return Usual(mean, max(math.sqrt(mean), 1.0), int(spans))


def net_sentiment(negative: int, neutral: int, positive: int) -> tuple[float, float]:
    """Return net sentiment, (positive - negative) / scored, and the variance of one mention.

    Source: metrics of the project, net_sentiment_of_all.
    """
    scored = negative + neutral + positive
    net = (positive - negative) / scored
    return net, (positive + negative) / scored - net * net


def difference(
    one: float, one_variance: float, one_n: int, other: float, other_variance: float, other_n: int
) -> float:
    """Return how many standard errors two means differ by; 0 where nothing varies.

    Source: Welch's statistic.
    """
    error = math.sqrt(one_variance / one_n + other_variance / other_n)
    return (one - other) / error if error else 0.0


def share_difference(one: int, of_one: int, other: int, of_other: int) -> float:
    """Return how many standard errors two shares differ by, pooled; 0 where nothing varies.

    Source: the two-proportion z-test.
    """
    pooled = (one + other) / (of_one + of_other)
    error = math.sqrt(pooled * (1 - pooled) * (1 / of_one + 1 / of_other))
    return (one / of_one - other / of_other) / error if error else 0.0


def fastest(
    looks: Sequence[tuple[float, int]], at_least: int
) -> tuple[float, float, float, int] | None:
    """Return the fastest gain between two looks: an hour, from, to (seconds), gained.

    Args:
        looks: moments in seconds and counts, by time; the first may be (publication, 0).
        at_least: gained between the two, so that one like in a second is no pace.

    None: nowhere was so much gained. For each look the shortest span behind it is taken in which
    so much was gained; spans under a minute count as one.
    """
    best: tuple[float, float, float, int] | None = None
    first = 0
    for place, (moment, count) in enumerate(looks):
        while first + 1 < place and count - looks[first + 1][1] >= at_least:
            first += 1
        start, before = looks[first]
        gained = count - before
        if place and gained >= at_least:
            pace = gained * 3600 / max(moment - start, 60.0)
            if best is None or pace > best[0]:
                best = (pace, start, moment, gained)
    return best


def age_span_h(age_s: float) -> int:
    """Return the span of age a look falls into, by its end in hours: as the warehouse's macro."""
    spans = (1, 3, 6, 12, 24, 48, 168, 720)
    return next((hours for hours in spans if age_s <= 3600 * hours), 8760)


def due_at(asked_at: datetime, minutes: int, service: ServiceHours) -> datetime | None:
    """Return when an answer is due: so many business minutes after somebody asked.

    Source: as care.response. Friday 16:45 with 30 minutes is due Monday 9:15. None: the brand
    never opens.
    """
    left = timedelta(minutes=minutes)
    local = asked_at.astimezone(service.zone)
    for ahead in range(-1, _LONGEST):
        day = (local + timedelta(days=ahead)).date()
        if day.weekday() not in service.days or day in service.holidays:
            continue
        opens = datetime.combine(day, service.opens, service.zone).astimezone(UTC)
        last = day + timedelta(days=1) if service.closes <= service.opens else day
        closes = datetime.combine(last, service.closes, service.zone).astimezone(UTC)
        start = max(opens, asked_at)
        if start >= closes:
            continue
        if start + left <= closes:
            return start + left
        left -= closes - start
    return None

"""Every kind of rule and what judges it: a new kind is a line here and its limits."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Final

from desk.alert.duty import judge_flag, judge_join, judge_unanswered
from desk.alert.facts import Facts
from desk.alert.finding import Finding
from desk.alert.hearing import Hearing
from desk.alert.post import judge_amplify, judge_count, judge_velocity
from desk.alert.silent import judge_silent
from desk.alert.theme import judge_issue, judge_topic
from desk.alert.volume import judge_drop, judge_spike, judge_voice
from listening.contract import AlertKind, AlertRule

Judge = Callable[[AlertRule, Facts, Hearing], Iterator[Finding]]
JUDGES: Final[dict[AlertKind, Judge]] = {
    "post_count": judge_count,
    "post_velocity": judge_velocity,
    "volume_spike": judge_spike,
    "sentiment_drop": judge_drop,
    "topic": judge_topic,
    "issue": judge_issue,
    "legal_flag": judge_flag,
    "unanswered": judge_unanswered,
    "voice_shift": judge_voice,
    "source_silent": judge_silent,
    "amplify": judge_amplify,
    "join": judge_join,
}
# Figures that compare counts over time: where a stream was not heard they are too low or too high.
COMPARING: Final = ("volume_spike", "sentiment_drop", "topic", "issue", "voice_shift")


# What is true whatever else was said; how much more there is, or an answer, may be unheard.
TRUE_ANYHOW: Final = ("post_count", "post_velocity", "legal_flag", "amplify", "join")


def judge(rules: Iterable[AlertRule], facts: Facts) -> Iterator[Finding]:
    """Yield what rules find, rule by rule in their order."""
    hearing = Hearing(facts)
    for rule in rules:
        for found in JUDGES[rule.kind](rule, facts, hearing):
            if rule.kind in TRUE_ANYHOW:
                streams = hearing.concerned([found.brand_id], rule.sources)
                found.unheard = hearing.gap(streams, found.began, facts.now)
            yield found

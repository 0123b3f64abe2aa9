"""Measures how far the model agrees with people who corrected it.

People look where a label seems wrong, so this understates the model. It tells taggers, sources
and languages apart, and shows what a new version mends.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from listening.contract import CORRECTIONS, EVERY, Judgement
from nlp.evaluate.figure import Figure, Found, Ground, share

PART = "corrections"
DECIDED = "decided"  # in place of a set's name: what reviewers decided
_UNKNOWN = "(unknown)"


def measure_corrections(ground: Ground) -> Iterator[Found]:
    """Yield agreement, answered and stale shares by tagger, source and language, and over all.

    `agreement`: of what the model gave a label, that people gave the same. `answered`: it gave
    one, and did not abstain. `stale`: corrections whose mention was edited since. `precision` of a
    kind of flag: of those raised that reviewers decided on, the share they confirmed.
    """
    groups: dict[tuple[str, str, str], list[Judgement]] = defaultdict(list)
    for one in ground.judgements:
        if ground.wants(one.tagger):
            place = (one.source, one.language or _UNKNOWN)
            for source, language in {(EVERY, EVERY), place}:
                groups[one.tagger, source, language].append(one)
    for (tagger, source, language), judged in sorted(groups.items()):
        yield from _figures((tagger, PART, source, language), judged)
    if ground.wants("flag"):
        yield from _flags([one for one in ground.judgements if one.tagger == "flag"])


def _flags(judged: Sequence[Judgement]) -> Iterator[Figure]:
    """Yield of each kind of flag how many of those that reviewers decided on were confirmed."""
    for kind in sorted({one.target for one in judged}):
        raised = [one for one in judged if one.target == kind and one.said == "confirmed"]
        right = sum(one.decided == "confirmed" for one in raised)
        model = ", ".join(sorted({one.version for one in raised if one.version})) or _UNKNOWN
        yield share(("flag", kind, DECIDED, EVERY), "precision", right, len(raised), model)


def _figures(place: tuple[str, str, str, str], judged: Sequence[Judgement]) -> Iterator[Figure]:
    answered = [one for one in judged if one.said not in (None, "abstained")]
    agreed = sum(one.said == one.decided for one in answered)
    model = ", ".join(sorted({one.version for one in judged if one.version})) or _UNKNOWN
    yield share(place, "agreement", agreed, len(answered), model)
    yield share(place, "answered", len(answered), len(judged), model)
    yield share(place, "stale", sum(one.stale for one in judged), len(judged), model)


TASKS = tuple(CORRECTIONS)

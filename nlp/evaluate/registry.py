"""The list of measures. To add one: a function in a file of its own, and a line here."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from listening.contract import ConfigurationError
from nlp.evaluate.brands import measure_brands
from nlp.evaluate.corrections import TASKS as CORRECTED
from nlp.evaluate.corrections import measure_corrections
from nlp.evaluate.embedding import measure_embedding
from nlp.evaluate.entities import TASK as ENTITY
from nlp.evaluate.entities import measure_entities
from nlp.evaluate.figure import Found, Ground, Measure
from nlp.evaluate.flags import measure_flags
from nlp.evaluate.heads import measure_airline, measure_heads, measure_languages
from nlp.evaluate.sets import FOLDERS
from nlp.evaluate.target import TASK as TARGET
from nlp.evaluate.target import measure_target
from nlp.evaluate.written import WRITTEN, measure_written

MEASURES: Final[tuple[tuple[Measure, tuple[str, ...]], ...]] = (
    (measure_heads, tuple(FOLDERS)),
    (measure_airline, ("sentiment",)),
    (measure_languages, ("sentiment",)),
    (measure_target, (TARGET,)),
    (measure_written, WRITTEN),
    (measure_embedding, ("embedding",)),
    (measure_flags, ("flag",)),
    (measure_entities, (ENTITY,)),
    (measure_brands, ("brand",)),
    (measure_corrections, CORRECTED),
)
"""Each measure, and the tasks its figures are of."""


def tasks() -> tuple[str, ...]:
    """Return every task there is a measure of, in order."""
    return tuple(dict.fromkeys(task for _, measured in MEASURES for task in measured))


def measure_all(ground: Ground) -> Iterator[Found]:
    """Yield the figures of every measure of the tasks wanted, and what was skipped.

    Raises:
        ConfigurationError: an unknown task, or a set that is not where it should be.
    """
    if unknown := sorted(ground.only - set(tasks())):
        raise ConfigurationError(
            f"there is no measure of {unknown[0]!r}",
            where="--only",
            mend=f"One of {', '.join(tasks())}",
        )
    for measure, measured in MEASURES:
        if any(map(ground.wants, measured)):
            yield from measure(ground)

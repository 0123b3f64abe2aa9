"""What the heads learn: one entry a head, its data folder, labels and share of the examples."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

Kind = Literal["softmax", "sigmoid"]


@dataclass(frozen=True)
class Task:
    """One head. `labels` are in the order of the data's label numbers.

    A `sigmoid` task has one label, the one that the data calls 1. `intents` are the labels
    that the tagger reports as intents. `share` is the part of the examples seen.
    """

    name: str
    folder: str
    kind: Kind
    labels: tuple[str, ...]
    share: float
    intents: tuple[str, ...] = ()

    @property
    def classes(self) -> int:
        """Number of label values in the data (two for a sigmoid head)."""
        return 2 if self.kind == "sigmoid" else len(self.labels)


TASKS: Final = (
    Task("sentiment", "sentiment", "softmax", ("negative", "neutral", "positive"), 0.62),
    Task("emotion", "emotion", "softmax", ("anger", "joy", "optimism", "sadness"), 0.07),
    Task("irony", "irony", "sigmoid", ("irony",), 0.06),
    Task("offensive", "offensive", "sigmoid", ("offensive",), 0.09),
    Task("complaint", "complaint", "sigmoid", ("complaint",), 0.05, ("complaint",)),
    Task("purchase", "purchase", "sigmoid", ("purchase",), 0.03, ("purchase",)),
    Task(
        "review_type",
        "appreviews",
        "softmax",
        ("bug_report", "suggestion", "rating", "user_experience"),
        0.08,
        ("bug_report", "suggestion"),
    ),
)

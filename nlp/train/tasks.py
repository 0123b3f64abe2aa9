"""What is learned: one entry a head, its labels, its data and its share of the examples."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from listening.contract import FLAGS, INTENTS, SENTIMENTS

Kind = Literal["softmax", "sigmoid"]


TYPES: Final = ("corporation", "creative-work", "group", "location", "person", "product")
TAGS: Final = ("O", *(f"{place}-{kind}" for kind in TYPES for place in "BI"))
"""What the entity head says of a word piece: WNUT-17's six types, begun or continued."""


@dataclass(frozen=True)
class Task:
    """One head that reads a whole text. `labels` are in the order of the data's label numbers.

    A `sigmoid` head gives each of its labels a probability of its own. `folder` is the set's
    name under the data folder (`label` is a number; with one label, 1 means that it holds), or
    empty where the texts are our own (`nlp/train/written/<name>*.jsonl`, a list of labels each).
    `intents` are the labels that the tagger reports as intents. `share` is the part of the
    examples seen. A head that is not `shipped` is there to be compared with.
    """

    name: str
    folder: str
    kind: Kind
    labels: tuple[str, ...]
    share: float
    intents: tuple[str, ...] = ()
    shipped: bool = True

    @property
    def classes(self) -> int:
        """Number of label values in a set's data (two for a sigmoid head of one label)."""
        return 2 if self.kind == "sigmoid" else len(self.labels)


TASKS: Final = (
    Task("sentiment", "sentiment", "softmax", SENTIMENTS, 0.47),
    Task("emotion", "emotion", "softmax", ("anger", "joy", "optimism", "sadness"), 0.035),
    Task("irony", "irony", "sigmoid", ("irony",), 0.03),
    Task("offensive", "offensive", "sigmoid", ("offensive",), 0.05),
    Task("complaint", "complaint", "sigmoid", ("complaint",), 0.02, ("complaint",)),
    Task("purchase", "purchase", "sigmoid", ("purchase",), 0.01, ("purchase",)),
    Task(
        "review_type",
        "appreviews",
        "softmax",
        ("bug_report", "suggestion", "rating", "user_experience"),
        0.035,
        ("bug_report", "suggestion"),
    ),
    Task("intent", "", "sigmoid", INTENTS, 0.04),
    Task("legal", "", "sigmoid", FLAGS, 0.07),
)

CONTROL: Final = Task("control", "target_sentiment", "softmax", SENTIMENTS, 0.0, shipped=False)
"""A head that reads the whole text but learns from the target rows: what the target head must beat.

Its rows are dealt with the target head's, so it has no share of its own.
"""

TARGET_SHARE: Final = 0.2
ENTITY_SHARE: Final = 0.04

ORDINARY: Final = {"sentiment": 8, "complaint": 1, "purchase": 1, "review_type": 1}
"""Heads of which every n-th text is taken for one that no flag belongs to.

Nobody read them for flags. They are plain talk to and of firms, which our own texts, written to
be flagged or nearly so, lack: without it the head `legal` raised 370 flags on 1,464 airline
tweets (2026-11-22). Offence and emotion are left out: threats may be among them.
"""

TARGET_FILES: Final = (
    "target_sentiment/laptop14_train.jsonl",
    "target_sentiment/mams_train.jsonl",
    "target_sentiment/rest14_train.jsonl",
    "target_sentiment/semeval_train.jsonl",
    "target_sentiment/tshirt_train.jsonl",
    "target_sentiment/tv_train.jsonl",
    "target_sentiment/twitter14_train.jsonl",
    "brand/train.jsonl",
)
TARGET_CHECKS: Final = ("target_sentiment/mams_val.jsonl", "target_sentiment/semeval_val.jsonl")
ENTITY_FILES: Final = ("entities/wnut17train.conll",)
ENTITY_CHECK: Final = "entities/emerging.dev.conll"

"""Judges a planted world and sends what is due, in a process that a test may kill anywhere."""

from __future__ import annotations

import os
from pathlib import Path

from desk.alert.evaluate import evaluate
from desk.deliver.outbox import deliver
from listening.contract import DataRoot
from tests.desk.alert.world import brands, rule
from tests.desk.deliver.lab import Kept

BOTH = ["keyed", "plain"]
RULES = (
    rule("volume_spike", channels=BOTH),
    rule("issue", owner="product", channels=BOTH),
    rule("sentiment_drop", channels=BOTH),
    rule("voice_shift", min_voices=5, channels=BOTH),
    rule("topic", owner="product", channels=BOTH),
    rule("legal_flag", owner="legal", channels=BOTH),
    rule("post_count", metric="likes", at_least=100, owner="marketing", channels=BOTH),
    rule("source_silent", owner="executive", channels=BOTH),
)


def act(url: str) -> None:
    """Do what the fast path does with what is tagged: judge the rules, send what is due."""
    root = DataRoot(Path(os.environ["LISTENING_DATA"]))
    connections = {"plain": Kept(url), "keyed": Kept(url, {"dedupes": True})}
    evaluate(root, brands(*RULES))
    deliver(root, connections.get)

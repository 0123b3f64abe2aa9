"""Evaluates once in a process of its own, which a test may kill. Imports little, loads no model."""

import sys
from datetime import datetime
from pathlib import Path

from desk.alert.evaluate import evaluate
from listening.contract import DataRoot
from tests.desk.alert.world import brands, rule

RULES = (
    rule("volume_spike", escalate=[{"after_minutes": 30, "channels": ["lead"]}]),
    rule("issue", owner="product"),
    rule("legal_flag", owner="legal"),
    rule("post_count", metric="likes", at_least=100, said_by="others"),
)

if __name__ == "__main__":
    done = evaluate(
        DataRoot(Path(sys.argv[1])), brands(*RULES), datetime.fromisoformat(sys.argv[2])
    )
    print(len(done.raised))  # noqa: T201

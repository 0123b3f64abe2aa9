"""After an erasure and the publish in it no byte of the data root tells who was erased."""

from __future__ import annotations

import json

import duckdb
import pytest

from listening.cli.eraserooms import rooms
from listening.contract import DataRoot, ListeningError
from listening.erase import IncompleteError, erase, finish_erasure, is_pending
from listening.erasematch import plan_author
from tests.canary import find_words
from tests.warehouse.world import BRANDS
from warehouse.publish import publish, team_file

pytestmark = pytest.mark.slow
FAULT = {
    "test.listening.holds_triage": {
        "teams": ["care"], "error": {"what": "test failed", "where": "triage", "mend": "x"}
    }
}  # fmt: skip


def test_the_team_files_and_their_months_are_built_anew(built: DataRoot, monkeypatch) -> None:
    publish(built, BRANDS)
    months = sorted(path.name for path in built.published.rglob("*.parquet"))
    (built.path / "dbt" / "logs").mkdir(parents=True, exist_ok=True)
    (built.path / "dbt" / "logs" / "old.log").write_text("row of person3 broke\nanother line\n")
    plan = plan_author(built, "import:person3")
    words = ("person3", "Canary 3", *plan.mentions)
    told = {name for word, name in find_words(built.path, words)}
    assert {"published/legal.duckdb", "warehouse.duckdb"} <= told

    # A model's failed test keeps back a publishing, but not one after an erasure.
    (built.path / "dbt" / "faults.json").write_text(json.dumps(FAULT))
    with pytest.raises(ListeningError, match="test failed"):
        publish(built, BRANDS, ["care"])

    # A file that cannot be built is not published: the erasure stays open, and says so.
    with monkeypatch.context() as patch:
        patch.setattr("warehouse.model.build_models", lambda *_, **__: None)
        with pytest.raises(IncompleteError, match="could not be built"):
            erase(built, plan, rooms(BRANDS))
    assert is_pending(built)

    proof = finish_erasure(built, rooms(BRANDS))
    assert proof is not None
    assert find_words(built.path, words) == []
    with duckdb.connect(str(team_file(built, "product")), read_only=True) as product:
        ((left,),) = product.execute("SELECT count(*) FROM feedback_mention").fetchall()
    assert left > 0
    assert sorted(path.name for path in built.published.rglob("*.parquet")) == months
    assert (built.path / "dbt" / "logs" / "old.log").read_text() == "[erased]\nanother line\n"
    changed = {one["path"] for one in proof.files}
    assert {"published/care.duckdb", "warehouse.duckdb", "dbt/logs/old.log"} <= changed

"""Who asks gets everything held about them, and nothing of anybody else's."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest
from typer.testing import CliRunner

from listening.cli import app
from listening.contract import ConfigurationError, DataRoot
from listening.erase.subject import gather, write_subject
from tests.warehouse.test_erase import fill
from tests.warehouse.world import BRANDS, World, said
from warehouse.load import load_pending


@pytest.fixture
def root(world: World) -> DataRoot:
    fill(world)
    world.land([said("x", "acme <script>alert(1)</script>", author="canarybird")],
               stream="import--file--c")  # fmt: skip
    load_pending(world.root, BRANDS)
    return world.root


def test_everything_held_is_told_and_readable(root, tmp_path: Path, monkeypatch):
    monkeypatch.setenv("LISTENING_DATA", str(root.path))
    out = tmp_path / "out"
    done = CliRunner().invoke(
        app, ["export-subject", "import:@canarybird", "--out", str(out), "--json"]
    )
    assert done.exit_code == 0, done.output
    told = json.loads((out / "subject.json").read_text())
    assert told["counts"] == json.loads(done.stdout)["rooms"]
    assert told["counts"]["landing"] == 6  # twice, counted twice, an answer, and x
    tables = {row["table"] for row in told["rooms"]["warehouse"]}
    assert {"mention", "mention_version", "engagement", "label", "author"} <= tables
    texts = [row["text"] for row in told["rooms"]["landing"] if "text" in row]
    assert any("canaryword better" in text for text in texts)
    page = (out / "subject.html").read_text()
    assert "canaryword better" in page
    assert "<script>" not in page
    for text in (json.dumps(told), page):
        assert "acme late copy8" not in text  # somebody else's
    assert stat.S_IMODE((out / "subject.json").stat().st_mode) == 0o600


def test_nothing_is_overwritten(root, tmp_path: Path):
    (tmp_path / "there.txt").write_text("mine")
    with pytest.raises(ConfigurationError, match="not empty"):
        write_subject(gather(root, "import:canarybird", {}), tmp_path)

"""The command run in this process, on a data root of its own and the kiosk's brand file."""

import csv
import json
from pathlib import Path

import pytest

from bench.replay import load_world
from listening import cli

WORLD = Path(__file__).parents[2] / "worlds" / "kiosk"
BRAND = str(WORLD / "brand.yaml")


@pytest.fixture
def listening(tmp_path, monkeypatch, capsys):
    """Run the command in this process on a data root of its own; return status and JSON."""
    monkeypatch.setenv("LISTENING_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("LISTENING_NOW", load_world(WORLD).now.isoformat())

    def run(*arguments):
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            cli.main([*map(str, arguments), "--json"])
        return ended.value.code or 0, json.loads(capsys.readouterr().out)

    return run


@pytest.fixture
def export(tmp_path):
    """Write rows as a CSV export; return its path."""

    def write(rows, name="export.csv"):
        path = tmp_path / name
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
        return path

    return write


def said(number, text="The Nimbusworks Dome leaks.", at="2026-05-18T10:00:00Z"):
    return {"id": str(number), "text": text, "published_at": at}

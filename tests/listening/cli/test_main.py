"""The command starts quickly, and speaks in sentences where no JSON is asked for."""

import os
import subprocess
import sys

HEAVY = {
    "pyarrow",
    "pandas",
    "numpy",
    "duckdb",
    "spacy",
    "transformers",
    "airflow",
    "dbt",
    "requests",
}


def test_starting_imports_nothing_heavy():
    """`listening --help` answers at once (measured 0.45 s on 2 cores, 2026-11)."""
    code = "import sys, listening.cli; print(*sorted({m.split('.')[0] for m in sys.modules}))"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert not HEAVY & set(done.stdout.split())


def test_without_json_people_read_sentences(tmp_path):
    environment = {**os.environ, "LISTENING_DATA": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-m", "listening.cli", "query", "product", "SELECT 1"],
        env=environment, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert done.returncode == 1
    assert done.stdout == ""
    assert "nothing is published yet. listening run" in done.stderr

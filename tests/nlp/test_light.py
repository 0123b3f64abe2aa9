"""Libraries are imported without what nobody calls here, and nothing is missing afterwards."""

from __future__ import annotations

import importlib
import subprocess
import sys

import pytest

from nlp.light import without

SPACY = """
import sys
from nlp.light import import_spacy
import_spacy()
assert "spacy" in sys.modules and not [name for name in sys.modules if "spacy.cli" in name]
import nlp.pipeline
from nlp.personal import Recognisers
recognisers = Recognisers()
recognisers.load()
assert recognisers.is_mail("anna@acme.example")
assert "transformers" not in sys.modules and "spacy.cli" not in sys.modules
import spacy, spacy.cli
assert spacy.info(silent=True)["spacy_version"] == spacy.__version__
assert callable(spacy.cli.download)
"""


def test_a_worker_has_spacy_and_presidio_without_their_ballast_and_can_still_call_it() -> None:
    done = subprocess.run(
        [sys.executable, "-c", SPACY], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_a_library_is_hidden_only_within() -> None:
    assert "this" not in sys.modules
    with without("this"), pytest.raises(ImportError):
        importlib.import_module("this")
    assert "this" not in sys.modules


def test_a_library_that_is_loaded_stays() -> None:
    with without("subprocess"):
        assert importlib.import_module("subprocess") is subprocess
    assert sys.modules["subprocess"] is subprocess

"""The speed bench: its posts are what it says, its arithmetic holds, its memory counts children."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from bench.posts import SHARES, make_posts
from bench.rivals import digest
from bench.tagging import BRAND, Measured, Run, summarise, to_markdown
from bench.watch import Watch
from listening.brand.load import load_brands


def test_posts_are_the_same_each_time_and_all_different() -> None:
    brands = load_brands([BRAND])
    posts = make_posts(2_000, brands)
    assert posts == make_posts(2_000, brands)
    assert len(set(posts)) == 2_000
    assert posts[:1_000] == make_posts(1_000, brands)
    assert posts != make_posts(2_000, brands, seed=4)


def test_posts_have_what_taggers_find_dear() -> None:
    posts = make_posts(4_000, load_brands([BRAND]))
    names = ("Larkspur", "BrewOne", "Brew One", "Toastline", "Cindral", "Ovenbird")

    def share(*marks: str) -> float:
        return sum(any(mark in post for mark in marks) for post in posts) / len(posts)

    # A tenth is not English and has no subject to name a brand in.
    assert share(*names) == pytest.approx(SHARES["brand"] * (1 - SHARES["foreign"]), abs=0.04)
    assert share("https://") == pytest.approx(SHARES["link"], abs=0.04)
    assert share(" #") == pytest.approx(SHARES["hashtag"], abs=0.04)
    words = [len(post.split()) for post in posts]
    assert 18 <= sum(words) / len(words) <= 30


def make_measured() -> Measured:
    return Measured(
        {"processor": "one"},
        runs=[Run(8_000, 10.0, 900.0, 0)],
        quarters=[Run(2_000, 4.0, 950.0, 0)],
        rivals=[{"milliseconds": {"encoder": 30.0, "spacy": 10.0, "roberta": 200.0}}],
        parts=[
            {"name": "encoder", "milliseconds": 90.0, "said": 1.0},
            {"name": "odd", "milliseconds": 8.0, "said": 0.01},
            {"name": "rows", "milliseconds": 2.0, "said": None},
        ],
        hard={"empty": Run(1, 3.0, 400.0, 1)},
    )


def test_ratios_are_those_of_the_rounds() -> None:
    figures = summarise(make_measured())
    assert figures["posts_per_second"] == 800
    assert figures["running_posts_per_second"] == pytest.approx(1_000)
    assert figures["start_seconds"] == pytest.approx(2)
    assert figures["naive_ratio"] == pytest.approx(800 * 0.040)
    assert figures["naive_running_ratio"] == pytest.approx(1_000 * 0.040)
    assert figures["roberta_ratio"] == pytest.approx(800 * 0.2)
    assert (figures["peak_mb"], figures["failed"]) == (950, 1)


def test_a_part_that_costs_more_than_it_brings_is_named() -> None:
    measured = make_measured()
    lines = list(to_markdown(measured, summarise(measured)))
    named = [line for line in lines if "costs more than it brings" in line]
    assert len(named) == 1
    assert "`odd`" in named[0]


def test_without_rivals_there_are_no_ratios() -> None:
    measured = make_measured()
    measured.rivals.clear()
    figures = summarise(measured)
    assert not any("ratio" in name for name in figures)
    assert list(to_markdown(measured, figures))


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs /proc")
def test_memory_counts_children() -> None:
    child = "import time; held = bytearray(60_000_000); time.sleep(1)"
    program = "import subprocess, sys; held = bytearray(60_000_000); "
    program += f"subprocess.run([sys.executable, '-c', {child!r}])"
    process = subprocess.Popen([sys.executable, "-c", program])
    watch = Watch(process.pid)
    process.wait()
    watch.stop()
    assert 120 <= watch.peak_mb <= 220


def test_a_digest_is_of_names_and_contents(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"one")
    first = digest(tmp_path)
    (tmp_path / "a").rename(tmp_path / "b")
    second = digest(tmp_path)
    (tmp_path / "b").write_bytes(b"two")
    assert len({first, second, digest(tmp_path)}) == 3

"""How fast `listening tag --brand` is, and beside what: `python -m bench.tagging`.

Everything is on, Parquet to Parquet, and start-up counts. The rivals read a sample of the same
posts in the same run, turn by turn with ours, so that a busy machine is busy for all; they
live in an environment of their own (docs/speed.md) and are left out without one.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from bench.airflow_home import ROOT
from bench.posts import make_posts
from bench.watch import Watch, describe_machine
from listening.brand.load import load_brands
from listening.contract import ListeningError

BRAND: Final = ROOT / "brands" / "demo.yaml"
PARTS: Final = 1_500
"""Posts for the cost of each part."""

DEAR: Final = 0.05
"""A part is dear that takes more than this share of the time for fewer of the posts."""

HARD: Final = {
    "empty": "",
    "article of 10,000 words": "The kettle of my neighbour hums again all night long. " * 1_000,
    "5,000 emoji": "\U0001f600\u2764\ufe0f\U0001f937\u200d\u2640\ufe0f\U0001f525\U0001f44d" * 1_000,
    "right to left": "המכונה החדשה של Larkspur מרעישה מאוד \u202e@larkspur\u202c ואף אחד לא עונה",
}  # fmt: skip


@dataclass(frozen=True)
class Run:
    """One run of `listening tag`: posts, seconds from call to end, memory of all its processes."""

    posts: int
    seconds: float
    peak_mb: float
    failed: int


@dataclass
class Measured:
    """What the rounds gave."""

    machine: Mapping[str, str]
    runs: list[Run] = field(default_factory=list)
    quarters: list[Run] = field(default_factory=list)
    rivals: list[Mapping[str, Any]] = field(default_factory=list)
    parts: list[Mapping[str, Any]] = field(default_factory=list)
    hard: dict[str, Run] = field(default_factory=dict)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print Markdown, or JSON; return the exit status."""
    options = _parser().parse_args(arguments)
    posts = make_posts(options.posts, load_brands([options.brand]))
    with tempfile.TemporaryDirectory() as folder:
        measured = _measure(posts, options, Path(folder))
    figures = summarise(measured)
    if options.json:
        say(json.dumps({**asdict(measured), "figures": figures}))
    else:
        say("\n".join(to_markdown(measured, figures)))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench.tagging", description=__doc__)
    parser.add_argument("--posts", type=int, default=8_000, help="posts that are tagged")
    parser.add_argument("--rounds", type=int, default=3, help="turns; the median counts")
    parser.add_argument("--brand", type=Path, default=BRAND, help="the brand file")
    parser.add_argument("--workers", type=int, help="as for `listening tag`")
    parser.add_argument("--rival-python", type=Path, help="Python with torch and en_core_web_sm")
    parser.add_argument("--naive", type=int, default=150, help="posts the naive stack reads")
    parser.add_argument("--roberta", type=int, default=40, help="posts the four RoBERTas read")
    parser.add_argument("--json", action="store_true", help="print all that was measured")
    return parser


def _measure(posts: Sequence[str], options: argparse.Namespace, folder: Path) -> Measured:
    measured = Measured(describe_machine())
    sample = folder / "posts.json"
    for _ in range(options.rounds):
        measured.runs.append(_tag(posts, options, folder))
        if options.rival_python:
            sample.write_text(json.dumps(posts[: options.naive]), encoding="utf-8")
            counts = ["--naive", str(options.naive), "--roberta", str(options.roberta)]
            said = _run([str(options.rival_python), "-m", "bench.rivals", str(sample), *counts])
            measured.rivals.append(json.loads(said))
        measured.quarters.append(_tag(posts[: len(posts) // 4], options, folder))
    for name, text in HARD.items():
        measured.hard[name] = _tag([text], options, folder)
    sample.write_text(json.dumps(posts[:PARTS]), encoding="utf-8")
    said = _run([sys.executable, "-m", "bench.parts", str(sample), str(options.brand)], threads=1)
    measured.parts += json.loads(said)
    return measured


def _tag(posts: Sequence[str], options: argparse.Namespace, folder: Path) -> Run:
    """Tag posts with the command that users have; watch its memory."""
    source, out = folder / "posts.parquet", folder / "tagged.parquet"
    pq.write_table(pa.table({"text": posts}), source)
    program = "from listening.cli import main; main()"
    command = [sys.executable, "-c", program, "tag", str(source), "--out", str(out), "--json"]
    command += ["--brand", str(options.brand)]
    command += ["--workers", str(options.workers)] if options.workers else []
    begun = time.perf_counter()
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)  # noqa: S603
    watch = Watch(process.pid)
    said, _ = process.communicate()
    seconds = time.perf_counter() - begun
    watch.stop()
    _check(process.returncode, command)
    return Run(len(posts), seconds, watch.peak_mb, json.loads(said)["failed"])


def _run(command: Sequence[str], threads: int | None = None) -> str:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    if threads:
        environment["LISTENING_THREADS"] = environment["RAYON_NUM_THREADS"] = str(threads)
    done = subprocess.run(  # noqa: S603
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True, check=False
    )
    _check(done.returncode, command)
    return done.stdout


def _check(status: int, command: Sequence[str]) -> None:
    if status:
        raise ListeningError(
            f"ended with status {status}", where=" ".join(command), mend="See its message above"
        )


def summarise(measured: Measured) -> dict[str, float]:
    """Return the figures: medians over the rounds, ratios taken within a round."""
    rates, starts = [], []
    for run, quarter in zip(measured.runs, measured.quarters, strict=True):
        each = (run.seconds - quarter.seconds) / (run.posts - quarter.posts)
        rates.append(1 / each)
        starts.append(run.seconds - run.posts * each)
    figures = {
        "posts_per_second": statistics.median(run.posts / run.seconds for run in measured.runs),
        "running_posts_per_second": statistics.median(rates),
        "start_seconds": statistics.median(starts),
        "peak_mb": max(run.peak_mb for run in _all_runs(measured)),
        "failed": sum(run.failed for run in _all_runs(measured)),
    }
    if measured.rivals:
        naive = [each["encoder"] + each["spacy"] for each in _rival_times(measured)]
        robertas = [each["roberta"] for each in _rival_times(measured)]
        for name, taken in (("naive", naive), ("roberta", robertas)):
            pairs = list(zip(measured.runs, taken, strict=True))
            ratios = [run.posts / run.seconds * each / 1000 for run, each in pairs]
            figures[f"{name}_posts_per_second"] = 1000 / statistics.median(taken)
            figures[f"{name}_ratio"] = statistics.median(ratios)
            figures[f"{name}_running_ratio"] = statistics.median(
                rate * each / 1000 for rate, each in zip(rates, taken, strict=True)
            )
    return figures


def _all_runs(measured: Measured) -> Iterator[Run]:
    yield from measured.runs
    yield from measured.quarters
    yield from measured.hard.values()


def _rival_times(measured: Measured) -> Iterator[Mapping[str, float]]:
    for each in measured.rivals:
        yield each["milliseconds"]


def to_markdown(measured: Measured, figures: Mapping[str, float]) -> Iterator[str]:
    """Yield the lines of the tables."""
    yield "\n".join(f"- {name}: {value}" for name, value in measured.machine.items())
    yield ""
    yield "| way | texts a second | ours, start-up counted | ours, running |"
    yield "|---|--:|--:|--:|"
    whole, running = figures["posts_per_second"], figures["running_posts_per_second"]
    what = f"`tag --brand`, {measured.runs[0].posts:,} posts"
    yield f"| {what} | {whole:.0f}; running {running:.0f} | | |"
    for name, what in (
        ("naive", "MiniLM pipeline and en_core_web_sm, one text a call"),
        ("roberta", "four pipelines of 125 M, one text a call"),
    ):
        if f"{name}_ratio" in figures:
            rate = figures[f"{name}_posts_per_second"]
            ratios = figures[f"{name}_ratio"], figures[f"{name}_running_ratio"]
            yield f"| {what} | {rate:.1f} | {ratios[0]:.1f} times | {ratios[1]:.1f} times |"
    yield ""
    yield (
        f"Start-up takes {figures['start_seconds']:.1f} s. Peak memory of all processes together: "
        f"{figures['peak_mb']:.0f} MB. Rounds: "
        + ", ".join(f"{run.seconds:.1f} s" for run in measured.runs)
        + f". Posts of which something failed: {figures['failed']:.0f}."
    )
    yield from _hard_table(measured)
    yield from _part_table(measured)


def _hard_table(measured: Measured) -> Iterator[str]:
    yield ""
    yield "| one text alone | seconds, start-up counted | failed |"
    yield "|---|--:|--:|"
    for name, run in measured.hard.items():
        yield f"| {name} | {run.seconds:.1f} | {run.failed} |"


def _part_table(measured: Measured) -> Iterator[str]:
    whole = sum(each["milliseconds"] for each in measured.parts)
    yield ""
    yield "| part | ms for 1,000 posts | share | says something of | |"
    yield "|---|--:|--:|--:|---|"
    for each in sorted(measured.parts, key=lambda part: -part["milliseconds"]):
        share, said = each["milliseconds"] / whole, each["said"]
        told = "" if said is None else f"{said:.0%}" if said >= DEAR else f"{said:.1%}"
        dear = "costs more than it brings" if share > DEAR > (1 if said is None else said) else ""
        yield f"| `{each['name']}` | {each['milliseconds']:.0f} | {share:.1%} | {told} | {dear} |"
    yield f"| all, on one thread | {whole:.0f} | | | |"


def say(text: str) -> None:
    """Print at once."""
    print(text, flush=True)  # noqa: T201


if __name__ == "__main__":
    try:
        sys.exit(main())
    except ListeningError as error:
        say(f"error: {error}")
        sys.exit(error.exit_code)

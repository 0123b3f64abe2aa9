"""Each measure on a few rows worked out by hand, with the model that ships."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from listening.contract import Brand, BrandFile, ConfigurationError, Judgement, now
from nlp.encoder import Encoder
from nlp.evaluate import Figure, Ground, Skipped, measure_all, sort_out, tabulate, tasks, to_json
from nlp.evaluate.heads import LANGUAGES
from nlp.evaluate.sets import FOLDERS
from nlp.evaluate.target import SETS, TASK

ACME = BrandFile(brands=(Brand("acme", "Acme", "own"),))
LEAK = "My password: hunter2Xy9Zq is out"


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    return Encoder.load()


def write_lines(path: Path, rows: list[dict[str, Any]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Labelled sets of the real layout with two rows each."""
    parts = [
        *(f"{folder}/val" for folder in FOLDERS.values()),
        *(f"sentiment_multilingual/{name}_val" for name in LANGUAGES),
    ]
    texts = ("I love this, thank you so much!", "I hate it, it broke again.")
    for part in parts:
        rows = [{"text": text, "label": label} for text, label in zip(texts, (0, 1), strict=True)]
        write_lines(tmp_path / f"{part}.jsonl", rows)
    asked = [{"text": texts[n], "target": "it", "label": 2 - 2 * n} for n in range(2)]
    for name in SETS.values():
        write_lines(tmp_path / "target_sentiment" / name, asked)
    rows = [{"text": texts[n // 2], "label": n // 2} for n in range(4)]
    write_lines(tmp_path / "banking_intents" / "train.jsonl", rows)
    (tmp_path / "airline").mkdir()
    (tmp_path / "airline" / "tweets.csv").write_text(
        f'text,sentiment\n"{texts[0]}",positive\n"{texts[1]}",negative\n', encoding="utf-8"
    )
    return tmp_path


def rows_of(figures: list[Figure], task: str) -> dict[tuple[str, str, str, str], Any]:
    return {
        (f.part, f.source, f.language, f.measure): (f.n, f.value) for f in figures if f.task == task
    }


def test_every_head_is_measured_by_set_and_language(encoder: Encoder, data: Path) -> None:
    """Four measures each, all with an interval and the model's version."""
    ground = Ground(encoder, data, only=frozenset({*FOLDERS, "embedding"}))
    figures, skipped = sort_out(measure_all(ground))
    assert skipped == []
    sentiment = rows_of(figures, "sentiment")
    assert sentiment["all", "airline", "en", "accuracy"] == (2, 1.0)
    languages = {language for _, source, language, _ in sentiment if source != "airline"}
    assert languages == {"en", *LANGUAGES.values()}
    assert rows_of(figures, "embedding") == {
        ("odd rows", "banking_intents", "en", "accuracy"): (2, 1.0)
    }
    assert {figure.task for figure in figures} == {*FOLDERS, "embedding"}
    for figure in figures:
        assert figure.model == encoder.version
        assert figure.ci_low is not None
        assert figure.ci_high is not None
        assert 0 <= figure.ci_low <= figure.ci_high <= 1
    assert sort_out(measure_all(ground)) == (figures, skipped)  # seeded: the same again


def test_the_target_branch_stands_beside_the_sentence_head(encoder: Encoder, data: Path) -> None:
    """Both on the same rows of each set; the texts of ours need no folder."""
    figures, _ = sort_out(measure_all(Ground(encoder, data, only=frozenset({TASK}))))
    found = rows_of(figures, TASK)
    for name in SETS:
        for part in ("target", "branch", "sentence"):
            assert found[part, name, "en", "macro_recall"][0] == 2
    assert found["target", "written", "en", "accuracy"][0] > 100


def test_what_the_rule_for_switches_brings_is_measured(encoder: Encoder, data: Path) -> None:
    """Part `target` is what tagging says, the rule included; `branch` is the model by itself."""
    pairs = {"Tarn": 0, "Beck": 2}
    text = "I switched from Tarn to Beck and it is bliss"
    rows = [{"text": text, "target": name, "label": label} for name, label in pairs.items()]
    for name in SETS.values():
        write_lines(data / "target_sentiment" / name, rows)
    figures, _ = sort_out(measure_all(Ground(encoder, data, only=frozenset({TASK}))))
    found = rows_of(figures, TASK)
    for name in SETS:
        assert found["target", name, "en", "accuracy"] == (2, 1.0)
        assert found["branch", name, "en", "accuracy"] == (2, 0.5)


def test_only_what_was_asked_for_is_measured(encoder: Encoder, data: Path) -> None:
    """No other set is opened; an unknown task is loud."""
    ground = Ground(encoder, data, only=frozenset({"irony"}))
    for folder in set(FOLDERS.values()) - {"irony"}:
        (data / folder / "val.jsonl").unlink()
    figures, skipped = sort_out(measure_all(ground))
    assert {figure.task for figure in figures} == {"irony"}
    assert skipped == []
    with pytest.raises(ConfigurationError, match="no measure of 'mood'"):
        list(measure_all(Ground(encoder, data, only=frozenset({"mood"}))))


def test_without_sets_every_task_says_what_it_needs(encoder: Encoder, tmp_path: Path) -> None:
    """Nothing is measured in secret, and nothing is left out in silence."""
    wanted = frozenset({*FOLDERS, "embedding", "flag", "brand"})
    figures, skipped = sort_out(measure_all(Ground(encoder, written=tmp_path, only=wanted)))
    assert figures == []
    assert {one.task for one in skipped} == wanted <= set(tasks())
    assert all(one.reason for one in skipped)


def test_a_set_that_is_not_there_is_an_error(encoder: Encoder, data: Path) -> None:
    (data / "irony" / "val.jsonl").unlink()
    with pytest.raises(ConfigurationError, match="irony"):
        list(measure_all(Ground(encoder, data)))


def mark(folder: Path, rows: list[dict[str, Any]]) -> None:
    write_lines(folder / "legal" / "texts.jsonl", rows)
    write_lines(folder / "legal" / "again.jsonl", rows[1:])
    write_lines(folder / "legal" / "indirect.jsonl", rows[:1])
    (folder / "legal" / "brand.yaml").touch()


def test_flags_are_counted_by_kind(encoder: Encoder, tmp_path: Path) -> None:
    """One leak found with its span, one missed, one raised for nothing; a kind nobody sees."""
    mark(
        tmp_path,
        [
            {"id": "1", "text": LEAK, "lang": "en",
             "flags": [{"kind": "credential_leak", "span": [3, 26]}]},
            {"id": "2", "text": "a secret leaked", "lang": "en",
             "flags": [{"kind": "credential_leak", "span": "secret"},
                       {"kind": "trademark", "span": None}]},
            {"id": "3", "text": LEAK, "lang": "de", "flags": []},
        ],
    )  # fmt: skip
    read: list[Any] = []

    def read_brands(paths: Any) -> BrandFile:
        read.extend(paths)
        return ACME

    ground = Ground(encoder, written=tmp_path, read_brands=read_brands, only=frozenset({"flag"}))
    figures, _ = sort_out(measure_all(ground))
    found = rows_of(figures, "flag")
    assert read == [tmp_path / "legal" / "brand.yaml"]
    assert found["credential_leak", "legal", "(all)", "recall"] == (2, 0.5)
    assert found["credential_leak", "legal", "(all)", "precision"] == (2, 0.5)
    assert found["credential_leak", "legal", "(all)", "f1"] == (2, 0.5)
    assert found["credential_leak", "legal", "(all)", "span_hit"] == (1, 1.0)
    assert found["trademark", "legal", "(all)", "recall"] == (1, 0.0)
    assert found["trademark", "legal", "(all)", "precision"] == (0, None)
    assert found["(all)", "legal", "(all)", "recall"] == (3, pytest.approx(1 / 3))
    assert found["(all)", "legal", "de", "precision"] == (1, 0.0)
    assert found["(all)", "legal_indirect", "(all)", "recall"] == (1, 1.0)
    assert found["(all)", "legal_again", "(all)", "recall"] == (2, 0.0)
    assert {kind for kind, *_ in found} == {"credential_leak", "trademark", "(all)"}


@pytest.mark.parametrize(
    "row",
    [
        {"text": "x", "flags": [{"kind": "rudeness", "span": None}]},
        {"text": "x", "flags": [{"kind": "threat", "span": "y"}]},
        {"flags": []},
    ],
)
def test_a_marked_text_that_is_none_is_named(encoder: Encoder, tmp_path: Path, row: Any) -> None:
    mark(tmp_path, [row])
    ground = Ground(encoder, written=tmp_path, read_brands=lambda _: ACME, only=frozenset({"flag"}))
    with pytest.raises(ConfigurationError, match=r"texts\.jsonl"):
        list(measure_all(ground))


def test_brands_are_told_from_homonyms(encoder: Encoder, tmp_path: Path) -> None:
    """Meant and found, meant and missed, not meant and found; by what makes the text hard."""
    rows = [
        {"id": "1", "text": "My Acme broke.", "brands": ["acme"], "why": "plain"},
        {"id": "2", "text": "My Akme broke.", "brands": ["acme"], "why": "misspelt"},
        {"id": "3", "text": "The Acme of art.", "brands": [], "why": "homonym"},
        {"id": "4", "text": "Nothing at all.", "brands": [], "why": "none"},
    ]
    write_lines(tmp_path / "brand" / "texts.jsonl", rows)
    ground = Ground(
        encoder, written=tmp_path, read_brands=lambda _: ACME, only=frozenset({"brand"})
    )
    found = rows_of(sort_out(measure_all(ground))[0], "brand")
    assert found["(all)", "brand", "en", "recall"][0] == 2
    assert found["plain", "brand", "en", "recall"] == (1, 1.0)
    assert found["homonym", "brand", "en", "precision"] == (1, 0.0)
    assert found["none", "brand", "en", "precision"] == (0, None)
    assert found["none", "brand", "en", "accuracy"] == (1, 1.0)


def judge(said: str | None, decided: str, **more: Any) -> Judgement:
    told: dict[str, Any] = {
        "tagger": "sentiment", "target": "", "source": "rss", "language": "en",
        "version": "1", "stale": False,
    }  # fmt: skip
    return Judgement(said=said, decided=decided, **(told | more))


def test_corrections_are_told_by_tagger_source_and_language(encoder: Encoder) -> None:
    """An abstention is no answer; agreement is of the answers; versions are named."""
    judgements = [
        judge("negative", "negative"),
        judge("positive", "negative", version="2", stale=True),
        judge("abstained", "neutral", source="drop", language=""),
        judge("yes", "no", tagger="intent", target="churn"),
    ]
    ground = Ground(encoder, judgements=judgements, only=frozenset({"sentiment"}))
    figures, skipped = sort_out(measure_all(ground))
    assert {one.task for one in skipped} == {"sentiment"}  # its labelled sets, without --data
    assert rows_of(figures, "sentiment") == {
        ("corrections", "(all)", "(all)", "agreement"): (2, 0.5),
        ("corrections", "(all)", "(all)", "answered"): (3, pytest.approx(2 / 3)),
        ("corrections", "(all)", "(all)", "stale"): (3, pytest.approx(1 / 3)),
        ("corrections", "rss", "en", "agreement"): (2, 0.5),
        ("corrections", "rss", "en", "answered"): (2, 1.0),
        ("corrections", "rss", "en", "stale"): (2, 0.5),
        ("corrections", "drop", "(unknown)", "agreement"): (0, None),
        ("corrections", "drop", "(unknown)", "answered"): (1, 0.0),
        ("corrections", "drop", "(unknown)", "stale"): (1, 0.0),
    }
    assert {f.model for f in figures if f.source == "rss"} == {"1, 2"}


def test_decided_flags_say_how_precise_each_kind_is(encoder: Encoder) -> None:
    """What reviewers found by themselves was not raised, and says nothing of precision."""
    told = {"tagger": "flag", "target": "counterfeit"}
    judgements = [
        judge("confirmed", "confirmed", **told),
        judge("confirmed", "confirmed", **told),
        judge("confirmed", "dismissed", **told),
        judge("dismissed", "confirmed", **told),  # nobody had flagged it
        judge("confirmed", "dismissed", **(told | {"target": "threat"})),
    ]
    ground = Ground(encoder, judgements=judgements, only=frozenset({"flag"}))
    figures, _ = sort_out(measure_all(ground))
    found = {one.part: (one.n, one.value) for one in figures if one.source == "decided"}
    assert found == {"counterfeit": (3, pytest.approx(2 / 3)), "threat": (1, 0.0)}


def test_figures_read_well_and_are_json() -> None:
    """A measure with nothing to measure shows a dash, and null."""
    some = Figure("irony", "val", "irony", "en", "ece", 955, 0.02249, 0.0, 0.0243, "m")
    none = Figure("flag", "threat", "legal", "en", "recall", 0, None, None, None, "m")
    columns, rows = tabulate([some, none])
    assert [dict(zip(columns, row, strict=True))["95 %"] for row in rows] == [
        "0.000 to 0.024",
        "-",
    ]
    told = json.loads(json.dumps(to_json(now(), [some, none], [Skipped("x", "y")])))
    assert told["rows"][1]["value"] is None
    assert told["skipped"] == [{"task": "x", "reason": "y"}]

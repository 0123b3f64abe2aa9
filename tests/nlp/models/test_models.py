"""Other models stand in for heads by configuration alone, and say so when they cannot."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from listening.contract import BrandFile, ConfigurationError
from nlp.encoder import MODEL
from nlp.models.classifier import open_classifier
from nlp.models.files import find
from nlp.models.plan import MEANINGS, VARIABLE, Choice, read_plan
from nlp.pipeline import build, tag, versions
from nlp.tagger import Said
from tests.nlp.models.made import save_ner, save_onnx, save_textcat

if TYPE_CHECKING:
    from spacy.language import Language

needs_torch = pytest.mark.skipif(
    importlib.util.find_spec("torch") is None, reason="torch is not installed (extra [torch])"
)
needs_model = pytest.mark.skipif(
    not (MODEL / "manifest.json").exists(), reason="nlp/model is absent"
)
GERMAN = {
    "schlecht": (3.0, 0.0, 0.0), "kaputt": (2.0, 0.0, 0.0), "gut": (0.0, 0.0, 3.0),
    "it": (0.0, 0.1, 0.0),
}  # fmt: skip
LABELS = "{LABEL_0: negative, LABEL_1: neutral, LABEL_2: positive}"
BAD = "Der Wasserkocher von Ternwick ist leider sehr schlecht und nach einer Woche kaputt"
GOOD = "Das ist ein wirklich gut gemachter Wasserkocher und ich bin sehr gut zufrieden damit"


@pytest.fixture
def german(tmp_path: Path) -> Path:
    return save_onnx(tmp_path / "german", ["LABEL_0", "LABEL_1", "LABEL_2"], GERMAN)


def write(folder: Path, text: str) -> Path:
    path = folder / "models.yaml"
    path.write_text(f"version: 1\nmodels:\n{text}")
    return path


def sentiment(folder: Path, **changes: str) -> Path:
    """Write a plan of one model for German sentiment."""
    keys = {"kind": "onnx", "model": "german", "labels": LABELS, "languages": "[de]", **changes}
    first, *rest = (f"{key}: {value}" for key, value in keys.items() if value)
    return write(folder, "  sentiment:\n    - " + "\n      ".join([first, *rest]) + "\n")


def built(brands: BrandFile, models: Path | None = None) -> Language:
    """Return a pipeline of every tagger that a model may stand in for."""
    return build(brands, only={*MEANINGS, "language"}, models=models)


def tagged(pipeline: Language, *texts: str) -> list[dict[str, Any]]:
    return list(tag(pipeline, map(Said, texts)))


@needs_model
def test_a_language_goes_to_the_model_configured_for_it(
    tmp_path: Path, german: Path, brands: BrandFile
) -> None:
    """German is judged, English stays with the shipped head, French is abstained from."""
    del german
    texts = [
        BAD, GOOD, "The kettle is great, I love every minute with it",
        "Cette bouilloire est vraiment formidable et je la recommande à tous",
    ]  # fmt: skip
    shipped = tagged(built(brands), *texts)
    pipeline = built(brands, sentiment(tmp_path))
    rows = tagged(pipeline, *texts)
    assert [row["abstained"] for row in shipped] == ["language", "language", None, "language"]
    assert [row["language"] for row in rows] == ["de", "de", "en", "fr"]
    assert [row["abstained"] for row in rows] == [None, None, None, "language"]
    assert [row["sentiment"] for row in rows[:2]] == ["negative", "positive"]
    assert rows[0]["p_negative"] == pytest.approx(148.413 / 150.413, abs=1e-5)  # e^5
    assert [row["p_positive"] for row in rows[2:]] == [row["p_positive"] for row in shipped[2:]]
    (match,) = rows[0]["brands"]
    assert (match["sentiment"], match["abstained"]) == ("negative", None), "its targets follow"
    assert all(row["failures"] == [] for row in rows)


@needs_model
def test_the_version_of_what_a_model_says_names_the_model(
    tmp_path: Path, german: Path, brands: BrandFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = versions(built(brands))
    monkeypatch.setenv(VARIABLE, str(sentiment(tmp_path)))
    first = versions(built(brands))
    assert first["sentiment"].startswith(f"{plain['sentiment']}+german@")
    assert first["target"] != plain["target"], "what uses it follows"
    assert first["language"] == plain["language"]
    sentiment(tmp_path, max_tokens="64")
    second = versions(built(brands))["sentiment"]
    (german / "model.onnx").write_bytes((german / "model.onnx").read_bytes() + b"")
    assert versions(built(brands))["sentiment"] == second
    save_onnx(tmp_path / "other", ["LABEL_0", "LABEL_1", "LABEL_2"], {**GERMAN, "it": (0, 0, 0)})
    (tmp_path / "other" / "model.onnx").replace(german / "model.onnx")
    third = versions(built(brands))["sentiment"]
    assert len({first["sentiment"], second, third}) == 3, "weights or reading: another version"


@needs_model
def test_intents_take_over_one_by_one(tmp_path: Path, brands: BrandFile) -> None:
    save_onnx(tmp_path / "spam", ["ham", "spam"], {"win": (0.0, 4.0), "it": (1.0, 0.0)})
    plan = write(
        tmp_path,
        "  intent:\n    - {kind: onnx, model: spam, languages: [en],"
        " labels: {ham: none, spam: spam}}\n",
    )
    text = "You can win a new kettle today, click the link and do not wait"
    (before,), (row,) = tagged(built(brands), text), tagged(built(brands, plan), text)
    p = {each["id"]: each["p"] for each in row["intents"]}
    assert p.pop("spam") == pytest.approx(0.98201, abs=1e-5)
    assert p == {each["id"]: each["p"] for each in before["intents"] if each["id"] != "spam"}


@needs_model
def test_a_spacy_text_classifier_stands_in(tmp_path: Path, brands: BrandFile) -> None:
    texts = {
        "das ist schlecht": "bad", "sehr schlecht gemacht": "bad", "es ist kaputt": "bad",
        "das ist gut": "good", "sehr gut gemacht": "good", "es ist schön": "good",
    }  # fmt: skip
    save_textcat(tmp_path / "cats", texts)
    labels = "{good: positive, bad: negative}"
    plan = sentiment(tmp_path, kind="spacy", model="cats", labels=labels)
    rows = tagged(built(brands, plan), BAD, GOOD)
    assert [row["sentiment"] for row in rows] == ["negative", "positive"]
    assert [row["p_neutral"] for row in rows] == [0, 0]


@needs_model
def test_a_spacy_ner_finds_names_beside_those_of_the_brand_file(
    tmp_path: Path, brands: BrandFile
) -> None:
    texts = {
        f"I met {name} in {place} today": [(6, 6 + len(name), "PERSON"),
                                          (10 + len(name), 10 + len(name) + len(place), "GPE")]
        for name in ("Ada", "Bob", "Cleo") for place in ("Paris", "Rome", "Oslo")
    }  # fmt: skip
    save_ner(tmp_path / "names", texts)
    plan = write(
        tmp_path,
        "  entities:\n    - {kind: spacy, model: names, languages: [en],"
        " labels: {PERSON: person, GPE: none}}\n",
    )
    (row,) = tagged(built(brands, plan), "I met Ada in Paris today with my Ternwick PourMate")
    found = [(each["text"], each["type"]) for each in row["entities"]]
    assert found == [("Ada", "person"), ("Ternwick PourMate", "product")]


@needs_model
def test_a_model_that_fails_on_a_mention_costs_that_label_alone(
    tmp_path: Path, german: Path, brands: BrandFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    del german
    pipeline = built(brands, sentiment(tmp_path))

    def poison(self: Any, texts: list[str], targets: Any, _score: Any) -> Any:
        if any("Gift" in text for text in texts):
            raise RuntimeError("no such token")
        return _score(self, texts, targets)

    from nlp.models.classifier import OnnxClassifier

    score = OnnxClassifier._score
    monkeypatch.setattr(OnnxClassifier, "_score", lambda self, a, b: poison(self, a, b, score))
    good, bad = tagged(pipeline, BAD, f"Gift! {BAD}")
    assert good["failures"] == []
    failed = {each["tagger"]: each["reason"] for each in bad["failures"]}
    assert failed["sentiment"] == "RuntimeError: no such token"
    assert "encoder" not in failed
    assert "intent" not in failed
    assert bad["language"] == "de"


@pytest.mark.parametrize(
    ("changes", "line", "what"),
    [
        ({"modle": "german"}, 8, "unknown key: models.sentiment.0.modle"),
        ({"languages": ""}, 4, "missing key: models.sentiment.0.languages"),
        ({"languages": "[German]"}, 7, "pattern"),
        ({"kind": "pickle"}, 4, "Input should be 'transformers', 'onnx' or 'spacy'"),
        ({"max_tokens": "0"}, 8, "greater than or equal to 8"),
        ({"labels": "{LABEL_0: negative, LABEL_1: mixed}"}, 4, "no label 'mixed'"),
        ({"labels": "{LABEL_0: [}"}, 6, "not YAML"),
    ],
)
def test_what_is_wrong_with_a_plan_names_file_line_and_mend(
    tmp_path: Path, changes: dict[str, str], line: int, what: str
) -> None:
    path = sentiment(tmp_path, **changes)
    with pytest.raises(ConfigurationError) as caught:
        read_plan(path)
    assert what in caught.value.what
    assert caught.value.where in (f"{path}:{line}", f"{path}:{line + 1}")
    assert caught.value.mend


def test_a_plan_of_an_unknown_tagger_or_of_two_models_for_one_language_is_an_error(
    tmp_path: Path,
) -> None:
    one = "{kind: onnx, model: a, languages: [de], labels: {A: irony}}"
    with pytest.raises(ConfigurationError, match=r"models\.mood"):
        read_plan(write(tmp_path, f"  mood: [{one}]\n"))
    with pytest.raises(ConfigurationError, match=r"two models for irony in 'de'.*line 4"):
        read_plan(write(tmp_path, f"  irony:\n    - {one}\n    - {one}\n"))
    with pytest.raises(ConfigurationError, match="kind 'onnx' cannot stand in for entities"):
        read_plan(write(tmp_path, "  entities:\n    - " + one.replace("irony", "person") + "\n"))


def test_without_a_file_no_model_stands_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    assert read_plan() == ()
    monkeypatch.setenv(VARIABLE, "/nowhere/models.yaml")
    with pytest.raises(ConfigurationError, match="cannot be read"):
        read_plan()


def opened(plan: Path) -> Any:
    (choice,) = read_plan(plan)
    return open_classifier(choice, find(choice), threads=2)


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"labels": "{LABEL_0: negative}"}, "no meaning for LABEL_1, LABEL_2"),
        ({"labels": LABELS.replace("}", ", LABEL_3: neutral}")}, "no label LABEL_3"),
        ({"model": "acme/german"}, "lacks a revision"),
        ({"model": "acme/german", "revision": "main"}, "with the hash of a commit"),
        ({"model": "acme/german", "revision": "0" * 40}, "not on this machine"),
        ({"model": "no_such_package", "kind": "spacy"}, "neither a folder nor an installed"),
    ],
)
def test_a_model_that_is_not_what_the_plan_says_is_refused(
    tmp_path: Path, german: Path, changes: dict[str, str], what: str, monkeypatch: Any
) -> None:
    del german
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "cache"))
    if "revision" in changes:
        changes = {**changes, "revision": f"'{changes['revision']}'"}
    plan = sentiment(tmp_path, **changes)
    with pytest.raises(ConfigurationError, match=what) as caught:
        opened(plan)
    assert caught.value.where == f"{plan}:4"
    assert caught.value.mend


def test_files_that_are_no_model_are_refused(tmp_path: Path, german: Path) -> None:
    plan = sentiment(tmp_path)
    config = german / "config.json"
    told = json.loads(config.read_text())
    config.write_text(json.dumps({**told, "auto_map": {"AutoModel": "evil.py"}}))
    with pytest.raises(ConfigurationError, match="code of its own"):
        opened(plan)
    config.write_text(json.dumps({**told, "max_position_embeddings": 64}))
    with pytest.raises(ConfigurationError, match="max_tokens is 128, the model reads 64"):
        opened(plan)
    config.write_text(json.dumps({"id2label": {**told["id2label"], "3": "LABEL_3"}}))
    four = sentiment(tmp_path, labels=LABELS.replace("}", ", LABEL_3: neutral}"))
    with pytest.raises(ConfigurationError, match="not 4 numbers"):
        opened(four)
    plan = sentiment(tmp_path)
    config.write_text(json.dumps(told))
    (german / "model.onnx").write_bytes(b"no model")
    with pytest.raises(ConfigurationError, match=r"no usable model\.onnx"):
        opened(plan)
    config.unlink()
    with pytest.raises(ConfigurationError, match=r"no usable config\.json"):
        opened(plan)


def test_each_label_alone_and_several_as_one(tmp_path: Path) -> None:
    """Multi-label models take the sigmoid; labels with one meaning are added up."""
    save_onnx(
        tmp_path / "german", ["1", "2", "3"], {"aa": (0, 1, 2)},
        problem_type="multi_label_classification",
    )  # fmt: skip
    model = opened(sentiment(tmp_path, labels="{1: negative, 2: negative, 3: positive}"))
    (p,) = model.classify(["aa"])
    assert p == {"negative": 1.0, "positive": pytest.approx(0.880797)}
    (tmp_path / "b").mkdir()
    save_onnx(tmp_path / "b" / "german", ["1", "2", "3"], {"aa": (0, 1, 2)})
    model = opened(sentiment(tmp_path / "b", labels="{1: negative, 2: negative, 3: positive}"))
    (p,) = model.classify(["aa"])
    assert p == {"negative": pytest.approx(0.334759), "positive": pytest.approx(0.665241)}
    assert model.classify([]) == []


@pytest.mark.skipif(importlib.util.find_spec("torch") is not None, reason="torch is installed")
def test_without_torch_the_error_names_the_extra(tmp_path: Path, german: Path) -> None:
    del german
    with pytest.raises(ConfigurationError, match="needs torch") as caught:
        opened(sentiment(tmp_path, kind="transformers"))
    assert "[torch]" in caught.value.mend


@needs_torch
def test_a_transformers_model_says_what_torch_says(tmp_path: Path) -> None:
    """By path, safetensors alone; batches of any length; text and target."""
    torch = pytest.importorskip("torch")
    from transformers import BertConfig, BertForSequenceClassification

    from tests.nlp.models.made import save_tokenizer

    torch.manual_seed(1)
    words = save_tokenizer(tmp_path / "german", GERMAN)
    config = BertConfig(  # type: ignore[call-arg] # num_labels is taken by **kwargs
        vocab_size=len(words), hidden_size=16, num_hidden_layers=1, num_attention_heads=2,
        intermediate_size=16, max_position_embeddings=128, num_labels=3,
    )  # fmt: skip
    bert = BertForSequenceClassification(config).eval()
    bert.save_pretrained(tmp_path / "german")
    plan = sentiment(tmp_path, kind="transformers")
    texts = [GOOD, BAD, "", "gut", "schlecht kaputt gut it"] * 7
    model = opened(plan)
    for text, p in zip(texts, model.classify(texts), strict=True):
        ids = model._tokenizer(text, truncation=True, max_length=128)["input_ids"]
        logits = bert(torch.tensor([ids], dtype=torch.long)).logits[0] if ids else None
        if logits is not None:
            expected = logits.softmax(0).tolist()
            assert list(p.values()) == pytest.approx(expected, abs=1e-5)
    target = write(
        tmp_path,
        "  target:\n    - {kind: transformers, model: german, languages: [de],"
        f" labels: {LABELS}}}",
    )
    (choice,) = read_plan(target)
    pair = open_classifier(choice, find(choice))
    assert len(pair.classify([BAD, BAD], ["gut", "schlecht"])) == 2
    torch.save(bert.state_dict(), tmp_path / "german" / "pytorch_model.bin")
    (tmp_path / "german" / "model.safetensors").unlink()
    with pytest.raises(ConfigurationError, match="pickled weights"):
        opened(plan)


@needs_torch
def test_a_model_without_a_trained_head_is_refused(tmp_path: Path) -> None:
    pytest.importorskip("torch")
    from transformers import BertConfig, BertModel

    from tests.nlp.models.made import save_tokenizer

    words = save_tokenizer(tmp_path / "german", GERMAN)
    config = BertConfig(  # type: ignore[call-arg] # num_labels is taken by **kwargs
        vocab_size=len(words), hidden_size=16, num_hidden_layers=1, num_attention_heads=2,
        intermediate_size=16, max_position_embeddings=128, num_labels=3,
    )  # fmt: skip
    BertModel(config).save_pretrained(tmp_path / "german")
    with pytest.raises(ConfigurationError, match="weights are missing"):
        opened(sentiment(tmp_path, kind="transformers"))


def test_a_choice_is_placed(tmp_path: Path) -> None:
    (choice,) = read_plan(sentiment(tmp_path))
    assert isinstance(choice, Choice)
    assert str(choice.place).endswith("models.yaml:4")

"""How a rule's sign and the models' probability make a flag, and that both can be fitted."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from listening.contract import FLAGS, ConfigurationError
from nlp.opinion import _FORMS, _WITHOUT_DIGIT, Opinion, Piece, key, pieces
from nlp.pipeline import build, make_doc, tag
from nlp.suspicion import (
    Join,
    Sign,
    Suspect,
    Thresholds,
    join,
    sentences,
    speaking,
    thresholds,
    to_odds,
    weigh,
)
from nlp.tagger import Said
from nlp.train.flags import Ground, join_models
from nlp.train.flags import weigh as weigh_all
from nlp.train.opinion import fit

if TYPE_CHECKING:
    from spacy.language import Language

    from nlp.encoder import Encoder

TEXTS = Path(__file__).parent / "taggers/flags.jsonl"
KIND = "threat"
WEIGHTS = 0.5, 2.0
shipped = cache(Opinion.load)


def flags(strength: str | None, p: float | None) -> list[str]:
    signs = [] if strength is None else [Sign(2, 5, 0.5, "rule", "seen", strength)]  # type: ignore[arg-type]
    suspicion = None if p is None else {KIND: Suspect(p, 0, 9, *WEIGHTS)}
    return [flag.rule.partition(":")[0] for flag in join(KIND, signs, suspicion, "m")]


@pytest.mark.parametrize(
    ("strength", "p", "rules"),
    [
        ("sure", 0.0, ["rule"]),
        ("sure", None, ["rule"]),
        ("likely", None, ["rule"]),
        ("likely", 0.0, []),
        ("likely", 0.99, ["rule"]),
        ("hint", None, []),
        ("hint", 0.99, ["rule"]),
        (None, 0.99, ["head"]),
        (None, 0.0, []),
        (None, None, []),
    ],
)
def test_what_decides(strength: str | None, p: float | None, rules: list[str]) -> None:
    assert flags(strength, p) == rules


@given(st.floats(0, 1), st.floats(0, 1), st.sampled_from(["sure", "likely", "hint", None]))
def test_a_likelier_kind_is_never_flagged_less(one: float, other: float, strength: str) -> None:
    low, high = sorted((one, other))
    assert len(flags(strength, low)) <= len(flags(strength, high))


@pytest.mark.parametrize(
    ("kind", "text", "strength"),
    [
        ("doxxing", "Parcel for Ida Brook, 14 Harbour Street, please", None),
        ("doxxing", "Ida Brook lives at 14 Harbour Street, pay her a visit", "likely"),
        ("trademark", "Replica bags with the logo, 35 euros, for sale", None),
        ("trademark", "Mugs with the logo for sale", "hint"),
        ("trademark", "Fakes sold with your logo, not affiliated with you", "hint"),
        ("threat", "Weiß jemand, wie die Straße heißt?", None),
        ("legal_talk", "A causa della pioggia non usciamo", None),
    ],
)
def test_signs_hold_back_where_the_words_mean_less(
    kind: str, text: str, strength: str | None
) -> None:
    pipeline = build(only={kind})
    tagger: Any = pipeline.get_pipe(kind)
    (doc,) = pipeline.pipe([make_doc(pipeline, Said(text))])
    assert [sign.strength for sign in tagger.signs(doc)] == ([strength] if strength else [])


def test_a_sign_makes_a_kind_likelier_by_its_strength() -> None:
    suspect = Suspect(0.2, 0, 9, *WEIGHTS)
    assert 0.2 < suspect.beside("hint") < suspect.beside("likely") < 1
    assert suspect.beside("sure") == suspect.beside("likely")
    limits = thresholds()
    for weights in (limits.measured, limits.other, limits.deep, limits.deep_other):
        assert weights is not None
        assert weights.likely > 0


@pytest.mark.parametrize("screen", [0.0, 1.0])
def test_the_fit_and_the_pipeline_join_alike(screen: float) -> None:
    """What `nlp.train.flags` weighs for all texts at once, `Suspect.beside` says of one."""
    first, deep = Join(0.5, 2.0, 0.7, 1.9, -1.0), Join(0.2, 1.0, 0.6, 1.5, -0.5, 0.4)
    limits = Thresholds("m", first, first, dict.fromkeys(FLAGS, 0.5), screen, deep, deep)
    head = np.full((4, len(FLAGS)), 0.3, np.float32)
    scores = np.full((4, len(FLAGS)), -0.2, np.float32)
    branch = np.full((4, len(FLAGS)), 1.5, np.float32)
    signs = np.repeat(np.array([[0], [1], [2], [3]], np.int8), len(FLAGS), 1)
    every = np.ones(4, np.bool_)
    wanted, fold = head > 1, np.zeros(4, np.int64)
    ground = Ground(
        "m", [""] * 4, [[]] * 4, head, head, signs, wanted, every, fold, ~every, every, branch
    )
    asked = screen == 0
    weights = limits.choose(measured=True, asked=asked)
    assert weights == (deep if asked else first)
    p = float(weigh(weights, head[0], scores[0], branch[0] if asked else None)[0])
    suspect = Suspect(p, 0, 1, weights.hint, weights.likely)
    said = [p, suspect.beside("hint"), suspect.beside("likely"), suspect.beside("sure")]
    assert weigh_all(ground, scores, limits)[:, 0].tolist() == pytest.approx(said, rel=1e-4)


def test_the_head_counts_as_its_language_asks() -> None:
    even = dict.fromkeys(FLAGS, 0.5)
    limits = Thresholds("m", Join(1.0, 0.0, 0.0, 0.0, 0.0), Join(0.0, 2.0, 0.0, 0.0, -1.0), even)
    head, opinion = np.array([0.9], np.float32), np.array([0.5], np.float32)
    assert weigh(limits.choose(measured=True), head, opinion) == pytest.approx([0.9])
    assert weigh(limits.choose(measured=False), head, opinion) == pytest.approx([0.5])


def test_a_head_that_speaks_against_itself_is_not_asked() -> None:
    wanted = np.array([[True], [True], [False], [False]] * 9)
    opinion = np.where(wanted, 1.0, -1.0).astype(np.float32)
    opinion[::8] *= -0.5
    right = np.where(wanted, 0.7, 0.3).astype(np.float32)
    right[1::12] = 0.5
    none, one = np.zeros(wanted.shape), np.ones(wanted.shape)

    def columns(head: Any) -> Any:
        return np.stack([to_odds(head), opinion, none, none, one], -1)

    assert join_models(columns(right), wanted).head > 0
    told = join_models(columns(1 - right), wanted)
    assert told.head == 0
    assert told.opinion > 0


QUIET = "The weather was lovely and we had soup"
LOUD = "I will come to your shop with a bat and break your legs"


@pytest.mark.parametrize("has_branch", [True, False])
def test_the_branch_is_asked_about_suspects_alone(
    whole: Language, monkeypatch: pytest.MonkeyPatch, has_branch: bool
) -> None:
    encoder: Encoder = whole.get_pipe("suspicion")._encoder  # type: ignore[attr-defined]
    asked: list[int] = []
    ask = encoder.judge_flags

    def judge(readings: Any) -> Any:
        asked.append(len(readings))
        return ask(readings)

    monkeypatch.setattr(encoder, "judge_flags", judge)
    if not has_branch:  # as a model of somebody else's training may be
        monkeypatch.setattr(encoder, "manifest", replace(encoder.manifest, flag=None))
    docs = list(whole.pipe([make_doc(whole, Said(text)) for text in (QUIET, LOUD)]))
    quiet, loud = (doc._.suspicion["threat"] for doc in docs)
    assert quiet.p < 0.05
    assert loud.p > 0.3
    assert asked == ([1] if has_branch else [])
    limits = thresholds()
    assert loud.likely == limits.choose(measured=True, asked=has_branch).likely
    assert quiet.likely == limits.measured.likely


def test_the_branch_says_of_a_text_the_same_beside_others(whole: Language) -> None:
    encoder: Encoder = whole.get_pipe("suspicion")._encoder  # type: ignore[attr-defined]
    readings = encoder.encode([LOUD, QUIET, LOUD[::-1], QUIET.title()]).readings
    together = encoder.judge_flags(readings)
    assert together.shape == (4, len(FLAGS))
    for reading, logits in zip(readings, together, strict=True):
        assert encoder.judge_flags([reading])[0].tolist() == logits.tolist()
    assert together[0, FLAGS.index("threat")] > together[1, FLAGS.index("threat")]


def test_a_model_without_a_branch_says_so(whole: Language, monkeypatch: pytest.MonkeyPatch) -> None:
    encoder: Encoder = whole.get_pipe("suspicion")._encoder  # type: ignore[attr-defined]
    readings = encoder.encode([LOUD]).readings
    monkeypatch.setattr(encoder, "manifest", replace(encoder.manifest, flag=None))
    with pytest.raises(ConfigurationError, match="no branch for flags"):
        encoder.judge_flags(readings)


def test_a_text_in_another_language_is_joined_otherwise(
    whole: Language, monkeypatch: pytest.MonkeyPatch
) -> None:
    shipped_limits = thresholds()
    never = Thresholds(
        shipped_limits.model,
        shipped_limits.measured,
        Join(0.0, 0.0, 0.0, 0.0, -9.0),
        shipped_limits.limits,
    )
    monkeypatch.setattr("nlp.taggers.suspicion.thresholds", lambda: never)
    texts = ["I will come to your shop with a bat", "Ich komme mit einem Schläger in euren Laden"]
    docs = list(whole.pipe([make_doc(whole, Said(text)) for text in texts]))
    english, german = (doc._.suspicion["threat"].p for doc in docs)
    assert english > 0.1
    assert german < 0.001


def test_thresholds_without_a_kind_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "threshold.toml").write_text('model = "m"\n[limit]\nthreat = 2\n', "utf-8")
    monkeypatch.setattr("nlp.suspicion.RULES", tmp_path)
    with pytest.raises(ConfigurationError, match="no probability"):
        Thresholds.read()


def test_thresholds_without_a_join_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = "[limit]\n" + "\n".join(f"{kind} = 0.5" for kind in FLAGS)
    weights = [f"{name} = 1" for name in Join._fields]
    stated = "\n".join(['model = "m"', "[join]", *weights, table])
    (tmp_path / "threshold.toml").write_text(stated, "utf-8")
    monkeypatch.setattr("nlp.suspicion.RULES", tmp_path)
    with pytest.raises(ConfigurationError, match="join_other"):
        Thresholds.read()


@given(st.text(max_size=200))
def test_sentences_stand_in_their_text_in_order(text: str) -> None:
    spans = sentences(text)
    assert spans == sorted(spans)
    assert all(0 <= start <= end <= len(text) for start, end in spans)


def test_the_sentence_that_speaks_is_pointed_at() -> None:
    text = "Nice weather. I will sue you. Bye."
    start, end = speaking(text, [(0.1, (0, 4)), (2.0, (21, 24))])
    assert text[start:end] == "I will sue you."


def test_the_opinion_learns_and_is_kept(tmp_path: Path) -> None:
    words = [["sue", "you"], ["thank", "you"], ["sue", "them"], ["thank", "them"]] * 3
    texts = [[Piece(word) for word in text] for text in words]
    wanted = np.zeros((len(texts), len(FLAGS)), np.bool_)
    wanted[:, FLAGS.index("legal_talk")] = ["sue" in text for text in words]
    wanted[:, FLAGS.index("safety")] = ["them" in text for text in words]
    embeddings = np.zeros((len(texts), 4), np.float32)
    opinion = fit(texts, embeddings, wanted, "m", most=0.9)
    opinion.save(tmp_path / "o.safetensors")
    kept = Opinion.load(tmp_path / "o.safetensors")
    column = FLAGS.index("legal_talk")
    for model in (opinion, kept):
        assert model.score([Piece("sue"), Piece("us")], None)[column] > 0
        assert model.score([Piece("thank"), Piece("us")], None)[column] < 0
    assert kept.model == "m"


@given(
    st.lists(
        st.sampled_from(
            [
                "Sue",
                "us",
                "password:",
                "hunter2!",
                "12.03.1990",
                "$12",
                "@acme",
                "a@b.com",
                "Łódź",
                "fake",
                "Anna",
                "www.acme.example",
                "“a_stolen_picture”",
                "٣",
            ]
        ),
        max_size=12,
    )
)
def test_a_text_is_read_as_its_pieces_say(rules: Language, words: list[str]) -> None:
    opinion, doc = shipped(), rules(make_doc(rules, Said(" ".join(words))))
    rows = [opinion.rows.get(key(piece.name)) for piece in pieces(doc)]
    known = [(row, piece.span) for row, piece in zip(rows, pieces(doc), strict=True)]
    assert opinion.read(doc) == {row for row, _ in known if row is not None}
    stand = sorted((row, span) for row, span in known if row is not None and span)
    assert sorted(opinion.locate(doc)) == stand


@given(st.text(st.sampled_from("aZéß $€.,:;/-_#@\"“„'\n(pinPASSkeyusd"), max_size=60))
def test_signs_that_are_not_looked_for_without_a_digit_need_one(text: str) -> None:
    skipped = _FORMS.keys() - _WITHOUT_DIGIT.keys()
    assert not [name for name in skipped if _FORMS[name].search(text)]
    assert [name for name in skipped if _FORMS[name].search(text + " $5, my pin: 7")]


def test_a_broken_opinion_is_refused(tmp_path: Path) -> None:
    (tmp_path / "o.safetensors").write_bytes(b"nothing")
    with pytest.raises(ConfigurationError, match="cannot be read"):
        Opinion.load(tmp_path / "o.safetensors")


def test_telling_people_where_to_log_in_leaks_nothing(whole: Language) -> None:
    """The first of these was raised with .88 until 2026-11-22."""
    texts = [
        "you can log in at login.ternwick.example",
        "Just sign in on my.ternwick.example with your e-mail, then open Settings",
        "Die Anmeldung ist unter konto.ternwick.example, das Passwort kommt per Brief",
    ]
    raised = [tags["flags"] for tags in tag(whole, map(Said, texts))]
    assert raised == [[], [], []]


def test_flags_on_texts_written_after_the_rules(whole: Language) -> None:
    """A floor, no measure: 57 flags and 24 hard neighbours, which no model or threshold saw."""
    rows = [json.loads(line) for line in TEXTS.read_text(encoding="utf-8").splitlines()]
    hits = wanted = raised = 0
    for row, tags in zip(rows, tag(whole, [Said(row["text"]) for row in rows]), strict=True):
        found = {flag["kind"] for flag in tags["flags"]}
        hits += len(found & set(row["flags"]))
        wanted += len(row["flags"])
        raised += len(found)
    assert hits / wanted >= 0.8
    assert hits / raised >= 0.7

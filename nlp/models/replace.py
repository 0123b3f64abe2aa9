"""Puts configured models in the place of the shipped heads, language by language.

A mention goes to the model that names its language. Where the language is not sure, the model
for English stands in; where it is sure and no model names it, the shipped head, which abstains.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, Final, TypeAlias

from spacy.language import Language
from spacy.tokens import Doc
from spacy.util import filter_spans

from nlp.entity import canonical
from nlp.models.classifier import Classifier, open_classifier
from nlp.models.files import find
from nlp.models.package import Name, SpacyModel
from nlp.models.plan import MEANINGS, Choice
from nlp.notes import notes
from nlp.tagger import Setting, Tagger
from nlp.taggers.entities import Entity
from nlp.taggers.language import Spoken
from nlp.taggers.sentiment import Sentiment, abstain, conclude
from nlp.taggers.target import Key, Towards

Model: TypeAlias = Classifier | SpacyModel
Models: TypeAlias = Mapping[str, Model]
"""The model of each language."""

Answer: TypeAlias = Callable[[Any, Sequence[Doc], Sequence[Any]], list[Any]]
"""From a model, documents in its languages, and what is said of them so far, to what is said."""

_HOME: Final = "en"  # what the shipped heads were measured on
_MEASURED: Final = Spoken("")


def stand_in(pipeline: Language, setting: Setting, choices: Sequence[Choice]) -> None:
    """Open the chosen models and let each answer in the place of its tagger.

    Raises:
        ConfigurationError: a model cannot be used; names file, line and mend.
    """
    opened: dict[str, dict[str, Model]] = {}
    for choice in choices:
        if pipeline.has_pipe(choice.tagger):
            model = _open(choice, setting)
            held = opened.setdefault(choice.tagger, {})
            held.update(dict.fromkeys(choice.entry.languages, model))
    answers = _answers(setting)
    for name, models in opened.items():
        _put(pipeline.get_pipe(name), models, answers[name])
    if "sentiment" in opened and pipeline.has_pipe("target"):
        _lend(pipeline.get_pipe("target"), opened["sentiment"], opened.get("target", {}))


def _open(choice: Choice, setting: Setting) -> Model:
    found = find(choice)
    if choice.entry.kind == "spacy":
        return SpacyModel(choice, found)
    return open_classifier(choice, found, setting.encoder.threads)


def _answers(setting: Setting) -> Mapping[str, Answer]:
    names: dict[Key, str] = {}
    for brand in setting.brands.brands:
        names[brand.id, None] = brand.name
        names |= {(brand.id, product.id): product.name for product in brand.products}
    return {
        "sentiment": _sentiment,
        "target": partial(_towards, names),
        "emotion": _scores,
        "irony": _scores,
        "offensive": _scores,
        "intent": _scores,
        "entities": _entities,
    }


def _put(component: Any, models: Models, answer: Answer) -> None:
    assert isinstance(component, Tagger)  # noqa: S101  (narrows the factory's type)
    versions = sorted({model.version for model in models.values()})
    component.model = "+".join(filter(None, [component.model, *versions]))

    def instead(docs: Sequence[Doc], values: Sequence[Any]) -> list[Any]:
        said = list(values)
        for model, places in _share_out(docs, models):
            new = answer(model, [docs[n] for n in places], [said[n] for n in places])
            for place, value in zip(places, new, strict=True):
                said[place] = value
        return said

    component.replace = instead


def _share_out(docs: Sequence[Doc], models: Models) -> list[tuple[Model, list[int]]]:
    """Return the models that have something to say, and the places of their documents."""
    shares: dict[int, tuple[Model, list[int]]] = {}
    for place, doc in enumerate(docs):
        model = _choose(doc, models)
        if model is not None:
            shares.setdefault(id(model), (model, []))[1].append(place)
    return list(shares.values())


def _choose(doc: Doc, models: Models) -> Model | None:
    spoken: Spoken | None = notes(doc).language
    if spoken is None:
        return models.get(_HOME)
    return models.get(spoken.code) or (None if spoken.sure else models.get(_HOME))


def _texts(docs: Iterable[Doc]) -> list[str]:
    return [notes(doc).whole for doc in docs]


def _scores(model: Model, docs: Sequence[Doc], values: Sequence[Any]) -> list[Any]:
    """Put what the model knows over what was said; of intents that may be one."""
    scores = model.classify(_texts(docs))
    return [{**value, **p} for value, p in zip(values, scores, strict=True)]


def _sentiment(model: Model, docs: Sequence[Doc], values: Sequence[Any]) -> list[Any]:
    del values
    scores = model.classify(_texts(docs))
    return [_judge(doc, p) for doc, p in zip(docs, scores, strict=True)]


def _judge(doc: Doc, p: Mapping[str, float]) -> Sentiment:
    """Return a sentiment by the rules of `nlp.taggers.sentiment`, the language being measured."""
    judged = conclude(doc, {name: p.get(name, 0.0) for name in MEANINGS["sentiment"]})
    return replace(judged, abstained=abstain(judged.p, notes(doc).marks, _MEASURED))


def _towards(
    names: Mapping[Key, str], model: Classifier, docs: Sequence[Doc], values: Sequence[Towards]
) -> list[Any]:
    asked = [_targets(names, doc, value) for doc, value in zip(docs, values, strict=True)]
    pairs = [(doc, name) for doc, each in zip(docs, asked, strict=True) for name in each.values()]
    scores = model.classify([notes(doc).whole for doc, _ in pairs], [name for _, name in pairs])
    judged = iter([_judge(doc, p) for (doc, _), p in zip(pairs, scores, strict=True)])
    return [
        _redirect(value, {key: next(judged) for key in keys})
        for value, keys in zip(values, asked, strict=True)
    ]


def _targets(names: Mapping[Key, str], doc: Doc, value: Towards) -> dict[Key | None, str]:
    """Return what to ask about: the words of the text, else the name in the brand file."""
    asked: dict[Key | None, str] = {key: names[key] for key in value.matches}
    for name in reversed(notes(doc).brands.names):
        if (name.brand_id, name.product_id) in asked:
            asked[name.brand_id, name.product_id] = notes(doc).whole[name.start : name.end]
    if value.asked:
        asked[None] = notes(doc).said.target
    return asked


def _redirect(value: Towards, judged: dict[Key | None, Sentiment]) -> Towards:
    matches = {key: held for key, held in judged.items() if key is not None}
    return replace(value, matches=matches, asked=judged.get(None))


def _lend(component: Any, sentiments: Models, targets: Models) -> None:
    """Let the sentiment of the whole stand for its targets, in languages only it was measured on.

    The shipped target branch abstains there.
    """
    lent = set(sentiments) - set(targets) - {_HOME}
    before = component.replace

    def instead(docs: Sequence[Doc], values: Sequence[Any]) -> list[Any]:
        said = list(before(docs, values) if before else values)
        for place, doc in enumerate(docs):
            if notes(doc).language.code in lent:
                whole = notes(doc).sentiment
                keys: list[Key | None] = [*said[place].matches, None]
                judged = dict.fromkeys(keys if said[place].asked else keys[:-1], whole)
                said[place] = _redirect(said[place], judged)
        return said

    component.replace = instead


def _entities(model: SpacyModel, docs: Sequence[Doc], values: Sequence[Any]) -> list[Any]:
    found = model.find(_texts(docs))
    return [_join(doc, value, names) for doc, value, names in zip(docs, values, found, strict=True)]


def _join(doc: Doc, value: Sequence[Entity], names: Sequence[Name]) -> tuple[Entity, ...]:
    """Keep what the brand file and the marks name, and add the model's names beside them."""
    given = {(each.start, each.end) for each in (*notes(doc).brands.names, *notes(doc).marks.found)}
    kept = [
        each
        for each in value
        if each.type not in MEANINGS["entities"] or (each.start, each.end) in given
    ]
    for name in names:
        if all(name.end <= each.start or each.end <= name.start for each in kept):
            text = notes(doc).whole[name.start : name.end]
            kept.append(Entity(name.start, name.end, text, name.label, canonical(text)))
    found = tuple(sorted(kept, key=lambda each: (each.start, each.end)))
    spans = [doc.char_span(each.start, each.end, label=each.type) for each in found]
    doc.ents = tuple(filter_spans([span for span in spans if span is not None]))
    return found

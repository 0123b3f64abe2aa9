"""Names in a text: of the brand file, with their canonical form; handles, hashtags, links."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, ClassVar

from spacy.tokens import Doc
from spacy.util import filter_spans

from nlp.tagger import Setting, Tagger, tagger
from nlp.words import fold


@dataclass(frozen=True, slots=True)
class Entity:
    """A name. Offsets are in the whole; `type` is brand, product, handle, hashtag or url."""

    start: int
    end: int
    text: str
    type: str
    canonical: str | None


@tagger("entities", version="1", needs=("marks", "brands"))
class EntitiesTagger(Tagger[tuple[Entity, ...]]):
    """Puts what `brands` and `marks` found into `doc.ents`."""

    failed: ClassVar[Mapping[str, Any]] = {"entities": None}

    def prepare(self, setting: Setting) -> None:
        """Read the canonical names of the brand file."""
        self._canonical: dict[tuple[str, str | None], str] = {}
        for brand in setting.brands.brands:
            self._canonical[brand.id, None] = brand.name
            for product in brand.products:
                self._canonical[brand.id, product.id] = product.name

    def tag(self, docs: Sequence[Doc]) -> list[tuple[Entity, ...]]:
        """Return the entities of every document, by place, none overlapping another."""
        return [self._find(doc) for doc in docs]

    def columns(self, doc: Doc, value: tuple[Entity, ...]) -> dict[str, Any]:
        """Return the entities of the text; those of the title have no offsets in it."""
        rows = []
        for entity in value:
            start, end = doc._.said.span(entity.start, entity.end)
            if start is not None:
                rows.append(asdict(replace(entity, start=start, end=end)))
        return {"entities": rows}

    def _find(self, doc: Doc) -> tuple[Entity, ...]:
        named = dict(self._named(doc))
        for mark in doc._.marks.of("handle", "hashtag", "url"):
            canonical = fold(mark.text) if mark.kind != "url" else None
            span = (mark.start, mark.end)
            held = named.get(span)
            if held is None:
                named[span] = Entity(*span, mark.text, mark.kind, canonical)
            else:  # the brand's own handle: the kind of the mark, the name of the brand
                named[span] = replace(held, type=mark.kind)
        found = tuple(named[span] for span in sorted(named))
        spans = [
            doc.char_span(each.start, each.end, label=each.type, kb_id=each.canonical or "")
            for each in found
        ]
        doc.ents = tuple(filter_spans([span for span in spans if span is not None]))
        return found

    def _named(self, doc: Doc) -> Iterator[tuple[tuple[int, int], Entity]]:
        for name in doc._.brands.names:
            kind = "brand" if name.product_id is None else "product"
            canonical = self._canonical[name.brand_id, name.product_id]
            text = doc._.whole[name.start : name.end]
            yield (name.start, name.end), Entity(name.start, name.end, text, kind, canonical)

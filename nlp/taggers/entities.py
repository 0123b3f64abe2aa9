"""Names in a text: of the brand file first, then those the model reads, with a canonical form."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from spacy.tokens import Doc
from spacy.util import filter_spans

from nlp.entity import canonical, decode
from nlp.notes import notes
from nlp.tagger import Setting, Tagger, tagger
from nlp.words import fold


@dataclass(frozen=True, slots=True)
class Entity:
    """A name. Offsets are in the whole.

    `type` is brand, product or person (of the brand file, or as the model reads it), location,
    group, creative-work, corporation, handle, hashtag or url.
    """

    start: int
    end: int
    text: str
    type: str
    canonical: str | None


@tagger("entities", version="2", needs=("marks", "brands"), uses=("encoder",))
class EntitiesTagger(Tagger[tuple[Entity, ...]]):
    """Puts what `brands` and `marks` found, and what the model reads, into `doc.ents`."""

    failed: ClassVar[Mapping[str, Any]] = {"entities": None}

    def prepare(self, setting: Setting) -> None:
        """Read the canonical names of the brand file, and what the model's tags mean."""
        self._labels: tuple[str, ...] = ()
        if "encoder" in setting.pipeline.pipe_names:
            self._labels = setting.encoder.manifest.tags.labels
        self._canonical: dict[tuple[str, str | None, str | None], str] = {}
        for brand in setting.brands.brands:
            self._canonical[brand.id, None, None] = brand.name
            for product in brand.products:
                self._canonical[brand.id, product.id, None] = product.name
            for person in brand.people:
                self._canonical[brand.id, None, person.id] = person.name

    def tag(self, docs: Sequence[Doc]) -> list[tuple[Entity, ...]]:
        """Return the entities of every document, by place.

        None overlaps another, but for a hashtag that the model reads as a name: it is both.
        """
        return [self._find(doc) for doc in docs]

    def columns(self, doc: Doc, value: tuple[Entity, ...]) -> dict[str, Any]:
        """Return the entities of the text; those of the title have no offsets in it."""
        rows = []
        for entity in value:
            start, end = notes(doc).said.span(entity.start, entity.end)
            if start is not None:
                row = {"start": start, "end": end, "text": entity.text}
                rows.append({**row, "type": entity.type, "canonical": entity.canonical})
        return {"entities": rows}

    def _find(self, doc: Doc) -> tuple[Entity, ...]:
        named = dict(self._named(doc))
        for mark in notes(doc).marks.of("handle", "hashtag", "url"):
            form = fold(mark.text) if mark.kind != "url" else None
            span = (mark.start, mark.end)
            held = named.get(span)
            if held is None:
                named[span] = Entity(*span, mark.text, mark.kind, form)
            else:  # the brand's own handle: the kind of the mark, the name of the brand
                named[span] = replace(held, type=mark.kind)
        for entity in self._read(doc, [*named.values()]):
            named[entity.start, entity.end] = entity
        found = tuple(named[span] for span in sorted(named))
        spans = [
            doc.char_span(each.start, each.end, label=each.type, kb_id=each.canonical or "")
            for each in found
        ]
        doc.ents = tuple(filter_spans([span for span in spans if span is not None]))
        return found

    def _named(self, doc: Doc) -> Iterator[tuple[tuple[int, int], Entity]]:
        for name in (*notes(doc).brands.names, *notes(doc).brands.people):
            kind = "person" if name.person_id else "product" if name.product_id else "brand"
            form = self._canonical[name.brand_id, name.product_id, name.person_id]
            text = notes(doc).whole[name.start : name.end]
            yield (name.start, name.end), Entity(name.start, name.end, text, kind, form)

    def _read(self, doc: Doc, held: Sequence[Entity]) -> Iterator[Entity]:
        """Yield the names that the model reads where nothing else is known to stand."""
        if not self._labels or not notes(doc).encoder:
            return
        taken = bytearray(len(notes(doc).whole) + 1)
        for mark in notes(doc).marks.of("email"):
            taken[mark.start : mark.end] = b"\1" * (mark.end - mark.start)
        for each in held:
            taken[each.start : each.end] = b"\1" * (each.end - each.start)
        tags = {each.start: each for each in held if _is_unknown_tag(each)}
        for name in decode(notes(doc).whole, notes(doc).encoder.reading, self._labels):
            text = notes(doc).whole[name.start : name.end]
            tag = tags.get(name.start - 1)
            if tag is not None and tag.end == name.end:
                yield Entity(name.start, name.end, text, name.type, canonical(tag.text))
            elif not any(taken[name.start : name.end]):
                yield Entity(name.start, name.end, text, name.type, canonical(text))


def _is_unknown_tag(entity: Entity) -> bool:
    return entity.type == "hashtag" and entity.canonical == fold(entity.text)

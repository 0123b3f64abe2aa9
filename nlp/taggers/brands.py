"""Which brand and product a mention is about, where it says so, and how the two relate.

One row per brand and product. What a name is: docs/taggers.md.
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Final

from spacy.matcher import PhraseMatcher
from spacy.tokens import Doc

from listening.contract import RELATIONS, Brand, BrandFile
from nlp.homonym import Homonyms, Name
from nlp.presence import Presence
from nlp.tagger import Setting, Tagger, tagger
from nlp.taggers.marks import Mark
from nlp.words import squeeze


@dataclass(frozen=True, slots=True)
class Match:
    """A brand or product that a mention is about. Offsets are in the whole; None: no words."""

    brand_id: str
    product_id: str | None
    relation: str
    start: int | None = None
    end: int | None = None
    matched: str | None = None


@dataclass(frozen=True, slots=True)
class Named:
    """What of the brand file a mention is about, and every place that names it."""

    matches: tuple[Match, ...]
    names: tuple[Name, ...]

    @property
    def ids(self) -> frozenset[str]:
        """Return the ids of the brands."""
        return frozenset(match.brand_id for match in self.matches)

    def is_owned(self) -> bool:
        """Tell whether a brand of the file says this itself, or on a channel of its own."""
        return any(match.relation == "owned" for match in self.matches)


@tagger("brands", version="1", needs=("marks",))
class BrandsTagger(Tagger[Named]):
    """Finds names, aliases, handles, hashtags and domains of the brand file."""

    failed: ClassVar[Mapping[str, Any]] = {"brands": None}

    def prepare(self, setting: Setting) -> None:
        """Compile the names of the brand file."""
        self._brands = {brand.id: brand for brand in setting.brands.brands}
        self._presence = {brand.id: Presence(brand) for brand in setting.brands.brands}
        self._homonyms = {
            brand.id: Homonyms(brand, setting.pipeline) for brand in setting.brands.brands
        }
        self._hashtags = _hashtags(setting.brands)
        self._matcher = PhraseMatcher(setting.pipeline.vocab, attr="NORM")
        for brand_id, product_id, names in named(setting.brands):
            patterns = [setting.pipeline.tokenizer(each) for each in _spellings(names)]
            self._matcher.add(f"{brand_id}\t{product_id}", patterns)

    def tag(self, docs: Sequence[Doc]) -> list[Named]:
        """Return the brands of every document."""
        return [self._match(doc) for doc in docs]

    def columns(self, doc: Doc, value: Named) -> dict[str, Any]:
        """Return one row per brand and product, offsets in the text."""
        return {"brands": [_row(doc, match) for match in value.matches]}

    def _match(self, doc: Doc) -> Named:
        held: dict[str, list[Name]] = defaultdict(list)
        for name in _longest([*self._in_marks(doc), *self._in_words(doc)]):
            held[name.brand_id].append(name)
        matches: list[Match] = []
        names: list[Name] = []
        for brand_id, brand in self._brands.items():
            sure = self._presence[brand_id].claims(doc._.said)
            kept = self._homonyms[brand_id].keep(doc, held[brand_id], sure=sure)
            if kept or sure:
                matches += self._relate(doc, brand, kept, sure=sure)
                names += kept
        return Named(tuple(matches), tuple(sorted(names, key=lambda each: each.start)))

    def _in_marks(self, doc: Doc) -> Iterator[Name]:
        for mark in doc._.marks.found:
            if mark.kind == "hashtag":
                found = self._hashtags.get(squeeze(mark.text))
                for brand_id, product_id, plain in found or ():
                    yield Name(brand_id, product_id, mark.start, mark.end, sign=True, plain=plain)
            else:
                yield from self._in_address(doc, mark)

    def _in_address(self, doc: Doc, mark: Mark) -> Iterator[Name]:
        for brand_id, presence in self._presence.items():
            if mark.kind == "handle" and presence.has_handle(mark.text, doc._.said):
                yield Name(brand_id, None, mark.start, mark.end, sign=True)
            elif mark.kind == "url" and presence.has_link(mark.text):
                yield Name(brand_id, None, mark.start, mark.end)

    def _in_words(self, doc: Doc) -> Iterator[Name]:
        marked = bytearray(len(doc._.whole))
        for mark in doc._.marks.found:
            marked[mark.start : mark.end] = b"\1" * (mark.end - mark.start)
        for key, first, last in self._matcher(doc):
            span = doc[first:last]
            if any(marked[span.start_char : span.end_char]):
                continue  # a name within a link or handle is somebody else's
            brand_id, product_id = doc.vocab.strings[key].split("\t")
            yield Name(
                brand_id,
                None if product_id == "None" else product_id,
                span.start_char,
                span.end_char,
                plain=product_id == "None" or len(span.text) <= _TINY,
            )

    def _relate(self, doc: Doc, brand: Brand, names: list[Name], *, sure: bool) -> list[Match]:
        presence = self._presence[brand.id]
        relation = presence.relation(doc._.said, tagged=any(name.sign for name in names))
        first: dict[str | None, Name | None] = {None: None} if sure else {}
        for name in sorted(names, key=lambda each: (each.start, -each.end)):
            # A span in the text beats one in the title, which has no offsets to give.
            held = first.get(name.product_id)
            if held is None or (_in_title(doc, held) and not _in_title(doc, name)):
                first[name.product_id] = name
        return [
            Match(brand.id, product_id, relation)
            if name is None
            else Match(
                brand.id,
                product_id,
                relation,
                name.start,
                name.end,
                doc._.whole[name.start : name.end],
            )
            for product_id, name in first.items()
        ]


_GAPS: Final = 3  # of a longer name only the first gaps are tried with a line break
_TINY: Final = 3  # letters of a product alias that stands for many other things too


def named(brands: BrandFile) -> Iterator[tuple[str, str | None, tuple[str, ...]]]:
    """Yield every brand and product with its names."""
    for brand in brands.brands:
        yield brand.id, None, (brand.name, *brand.aliases)
        for product in brand.products:
            yield brand.id, product.id, (product.name, *product.aliases)


def _spellings(names: Iterable[str]) -> Iterator[str]:
    """Yield each name as it stands, and with more than one space between its words."""
    for name in filter(None, (name.strip() for name in names)):
        first, *rest = name.split()
        for gaps in itertools.product((" ", "  "), repeat=min(len(rest), _GAPS)):
            yield first + "".join(
                gap + word for gap, word in itertools.zip_longest(gaps, rest, fillvalue=" ")
            )


def _hashtags(brands: BrandFile) -> Mapping[str, list[tuple[str, str | None, bool]]]:
    found: dict[str, list[tuple[str, str | None, bool]]] = defaultdict(list)
    for brand_id, product_id, names in named(brands):
        for name in names:
            found[squeeze(name)].append((brand_id, product_id, product_id is None))
    for brand in brands.brands:
        for handles in brand.handles.values():
            for tag in (handle for handle in handles if handle.startswith("#")):
                found[squeeze(tag)].append((brand.id, None, False))
    found.pop("", None)
    return {tag: sorted(set(owners), key=str) for tag, owners in found.items()}


def _longest(names: list[Name]) -> list[Name]:
    """Drop names that overlap a longer one: "Acme" in "Acme K2" is the product."""
    kept: list[Name] = []
    spans: set[tuple[int, int]] = set()
    taken = bytearray(max((name.end for name in names), default=0))
    for name in sorted(names, key=lambda each: (each.start - each.end, each.start)):
        span = (name.start, name.end)
        if span in spans or not any(taken[name.start : name.end]):
            kept.append(name)
            spans.add(span)
            taken[name.start : name.end] = b"\1" * (name.end - name.start)
    return kept


def _in_title(doc: Doc, name: Name) -> bool:
    return name.start < len(doc._.said.head)


def _row(doc: Doc, match: Match) -> dict[str, Any]:
    assert match.relation in RELATIONS  # noqa: S101
    start: int | None = None
    end: int | None = None
    if match.start is not None and match.end is not None:
        start, end = doc._.said.span(match.start, match.end)
    return {
        "brand_id": match.brand_id,
        "product_id": match.product_id,
        "relation": match.relation,
        "start": start,
        "end": end,
        "matched": match.matched,
    }

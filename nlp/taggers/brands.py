"""Which brand and product a mention is about, where it says so, and how the two relate.

One row per brand and product. What a name is: docs/taggers.md.
"""

from __future__ import annotations

import itertools
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, ClassVar, Final

from spacy.matcher import PhraseMatcher
from spacy.tokens import Doc

from listening.contract import RELATIONS, Brand
from nlp.homonym import Homonyms
from nlp.misspelt import P_EDIT, SHORTEST, Variants, Word
from nlp.names import Bearer, Form, Match, Name, Named, read_forms, read_hashtags, spell
from nlp.notes import notes
from nlp.presence import Presence
from nlp.tagger import Setting, Tagger, tagger
from nlp.taggers.language import share_of_english
from nlp.taggers.marks import Mark
from nlp.taggers.target import report_match
from nlp.talk import Passage, Seen, Talk
from nlp.vocabulary import read_vocabulary
from nlp.words import fold, read_words, squeeze

_FOREIGN: Final = 0.1  # share of English; short English texts get .2 and more
_SPLIT_P: Final = 0.9  # of a name within a longer hashtag
_HUMP: Final = re.compile(r"(?<=[^\W_A-Z])(?=[A-Z])|(?<=[^\W\d_])(?=\d)|_+")


@tagger("brands", version="4", needs=("marks",), uses=("encoder",))
class BrandsTagger(Tagger[Named]):
    """Finds names, aliases, handles, hashtags and domains of the brand file."""

    failed: ClassVar[Mapping[str, Any]] = {"brands": None}

    def prepare(self, setting: Setting) -> None:
        """Compile the names of the brand file; read examples of homonyms by the encoder."""
        self._read_presence(setting)
        self.homonyms = self._read_homonyms(setting)
        vocabulary = read_vocabulary(setting.model)
        self._forms = list(read_forms(setting.brands, vocabulary))
        self._hashtags = read_hashtags(setting.brands, self._forms)
        self._long_tags = [
            tag for tag in self._hashtags if len(tag) >= SHORTEST and tag not in vocabulary
        ]
        self._variants = Variants(self._forms, vocabulary)
        self._matcher = PhraseMatcher(setting.pipeline.vocab, attr="NORM")
        for place, form in enumerate(self._forms):
            patterns = [setting.pipeline.tokenizer(each) for each in spell(form.text)]
            self._matcher.add(str(place), patterns)

    def _read_homonyms(self, setting: Setting) -> Mapping[str, Homonyms]:
        self.talk: Talk | None = None
        brands = setting.brands.brands
        if "encoder" in setting.pipeline.pipe_names:
            self.model = setting.encoder.version
            if any(brand.context.near or brand.context.not_near for brand in brands):
                self.talk = Talk(setting.encoder)
        return {brand.id: Homonyms(brand, setting.pipeline, self.talk) for brand in brands}

    def _read_presence(self, setting: Setting) -> None:
        self._brands = {brand.id: brand for brand in setting.brands.brands}
        self._presence = {brand.id: Presence(brand) for brand in setting.brands.brands}
        self._people = {
            Bearer(brand.id, person_id=one.id): Presence(
                replace(brand, handles=one.handles, domains=())
            )
            for brand in setting.brands.brands
            for one in brand.people
            if one.handles
        }

    def tag(self, docs: Sequence[Doc]) -> list[Named]:
        """Return the brands of every document."""
        found = [self.find(doc) for doc in docs]
        open_to = [self._list_open(doc, held) for doc, (held, _) in zip(docs, found, strict=True)]
        read = self._read_passages(docs, open_to)
        foreign = self._list_foreign(docs, open_to)
        return [
            self._match(doc, held, people, foreign=place in foreign, read=read)
            for place, (doc, (held, people)) in enumerate(zip(docs, found, strict=True))
        ]

    def columns(self, doc: Doc, value: Named) -> dict[str, Any]:
        """Return one row per brand and product, offsets in the text."""
        return {"brands": [_row(doc, match) for match in value.matches]}

    def _list_open(
        self, doc: Doc, held: Mapping[str, Sequence[Name]]
    ) -> Mapping[str, Sequence[Name]]:
        """Return the names that may mean something else, by their brands."""
        return {
            brand_id: names
            for brand_id, names in held.items()
            if self.homonyms[brand_id].is_open(
                names, sure=self._presence[brand_id].claims(notes(doc).said)
            )
        }

    def _read_passages(
        self, docs: Sequence[Doc], open_to: Sequence[Mapping[str, Sequence[Name]]]
    ) -> Mapping[Passage, Seen]:
        """Return what is seen of what must be read once more to tell homonyms apart.

        Read for all documents together: passages of one length then share a pass.
        """
        if self.talk is None:
            return {}
        passages: dict[Passage, None] = {}
        for doc, names_of in zip(docs, open_to, strict=True):
            for brand_id, names in names_of.items():
                passages |= dict.fromkeys(self.homonyms[brand_id].passages(doc, names))
        return dict(zip(passages, self.talk.read(list(passages)), strict=True))

    def _list_foreign(
        self, docs: Sequence[Doc], open_to: Sequence[Mapping[str, Sequence[Name]]]
    ) -> frozenset[int]:
        """Return which documents with homonyms are hardly English."""
        if self.talk is None:
            return frozenset()
        asked = [place for place, names_of in enumerate(open_to) if names_of]
        shares = share_of_english([notes(docs[place]).marks.prose for place in asked])
        return frozenset(place for place, p in zip(asked, shares, strict=True) if p < _FOREIGN)

    def _match(
        self,
        doc: Doc,
        held: Mapping[str, list[Name]],
        people: list[Name],
        *,
        foreign: bool,
        read: Mapping[Passage, Seen],
    ) -> Named:
        matches: list[Match] = []
        names: list[Name] = []
        said = notes(doc).said
        for brand_id, brand in self._brands.items():
            sure = self._presence[brand_id].claims(said)
            company = len(held) > 1 or any(one.brand_id == brand_id for one in people)
            own = held.get(brand_id, ())
            kept = self.homonyms[brand_id].keep(
                doc, own, sure=sure, company=company, foreign=foreign, read=read
            )
            if kept or sure:
                matches += self._relate(doc, brand, kept, sure=sure)
                names += kept
        return Named(tuple(matches), _in_order(names), _in_order(people))

    def find(self, doc: Doc) -> tuple[Mapping[str, list[Name]], list[Name]]:
        """Return the places that may name each brand, homonyms too, and those of people."""
        held: dict[str, list[Name]] = defaultdict(list)
        people: list[Name] = []
        exact = [*self._in_marks(doc), *self._in_words(doc)]
        for name in _longest([*exact, *self._in_variants(doc)]):
            (people if name.person_id else held[name.brand_id]).append(name)
        return held, people

    def _in_marks(self, doc: Doc) -> Iterator[Name]:
        for mark in notes(doc).marks.found:
            span = (mark.start, mark.end)
            if mark.kind == "hashtag":
                forms = self._hashtags.get(squeeze(mark.text))
                if forms is None:
                    yield from self._in_hashtag(mark)
                for form in forms or ():
                    yield Name.of(form, span, sign=True)
            else:
                for bearer in self._in_address(doc, mark):
                    yield Name.of(Form(bearer, mark.text), span, sign=mark.kind == "handle")

    def _in_hashtag(self, mark: Mark) -> Iterator[Name]:
        """Yield names within a longer hashtag, or misspelt in one."""
        tag, span = squeeze(mark.text), (mark.start, mark.end)
        found = {each for each in self._long_tags if tag.startswith(each) or tag.endswith(each)}
        found |= self._hashtags.keys() & set(_join_humps(mark.text))
        for each in found:
            for form in self._hashtags[each]:
                yield Name.of(form, span, sign=True, p=_SPLIT_P, reason="within a hashtag")
        for form, edits in () if found else self._variants.find_word(tag):
            p, reason = 1 - P_EDIT * edits, f"{form.text} misspelt in a hashtag"
            yield Name.of(form, span, sign=True, p=p, reason=reason)

    def _in_address(self, doc: Doc, mark: Mark) -> Iterator[Bearer]:
        for brand_id, presence in self._presence.items():
            if (mark.kind == "handle" and presence.has_handle(mark.text, notes(doc).said)) or (
                mark.kind == "url" and presence.has_link(mark.text)
            ):
                yield Bearer(brand_id)
        for bearer, presence in self._people.items():
            if mark.kind == "handle" and presence.has_handle(mark.text, notes(doc).said):
                yield bearer

    def _in_words(self, doc: Doc) -> Iterator[Name]:
        found = self._matcher(doc)
        marked = _mark_places(doc) if found else b""
        for key, first, last in found:
            span = doc[first:last]
            if any(marked[span.start_char : span.end_char]):
                continue  # a name within a link or handle is somebody else's
            form = self._forms[int(doc.vocab.strings[key])]
            yield Name.of(form, (span.start_char, span.end_char))

    def _in_variants(self, doc: Doc) -> Iterator[Name]:
        words = read_words(doc)
        if not any(self._variants.may_begin(word) for word, _ in words):
            return
        marked = _mark_places(doc)
        plain = [
            Word(fold(word), word, start, start + len(word))
            for word, start in words
            if not marked[start]
        ]
        for found in self._variants.find(plain, notes(doc).whole):
            span = (found.start, found.end)
            yield Name.of(found.form, span, p=found.p, reason=found.reason)

    def _relate(self, doc: Doc, brand: Brand, names: list[Name], *, sure: bool) -> list[Match]:
        presence = self._presence[brand.id]
        relation = presence.relation(notes(doc).said, tagged=any(name.sign for name in names))
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
                notes(doc).whole[name.start : name.end],
            )
            for product_id, name in first.items()
        ]


def _mark_places(doc: Doc) -> bytearray:
    """Return a byte for each character: 1 within a link, address, handle or hashtag."""
    marked = bytearray(len(notes(doc).whole))
    for mark in notes(doc).marks.found:
        marked[mark.start : mark.end] = b"\1" * (mark.end - mark.start)
    return marked


def _join_humps(tag: str) -> Iterator[str]:
    """Yield the words of a hashtag, and neighbours written together."""
    parts = [fold(part) for part in _HUMP.split(tag.lstrip("#\uff03")) if part]
    for first, last in itertools.combinations(range(len(parts) + 1), 2):
        if last - first < len(parts):
            yield squeeze("".join(parts[first:last]))


def _in_order(names: list[Name]) -> tuple[Name, ...]:
    return tuple(sorted(names, key=lambda each: each.start))


def _longest(names: list[Name]) -> list[Name]:
    """Drop names that overlap a longer one: "Acme" in "Acme K2" is the product.

    Of one place each bearer is kept once; one written rightly goes before one misspelt.
    """
    kept: dict[tuple[object, ...], Name] = {}
    best: dict[tuple[int, int], float] = {}
    taken = bytearray(max((name.end for name in names), default=0))
    ranked = sorted(
        names, key=lambda each: (each.start - each.end, each.start, -each.p, each.plain)
    )
    for name in ranked:
        span = (name.start, name.end)
        if best.get(span) == name.p or not any(taken[name.start : name.end]):
            kept.setdefault((*span, name.brand_id, name.product_id, name.person_id), name)
            best[span] = name.p
            taken[name.start : name.end] = b"\1" * (name.end - name.start)
    return list(kept.values())


def _in_title(doc: Doc, name: Name) -> bool:
    return name.start < len(notes(doc).said.head)


def _row(doc: Doc, match: Match) -> dict[str, Any]:
    assert match.relation in RELATIONS  # noqa: S101
    start: int | None = None
    end: int | None = None
    if match.start is not None and match.end is not None:
        start, end = notes(doc).said.span(match.start, match.end)
    return {
        "brand_id": match.brand_id,
        "product_id": match.product_id,
        "relation": match.relation,
        "start": start,
        "end": end,
        "matched": match.matched,
        **report_match(doc, (match.brand_id, match.product_id)),
    }

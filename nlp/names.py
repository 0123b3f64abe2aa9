"""The names of the brand file: whose each is, how people write it, and what may mean another."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from listening.contract import Brand, BrandFile, Product
from nlp.presence import split_handle
from nlp.vocabulary import Vocabulary
from nlp.words import fold, squeeze

_LATIN: Final = (
    str.maketrans({"ø": "o", "Ø": "O", "æ": "ae", "Æ": "Ae", "å": "a", "Å": "A", "ł": "l", "Ł": "L",
                   "đ": "d", "Đ": "D", "œ": "oe", "Œ": "Oe"}),
    str.maketrans({"ø": "oe", "Ø": "Oe", "ö": "oe", "Ö": "Oe", "ä": "ae", "Ä": "Ae", "ü": "ue",
                   "Ü": "Ue", "å": "aa", "Å": "Aa", "æ": "ae", "Æ": "Ae"}),
)  # fmt: skip
"""How people write what their keyboard lacks; accents are set aside by `nlp.words.fold`."""
_AND: Final = ("and", "und", "et", "y", "e", "en", "n", "+")

GAPS: Final = 3
"""Of a longer name only the first gaps are tried with more than a space."""
TINY: Final = 3
"""Letters of a product's name that stands for many other things too."""
_TELLING: Final = 6  # letters of a product's own word that need no brand beside it
_PLURAL: Final = 4  # letters a name needs before an "s" may follow


@dataclass(frozen=True, slots=True, order=True)
class Bearer:
    """Whose name it is: a brand's, or that of a product or a person of it."""

    brand_id: str
    product_id: str = ""
    person_id: str = ""


@dataclass(frozen=True, slots=True)
class Form:
    """One name of a bearer, as the brand file writes it.

    `plain`: it may mean something else too, where its brand has context words.
    """

    bearer: Bearer
    text: str
    plain: bool = False


@dataclass(frozen=True, slots=True)
class Name:
    """Where words name a brand, product or person.

    `sign`: a handle or hashtag, so it is tagged. `plain`: it may be a homonym. `p` is how
    strong the match is: 1 as written in the brand file, less for a misspelling, and for a
    homonym how surely the context makes it the brand; `reason` says why where p is below 1.
    """

    brand_id: str
    product_id: str | None
    start: int
    end: int
    sign: bool = False
    plain: bool = False
    person_id: str | None = None
    p: float = 1.0
    reason: str = ""

    @classmethod
    def of(
        cls,
        form: Form,
        span: tuple[int, int],
        *,
        sign: bool = False,
        p: float = 1.0,
        reason: str = "",
    ) -> Name:
        """Return the place of a form."""
        bearer = form.bearer
        ids = (bearer.brand_id, bearer.product_id or None)
        plain, person = form.plain, bearer.person_id or None
        return cls(*ids, *span, sign, plain, person, p, reason)


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
    """What of the brand file a mention is about, and every place that names it.

    `names` are of brands and products, `people` of people: who names the chief of a brand
    does not speak of the brand yet.
    """

    matches: tuple[Match, ...]
    names: tuple[Name, ...]
    people: tuple[Name, ...] = ()

    @property
    def ids(self) -> frozenset[str]:
        """Return the ids of the brands."""
        return frozenset(match.brand_id for match in self.matches)

    def is_owned(self) -> bool:
        """Tell whether a brand of the file says this itself, or on a channel of its own."""
        return any(match.relation == "owned" for match in self.matches)


def read_forms(brands: BrandFile, vocabulary: Vocabulary) -> Iterator[Form]:
    """Yield every name and alias of brands, products and people, in plain Latin letters too."""
    for form in _read_forms(brands, vocabulary):
        yield form
        plain = (form.text.translate(each) for each in _LATIN)
        yield from (replace(form, text=text) for text in dict.fromkeys(plain) if text != form.text)


def _read_forms(brands: BrandFile, vocabulary: Vocabulary) -> Iterator[Form]:
    for brand in brands.brands:
        for text in filter(str.strip, (brand.name, *brand.aliases)):
            yield Form(Bearer(brand.id), text, plain=not _is_longer(text, brand))
        for product in brand.products:
            for text in filter(
                str.strip, (product.name, *product.aliases, *_rest(product, brand, vocabulary))
            ):
                plain = len(text) <= TINY or fold(text.strip()) in vocabulary
                yield Form(Bearer(brand.id, product_id=product.id), text, plain=plain)
        for person in brand.people:
            for text in filter(str.strip, (person.name, *person.aliases)):
                yield Form(Bearer(brand.id, person_id=person.id), text)


def _rest(product: Product, brand: Brand, vocabulary: Vocabulary) -> Iterator[str]:
    """Yield what of a product's name people say alone: "PourMate" of "Ternwick PourMate"."""
    rest = product.name.removeprefix(brand.name).strip()
    known = " " in rest or fold(rest) in vocabulary or rest in product.aliases
    if rest != product.name and len(rest) >= _TELLING and not known:
        yield rest


def _is_longer(text: str, brand: Brand) -> bool:
    """Tell whether a name is another of its brand and more words: "Heron Bikes" is no bird."""
    words = fold(text).split()
    names = [fold(name).split() for name in (brand.name, *brand.aliases) if name.strip()]
    return any(len(words) > len(name) and " ".join(name) in " ".join(words) for name in names)


def spell(name: str) -> Iterator[str]:
    """Yield a name as it stands, with more white space between words, its plural, "and" for "&"."""
    for word in _AND if "&" in name.split() else ():
        yield " ".join(word if each == "&" else each for each in name.split())
    first, *rest = name.split()
    for gaps in itertools.product((" ", "  "), repeat=min(len(rest), GAPS)):
        yield first + "".join(
            gap + word for gap, word in itertools.zip_longest(gaps, rest, fillvalue=" ")
        )
    last = name.rsplit(maxsplit=1)[-1]
    if len(last) >= _PLURAL and last.isalpha() and not last.casefold().endswith(("s", "x", "z")):
        yield " ".join(name.split()) + ("S" if last.isupper() else "s")


def read_hashtags(brands: BrandFile, forms: Iterable[Form]) -> Mapping[str, list[Form]]:
    """Return the hashtags that are a name written together, or a handle."""
    found: dict[str, set[Form]] = defaultdict(set)
    for form in forms:
        found[squeeze(form.text)].add(form)
    for brand in brands.brands:
        owners = [(Bearer(brand.id), brand.handles)]
        owners += [(Bearer(brand.id, person_id=one.id), one.handles) for one in brand.people]
        for bearer, handles in owners:
            for handle in itertools.chain.from_iterable(handles.values()):
                tag = squeeze(handle if handle.startswith("#") else split_handle(handle)[0])
                if handle.startswith("#") or tag not in found:
                    found[tag].add(Form(bearer, handle))
    found.pop("", None)
    return {tag: _settle(owners) for tag, owners in found.items()}


def _settle(forms: Iterable[Form]) -> list[Form]:
    """Return one form a bearer: one that can mean nothing else goes before a plain one."""
    kept: dict[Bearer, Form] = {}
    for form in sorted(forms, key=lambda each: (each.plain, each.text)):
        kept.setdefault(form.bearer, form)
    return [kept[bearer] for bearer in sorted(kept)]

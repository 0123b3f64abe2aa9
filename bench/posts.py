"""Invented posts to measure with: about 30 word pieces each, and no two alike.

What taggers find dear is there in the share that a crawl has: links, handles, hashtags, emoji,
names of the brand file, a few texts of other languages, a few that a flag is for, and words
that no cache has seen.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from typing import Final

from listening.contract import BrandFile

WORDS: Final = (16, 26)
"""Words of a post before marks: with them, about 30 word pieces of the model's vocabulary."""

SHARES: Final = {
    "brand": 1 / 3, "handle": 0.25, "link": 0.25, "hashtag": 0.2, "emoji": 0.25, "rare": 0.5,
    "flag": 0.03, "foreign": 0.1,
}  # fmt: skip

_OPEN: Final = (
    "ok so", "honestly", "well", "anybody else?", "today", "three weeks in and", "not gonna lie,",
    "this morning", "update:", "to be fair", "after a year of daily use", "does anyone know why",
    "still cannot believe that", "funny how", "just so you know,", "for the second time this month",
    "my sister says", "first impression:", "I read somewhere that", "hot take:", "",
)  # fmt: skip
_SUBJECT: Final = (
    "the new one", "the train to work", "our neighbour's dog", "the last episode", "my phone",
    "the coffee maker", "this little toaster", "the delivery", "their support", "the update",
    "the whole kitchen", "the concert", "the recipe I tried", "a friend of mine", "the battery",
    "the app", "customer service", "the waiting room", "the referee", "the second season",
)  # fmt: skip
_VERB: Final = (
    "works better than I thought", "broke after two days", "was late again", "made me laugh",
    "takes forever to start", "is not worth the money", "is quite good for the price",
    "stopped working without a warning", "looks lovely on the shelf", "leaks from the bottom",
    "needs a manual of two hundred pages", "arrived with a scratch on the lid",
    "was the best part of the week", "is louder than a lawn mower", "never answers my messages",
    "got an award nobody has heard of", "cannot find the wifi", "tastes like cardboard",
    "should have a cheaper version", "feels like a step back",
)  # fmt: skip
_MORE: Final = (
    "and I would buy it again", "but who asked for that", "so I am sending it back",
    "and now the kids want one too", "while everybody pretends it is fine",
    "although the old one did the same", "so we ended up eating out", "because why not",
    "and that is all I have to say", "which explains a lot", "but at least the sun is out",
    "and it has been raining since Tuesday", "if you ask me", "and nobody told us",
    "so think twice before you order", "but I can live with that", "until the next time",
    "and it only took them 14 days", "for 39.90 of all prices", "at 7 in the morning",
)  # fmt: skip
_FOREIGN: Final = (
    "die neue Maschine ist leider schon wieder kaputt und niemand geht ans Telefon, sehr schade",
    "endlich ist das Paket da und der Kaffee schmeckt viel besser als bei der alten Maschine",
    "la nueva cafetera hace demasiado ruido por la mañana y el servicio técnico no contesta nunca",
    "por fin llegó el pedido y la verdad es que funciona mucho mejor de lo que esperaba",
    "la machine à café fuit depuis hier et le service client ne répond toujours pas à mes messages",
    "je suis très contente de mon nouveau grille-pain, il est beau et il ne prend pas de place",
    "la macchina nuova fa un caffè molto buono ma il manuale è scritto troppo piccolo",
    "de nieuwe broodrooster werkt prima maar de bezorging duurde bijna drie weken helaas",
)
_FLAGGED: Final = (
    "selling replica {brand} machines, perfect copy, only $49, dm me or order at {link}",
    "write to my old landlord at {mail} or call him on +49 171 {digits}, he owes me money",
    "the {product} caught fire on our worktop last night and burned my hand, smoke everywhere",
    "lost and found: admin password: {secret} was on the sticker below the router in the lobby",
    "if the {brand} repair man comes back I will break his legs and burn the van down",
)
_EMOJI: Final = ("😂", "😍", "🔥", "👍", "😡", "☕", "🙏", "🎉", "😭", "❤️", "🤷‍♀️", "💯")
_TAGS: Final = (
    "monday",
    "coffeelover",
    "fail",
    "Kitchen",
    "slowmorning",
    "RepairDontReplace",
    "fyi",
)
_SYLLABLES: Final = ("ba", "dor", "fen", "gil", "hou", "ka", "lim", "mer", "no", "pel", "qui", "ro",
                     "sta", "tur", "ve", "win", "xa", "yor", "zen")  # fmt: skip


def make_posts(count: int, brands: BrandFile, seed: int = 3) -> list[str]:
    """Return `count` invented posts, all different, the same for the same seed."""
    maker = _Maker(brands, random.Random(seed))  # noqa: S311  no secret
    found: dict[str, None] = {}
    while len(found) < count:
        found[maker.post()] = None
    return list(found)


class _Maker:
    """Puts posts together."""

    def __init__(self, brands: BrandFile, chance: random.Random) -> None:
        self._chance = chance
        self._names = [
            name
            for brand in brands.brands
            for name in (brand.name, *brand.aliases, *(each.name for each in brand.products))
        ] or ["Acme"]

    def post(self) -> str:
        if self._falls("flag"):
            return self._flagged()
        body = self._pick(_FOREIGN) if self._falls("foreign") else " ".join(self._words())
        before = [self._handle()] if self._falls("handle") else []
        return " ".join([*before, body, *self._marks()])

    def _words(self) -> Iterator[str]:
        wanted, words = self._chance.randint(*WORDS), 0
        for number, part in enumerate(self._parts()):
            if words >= wanted and number > 2:  # noqa: PLR2004  a whole sentence at least
                return
            words += len(part.split())
            if part:
                yield part

    def _parts(self) -> Iterator[str]:
        yield self._pick(_OPEN)
        yield self._pick(self._names) if self._falls("brand") else self._pick(_SUBJECT)
        yield self._pick(_VERB)
        if self._falls("rare"):
            yield f"says {self._invent().title()} from {self._invent().title()}"
        while True:
            yield self._pick(_MORE) + self._pick((".", ",", "!", "?", " -", "..."))
            yield self._pick(_SUBJECT)
            yield self._pick(_VERB)

    def _marks(self) -> Iterator[str]:
        if self._falls("hashtag"):
            yield f"#{self._pick(_TAGS)}"
        if self._falls("emoji"):
            yield self._pick(_EMOJI) * self._chance.randint(1, 3)
        if self._falls("link"):
            yield self._link()

    def _flagged(self) -> str:
        return self._pick(_FLAGGED).format(
            brand=self._pick(self._names),
            product=self._pick(self._names),
            link=self._link(),
            mail=f"{self._invent()}.{self._invent()}@mail.example",
            digits=self._chance.randint(1_000_000, 9_999_999),
            secret=f"{self._invent()}{self._chance.randint(100, 999)}!",
        )

    def _handle(self) -> str:
        return f"@{self._invent()}_{self._chance.randint(1, 99)}"

    def _link(self) -> str:
        return f"https://{self._invent()}.example/{self._chance.randint(1000, 10**7):x}"

    def _invent(self) -> str:
        return "".join(self._chance.choices(_SYLLABLES, k=self._chance.randint(2, 4)))

    def _falls(self, what: str) -> bool:
        return self._chance.random() < SHARES[what]

    def _pick(self, among: Sequence[str]) -> str:
        return self._chance.choice(among)

"""A brand that exists in these tests only, and pipelines for it, built once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from listening.contract import Brand, BrandFile, Context, Product, Topic, Work
from nlp.encoder import MODEL
from nlp.pipeline import build, discover

if TYPE_CHECKING:
    from spacy.language import Language

TERNWICK = Brand(
    id="tern",
    name="Ternwick",
    role="own",
    aliases=("Tern",),
    handles={
        "mastodon": ("@ternwick@social.example",),
        "twitter": ("@ternwick",),
        "hackernews": ("ternwick_team",),
    },
    domains=("ternwick.example",),
    context=Context(near=("kettle", "coffee", "toaster"), not_near=("bird", "coast", "sea gull")),
    products=(
        Product("pour", "Ternwick PourMate", ("PourMate",)),
        Product("blitz", "Ternwick Blitz"),
    ),
)
HOBSON = Brand(
    id="hob", name="Hobson & Söhne", role="competitor", handles={"twitter": ("@hobsonvale",)}
)
TOPICS = (
    Topic("leak", "Leaks", ("water drips from the bottom", "the seal is leaking")),
    Topic("app", "App and connection", ("cannot find my wifi", "crashes after the update")),
    Topic("noise", "Noise", ("too loud in the morning",)),
    Topic("delivery", "Delivery", ("the parcel came two weeks late",)),
    Topic("price", "Price", ("far too expensive",)),
)
MANUAL = Work(
    "manual",
    "To descale your PourMate fill the tank with one litre of cold water and two spoons of "
    "citric acid, then hold the brew button for five seconds until the blue light begins to "
    "blink, and let it rest for an hour before you rinse it twice.",
)
NEED_MODEL = frozenset({"encoder"})


@pytest.fixture(scope="session")
def brands() -> BrandFile:
    return BrandFile(brands=(TERNWICK, HOBSON), topics=TOPICS, works=(MANUAL,))


@pytest.fixture(scope="session")
def rules(brands: BrandFile) -> Language:
    """All taggers that need no model."""
    kinds = discover()
    modelled = set(NEED_MODEL)
    while more := {name for name in kinds if set(kinds[name].needs) & modelled} - modelled:
        modelled |= more
    return build(brands, only=set(kinds) - modelled)


@pytest.fixture(scope="session")
def whole(brands: BrandFile) -> Language:
    """The whole pipeline; without the model that ships with the project, skip."""
    if not (MODEL / "manifest.json").exists():
        pytest.skip("nlp/model is absent")
    return build(brands)

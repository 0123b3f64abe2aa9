"""A picture that was posted is held against the protected ones; no word of the post is asked."""

from __future__ import annotations

from dataclasses import replace

import pytest

from listening.contract import Brand, BrandFile, Protected, ProtectedImage
from nlp.pipeline import build, tag
from nlp.tag import digest_brands
from nlp.tagger import Said

LOGO, BOX = "f0f0f0f0f0f0f0f0", "00ff00ff00ff00ff"
IMAGES = (ProtectedImage("logo", LOGO), ProtectedImage("box", BOX))
PROTECTED = Protected("quillon", images=IMAGES, fetch_posted_images=True)
BRANDS = BrandFile(
    (Brand("quillon", "Quillon", "own", handles={"mastodon": ("@quillon",)}),),
    protected=(PROTECTED,),
)


def apart(phash: str, bits: int) -> str:
    """Return a hash so many bits from another."""
    return f"{int(phash, 16) ^ (1 << bits) - 1:016x}"


@pytest.fixture(scope="module")
def pipeline():
    return build(BRANDS, only=["copied_text"])


def flags(pipeline, *hashes, **said):
    (row,) = tag(pipeline, [Said("look at this", pictures=hashes, **said)])
    return row["flags"]


def test_a_copy_is_flagged_with_its_distance_and_no_span(pipeline):
    (flag,) = flags(pipeline, "0123456789abcdef", apart(LOGO, 4))
    assert flag == {
        "kind": "copied_text", "start": None, "end": None, "p": 0.79, "rule": "picture",
        "reason": "picture alike 'logo', 4 of 64 bits apart",
    }  # fmt: skip


@pytest.mark.parametrize(("bits", "score"), [(0, 0.95), (10, 0.55), (11, None)])
def test_the_score_falls_with_the_distance(pipeline, bits, score):
    assert [one["p"] for one in flags(pipeline, apart(BOX, bits))] == ([score] if score else [])


def test_two_copies_are_one_flag_the_nearest_first(pipeline):
    (flag,) = flags(pipeline, apart(BOX, 7), LOGO)
    nearest, other = "'logo', 0 of 64 bits apart", "'box', 7 of 64 bits apart"
    assert flag["reason"] == f"picture alike {nearest}; {other}"


def test_the_brands_own_posts_and_posts_without_pictures_raise_none(pipeline):
    assert flags(pipeline) == []
    assert flags(pipeline, LOGO, brand_id="quillon", owned=True) == []


def test_tags_are_stale_when_what_is_compared_changes():
    silent = replace(PROTECTED, fetch_posted_images=False)
    other = replace(PROTECTED, images=IMAGES[:1])
    told = [
        digest_brands(replace(BRANDS, protected=stated))
        for stated in ((), (silent,), (PROTECTED,), (other,))
    ]
    assert told[0] == told[1]
    assert len(set(told)) == 3

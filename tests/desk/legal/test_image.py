"""Copies of a protected picture are near it, other pictures are far from it."""

import random

import pytest
from PIL import Image, ImageFilter

from desk.legal.image import add_image, compare, hash_image
from desk.legal.review import open_case
from desk.legal.verify import verify
from listening.contract import (
    ALIKE,
    Brand,
    BrandFile,
    ConfigurationError,
    Protected,
    ProtectedImage,
)
from tests.desk.legal.world import body


def picture(seed, size=(240, 180)):
    """Paint a picture of soft blots, as a photo is."""
    chance = random.Random(seed)  # noqa: S311
    small = Image.new("RGB", (12, 9))
    small.putdata([tuple(chance.randrange(256) for _ in range(3)) for _ in range(12 * 9)])
    return small.resize(size, Image.Resampling.BICUBIC)


@pytest.fixture
def logo(tmp_path):
    path = tmp_path / "logo.png"
    picture(1).save(path)
    return path


def bits(one, other):
    return compare(hash_image(one), [ProtectedImage("logo", hash_image(other))])[0].bits


@pytest.mark.parametrize(
    "change",
    [
        lambda image: image.resize((97, 73)),
        lambda image: image.convert("L").convert("RGB"),
        lambda image: image.filter(ImageFilter.GaussianBlur(2)),
        lambda image: image.point(lambda value: min(255, value + 25)),
        lambda image: image.crop((3, 3, 237, 177)),
    ],
)
def test_a_changed_copy_is_alike(tmp_path, logo, change):
    copy = tmp_path / "copy.jpg"
    change(picture(1)).save(copy, quality=60)
    assert bits(copy, logo) <= ALIKE


def test_a_transparent_logo_is_alike_its_copy_on_white(tmp_path):
    clear = Image.new("RGBA", (240, 180), (0, 0, 0, 0))
    clear.paste(picture(1, (120, 60)).convert("RGBA"), (60, 40))
    clear.save(tmp_path / "clear.png")
    page = Image.new("RGB", clear.size, "white")
    page.paste(clear, mask=clear.getchannel("A"))
    page.resize((130, 97)).save(tmp_path / "copy.jpg", quality=60)
    assert bits(tmp_path / "copy.jpg", tmp_path / "clear.png") <= ALIKE


def test_other_pictures_are_not(tmp_path, logo):
    found = []
    for seed in range(2, 42):
        path = tmp_path / f"{seed}.png"
        picture(seed).save(path)
        found.append(bits(path, logo))
    assert min(found) > ALIKE


def test_a_picture_in_a_case_says_how_far_it_is(world, tmp_path, logo):
    other = tmp_path / "other.png"
    picture(2).save(other)
    copy = tmp_path / "copy.png"
    picture(1).resize((97, 73)).save(copy)
    images = (ProtectedImage("other", hash_image(other)), ProtectedImage("logo", path=str(logo)))
    brands = BrandFile((Brand("a", "A", "own"),), protected=(Protected("a", images=images),))
    open_case(world.root, "c1", "", "ada")
    line, found = add_image(world.root, "c1", copy, brands, "ada", "from the shop")
    assert [(one.image_id, one.is_alike) for one in found] == [("logo", True), ("other", False)]
    assert body(line)["distances"][0]["image_id"] == "logo"
    assert verify(world.root).ok
    with pytest.raises(ConfigurationError, match="in the case already"):
        add_image(world.root, "c1", copy, brands, "ada", "")


def test_what_is_no_picture_is_refused(tmp_path):
    path = tmp_path / "x.png"
    path.write_text("no picture")
    with pytest.raises(ConfigurationError, match="no picture"):
        hash_image(path)

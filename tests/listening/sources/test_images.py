"""What a source says of pictures is read as it comes: an odd value costs no mention."""

from __future__ import annotations

import pytest

from listening.sources._entry import _images as of_entry
from listening.sources.shape.bluesky import images_of as of_post
from listening.sources.shape.mastodon import images_of as of_status

ODD = [None, 5, "x", {"a": 1}, [5, None, {"type": "image"}], True]


@pytest.mark.parametrize("value", ODD, ids=str)
def test_an_odd_value_where_pictures_should_be_is_none(value: object) -> None:
    assert of_status({"media_attachments": value}) == ()
    assert of_post({"embed": {"images": value}}, "did:plc:x") == ()
    assert of_post({"embed": {"media": value}}, "did:plc:x") == ()
    assert of_post({"embed": {"images": [{"image": value}]}}, "did:plc:x") == ()
    for name in ("enclosures", "media_content", "media_thumbnail"):
        assert of_entry({name: value}, "http://n.example/") == ()

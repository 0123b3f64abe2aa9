"""Compares pictures by a perceptual hash, which alike ones share but for a few bits."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Final

from listening.border.brandfile import ProtectedImage
from listening.border.error import ConfigurationError

if TYPE_CHECKING:
    from PIL import Image

BITS: Final = 64
ALIKE: Final = 10
"""Bits of 64 that a copy may differ in.

Scaling, JPEG and a slight crop of a photo stay below it, other pictures lie near half of the bits;
`tests/desk/legal/test_image.py` measures both. It is a hint for a reviewer, not a verdict.
"""
MOST_PIXELS: Final = 50_000_000
PICTURE_OF: Final = "Listening-Mention"
"""Field of a WARC record: the id of the mention whose picture was asked for."""
_ENOUGH: Final = 512  # pixels a side, of which 32 are compared
FORMATS: Final = ("PNG", "JPEG", "GIF", "WEBP")


def hash_picture(data: bytes | Path, most_pixels: int = MOST_PIXELS) -> str:
    """Return the perceptual hash of a picture (DCT, 64 bits, as 16 hex digits).

    Pillow is imported here, so that only those who look at pictures need it.

    Raises:
        ValueError: it is no picture of `FORMATS`, or has more pixels; said for people.
    """
    import imagehash
    from PIL import Image, UnidentifiedImageError

    source = data if isinstance(data, Path) else BytesIO(data)
    try:
        with Image.open(source, formats=FORMATS) as picture:
            if (pixels := picture.width * picture.height) <= most_pixels:
                return str(imagehash.phash(_on_white(picture)))
    except Image.DecompressionBombError as error:
        raise ValueError("too large a picture") from error
    except UnidentifiedImageError as error:
        raise ValueError(f"no picture: none of {', '.join(FORMATS)}") from error
    except Exception as error:  # whatever broken bytes do to a decoder
        raise ValueError(f"no picture: {type(error).__name__}: {error}") from error
    raise ValueError(f"too large a picture: {pixels:,} pixels")


def _on_white(picture: Image.Image) -> Image.Image:
    """Return a picture as a page shows it: white where it is transparent, as logos are."""
    from PIL import Image

    if not picture.has_transparency_data:
        return picture.convert("RGB")
    clear = picture.convert("RGBA")
    clear.thumbnail((_ENOUGH, _ENOUGH))
    page = Image.new("RGBA", clear.size, "white")
    page.alpha_composite(clear)
    return page.convert("RGB")


def bits_apart(one: str, other: str) -> int:
    """Return in how many of `BITS` two hashes differ."""
    return (int(one, 16) ^ int(other, 16)).bit_count()


def registered_hash(image: ProtectedImage) -> str:
    """Return the hash of a protected picture: as registered, else taken of its file now.

    Raises:
        ConfigurationError: its file is no picture, or too large.
    """
    if image.phash:
        return image.phash
    try:
        return hash_picture(Path(image.path))
    except ValueError as error:
        raise ConfigurationError(
            str(error), where=image.path, mend="Name a PNG, JPEG, GIF or WebP file"
        ) from error

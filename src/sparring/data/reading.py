"""One image file in, one array out, or a refusal that names the file."""

import struct
import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import PIL.Image
import PIL.ImageOps

from sparring.core.errors import WrongUse

SUFFIXES = frozenset(
    {".png", ".jpg", ".jpeg", ".bmp", ".webp", ".gif", ".tif", ".tiff", ".ppm", ".pgm"}
)
LARGEST_AREA = 64_000_000
"""Pixels of the largest picture that is decoded (a 64-megapixel photograph)."""

_UNREADABLE = (OSError, SyntaxError, ValueError, EOFError, struct.error, zlib.error, IndexError)
GREY = frozenset({"1", "L", "LA", "La"})
"""Modes in which Pillow has grey pictures."""


@dataclass(frozen=True)
class Header:
    """What an image file says of itself before its pixels are decoded."""

    path: Path
    width: int
    height: int
    grey: bool


def _open(path: Path) -> PIL.Image.Image:
    try:
        picture = PIL.Image.open(path)
    except PIL.Image.DecompressionBombError as error:
        raise _too_large(path) from error
    except _UNREADABLE as error:
        raise _unreadable(path) from error
    try:
        _check(picture, path)
    except BaseException:
        picture.close()
        raise
    return picture


def _unreadable(path: Path | str) -> WrongUse:
    return WrongUse(f"{path} is not an image that can be read (damaged or cut short): remove it.")


def _too_large(path: Path | str) -> WrongUse:
    return WrongUse(
        f"{path} has more than {LARGEST_AREA // 1_000_000} million pixels: make it smaller first."
    )


def _check(picture: PIL.Image.Image, path: Path | str) -> None:
    if picture.width * picture.height > LARGEST_AREA:
        raise _too_large(path)
    try:
        frames = getattr(picture, "n_frames", 1)
    except _UNREADABLE as error:
        raise _unreadable(path) from error
    # An MPO is a photograph whose further frames are previews of it.
    if frames > 1 and picture.format != "MPO":
        raise WrongUse(
            f"{path} is animated or holds {frames} pictures: save its frames as separate files."
        )
    # Pillow reads 16-bit RGB as 8 bits without a word; only the raw mode tells.
    if picture.mode[0] in "IF" or ";16" in str(getattr(picture, "tile", "")):
        raise WrongUse(f"{path} has more than 8 bits per channel: convert it to 8 bits first.")


def read_header(path: Path) -> Header:
    """Width, height and whether it is grey, without decoding the pixels.

    Args:
        path: an image file.

    Raises:
        WrongUse: what `read_image` refuses and the header shows.

    Example:
        >>> import tempfile
        >>> path = Path(tempfile.mkdtemp()) / "a.png"
        >>> PIL.Image.new("L", (8, 9)).save(path)
        >>> header = read_header(path)
        >>> header.width, header.height, header.grey
        (8, 9, True)
    """
    with _open(path) as picture:
        width, height = picture.size
        try:
            # Orientations 5 to 8 lie on their side.
            turned = picture.getexif().get(0x0112, 1) in (5, 6, 7, 8)
        except _UNREADABLE as error:
            raise _unreadable(path) from error
        if turned:
            width, height = height, width
        return Header(path, width, height, picture.mode in GREY)


def fit(picture: PIL.Image.Image, size: int) -> PIL.Image.Image:
    """The largest square in the middle, resized to size x size pixels with antialiasing."""
    side = min(picture.size)
    left, top = (picture.width - side) // 2, (picture.height - side) // 2
    if (picture.width, picture.height) == (size, size):
        return picture
    box = (left, top, left + side, top + side)
    return picture.resize((size, size), PIL.Image.Resampling.LANCZOS, box=box)


def read_image(path: Path, channels: int, size: int | None = None) -> np.ndarray:
    """Decode one image file.

    The orientation in its EXIF data is applied; palettes and CMYK become RGB.

    Args:
        path: an image file.
        channels: 1 (grey) or 3 (RGB).
        size: when given, the largest square in the middle is resized to so many pixels.

    Returns:
        uint8 of shape (height, width) for one channel, (height, width, 3) for three.

    Raises:
        WrongUse: unreadable, truncated, animated, more than 8 bits per channel, partly
            transparent, or more than 64 million pixels.

    Example:
        >>> import tempfile
        >>> path = Path(tempfile.mkdtemp()) / "a.png"
        >>> PIL.Image.new("RGB", (8, 8), (255, 0, 0)).save(path)
        >>> read_image(path, channels=3)[0, 0].tolist()
        [255, 0, 0]
    """
    with _open(path) as opened:
        return pixels_of(opened, path, channels, size)


def pixels_of(
    opened: PIL.Image.Image, name: Path | str, channels: int, size: int | None = None
) -> np.ndarray:
    """Decode a picture that Pillow has opened, as `read_image` does.

    Args:
        opened: the picture.
        name: of it, for the sentence that refuses it.
        channels: 1 (grey) or 3 (RGB).
        size: when given, the largest square in the middle is resized to so many pixels.

    Raises:
        WrongUse: as `read_image`.

    Example:
        >>> pixels_of(PIL.Image.new("L", (9, 8), 7), "a picture", channels=1).shape
        (8, 9)
    """
    _check(opened, name)
    try:
        opened.load()
        picture: PIL.Image.Image = PIL.ImageOps.exif_transpose(opened)
        if picture.has_transparency_data:
            _check_opaque(picture, name)
        if picture.mode == "P":
            picture = picture.convert("RGB")
        picture = picture.convert("L" if channels == 1 else "RGB")
    except WrongUse:
        raise
    except _UNREADABLE as error:
        raise _unreadable(name) from error
    if size is not None:
        picture = fit(picture, size)
    return np.array(picture)


def _check_opaque(picture: PIL.Image.Image, path: Path | str) -> None:
    lowest, _ = picture.convert("RGBA").getchannel("A").getextrema()
    if lowest != 255:
        raise WrongUse(
            f"{path} is partly transparent: flatten it on a background first, because "
            f"what lies under transparent pixels is arbitrary."
        )

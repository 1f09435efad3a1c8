"""Captions in text files beside their images: `cat.png` and `cat.txt`."""

from collections.abc import Sequence
from pathlib import Path

from sparring.core.errors import WrongUse
from sparring.data.image_metadata import more

SUFFIX = ".txt"


def read_texts(images: Sequence[Path]) -> list[list[str]] | None:
    """The captions of images, one a line in the text file of the same name beside each.

    Args:
        images: their paths, all in one folder.

    Returns:
        The captions of each image; None where no image has such a file.

    Raises:
        WrongUse: where some images have one and others don't, a text file belongs to no image or
            to two, is empty, or isn't UTF-8; the first such file is named.

    Example:
        >>> import tempfile
        >>> folder = Path(tempfile.mkdtemp())
        >>> written = (folder / "a.txt").write_text("a red circle\\na disc\\n")
        >>> read_texts([folder / "a.png"])
        [['a red circle', 'a disc']]
    """
    texts = [image.with_suffix(SUFFIX) for image in images]
    without = [image.name for image, text in zip(images, texts, strict=True) if not text.is_file()]
    if len(without) == len(images):
        return None
    folder = images[0].parent
    if without:
        raise WrongUse(
            f"{folder} has no text beside {without[0]}{more('nor beside', without)}: write "
            f"{Path(without[0]).with_suffix(SUFFIX)}, or remove all texts."
        )
    stray = sorted({path.name for path in folder.glob(f"*{SUFFIX}")} - {t.name for t in texts})
    if stray:
        raise WrongUse(
            f"{folder} has no image to {stray[0]}{more('nor to', stray)}: add the image, or remove "
            f"the text."
        )
    twice = sorted({text.name for text in texts if texts.count(text) > 1})
    if twice:
        raise WrongUse(f"{folder} has several images to {twice[0]}: name each like its text.")
    return [_lines(text) for text in texts]


def _lines(path: Path) -> list[str]:
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise WrongUse(f"{path} can't be read as UTF-8 ({error}): save it anew.") from error
    found = [line.strip() for line in lines if line.strip()]
    if not found:
        raise WrongUse(f"{path} is empty: write a caption, or remove the image.")
    return found

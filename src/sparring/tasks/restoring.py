"""A damaged picture in a file, restored into another."""

from pathlib import Path
from typing import Any

import PIL.Image

from sparring.core.errors import WrongUse
from sparring.data.modality import wrong_suffix
from sparring.data.writing import aside
from sparring.tasks.restorer import Restorer


def restore_file(
    picture: str | Path,
    output: str | Path,
    *,
    noise: bool = False,
    mask: str | Path | None = None,
    scale: int | None = None,
    **settings: Any,
) -> dict[str, Any]:
    """Restore a picture in a file in one of three ways.

    Args:
        picture: the file of a picture.
        output: a .png.
        noise: take noise from it.
        mask: the file of a picture that is white where this one is missing.
        scale: make it so many times as high and as wide.
        settings: of `Restorer`.

    Returns:
        "output"; "step" of the picture that was written; and "stopped", why the training ended
        before its last step, or None.

    Raises:
        WrongUse: for no way or several, and for what `Restorer` refuses.
        Failure: if it can't be written, or memory runs out.

    Example:
        >>> import tempfile
        >>> photo, larger = (Path(tempfile.mkdtemp()) / name for name in ("a.png", "b.png"))
        >>> PIL.Image.new("L", (9, 8), 90).save(photo)
        >>> restore_file(photo, larger, scale=2, steps=2, width=4)["step"]
        2
        >>> PIL.Image.open(larger).size
        (18, 16)
    """
    path, restorer = Path(output), Restorer(**settings)
    if [noise, mask is not None, scale is not None].count(True) != 1:
        raise WrongUse("say what ails the picture: one of --noise, --mask FILE and --scale N.")
    if path.suffix.lower() != ".png":
        raise wrong_suffix(path, ".png")
    if mask is not None:
        restored = restorer.inpaint(picture, mask)
    elif scale is not None:
        restored = restorer.super_resolve(picture, scale)
    else:
        restored = restorer.denoise(picture)
    with aside(path) as part:
        PIL.Image.fromarray(restored).save(part, format="PNG")
    return {"output": str(path), "step": restorer.step_, "stopped": restorer.stopped_}

"""Any network in an ONNX file as features of images."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sparring.core.errors import Failure, WrongUse
from sparring.metrics.images import Images, as_tensor, images, in_parts, resize
from sparring.metrics.vectors import Vectors

_NUMBERS: Mapping[str, type[np.generic]] = {
    "tensor(float)": np.float32,
    "tensor(float16)": np.float16,
    "tensor(double)": np.float64,
}


class Onnx:
    """Features from an ONNX file, through onnxruntime.

    The network's first input must be (n, channels, h, w) in [0, 1]; images are resized with
    antialiasing to the h and w that it fixes, grey is repeated where it wants 3 channels, colours
    are averaged where it wants 1. Its first output is the features; maps (n, d, h, w) are pooled.

    Args:
        path: the file; its stem names the features.

    Raises:
        Failure: if onnxruntime isn't installed, or can't read the file.
        WrongUse: if the network doesn't take images.

    Example:
        >>> Onnx("nowhere.onnx")
        Traceback (most recent call last):
        sparring.core.errors.WrongUse: the feature network nowhere.onnx must be an ONNX file...
    """

    def __init__(self, path: str | Path) -> None:
        path = Path(path)
        if not path.is_file():
            raise WrongUse(
                f"the feature network {path} must be an ONNX file, got no file; check the path."
            )
        self.name = path.stem
        self._path = path
        self._session = _open(path)
        entry = self._session.get_inputs()[0]
        if len(entry.shape) != 4 or entry.type not in _NUMBERS:
            raise WrongUse(
                f"the first input of {path} must be floats of shape (n, channels, h, w), got "
                f"{entry.type} of {entry.shape}; export the network with such an input."
            )
        self._input, self._dtype = entry.name, _NUMBERS[entry.type]
        # Free sizes are names or None.
        self._at_once, self._channels, height, width = (
            size if isinstance(size, int) else None for size in entry.shape
        )
        self._size = (height, width)

    def __call__(self, values: ArrayLike) -> Vectors:
        """Features (n, d) of images (n, h, w) or (n, h, w, 3), uint8."""
        at_once = self._at_once or 250
        return in_parts(self._run, images(values), at_once)

    def describe(self) -> str:
        """One sentence for the report."""
        return f"the output of the network in {self._path.name}, named by the user"

    def _run(self, part: Images) -> NDArray[np.float64]:
        count = len(part)
        if self._at_once is not None and count < self._at_once:
            # A fixed batch is filled up with repeats, whose features are dropped again.
            part = np.concatenate([part, np.repeat(part[-1:], self._at_once - count, axis=0)])
        tensor = as_tensor(part, self._channels)
        height, width = self._size
        tensor = resize(tensor, (height or tensor.shape[2], width or tensor.shape[3]))
        feed = {self._input: tensor.numpy().astype(self._dtype)}
        result = np.asarray(self._session.run(None, feed)[0], dtype=np.float64)[:count]
        if result.ndim > 2:
            result = result.reshape(*result.shape[:2], -1).mean(axis=2)
        return result.reshape(count, -1)


def _open(path: Path) -> Any:
    try:
        import onnxruntime
    except ImportError as error:
        raise Failure(
            "features from an ONNX file need onnxruntime, which isn't installed; run "
            "pip install 'sparring[export]'."
        ) from error
    try:
        return onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime has a class of its own for each kind of damage
        raise Failure(f"onnxruntime can't read {path}: {str(error).splitlines()[0]}.") from error

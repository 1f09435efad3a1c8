"""Inception features as FID has them, through torch-fidelity where it is installed."""

from importlib import util
from pathlib import Path
from typing import Any

import torch
from numpy.typing import ArrayLike
from torch import Tensor

from sparring.core.backend import Backend
from sparring.core.errors import Failure
from sparring.metrics.images import Images, embed, images
from sparring.metrics.vectors import Vectors

_FILE = "pt_inception-2015-12-05-6726825d.pth"


class Inception:
    """The 2048 pooled features of the Inception network of FID (Heusel et al. 2017).

    A Fréchet distance in these, and in no others, is called FID.

    Args:
        weights: torch-fidelity's file; by default the one in torch's cache, where torch-fidelity
            puts it. Nothing is downloaded here.
        backend: where it runs.

    Raises:
        Failure: if torch-fidelity isn't installed or can't be imported, or its weights aren't on
            this machine.

    Example:
        >>> Inception.available() in (True, False)
        True
    """

    name = "inception"

    def __init__(self, weights: Path | None = None, backend: Backend | None = None) -> None:
        extractor = _extractor()
        if extractor is None:
            raise Failure(
                "Inception features need torch-fidelity, which can't be imported; install it "
                "together with torchvision, or name other features."
            )
        path = weights or _cached()
        if not path.is_file():
            raise Failure(
                f"Inception features need the file {_FILE}, got nothing at {path}; let "
                f"torch-fidelity download it once, or give its place as weights."
            )
        self._backend = backend or Backend()
        self._network = extractor("inception", ["2048"], str(path))
        self._network.eval()
        self._backend.place_module(self._network)

    @staticmethod
    def available() -> bool:
        """Whether torch-fidelity can be imported and its weights are on this machine."""
        return _cached().is_file() and _extractor() is not None

    def __call__(self, values: ArrayLike) -> Vectors:
        """Features (n, 2048) of images (n, h, w) or (n, h, w, 3), uint8."""
        return embed(_First(self._network), images(values), _prepare, self._backend)

    def describe(self) -> str:
        """One sentence for the report."""
        return "2048 pooled features of Inception, through torch-fidelity"


def _cached() -> Path:
    return Path(torch.hub.get_dir()) / "checkpoints" / _FILE


def _extractor() -> Any:
    if util.find_spec("torch_fidelity") is None:
        return None
    try:
        from torch_fidelity.feature_extractor_inceptionv3 import FeatureExtractorInceptionV3
    except (ImportError, RuntimeError):  # the latter where torchvision doesn't fit torch
        return None
    return FeatureExtractorInceptionV3


def _prepare(part: Images) -> Tensor:
    # The network resizes and scales by itself, and wants uint8 of three channels.
    tensor = torch.from_numpy(part.copy())
    return (
        tensor[:, None].expand(-1, 3, -1, -1) if part.ndim == 3 else tensor.permute(0, 3, 1, 2)
    ).contiguous()


class _First(torch.nn.Module):
    def __init__(self, network: torch.nn.Module) -> None:
        super().__init__()
        self._network = network

    def forward(self, x: Tensor) -> Tensor:
        """(n, 3, h, w) to (n, 2048): the first of the features that it returns."""
        features: Tensor = self._network(x)[0]
        return features

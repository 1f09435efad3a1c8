"""Pictures of two levels, for models that give every pixel a chance of being on.

What is measured in nats depends on how pictures were made binary: figures are compared with figures
of the same way alone.
"""

from dataclasses import replace

import torch
from torch import Tensor

from sparring.core import draw
from sparring.core.errors import WrongUse
from sparring.data.conditions.sources import WithCaptions, with_codes
from sparring.data.dataset import Dataset
from sparring.data.image import Image
from sparring.data.sources import InMemory, Places, Prefetches, Source

_CHUNK = 1024


class Binary:
    """Items of another source, -1 where they are dark and 1 where they are bright.

    Args:
        source: of grey pictures in model space.
        anew: draw every pixel whenever its picture is seen, with its level's share of white as the
            chance; else it is cut at the middle.

    Example:
        >>> source = Binary(InMemory(torch.tensor([[-1.0, 0.9]])))
        >>> source[torch.tensor([0])]["x"]
        tensor([[-1.,  1.]])
    """

    def __init__(self, source: Source, anew: bool = False) -> None:
        self.source, self.anew = source, anew
        self.y = getattr(source, "y", None)

    def __len__(self) -> int:
        return len(self.source)

    def __getitem__(self, indices: Tensor) -> dict[str, Tensor]:
        batch = self.source[indices]
        x = batch["x"]
        least: Tensor | float = 0.0
        if self.anew:
            noise = draw(lambda n: torch.rand(n, *x.shape[1:], device=x.device), len(x))
            least = noise.mul_(2).sub_(1)
        return {**batch, "x": signs(x - least)}

    def prefetch(self, indices: Tensor) -> None:
        """Begin with a batch before it is asked for, where the source can."""
        if isinstance(self.source, Prefetches):
            self.source.prefetch(indices)

    def on(self, device: torch.device, room: int) -> Source:
        """The same on a device if the grey items take at most `room` bytes, else this source."""
        if not isinstance(self.source, Places):
            return self
        placed = self.source.on(device, room)
        return self if placed is self.source else Binary(placed, self.anew)


def signs(x: Tensor) -> Tensor:
    """1 where a number isn't below 0, else -1, in its place.

    Signs are taken twice, since that of 0 is 0: a tenth of the time that `torch.where` takes.

    Example:
        >>> signs(torch.tensor([0.5, 0.0, -0.5]))
        tensor([ 1.,  1., -1.])
    """
    return x.sign_().add_(0.5).sign_()


WAYS = {
    "dynamic": "each pixel drawn anew whenever its picture is seen, with its level as the chance",
    "static": "each pixel drawn so once",
    "half": "on where its level is above the middle",
}


def binarise(dataset: Dataset, how: str, seed: int = 0) -> Dataset:
    """The same data set with pictures of two levels.

    Held-out pictures are the same each time, whatever is done to those of the training.

    Args:
        dataset: of grey pictures.
        how: "dynamic": each pixel is drawn anew whenever its picture is seen, with its level as the
            chance (Salakhutdinov and Murray 2008, and Burda et al. 2016, arXiv 1509.00519, section
            5.1); "static": it is drawn so once; "half": it is on above the middle level.
        seed: of what is drawn once.

    Raises:
        WrongUse: for another way, or what are no grey pictures.

    Example:
        >>> from sparring.data import open_dataset
        >>> digits = binarise(open_dataset("digits"), "dynamic")
        >>> digits.real(4).max(), digits.modality.binary
        (np.uint8(255), True)
    """
    if how not in WAYS:
        raise WrongUse(f"binarise must be one of {', '.join(WAYS)}, got {how!r}.")
    modality = dataset.modality
    if not isinstance(modality, Image) or modality.channels != 1:
        what = f"{modality.name} data" if not isinstance(modality, Image) else "pictures in colour"
        raise WrongUse(f"binarise is for grey pictures, {dataset.name} holds {what}: leave it out.")
    generator = torch.Generator().manual_seed(seed)
    heldout, train = dataset.heldout, dataset.train
    if how != "half":
        heldout = _drawn(heldout, generator)
    if how == "static":
        train = _drawn(train, generator)
    binary = Image(modality.size, 1, tones=2)
    train, heldout = _binary(train, how == "dynamic"), _binary(heldout)
    return replace(dataset, modality=binary, train=train, heldout=heldout)


def _binary(source: Source, anew: bool = False) -> Source:
    if isinstance(source, WithCaptions):
        return WithCaptions(Binary(source.source, anew), source.y)
    return Binary(source, anew)


def _drawn(source: Source, generator: torch.Generator) -> Source:
    """All items in memory, a byte a pixel, each pixel drawn once."""
    parts: list[Tensor] = []
    for rows in torch.arange(len(source)).split(_CHUNK):
        chance = (source[rows]["x"] + 1) / 2
        pixels = torch.rand(chance.shape, generator=generator) < chance
        parts.append(pixels.to(torch.uint8) * 255)
    found, y = InMemory(torch.cat(parts)), getattr(source, "y", None)
    return found if y is None else with_codes(found, y)
